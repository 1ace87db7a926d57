import { existsSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';

import { pragma } from './database.js';
import { ended } from './thread.js';

/** So much log is copied into the file at once. */
const STEP_BYTES = 16 * 1024 * 1024;
/** Longer than this the log is begun anew although commits go on, for which they wait once: the copy must be whole and synced. */
const LOG_BYTES_MAX = 128 * 1024 * 1024;
/** Without a commit for so long the copy is made whole, so that the log begins anew and nobody waits. */
const QUIET_MS = 250;
/** Pages that a commit writes besides what it appends: the last one of the log again, and one above it. */
const PAGES_EACH = 2;

/**
 * Keeps the write-ahead log short without stopping commits for it: a thread copies it into the file while they go on. The log
 * begins anew at the first commit after a copy that lacks nothing. Without the thread SQLite copies all of it at some commit.
 */
export class Checkpointer {
  private worker: Worker | null = null;
  private state: 'idle' | 'running' | 'off' = 'idle';
  /** Written since the last copy, and since the log began, as far as we know. */
  private added = 0;
  private length = 0;
  private commits = 0;
  private quiet: NodeJS.Timeout | undefined;
  private readonly finish: StatementSync;
  private readonly pageSize: number;

  constructor(
    private readonly database: DatabaseSync,
    private readonly path: string,
    private readonly workerUrl = new URL('./checkpoint.worker.js', import.meta.url),
  ) {
    this.pageSize = pragma(database, 'page_size');
    this.finish = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    if (path === ':memory:' || !existsSync(workerUrl)) this.state = 'off';
    else this.automaticAt(2 * LOG_BYTES_MAX);
  }

  /** Call after each commit, outside a transaction. */
  committed(bytes: number): void {
    if (this.state === 'off') return;
    const written = bytes + PAGES_EACH * this.pageSize;
    this.commits++;
    this.added += written;
    this.length += written;
    if (this.state === 'running') return;
    if (this.length >= LOG_BYTES_MAX) this.begin();
    else if (this.added >= STEP_BYTES) this.copy();
  }

  async close(): Promise<void> {
    const { worker } = this;
    this.state = 'off';
    this.worker = null;
    clearTimeout(this.quiet);
    if (worker !== null) await ended(worker);
  }

  private copy(): void {
    this.state = 'running';
    this.added = 0;
    (this.worker ??= this.open()).postMessage('checkpoint');
    this.awaitQuiet();
  }

  /** Between two of our commits a copy can be made whole: what the thread left is little. */
  private begin(): void {
    this.added = 0;
    this.length = 0;
    try {
      this.finish.get();
    } catch {
      // The log stays longer until the next time; a fault of the disk shows at the next commit.
    }
  }

  private awaitQuiet(): void {
    if (this.quiet !== undefined) return;
    const seen = this.commits;
    this.quiet = setTimeout(() => {
      this.quiet = undefined;
      if (this.state === 'off') return;
      if (this.state === 'running' || seen !== this.commits) this.awaitQuiet();
      else if (this.length > 0) {
        this.length = 0;
        this.copy();
      }
    }, QUIET_MS).unref();
  }

  private open(): Worker {
    const worker = new Worker(this.workerUrl, { workerData: { path: this.path }, execArgv: [] });
    worker.unref();
    worker.on('message', () => {
      if (this.state === 'running') this.state = 'idle';
    });
    worker.on('error', () => {
      this.state = 'off';
      this.automaticAt(4 * STEP_BYTES);
    });
    return worker;
  }

  /** SQLite's own checkpoint, at some commit. */
  private automaticAt(bytes: number): void {
    this.database.exec(`PRAGMA wal_autocheckpoint = ${Math.round(bytes / this.pageSize)}`);
  }
}
