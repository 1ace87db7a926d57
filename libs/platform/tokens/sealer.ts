import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { PairCache } from '#kernel';

export type TokenKind = 'position' | 'cursor' | 'node';

/** What a node id stands for. */
export interface OpenedId {
  readonly type: string;
  readonly id: string;
}

const VERSION = 1;
const NONCE = 12;
const TAG = 16;
const CACHED_IDS = 50_000;

/**
 * Makes what callers carry around (consistency tokens, cursors, node ids) opaque and bound to their organization:
 * AES-256-GCM with the kind and the organization as associated data, so another tenant's token is no token at all.
 * The nonce is a MAC of the content: the same content gives the same token, which client caches of node ids rely on. A position's
 * is random: tokens that could be compared would tell a tenant whether others have written in between. Only within a turn of the event
 * loop, in which nobody has, a position has one token.
 */
export class Sealer {
  // Key objects: handing over raw bytes costs four times the encryption itself.
  private readonly cipherKey: KeyObject;
  private readonly nonceKey: KeyObject;
  private readonly ids = new Map<string, string>();
  private pool = Buffer.alloc(0);
  private poolUsed = 0;
  /** The tokens of this turn: commands that were committed together are answered together, and sealing costs a cipher's set-up each time. */
  private ofThisTurn: Map<string, string> | null = null;
  /** By organization and token. */
  private readonly opened = new PairCache<OpenedId>(CACHED_IDS);

  constructor(secret: string) {
    const material = Buffer.from(hkdfSync('sha256', secret, 'tenor', 'sealed tokens, version 1', 64));
    this.cipherKey = createSecretKey(material.subarray(0, 32));
    this.nonceKey = createSecretKey(material.subarray(32));
  }

  seal(kind: TokenKind, organization: string, payload: string): string {
    return kind === 'position' ? this.position(organization, payload) : this.sealed(kind, organization, payload);
  }

  private position(organization: string, payload: string): string {
    if (this.ofThisTurn === null) {
      this.ofThisTurn = new Map();
      setImmediate(() => (this.ofThisTurn = null));
    }
    const key = `${payload} ${organization}`;
    let token = this.ofThisTurn.get(key);
    if (token === undefined) this.ofThisTurn.set(key, (token = this.sealed('position', organization, payload)));
    return token;
  }

  private sealed(kind: TokenKind, organization: string, payload: string): string {
    const bound = associated(kind, organization);
    const nonce = kind === 'position' ? this.randomNonce() : this.contentNonce(bound, payload);
    const cipher = createCipheriv('aes-256-gcm', this.cipherKey, nonce);
    cipher.setAAD(bound);
    const sealed = Buffer.concat([Buffer.of(VERSION), nonce, cipher.update(payload, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return sealed.toString('base64url');
  }

  /** Drawn from a pool: asking the system for twelve bytes costs more than the encryption. */
  private randomNonce(): Buffer {
    if (this.poolUsed >= this.pool.length) {
      this.pool = randomBytes(NONCE * 1024);
      this.poolUsed = 0;
    }
    this.poolUsed += NONCE;
    return this.pool.subarray(this.poolUsed - NONCE, this.poolUsed);
  }

  private contentNonce(bound: Buffer, payload: string): Buffer {
    return createHmac('sha256', this.nonceKey).update(bound).update('\0').update(payload).digest().subarray(0, NONCE);
  }

  /** The payload, or null for anything that this installation did not seal for this kind and organization. */
  open(kind: TokenKind, organization: string, token: string): string | null {
    if (token.length > 2_000 || !/^[A-Za-z0-9_-]+$/.test(token)) return null;
    const sealed = Buffer.from(token, 'base64url');
    // A second spelling of the same bytes would be a second name of the same thing.
    if (sealed.length < 1 + NONCE + TAG || sealed[0] !== VERSION || sealed.toString('base64url') !== token) return null;
    const decipher = createDecipheriv('aes-256-gcm', this.cipherKey, sealed.subarray(1, 1 + NONCE), { authTagLength: TAG });
    decipher.setAAD(associated(kind, organization));
    decipher.setAuthTag(sealed.subarray(-TAG));
    try {
      return decipher.update(sealed.subarray(1 + NONCE, -TAG), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      return null;
    }
  }

  /** The opaque id of an entity for `node(id:)`. Kept in memory: lists ask for the same ids again and again. */
  nodeId(type: string, organization: string, id: string): string {
    const key = `${type}\0${organization}\0${id}`;
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    if (this.ids.size >= CACHED_IDS) this.ids.clear();
    const token = this.seal('node', organization, `${type}:${id}`);
    this.ids.set(key, token);
    return token;
  }

  openNodeId(organization: string, token: string): OpenedId | null {
    const known = this.opened.get(organization, token);
    if (known) return known;
    const payload = this.open('node', organization, token);
    if (payload === null) return null;
    const colon = payload.indexOf(':');
    // V8 compares a part of a text by a call into its runtime: copied, since it is looked up by every command.
    const id = Buffer.from(payload.slice(colon + 1), 'utf8').toString('utf8');
    return this.opened.add(organization, token, { type: payload.slice(0, colon), id });
  }
}

const associated = (kind: TokenKind, organization: string) => Buffer.from(`${kind}\0${organization}`, 'utf8');
