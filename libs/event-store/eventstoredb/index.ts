import {
  BACKWARDS,
  END,
  jsonEvent,
  NO_STREAM,
  START,
  StreamNotFoundError,
  WrongExpectedVersionError,
  type EventData,
  type EventStoreDBClient,
  type ResolvedEvent,
} from '@eventstore/db-client';

import { canonicalJson } from '#kernel';

import { otherContent, StoreFault } from '../fault.js';
import {
  eachByItself,
  lastOf,
  stamped,
  type AppendOutcome,
  type EventPage,
  type EventStore,
  type ExpectedRevision,
  type Position,
  type ReadAll,
  type RecordedEvent,
  type StreamAppended,
  type StreamWrite,
  type Subscription,
} from '../port.js';
import { validateWrites } from '../validate.js';
import { parseAddress, type Address } from './address.js';
import { collect, retried, withDeadline, type CallOptions } from './calls.js';
import { acquireClient, releaseClient } from './client.js';
import { LogReader, type ReadContext } from './log-reader.js';
import { recorded } from './recorded.js';
import { Watcher } from './watcher.js';

export interface EventStoreDBOptions {
  /** Only streams named `{ledger}.…` are read: several ledgers may share a server. */
  readonly ledger: string;
  readonly clock?: { now(): number };
  readonly deadlineMs?: number;
  readonly retries?: number;
  readonly retryDelayMs?: number;
}

type Result = StreamAppended | { readonly actual: ExpectedRevision };

/** @throws StoreFault `STORE-115` */
export const openEventStoreDB = (url: string, options: EventStoreDBOptions): EventStoreDBStore => new EventStoreDBStore(parseAddress(url), options);

/** EventStoreDB or KurrentDB through `@eventstore/db-client` 6, with that client's defects guarded as docs/event-store.md says. */
export class EventStoreDBStore implements EventStore {
  readonly atomicAcrossStreams = false;
  private readonly client: EventStoreDBClient;
  private readonly calls: CallOptions;
  private readonly context: ReadContext;
  private readonly log: LogReader;
  private readonly clock: { now(): number };
  private readonly watchers = new Set<Watcher>();
  private stamped = 0;
  /** Everything up to here was stored before now: an append that answers with such a position is a repeat. */
  private seen: Position = -1;
  private started: Promise<void> | undefined;
  private closed = false;

  constructor(
    private readonly address: Address,
    options: EventStoreDBOptions,
  ) {
    this.client = acquireClient(address);
    this.clock = options.clock ?? Date;
    this.calls = { deadlineMs: options.deadlineMs ?? 5000, retries: options.retries ?? 5, retryDelayMs: options.retryDelayMs ?? 100 };
    this.context = {
      client: this.client,
      credentials: address.credentials,
      prefix: `${options.ledger}.`,
      deadlineMs: this.calls.deadlineMs,
      server: address.shown,
    };
    this.log = new LogReader(this.context);
  }

  async append(writes: readonly StreamWrite[]): Promise<AppendOutcome> {
    this.assertOpen();
    validateWrites(writes);
    for (const { stream } of writes) this.assertOwn(stream);
    await this.start();
    const appended: StreamAppended[] = [];
    for (const write of writes) {
      const result = write.events.length === 0 ? await this.check(write) : await this.appendOne(write);
      if ('actual' in result)
        return { ok: false, conflict: { stream: write.stream, expected: write.expected, actual: result.actual }, stored: appended.length };
      appended.push(result);
    }
    const position = lastOf(appended);
    return { ok: true, position, until: position, appended };
  }

  appendEach(appends: readonly (readonly StreamWrite[])[]): Promise<readonly (AppendOutcome | Error)[]> {
    return eachByItself(this, appends);
  }

  readStream(
    stream: string,
    { from = 0, limit = Number.MAX_SAFE_INTEGER }: { from?: number; limit?: number } = {},
  ): Promise<readonly RecordedEvent[]> {
    this.assertOpen();
    return this.retried(() => this.readForwards(stream, from, limit));
  }

  readAll(request: ReadAll): Promise<EventPage> {
    this.assertOpen();
    return this.retried(() => this.log.page(request));
  }

  head(): Promise<Position | null> {
    this.assertOpen();
    return this.retried(() => this.log.head());
  }

  watch(wake: () => void): Subscription {
    this.assertOpen();
    const watcher = new Watcher(this.context, wake, this.calls.retryDelayMs);
    this.watchers.add(watcher);
    return {
      close: () => {
        this.watchers.delete(watcher);
        return watcher.close();
      },
    };
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await Promise.all([...this.watchers].map((watcher) => watcher.close()));
    await releaseClient(this.address);
  }

