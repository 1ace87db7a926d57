import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { StoreFault } from '../fault.js';
import {
  type AppendOutcome,
  eachByItself,
  type EventPage,
  type EventStore,
  type Position,
  type ReadAll,
  type RecordedEvent,
  type StreamWrite,
  type Subscription,
} from '../port.js';
import { validateWrites } from '../validate.js';
import { arrays } from './arrays.js';
import { BUSY_TIMEOUT_MS, openDatabase, type DatabaseOptions } from './database.js';
import { toFault } from './faults.js';
import { Checkpointer } from './checkpointer.js';
import { GroupCommit } from './group-commit.js';
import { IndexWriter } from './index-writer.js';
import { Log } from './log.js';
import { LogSync } from './log-sync.js';
import { pathOfPlaces, PlaceIndex } from './place-index.js';
import { Reader } from './reader.js';
import { Tail } from './tail.js';
import { Writer } from './writer.js';

export interface EmbeddedOptions extends DatabaseOptions {
  readonly clock?: { now(): number };
  /** See `OpenOptions`. */
  readonly follow?: SharedArrayBuffer | undefined;
  /** Else a quick disk is waited for in the thread that writes, where the commit is small. */
  readonly takeDiskForSlow?: boolean;
  /** How often to look for commits of other processes while somebody watches, in milliseconds. */
  readonly watchIntervalMs?: number;
}

/** Opens the embedded store. @throws StoreFault `STORE-105` to `STORE-110` */
export function openEmbeddedStore(path: string, options: EmbeddedOptions = {}): EmbeddedEventStore {
  const database = openDatabase(path, options);
  try {
    return new EmbeddedEventStore(database, path, options);
  } catch (error) {
    database.close();
    throw toFault(error, path, 'Nothing was written.');
  }
}

