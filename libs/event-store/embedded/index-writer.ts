import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

import type { IndexAnswer, IndexOrder, IndexRequest } from './index.worker.js';
import { NameFilter } from './name-filter.js';
import { type PlaceIndex, pathOfPlaces } from './place-index.js';
import type { Tail } from './tail.js';
import { ended } from './thread.js';

export interface IndexWriterOptions {
  readonly tail: Tail;
  readonly index: PlaceIndex;
  /** Of the ledger's file. */
  readonly path: string;
  readonly busyTimeoutMs: number;
  readonly workerUrl?: URL;
}

/** Commits until the filter of names is worth a thread. */
const FILTER_AFTER = 8;

/** Brings the older part of the tail into the index: in a thread, while commits go on, or at once where there is none. */
export class IndexWriter {
  private worker: Worker | null = null;
  private state: 'idle' | 'running' | 'alone' = 'idle';
  private commits = 0;
  private readonly workerUrl: URL;

  constructor(private readonly options: IndexWriterOptions) {
    this.workerUrl = options.workerUrl ?? new URL('./index.worker.js', import.meta.url);
    if (options.path === ':memory:' || !existsSync(this.workerUrl)) this.state = 'alone';
  }

  /**
   * Call when a commit is on the disk, with the last position that is: the index is not to hold what a power cut could take from the
   * log. What could not be written is tried again.
   */
  stored(durable: number): void {
    const { tail } = this.options;
    if (this.state === 'running') return;
    if (tail.isLong && tail.agedUntil === null) tail.age();
    if (tail.agedUntil === null || tail.agedUntil > durable) return this.askForFilter();
    if (this.state === 'alone') this.writeHere(tail.order());
    else this.send(tail.order());
  }

  /** A command line that records one thing does not need one. */
  private askForFilter(): void {
    if (this.state === 'idle' && ++this.commits >= FILTER_AFTER && this.options.index.wantedFilter !== null) this.send(null);
  }

  async close(): Promise<void> {
    const { worker } = this;
    this.worker = null;
    this.state = 'alone';
    if (worker !== null) await ended(worker);
  }

  private writeHere(order: IndexOrder): void {
    try {
      this.options.tail.indexOlder(order);
    } catch {
      // It stays in memory, and is written again.
    }
  }

  private send(order: IndexOrder | null): void {
    this.state = 'running';
    this.commits = 0;
    const request: IndexRequest = { order, filter: this.options.index.wantedFilter };
    (this.worker ??= this.open()).postMessage(request, order ? [order.entries.buffer] : []);
  }

  private open(): Worker {
    const { path, busyTimeoutMs, tail, index } = this.options;
    const worker = new Worker(this.workerUrl, { workerData: { path: pathOfPlaces(path), busyTimeoutMs }, execArgv: [] });
    worker.unref();
    worker.on('message', ({ written, filter }: IndexAnswer) => {
      if (this.state !== 'running') return;
      this.state = 'idle';
      // Before the older part is forgotten, whose names it holds too.
      if (filter) index.takeFilter(NameFilter.of(filter), filter.number);
      // Of a filter asked for alone there is no older part: none is made while this runs.
      if (written) tail.forgetOlder();
    });
    worker.on('error', () => {
      this.worker = null;
      this.state = 'alone';
    });
    return worker;
  }
}
