import { type Canonical, canonicalBytes, canonicalJson, type JsonObject, PairCache } from '#kernel';

import { Envelope, type OwnEnvelope } from './envelope.js';
import { sha256, TENOR_NAMESPACE, uuidBytes, uuidV5, uuidV5From, uuidV8Text } from './ids.js';
import type { CommandContext } from './command.js';
import type { NewEvent, NewMetadata, RecordedEvent } from './port.js';

/** The stored type of the one event in a key's stream. */
export const COMMAND_BOUND = 'CommandBound';
const SCHEMA_VERSION = 1;
const BINDING = { schemaVersion: SCHEMA_VERSION, effectiveAt: null, evidence: [] } as const satisfies OwnEnvelope;
const ORGANIZATIONS_MAX = 10_000;

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
}

/** What the ids of an organization's keys begin with: put together anew for each, it was a tenth of a command in process. */
interface KeySpace {
  readonly namespace: Uint8Array;
  /** Of the names of keys' streams. */
  readonly prefix: string;
}

const spaces = new PairCache<KeySpace>(ORGANIZATIONS_MAX);

const spaceOf = (ledger: string, organization: string): KeySpace =>
  spaces.get(ledger, organization) ??
  spaces.add(ledger, organization, {
    namespace: uuidBytes(uuidV5(TENOR_NAMESPACE, `organization ${organization}`)),
    prefix: `${ledger}.${organization}.key-`,
  });

export function keyIds(ledger: string, organization: string, idempotencyKey: string): KeyIds {
  const { namespace, prefix } = spaceOf(ledger, organization);
  const key = uuidV5From(namespace, idempotencyKey);
  return { key, stream: prefix + key };
}

/** UUIDv5(organization, key, index): the id of a command's n-th event. `key`: that of `KeyIds`. */
export const eventId = (key: string, index: number): string => uuidV5(key, `event ${index}`);

/** The id of a new thing that a command makes: the same at every retry, known before the command runs. */
export const deriveId = (organization: string, idempotencyKey: string, name: string): string =>
  derivedId(keyIds('', organization, idempotencyKey), name);
export const derivedId = (ids: KeyIds, name: string): string => uuidV5(ids.key, `thing ${name}`);

export const commandDigest = (commandType: string, target: string, input: Canonical): string => sha256(canonicalBytes([commandType, target, input]));

/** An event of a command. Its id is worked out when it is looked at: a store that keeps it with its binding need not write that down. */
export class CommandEvent implements NewEvent {
  constructor(
    private readonly key: string,
    private readonly index: number,
    readonly type: string,
    readonly data: string,
    readonly metadata: NewMetadata,
  ) {}

  get id(): string {
    return eventId(this.key, this.index);
  }
}

/**
 * What is known of a binding beside the command's first event: the rest of it follows from that event, so a store that keeps the two
 * together need not write it down.
 */
export interface BindingParts {
  /** The id in the name of the key's stream. */
  readonly key: string;
  readonly bound: BoundData;
}

/**
 * The binding's id covers its content: two processes that bind one key at different revisions collide instead of both being
 * told "stored" (EventStoreDB keeps the first data of an id and says success). Worked out when they are looked at: a fifth of a command's
 * time for a store that has no need of them.
 */
export class Binding implements NewEvent, BindingParts {
  readonly type = COMMAND_BOUND;

  constructor(
    readonly key: string,
    readonly bound: BoundData,
    private readonly envelope: Envelope,
    /** The command's first event, whose envelope says the same; null: it has none. */
    readonly first: CommandEvent | null,
  ) {}

  get id(): string {
    return bindingId(this);
  }

  get data(): string {
    return boundText(this.bound);
  }

  get metadata(): NewMetadata {
    return this.envelope.of(BINDING);
  }
}

/** The envelope of a binding by that of the command's first event: both as canonical text. */
export const bindingMetadata = (firstMetadata: string): string => canonicalJson({ ...(JSON.parse(firstMetadata) as JsonObject), ...BINDING });

/**
 * A UUIDv8 (RFC 9562 section 5.8) of what the key's id and the digest are already, two hashes: their exclusive or, and in it, where no
 * version is written, the two numbers that the digest does not cover. A hash of its own would say nothing more.
 */
export function bindingId({ key, bound: { digest, eventCount, targetRevision } }: BindingParts): string {
  const [named, digested] = [uuidBytes(key), Buffer.from(digest, 'hex')];
  for (let i = 0; i < 16; i++) BYTES[i] = (named[i] as number) ^ (digested[i] as number);
  mixInto(0, 4, eventCount);
  mixInto(9, 7, targetRevision + 1);
  return uuidV8Text(BYTES);
}

function mixInto(at: number, length: number, number: number): void {
  for (let i = at + length - 1; i >= at; i--, number = Math.floor(number / 256)) BYTES[i] = (BYTES[i] as number) ^ (number % 256);
}

const BYTES = new Uint8Array(16);

/** Canonical JSON: the members are in order. */
export const boundText = ({ commandType, digest, eventCount, target, targetRevision }: BoundData): string =>
  `{"commandType":${canonicalJson(commandType)},"digest":"${digest}","eventCount":${eventCount},"target":${canonicalJson(target)},"targetRevision":${targetRevision}}`;

export const commandEnvelope = (ids: KeyIds, context: CommandContext, ruleVersion: string): Envelope =>
  new Envelope({
    organization: context.organization,
    actor: context.actor,
    onBehalfOf: context.onBehalfOf ?? null,
    keyDigest: ids.key,
    correlation: context.correlation ?? ids.key,
    causation: context.causation ?? null,
    ruleVersion,
  });

export const boundData = (event: RecordedEvent): BoundData => event.data as unknown as BoundData;