/** SQLite in the process. Commits go in batches (group-commit.ts); nothing is shown that a power cut could take back. */
export class EmbeddedEventStore implements EventStore {
  readonly atomicAcrossStreams = true;
  private readonly log: Log;
  private readonly tail: Tail;
  private readonly index: PlaceIndex;
  private readonly reader: Reader;
  private readonly sync: LogSync;
  private readonly commits: GroupCommit;
  private readonly indexing: IndexWriter;
  /** Up to here the log is known to be on the disk. */
  private durable = 0;
  readonly durableMark = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  private readonly mark = new BigInt64Array(this.durableMark);
  /** Another store's. */
  private readonly followed: BigInt64Array | null;
  /** Up to here who watches was told. */
  private told = 0;
  private readonly dataVersion: StatementSync;
  private seenVersion = -1;
  private readonly watchers = new Set<() => void>();
  private poll: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly database: DatabaseSync,
    private readonly path: string,
    private readonly options: EmbeddedOptions,
  ) {
    this.log = new Log(database);
    const { busyTimeoutMs = BUSY_TIMEOUT_MS } = options;
    this.index = openPlaces(path, busyTimeoutMs);
    this.tail = new Tail(this.log, this.index);
    this.reader = new Reader(this.log, this.tail);
    this.dataVersion = arrays(database.prepare('PRAGMA data_version'));
    this.sync = new LogSync(path, options.takeDiskForSlow);
    const { log, tail, index, reader, sync } = this;
    this.commits = new GroupCommit({
      writer: new Writer({ database, log, tail, reader, sync }),
      sync,
      checkpointer: new Checkpointer(database, path),
      path,
      clock: options.clock ?? Date,
      position: () => tail.position,
      onStored: (position) => this.stored(position),
    });
    this.indexing = new IndexWriter({ tail, index, path, busyTimeoutMs });
    this.followed = options.follow ? new BigInt64Array(options.follow) : null;
    // The writer has synced what it read.
    this.isDurable(tail.position);
    this.told = this.durable;
  }

  append(writes: readonly StreamWrite[]): Promise<AppendOutcome> {
    const fault = this.faultOf(writes);
    return fault ? Promise.reject(fault) : this.commits.append(writes);
  }

  appendEach(appends: readonly (readonly StreamWrite[])[]): Promise<readonly (AppendOutcome | Error)[]> {
    if (appends.length === 0 || appends.some((writes) => this.faultOf(writes) !== null)) return eachByItself(this, appends);
    return this.commits.appendEach(appends);
  }

  readStream(
    stream: string,
    { from = 0, limit = Number.MAX_SAFE_INTEGER }: { from?: number; limit?: number } = {},
  ): Promise<readonly RecordedEvent[]> {
    return this.read(() => {
      this.follow();
      return this.reader.readStream(stream, from, limit, this.readable());
    });
  }

  readAll(request: ReadAll): Promise<EventPage> {
    return this.read(() => {
      const page = this.reader.readAll(request, this.readable());
      this.makeDurable(page.events.at(-1)?.position ?? 0);
      return page;
    });
  }

  head(): Promise<Position | null> {
    return this.read(() => {
      const head = this.lastReadable();
      return head === 0 ? null : head;
    });
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
    this.closed = true;
    await this.commits.close();
    await this.indexing.close();
    this.stopPolling();
    this.watchers.clear();
    this.sync.close();
    this.index.close();
    this.database.close();
  }

  private faultOf(writes: readonly StreamWrite[]): Error | null {
    if (this.closed) return closedFault();
    try {
      validateWrites(writes);
      return null;
    } catch (error) {
      return error as Error;
    }
  }

  private stored(position: number): void {
    this.isDurable(position);
    this.told = this.durable;
    this.indexing.stored(this.durable);
    for (const watcher of this.watchers) watcher();
  }

  private isDurable(position: number): void {
    if (position <= this.durable) return;
    this.durable = position;
    Atomics.store(this.mark, 0, BigInt(position));
  }

  /** While a commit of ours is under way, what is beyond the last one may not be on the disk: its end wakes who watches. */
  private readable(): number {
    if (this.followed) this.isDurable(Number(Atomics.load(this.followed, 0)));
    return this.followed || this.commits.underWay ? this.durable : Infinity;
  }

  private lastReadable(): number {
    const last = Math.min(this.log.lastPosition() ?? 0, this.readable());
    this.makeDurable(last);
    return last;
  }

  /** What another process wrote may not be on the disk yet, and is not to be acted on before. */
  private makeDurable(position: number): void {
    if (position <= this.durable) return;
    this.sync.now();
    this.isDurable(position);
  }

  /** Takes in what other processes committed: `data_version` moves when another connection has. */
  private follow(): void {
    if (this.commits.underWay) return;
    // Ours as well, if its sync failed: then this throws.
    this.makeDurable(this.tail.position);
    const version = this.readDataVersion();
    if (version === this.seenVersion) return;
    const last = this.lastReadable();
    if (last > this.tail.position) this.tail.catchUp(last);
    // What is not on the disk yet is there to be taken in later, and no version tells of that.
    if (last === (this.log.lastPosition() ?? 0)) this.seenVersion = version;
  }

  private readonly lookForOthers = (): void => {
    try {
      // Our own commits wake who watches when they are done. Another process's may have been read already, by somebody who does not watch.
      if (!this.commits.underWay && this.lastReadable() > this.told) this.stored(this.durable);
    } catch {
      // A fault of the file shows at the next read or append, where somebody can be told.
    }
  };

  private read<T>(query: () => T): Promise<T> {
    if (this.closed) return Promise.reject(closedFault());
    try {
      return Promise.resolve(query());
    } catch (error) {
      return Promise.reject(toFault(error, this.path, 'Nothing was changed.'));
    }
  }

  private readDataVersion(): number {
    return (this.dataVersion.get() as unknown as [number])[0];
  }

  private stopPolling(): void {
    clearInterval(this.poll);
    this.poll = undefined;
  }
}

function openPlaces(path: string, busyTimeoutMs: number): PlaceIndex {
  const places = pathOfPlaces(path);
  try {
    return new PlaceIndex(places, busyTimeoutMs);
  } catch (error) {
    throw toFault(error, places, 'Nothing was written.');
  }
}

const closedFault = (): StoreFault =>
  new StoreFault('STORE-114', 'The store is closed. Nothing was written. This is a defect of the caller.', { retryable: false });
