import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { StoreFault } from '../fault.js';
import type { AppendOutcome, EventPage, EventStore, Position, ReadAll, RecordedEvent, StreamWrite, Subscription } from '../port.js';
import { validateWrites } from '../validate.js';
import { arrays } from './arrays.js';
import { openDatabase, type DatabaseOptions } from './database.js';
import { toFault } from './faults.js';
import { GroupCommit, type ThreadOptions } from './group-commit.js';
import { Log } from './log.js';
import { Reader } from './reader.js';
import { Tail } from './tail.js';
import { Writer } from './writer.js';

export interface EmbeddedOptions extends DatabaseOptions {
  readonly clock?: { now(): number };
  /** How often to look for commits of other processes while somebody watches, in milliseconds. */
  readonly watchIntervalMs?: number;
  readonly commitThread?: ThreadOptions;
}

/** Opens the embedded store. @throws StoreFault `STORE-105` to `STORE-110` */
export function openEmbeddedStore(path: string, options: EmbeddedOptions = {}): EmbeddedEventStore {
  return new EmbeddedEventStore(openDatabase(path, options), path, options);
}

/** SQLite in the process. Reads here, commits in batches, after a while in a thread of their own: see group-commit.ts. */
export class EmbeddedEventStore implements EventStore {
  readonly atomicAcrossStreams = true;
  private readonly log: Log;
  private readonly tail: Tail;
  private readonly reader: Reader;
  private readonly writer: Writer;
  private readonly commits: GroupCommit;
  private readonly dataVersion: StatementSync;
  private seenVersion: number;
  private readonly watchers = new Set<() => void>();
  private poll: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly database: DatabaseSync,
    private readonly path: string,
    private readonly options: EmbeddedOptions,
  ) {
    this.log = new Log(database);
    this.tail = new Tail(database, this.log);
    this.reader = new Reader(this.log, this.tail);
    this.dataVersion = arrays(database.prepare('PRAGMA data_version'));
    this.seenVersion = this.readDataVersion();
    this.writer = new Writer(this.log, this.tail, this.reader);
    const { clock = Date, busyTimeoutMs, commitThread } = options;
    this.commits = new GroupCommit({
      database,
      path,
      writer: this.writer,
      clock,
      databaseOptions: busyTimeoutMs === undefined ? {} : { busyTimeoutMs },
      noticeOthers: () => this.noticeOthers(),
      onStored: () => this.wakeAll(),
      thread: commitThread,
    });
  }

  /** Large commits have moved to their thread. */
  get commitsInThread(): boolean {
    return this.commits.inThread;
  }

  append(writes: readonly StreamWrite[]): Promise<AppendOutcome> {
    if (this.closed) return Promise.reject(closedFault());
    try {
      validateWrites(writes);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return this.commits.append(writes);
  }

  readStream(
    stream: string,
    { from = 0, limit = Number.MAX_SAFE_INTEGER }: { from?: number; limit?: number } = {},
  ): Promise<readonly RecordedEvent[]> {
    return this.read(() => {
      this.noticeOthers();
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
    this.closed = true;
    await this.commits.close();
    this.stopPolling();
    this.watchers.clear();
    this.database.close();
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
      this.noticeOthers();
    } catch {
      // A fault of the file shows at the next read or append, where somebody can be told.
    }
  };

  /**
   * Takes in what others committed, and wakes who watches; true when there was something.
   * `data_version` moves when another connection committed: another process, or our own thread. Beyond what is known of the log
   * something stands only when it was another process, or when our thread's answer is still on its way.
   */
  private noticeOthers(): boolean {
    const version = this.readDataVersion();
    if (version === this.seenVersion) return false;
    const moved = (this.log.lastPosition() ?? 0) > this.tail.position;
    if (moved) this.writer.catchUp();
    this.seenVersion = version;
    if (moved) this.wakeAll();
    return moved;
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
