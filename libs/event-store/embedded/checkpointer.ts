import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';

/** So much log is copied into the file at once; a log that is used again from its start is faster to sync than one that grows. */
const LOG_BYTES = 16 * 1024 * 1024;
/** Pages that a commit writes besides what it appends. */
const PAGES_EACH = 3;

/**
 * Keeps the write-ahead log short without stopping commits for it: a thread copies it into the file, and only what was committed
 * meanwhile is copied here, after which the log begins anew. Without the thread SQLite does all of it at some commit.
 */
export class Checkpointer {
  private worker: Worker | null = null;
  private state: 'idle' | 'running' | 'done' | 'off' = 'idle';
  private bytes = 0;
  private readonly finish: StatementSync;

  constructor(
    database: DatabaseSync,
    private readonly path: string,
    private readonly pageSize: number,
    private readonly workerUrl = new URL('./checkpoint.worker.js', import.meta.url),
  ) {
    this.finish = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    if (path === ':memory:' || !existsSync(fileURLToPath(workerUrl))) this.state = 'off';
  }

  /** Call after each commit, outside a transaction. */
  committed(bytes: number): void {
    this.bytes += bytes + PAGES_EACH * this.pageSize;
    if (this.state === 'idle' && this.bytes >= LOG_BYTES) this.start();
    else if (this.state === 'done') this.end();
  }

  async close(): Promise<void> {
    const { worker } = this;
    this.state = 'off';
    this.worker = null;
    if (worker === null) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.ref();
    worker.postMessage(null);
    await exited;
  }

  private start(): void {
    this.state = 'running';
    this.bytes = 0;
    (this.worker ??= this.open()).postMessage('checkpoint');
  }

  private end(): void {
    this.state = 'idle';
    try {
      this.finish.get();
    } catch {
      // The log stays longer until the next time; a fault of the disk shows at the next commit.
    }
  }

  private open(): Worker {
    const worker = new Worker(this.workerUrl, { workerData: { path: this.path }, execArgv: [] });
    worker.unref();
    worker.on('message', () => {
      if (this.state === 'running') this.state = 'done';
    });
    // Without the thread SQLite's own checkpoint at a longer log takes over.
    worker.on('error', () => (this.state = 'off'));
    return worker;
  }
}
