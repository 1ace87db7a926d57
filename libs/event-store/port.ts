import type { JsonObject } from '#kernel';

/** A place in the store's total order: opaque, strictly increasing, comparable. Below 2^53 (a log of 9 PB on EventStoreDB). */
export type Position = number;

/** The revision that the stream must have for the append to happen; revisions count from 0. */
export type ExpectedRevision = number | 'no-stream';

/** An event on its way into the store. */
export interface NewEvent {
  /** Deterministic (UUIDv5), so that a repeated append is recognised. */
  readonly id: string;
  /** A stored type name: a constant of the event schema. */
  readonly type: string;
  /** Canonical JSON text (RFC 8785) of the data: what is hashed and stored. At most 1 MiB over one append to one stream. */
  readonly data: string;
  readonly metadata: NewMetadata;
}

/**
 * Canonical JSON text of the envelope: whole, or in pieces, where the store's writer puts the `recordedAt` that it stamps (ISO 8601,
 * UTC, milliseconds) before the last one.
 */
export type NewMetadata = string | readonly string[];

export function stamped(metadata: NewMetadata, recordedAt: string): string {
  if (typeof metadata === 'string') return metadata;
  return metadata.slice(0, -1).join('') + recordedAt + metadata.at(-1);
}

export interface StreamWrite {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly NewEvent[];
  /** Other processes may be writing these very ids: the answer says for certain whether they stood there, at the price of a read where the store does not tell. */
  readonly contested?: true;
}

export interface RecordedEvent {
  readonly position: Position;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly data: JsonObject;
  readonly metadata: JsonObject;
  /** The canonical texts of both, where the store has them at hand: for a reader that needs little of an event, or keeps all of it. */
  readonly text?: string;
  readonly metadataText?: string;
  /** The moment of recording in milliseconds, likewise. */
  readonly recordedAt?: number;
}

export interface StreamAppended {
  readonly stream: string;
  /** Revision of the write's last event. */
  readonly revision: number;
  /** Position of the write's last event. */
  readonly position: Position;
  /** The same ids stood there already: nothing was added. */
  readonly repeated: boolean;
}

export interface AppendDone {
  readonly ok: true;
  /** Of the last event. */
  readonly position: Position;
  /** Who has read so far has seen all of it. Not before `position`, and one for all that were committed together. */
  readonly until: Position;
  readonly appended: readonly StreamAppended[];
}

export interface AppendConflict {
  readonly ok: false;
  readonly conflict: { readonly stream: string; readonly expected: ExpectedRevision; readonly actual: ExpectedRevision };
  /** Writes before this index were stored (always 0 on a store that is atomic across streams). */
  readonly stored: number;
}

export type AppendOutcome = AppendDone | AppendConflict;

/** Where the last of these stands; 0: they added nothing. */
export const lastOf = (appended: readonly StreamAppended[]): Position => {
  let last = 0;
  for (const { position } of appended) if (position > last) last = position;
  return last;
};

export interface ReadAll {
  /** Exclusive. Null: from the beginning. */
  readonly after: Position | null;
  readonly limit: number;
}

export interface EventPage {
  readonly events: readonly RecordedEvent[];
  /** The page ended because the log did. */
  readonly caughtUp: boolean;
}

export interface Subscription {
  close(): Promise<void>;
}

/** The store of record. See docs/event-store.md for the promises; `conformance.ts` states each as a test. */
export interface EventStore {
  /** Several writes to different streams are atomic together: true on the embedded store, false on EventStoreDB. */
  readonly atomicAcrossStreams: boolean;
  /**
   * Durable when it resolves; idempotent by event id at the exact revision.
   * Several writes: all or none where the store is atomic across streams, else in order, stopping at the first conflict.
   * @throws StoreFault when the outcome is unknown or the store is out of reach: the same call may be repeated.
   */
  append(writes: readonly StreamWrite[]): Promise<AppendOutcome>;
  /** Several appends, each for itself as `append`: their outcomes, or the faults that they met, in the same order. */
  appendEach(appends: readonly (readonly StreamWrite[])[]): Promise<readonly (AppendOutcome | Error)[]>;
  /** Events of a stream in order, from a revision (inclusive, default 0); empty for an unknown stream. */
  readStream(stream: string, options?: { from?: number; limit?: number }): Promise<readonly RecordedEvent[]>;
  /** The ledger's own events in total order. */
  readAll(request: ReadAll): Promise<EventPage>;
  /** The position of the last event, or null in an empty store. */
  head(): Promise<Position | null>;
  /**
   * Calls `wake` soon after events are stored, by this process or another. It carries no data: the reader pages with `readAll`,
   * so a lagging reader is never cut off and no event is skipped. Survives outages.
   */
  watch(wake: () => void): Subscription;
  /** Of a store that syncs a file: up to which position its events are on the disk, for one that is opened in another thread to follow. */
  readonly durableMark?: SharedArrayBuffer;
  close(): Promise<void>;
}

/** `appendEach` of a store that has no shorter way. */
export const eachByItself = (
  store: Pick<EventStore, 'append'>,
  appends: readonly (readonly StreamWrite[])[],
): Promise<readonly (AppendOutcome | Error)[]> =>
  Promise.all(appends.map((writes) => store.append(writes).catch((fault: unknown) => fault as Error)));