  /** One append, repeated with the same ids at the same revision until it is answered. */
  private async appendOne(write: StreamWrite): Promise<Result> {
    const recordedAt = this.stamp();
    const texts = write.events.map((event) => stamped(event.metadata, recordedAt));
    const events = write.events.map((event, i) => toClientEvent(event.id, event.type, event.data, texts[i] as string));
    const seenBefore = this.seen;
    let attempts = 0;
    const answer = await this.retried((attempt) => {
      attempts = attempt;
      return this.callAppend(write, events);
    });
    if ('actual' in answer) return answer;
    const position = answer.position;
    if (position > this.seen) this.seen = this.log.note(position);
    // A first attempt that landed beyond everything seen before is new, unless another process stored the same in between.
    const isDoubtful = attempts > 1 || position <= seenBefore || write.contested === true;
    const repeated = isDoubtful && (await this.isRepeat(write, texts));
    return { stream: write.stream, revision: answer.revision, position, repeated };
  }

  private async callAppend(
    write: StreamWrite,
    events: EventData[],
  ): Promise<{ revision: number; position: Position } | { actual: ExpectedRevision }> {
    const { deadlineMs } = this.calls;
    const expectedRevision = write.expected === 'no-stream' ? NO_STREAM : BigInt(write.expected);
    try {
      const call = this.client.appendToStream(write.stream, events, {
        expectedRevision,
        credentials: this.address.credentials,
        deadline: deadlineMs,
      });
      const { nextExpectedRevision, position } = await withDeadline(call, deadlineMs + 500, this.address.shown);
      return { revision: Number(nextExpectedRevision), position: Number(position?.commit) };
    } catch (error) {
      if (!(error instanceof WrongExpectedVersionError)) throw error;
      return { actual: typeof error.actualVersion === 'bigint' ? Number(error.actualVersion) : 'no-stream' };
    }
  }

  /**
   * The server says "stored" to known ids whatever they carry, and keeps the old data silently: so compare.
   * False when what stands there is this very call's own, stored by an attempt whose answer was lost.
   */
  private async isRepeat(write: StreamWrite, metadata: readonly string[]): Promise<boolean> {
    const from = write.expected === 'no-stream' ? 0 : write.expected + 1;
    const stored = await this.readStream(write.stream, { from, limit: write.events.length });
    let own = true;
    for (const [i, event] of write.events.entries()) {
      const there = stored[i];
      if (there?.id !== event.id || there.type !== event.type || canonicalJson(there.data) !== event.data) throw otherContent(event.id, write.stream);
      own &&= canonicalJson(there.metadata) === metadata[i];
    }
    return !own;
  }

  /** An append of nothing stores nothing, but its revision counts. */
  private async check({ stream, expected }: StreamWrite): Promise<Result> {
    const [last] = await this.retried(() => this.read(stream, { fromRevision: END, direction: BACKWARDS, maxCount: 1 }));
    const actual = last ? last.revision : 'no-stream';
    if (actual !== expected) return { actual };
    return { stream, revision: last?.revision ?? -1, position: last?.position ?? 0, repeated: false };
  }

  private readForwards(stream: string, from: number, limit: number): Promise<RecordedEvent[]> {
    return this.read(stream, { fromRevision: from === 0 ? START : BigInt(from), maxCount: limit });
  }

  private async read(
    stream: string,
    options: { fromRevision: bigint | typeof START | typeof END; direction?: typeof BACKWARDS; maxCount: number },
  ): Promise<RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    const take = ({ event }: ResolvedEvent): boolean => {
      if (event) events.push(recorded(event));
      return true;
    };
    try {
      await collect<ResolvedEvent>(
        this.client.readStream(stream, { ...options, credentials: this.address.credentials }),
        take,
        this.calls.deadlineMs,
        this.address.shown,
      );
    } catch (error) {
      if (!(error instanceof StreamNotFoundError)) throw error;
    }
    return events;
  }

  /** Takes up the last stamp and position of the ledger, so that a new process goes on where the last one ended. */
  private start(): Promise<void> {
    this.started ??= this.resume().catch((error: unknown) => {
      this.started = undefined;
      throw error;
    });
    return this.started;
  }

  private async resume(): Promise<void> {
    const { position, recordedAt } = await this.retried(() => this.log.end());
    this.seen = Math.max(this.seen, position);
    const instant = Date.parse(recordedAt);
    if (instant > this.stamped) this.stamped = instant;
  }

  private stamp(): string {
    this.stamped = Math.max(this.clock.now(), this.stamped);
    return new Date(this.stamped).toISOString();
  }

  private retried<T>(call: (attempt: number) => Promise<T>): Promise<T> {
    return retried(call, this.calls, this.address.shown);
  }

  private assertOpen(): void {
    if (this.closed)
      throw new StoreFault('STORE-114', 'The store is closed. Nothing was written. This is a defect of the caller.', { retryable: false });
  }

  private assertOwn(stream: string): void {
    if (!stream.startsWith(this.context.prefix))
      throw new StoreFault(
        'STORE-116',
        `Stream ${stream} is not one of the ledger ${this.context.prefix}… Nothing was written. This is a defect of the caller.`,
        { retryable: false },
      );
  }
}

function toClientEvent(id: string, type: string, data: string, metadata: string): EventData {
  // Metadata goes as the very bytes; for data the client insists on an object, whose canonical form is the same.
  return jsonEvent({ id, type, data: JSON.parse(data) as Record<string, unknown>, metadata: new Uint8Array(Buffer.from(metadata)) });
}
