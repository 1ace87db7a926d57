import { fromJson, type DescMessage, type JsonValue } from '@bufbuild/protobuf';
import { invariant, type JsonObject } from '#kernel';

/** One step: the data of version n as version n + 1 would have written it. Pure; fields that it does not know are kept. */
export type Upcaster = (data: JsonObject) => JsonObject;

/** A stored event type: its name for ever, the version written today, the schema of its data. */
export interface StoredEventType {
  /** The stored name: a constant, never derived from code. */
  readonly type: string;
  /** Version written today, from 1. */
  readonly version: number;
  /** Message of proto/ that describes the data of today's version. */
  readonly message: DescMessage;
  /** `upcasters[n]` leads from version n to n + 1: one for each version below today's. */
  readonly upcasters: readonly Upcaster[];
}

export interface StoredEventOptions {
  readonly version?: number;
  /** In order: the first leads from version 1 to 2. */
  readonly upcasters?: readonly Upcaster[];
}

export function storedEvent(type: string, message: DescMessage, { version = 1, upcasters = [] }: StoredEventOptions = {}): StoredEventType {
  invariant(upcasters.length === version - 1, `${type}: version ${version} needs ${version - 1} upcasters, has ${upcasters.length}`);
  return { type, version, message, upcasters };
}

/** Thrown for data that its schema does not allow: a bug of the writer. */
export class SchemaMismatch extends Error {
  constructor(type: string, cause: unknown) {
    super(`${type} does not fit its schema: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'SchemaMismatch';
  }
}

/** Every stored event type of the ledger, by name. */
export class EventRegistry {
  readonly #types: ReadonlyMap<string, StoredEventType>;

  constructor(types: Iterable<StoredEventType>) {
    const byName = new Map<string, StoredEventType>();
    for (const type of types) {
      invariant(!byName.has(type.type), `${type.type} is registered twice`);
      byName.set(type.type, type);
    }
    this.#types = byName;
  }

  get types(): readonly StoredEventType[] {
    return [...this.#types.values()].sort((a, b) => (a.type < b.type ? -1 : 1));
  }

  find(type: string): StoredEventType | undefined {
    return this.#types.get(type);
  }

  /** The data as today's version has it, one step at a time. A type or version from a newer build is a bug of the deployment, not data to guess at. */
  upcast(type: string, version: number, data: JsonObject): JsonObject {
    const known = this.#types.get(type);
    invariant(known, `unknown event type ${type}`);
    invariant(version >= 1 && version <= known.version, `${type}: version ${version} is unknown, this build writes ${known.version}`);
    return version === known.version ? data : known.upcasters.slice(version - 1).reduce((older, step) => step(older), data);
  }

  /**
   * Holds today's data against its schema: unknown fields and wrong types are refused. For tests and `tenor store check`; the hot path trusts its writers.
   * @throws SchemaMismatch
   */
  verify(type: string, data: JsonObject): void {
    const known = this.#types.get(type);
    invariant(known, `unknown event type ${type}`);
    try {
      fromJson(known.message, data as JsonValue, { ignoreUnknownFields: false });
    } catch (cause) {
      throw new SchemaMismatch(type, cause);
    }
  }
}
