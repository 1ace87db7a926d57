import { type Canonical, canonicalJson } from '#kernel';

import { envelopeOf, type OwnEnvelope } from './envelope.js';
import { sha256, TENOR_NAMESPACE, uuidBytes, uuidText, uuidV5Bytes, uuidV5From, uuidV8Text } from './ids.js';
import type { CommandContext } from './command.js';
import type { NewEvent, RecordedEvent } from './port.js';

/** The stored type of the one event in a key's stream. */
export const COMMAND_BOUND = 'CommandBound';
const SCHEMA_VERSION = 1;
const BINDING: OwnEnvelope = { schemaVersion: SCHEMA_VERSION, effectiveAt: null, evidence: [] };
const NAMESPACES_MAX = 10_000;

/** A type, since an interface is no JSON to the compiler. Members in order, as canonical JSON has them. */
export type BoundData = {
  readonly commandType: string;
  /** SHA-256 over the canonical input, the command's type and its target. */
  readonly digest: string;
  readonly eventCount: number;
  readonly target: string;
  /** The target's revision at the decision; -1 for no stream. The command's events come after it. */
  readonly targetRevision: number;
};

/** The ids that a command's key stands for. All of them follow from organization and key. */
export interface KeyIds {
  readonly key: string;
  readonly stream: string;
  readonly bytes: Uint8Array;
}

const namespaces = new Map<string, Uint8Array>();

function namespaceOf(organization: string): Uint8Array {
  let namespace = namespaces.get(organization);
  if (!namespace) {
    if (namespaces.size >= NAMESPACES_MAX) namespaces.clear();
    namespace = uuidV5Bytes(uuidBytes(TENOR_NAMESPACE), `organization ${organization}`);
    namespaces.set(organization, namespace);
  }
  return namespace;
}

export function keyIds(ledger: string, organization: string, idempotencyKey: string): KeyIds {
  const bytes = uuidV5Bytes(namespaceOf(organization), idempotencyKey);
  const key = uuidText(bytes);
  return { key, stream: `${ledger}.${organization}.key-${key}`, bytes };
}

/** UUIDv5(organization, key, index): the id of a command's n-th event. */
export const eventId = (ids: KeyIds, index: number): string => uuidV5From(ids.bytes, `event ${index}`);

/** The id of a new thing that a command makes: the same at every retry, known before the command runs. */
export const deriveId = (organization: string, idempotencyKey: string, name: string): string =>
  derivedId(keyIds('', organization, idempotencyKey), name);
export const derivedId = (ids: KeyIds, name: string): string => uuidV5From(ids.bytes, `thing ${name}`);

export const commandDigest = (commandType: string, target: string, input: Canonical): string => sha256(canonicalJson([commandType, target, input]));

/**
 * The binding's id covers its content: two processes that bind one key at different revisions collide instead of both being
 * told "stored" (EventStoreDB keeps the first data of an id and says success).
 */
export function bindingEvent(ids: KeyIds, bound: BoundData, envelope: ReturnType<typeof envelopeOf>): NewEvent {
  return { id: bindingId(ids, bound), type: COMMAND_BOUND, data: boundText(bound), metadata: envelope(BINDING) };
}

/**
 * A UUIDv8 (RFC 9562 section 5.8) of what the key's id and the digest are already, two hashes: their exclusive or, and in it, where no
 * version is written, the two numbers that the digest does not cover. A hash of its own would say nothing more.
 */
function bindingId(ids: KeyIds, { digest, eventCount, targetRevision }: BoundData): string {
  const digested = Buffer.from(digest, 'hex');
  for (let i = 0; i < 16; i++) BYTES[i] = (ids.bytes[i] as number) ^ (digested[i] as number);
  mixInto(0, 4, eventCount);
  mixInto(9, 7, targetRevision + 1);
  return uuidV8Text(BYTES);
}

function mixInto(at: number, length: number, number: number): void {
  for (let i = at + length - 1; i >= at; i--, number = Math.floor(number / 256)) BYTES[i] = (BYTES[i] as number) ^ (number % 256);
}

const BYTES = new Uint8Array(16);

/** Canonical JSON: the members are in order. */
const boundText = ({ commandType, digest, eventCount, target, targetRevision }: BoundData): string =>
  `{"commandType":${canonicalJson(commandType)},"digest":"${digest}","eventCount":${eventCount},"target":${canonicalJson(target)},"targetRevision":${targetRevision}}`;

export const commandEnvelope = (ids: KeyIds, context: CommandContext, ruleVersion: string) =>
  envelopeOf({
    organization: context.organization,
    actor: context.actor,
    onBehalfOf: context.onBehalfOf ?? null,
    keyDigest: ids.key,
    correlation: context.correlation ?? ids.key,
    causation: context.causation ?? null,
    ruleVersion,
  });

export const boundData = (event: RecordedEvent): BoundData => event.data as unknown as BoundData;
