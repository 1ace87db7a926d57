import { Worker } from 'node:worker_threads';
import type { Position, Subscription } from '#event-store';
import { Projector, type ProjectorOptions } from './projector.js';
import type { FromProjector, ToProjector } from './projector-protocol.js';
import { type Kinds, ReadModels } from './read-models.js';

/** So many events are projected in this thread first: a service that writes little never pays for another. */
const THREAD_AFTER = 10_000;
/** So long commits gather before the thread projects them together. */
const GATHER_MS = 20;
// Pages of events and rows pass through it: without limits V8 would take more only because it is there.
const LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 32 };

export interface ProjectorThreadOptions extends ProjectorOptions {
  readonly onFault: (error: unknown) => void;
  /** The compiled module that calls `serveProjector`. */
  readonly worker: URL;
  /** What that module needs to open the store and the projections. */
  readonly workerData: object;
  /** So many events until it begins. */
  readonly after?: number;
}

/**
 * A projector that moves to a thread of its own when there is much to project, so that commands and queries don't wait for rows to be
 * written. What the thread has committed is visible to this thread's connection before this thread hears of it. Both take each other
 * for another process, so neither can write what the other has written.
 */
export class ProjectorThread extends ReadModels {
  private readonly here: Projector;
  private checkpoint: Position | null;
  private worker: Worker | null = null;
  private ready = false;
  private events = 0;
  private subscription: Subscription | null = null;
  private wakes = 0;
  private soon: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly options: ProjectorThreadOptions) {
    super(options.store, options.clock);
    this.here = new Projector({
      ...options,
      onAdvance: (position, kinds) => this.advance(position, kinds),
      onProjected: (events) => {
        this.events += events;
        if (!this.ready && this.events > (options.after ?? THREAD_AFTER)) this.open();
      },
    });
    this.checkpoint = this.here.position;
  }

  get position(): Position | null {
    return this.checkpoint;
  }

  override get lagMs(): number {
    return this.ready ? super.lagMs : this.here.lagMs;
  }

  /** Projecting happens in the thread. */
  get inThread(): boolean {
    return this.ready;
  }

  start(): void {
    this.subscription ??= this.options.store.watch(() => this.wakeSoon());
    this.wake();
  }

  wake(): void {
    clearTimeout(this.soon);
    this.soon = undefined;
    if (this.closed) return;
    if (!this.ready) return this.here.wake();
    this.behindSince ??= this.clock.now();
    this.tell({ ask: 'wake', number: ++this.wakes });
  }

  reopened(): void {
    this.tell({ ask: 'reopen', path: this.options.database.path });
    this.here.reopened();
    this.checkpoint = this.here.position;
    this.moved(null);
    this.wake();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.soon);
    await this.subscription?.close();
    const { worker } = this;
    this.worker = null;
    if (worker !== null) {
      const exited = new Promise((resolve) => worker.once('exit', resolve));
      worker.postMessage({ ask: 'close' } satisfies ToProjector);
      await exited;
    }
    await this.here.close();
  }

  /** A thousand commits a second need not be a thousand transactions of rows; who waits for a position wakes it at once. */
  private wakeSoon(): void {
    if (this.isAwaited || !this.ready) return this.wake();
    this.behindSince ??= this.clock.now();
    this.soon ??= setTimeout(() => this.wake(), GATHER_MS);
  }

  private open(): void {
    if (this.worker !== null || this.closed) return;
    const { worker: url, workerData, database } = this.options;
    const worker = new Worker(url, { workerData: { ...workerData, path: database.path }, resourceLimits: LIMITS, execArgv: [] });
    this.worker = worker;
    worker.on('message', (message: FromProjector) => this.hear(message));
    worker.on('error', (error) => this.options.onFault(error));
    // Nothing is lost with the thread: this one goes on from the checkpoint.
    worker.on('exit', () => {
      if (this.worker !== worker) return;
      this.worker = null;
      this.ready = false;
      this.events = 0;
      this.wake();
    });
  }

  private hear(message: FromProjector): void {
    if (message.tell === 'fault') return this.options.onFault(message.error);
    // What it says of the file that was left behind counts no longer.
    if (message.path !== this.options.database.path) return;
    if (message.tell === 'advanced') return this.advance(message.position, message.kinds);
    if (message.tell === 'ready') this.ready = true;
    else if (message.number === this.wakes) this.behindSince = null;
    if (message.position !== null && message.position !== this.checkpoint) this.advance(message.position, null);
    if (message.tell === 'ready') this.wake();
  }

  private advance(position: Position, kinds: Kinds): void {
    // Of the two the one that hears later may be behind.
    if (this.checkpoint !== null && position < this.checkpoint) return;
    this.checkpoint = position;
    this.options.onAdvance?.(position, kinds);
    this.moved(kinds);
  }

  private tell(message: ToProjector): void {
    this.worker?.postMessage(message);
  }
}
