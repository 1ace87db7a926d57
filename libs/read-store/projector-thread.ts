import { Worker } from 'node:worker_threads';
import type { EventStore, Position, Subscription } from '#event-store';
import type { ReadDatabase } from './database.js';
import type { Projection } from './projection.js';
import { createTables, readCheckpoint } from './projector.js';
import type { FromProjector, ToProjector } from './projector-protocol.js';
import { type Kinds, ReadModels } from './read-models.js';

/** So long commits gather before they are projected together. */
const GATHER_MS = 5;
/** After a fault of the thread itself, so long until another begins. */
const RESTART_MS = 250;
// Pages of events and rows pass through it: without limits V8 would take more only because it is there.
const LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 32 };

export interface ProjectorThreadOptions {
  /** The compiled module that calls `serveProjector`. */
  readonly worker: URL;
  /** What that module needs to open the store and the projections. */
  readonly workerData: unknown;
  readonly store: Pick<EventStore, 'watch' | 'head'>;
  /** The reader's own connection. */
  readonly database: ReadDatabase;
  readonly projections: readonly Projection[];
  readonly clock: { now(): number };
  readonly onFault: (error: unknown) => void;
  readonly onAdvance: (position: Position) => void;
}

/**
 * The projector in a thread of its own, so that commands and queries don't wait for rows to be written. What it has committed is
 * visible to this thread's connection before this thread hears of it.
 */
export class ProjectorThread extends ReadModels {
  private checkpoint: Position | null;
  private worker: Worker | null = null;
  private subscription: Subscription | null = null;
  private wakes = 0;
  private soon: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly options: ProjectorThreadOptions) {
    super(options.store, options.clock);
    createTables(options.database, options.projections);
    [this.checkpoint] = readCheckpoint(options.database);
  }

  get position(): Position | null {
    return this.checkpoint;
  }

  start(): void {
    if (this.worker !== null) return;
    this.open();
    this.subscription ??= this.options.store.watch(() => this.wakeSoon());
    this.wake();
  }

  wake(): void {
    clearTimeout(this.soon);
    this.soon = undefined;
    if (this.closed) return;
    this.behindSince ??= this.clock.now();
    this.tell({ ask: 'wake', number: ++this.wakes });
  }

  /** A thousand commits a second need not be a thousand transactions of rows; who waits for a position wakes it at once. */
  private wakeSoon(): void {
    if (this.isAwaited) return this.wake();
    this.behindSince ??= this.clock.now();
    this.soon ??= setTimeout(() => this.wake(), GATHER_MS);
  }

  reopened(): void {
    const { database, projections } = this.options;
    createTables(database, projections);
    [this.checkpoint] = readCheckpoint(database);
    this.tell({ ask: 'reopen', path: database.path });
    this.moved(null);
    this.wake();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.soon);
    await this.subscription?.close();
    const { worker } = this;
    this.worker = null;
    if (worker === null) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage({ ask: 'close' } satisfies ToProjector);
    await exited;
  }

  private open(): void {
    const { worker: url, workerData, database } = this.options;
    const worker = new Worker(url, { workerData: { ...(workerData as object), path: database.path }, resourceLimits: LIMITS, execArgv: [] });
    this.worker = worker;
    worker.on('message', (message: FromProjector) => this.hear(message));
    worker.on('error', (error) => this.options.onFault(error));
    // Nothing is lost with the thread: the next one goes on from the checkpoint.
    worker.on('exit', () => {
      if (this.worker !== worker) return;
      this.worker = null;
      setTimeout(() => {
        if (this.closed || this.worker !== null) return;
        this.open();
        this.wake();
      }, RESTART_MS).unref();
    });
  }

  private hear(message: FromProjector): void {
    if (message.tell === 'fault') return this.options.onFault(message.error);
    // What it says of the file that was left behind counts no longer.
    if (message.path !== this.options.database.path) return;
    if (message.tell === 'advanced') this.advance(message.position, message.kinds);
    else {
      if (message.number === this.wakes) this.behindSince = null;
      if (message.position !== null && message.position !== this.checkpoint) this.advance(message.position, null);
    }
  }

  private advance(position: Position, kinds: Kinds): void {
    this.checkpoint = position;
    this.options.onAdvance(position);
    this.moved(kinds);
  }

  private tell(message: ToProjector): void {
    this.worker?.postMessage(message);
  }
}
