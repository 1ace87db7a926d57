import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { StoreFault } from '../fault.js';
import type { AppendOutcome, EventPage, EventStore, Position, ReadAll, RecordedEvent, StreamWrite, Subscription } from '../port.js';
import { validateWrites } from '../validate.js';
import { arrays } from './arrays.js';
import { Catalogue } from './catalogue.js';
import { Checkpointer } from './checkpointer.js';
import { openDatabase, pragma, type DatabaseOptions } from './database.js';
import { isSqliteError, toFault } from './faults.js';
import { Log } from './log.js';
import { Reader } from './reader.js';
import { Tail } from './tail.js';
import { Writer } from './writer.js';

export interface EmbeddedOptions extends DatabaseOptions {
  readonly clock?: { now(): number };
  /** How often to look for commits of other processes while somebody watches, in milliseconds. */
  readonly watchIntervalMs?: number;
}

interface Pending {
  readonly writes: readonly StreamWrite[];
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (error: unknown) => void;
  outcome: AppendOutcome | null;
}

/** Opens the embedded store. @throws StoreFault `STORE-105` to `STORE-110` */
export function openEmbeddedStore(path: string, options: EmbeddedOptions = {}): EmbeddedEventStore {
  return new EmbeddedEventStore(openDatabase(path, options), path, options);
}

/**
 * SQLite in the process. All appends of one turn of the event loop share one transaction and one fsync, which is what makes
 * durable commands cheap; nothing is acknowledged before that commit returned.
 */
export class EmbeddedEventStore implements EventStore {
  readonly atomicAcrossStreams = true;
  private readonly reader: Reader;
  private readonly writer: Writer;
  private readonly tail: Tail;
  private readonly clock: { now(): number };
  private readonly checkpointer: Checkpointer;
  private readonly begin: StatementSync;
  private readonly commit: StatementSync;
  private readonly dataVersion: StatementSync;
  private seenVersion: number;
  private pending: Pending[] = [];
  private readonly watchers = new Set<() => void>();
  private poll: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly database: DatabaseSync,
    private readonly path: string,
    private readonly options: EmbeddedOptions,
  ) {
    const log = new Log(database);
    this.tail = new Tail(database, log);
    this.reader = new Reader(log, this.tail);
    this.clock = options.clock ?? Date;
    this.checkpointer = new Checkpointer(database, path, pragma(database, 'page_size'));
    this.begin = database.prepare('BEGIN IMMEDIATE');
    this.commit = database.prepare('COMMIT');
    this.dataVersion = arrays(database.prepare('PRAGMA data_version'));
    this.seenVersion = this.readDataVersion();
    this.writer = new Writer(log, new Catalogue(this.tail), this.tail, this.reader);
  }

  append(writes: readonly StreamWrite[]): Promise<AppendOutcome> {
    if (this.closed) return Promise.reject(closedFault());
    return new Promise((resolve, reject) => {
      validateWrites(writes);
      if (this.pending.push({ writes, resolve, reject, outcome: null }) === 1) setImmediate(this.flush);
    });
  }

  readStream(
    stream: string,
    { from = 0, limit = Number.MAX_SAFE_INTEGER }: { from?: number; limit?: number } = {},
  ): Promise<readonly RecordedEvent[]> {
    return this.read(() => {
      if (this.noticeOthers()) this.wakeAll();
      return this.reader.readStream(stream, from, limit);
    });
  }

  readAll(request: ReadAll): Promise<EventPage> {
    return this.read(() => this.reader.readAll(request));
  }

  head(): Promise<Position | null> {
    return this.read(() => this.reader.head());
  }

  watch(wake: () => void): Subscription {
    const watcher = (): void => wake();
    this.watchers.add(watcher);
    this.poll ??= setInterval(this.lookForOthers, this.options.watchIntervalMs ?? 25).unref();
    return {
      close: () => {
        this.watchers.delete(watcher);
        if (this.watchers.size === 0) this.stopPolling();
        return Promise.resolve();
      },
    };
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.flush();
    this.closed = true;
    this.stopPolling();
    this.watchers.clear();
    await this.checkpointer.close();
    this.database.close();
  }

  private readonly flush = (): void => {
    const batch = this.pending;
    if (batch.length === 0) return;
    this.pending = [];
    let stored = false; // by us, or before us by another process
    try {
      this.begin.run();
      // Only under the lock is it certain that nobody else commits before we do.
      stored = this.noticeOthers();
      this.writer.stamp(this.clock.now());
      this.writer.prepare(batch);
      for (const append of batch) stored = this.apply(append) || stored;
      this.writer.flush();
      this.tail.index();
      this.commit.run();
      this.tail.indexed();
    } catch (error) {
      this.abandon(batch, error);
      if (stored) this.wakeAll();
      return;
    }
    for (const append of batch) if (append.outcome) append.resolve(append.outcome);
    if (stored) this.wakeAll();
    this.checkpointer.committed(this.writer.size);
  };

  /** True when rows were written. A fault of one append alone is its own; what SQLite throws is everybody's. */
  private apply(append: Pending): boolean {
    try {
      append.outcome = this.writer.append(append.writes);
    } catch (error) {
      if (isSqliteError(error)) throw error;
      append.reject(error);
      return false;
    }
    return append.outcome.ok && append.outcome.appended.some((write) => !write.repeated);
  }

  private abandon(batch: readonly Pending[], error: unknown): void {
    const fault = toFault(error, this.path, 'Nothing of this was written or acknowledged.');
    try {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      this.writer.reload();
    } finally {
      for (const append of batch) append.reject(fault);
    }
  }

  private read<T>(query: () => T): Promise<T> {
    if (this.closed) return Promise.reject(closedFault());
    try {
      return Promise.resolve(query());
    } catch (error) {
      return Promise.reject(toFault(error, this.path, 'Nothing was changed.'));
    }
  }

  private readonly lookForOthers = (): void => {
    try {
      if (this.noticeOthers()) this.wakeAll();
    } catch {
      // A fault of the file shows at the next read or append, where somebody can be told.
    }
  };

  /** `data_version` moves only when another connection committed: then our copies of heads and types are void. */
  private noticeOthers(): boolean {
    const version = this.readDataVersion();
    if (version === this.seenVersion) return false;
    this.writer.catchUp();
    this.seenVersion = version;
    return true;
  }

  private readDataVersion(): number {
    return (this.dataVersion.get() as unknown as [number])[0];
  }

  private wakeAll(): void {
    for (const watcher of this.watchers) watcher();
  }

  private stopPolling(): void {
    clearInterval(this.poll);
    this.poll = undefined;
  }
}

const closedFault = (): StoreFault =>
  new StoreFault('STORE-114', 'The store is closed. Nothing was written. This is a defect of the caller.', { retryable: false });
