import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs';

import { StoreFault } from '../fault.js';

/** A disk that takes longer is no quick one until ten times as long have passed: who waits for it in this thread has all others wait as well. */
const QUICK_MS = 2;
const PAUSE = 10;

/**
 * Brings the write-ahead log to the disk. SQLite writes it at every commit; waiting for the disk is left to a thread of libuv's pool,
 * while this one decides what comes next, where that is worth it. A disk that failed once is never asked again: the kernel tells of a lost page one time
 * only, and the next sync would succeed without it.
 */
export class LogSync {
  /** Open and not in use. Each sync has one of its own meanwhile: the kernel tells every open file of a page that it lost, but each of them once. */
  private readonly idle: number[] = [];
  private fault: StoreFault | null = null;
  private slowUntil: number;

  /** @param takenForSlow whatever it is */
  constructor(
    private readonly path: string,
    takenForSlow = false,
  ) {
    this.slowUntil = takenForSlow ? Infinity : 0;
  }

  /** Everything that was committed before the call is on the disk when `done` is called, or may not be: then with the fault. */
  later(done: (fault: StoreFault | null) => void): void {
    if (this.path === ':memory:') return done(null);
    if (this.fault) return done(this.fault);
    let fd: number;
    try {
      fd = this.take();
    } catch (error) {
      return done(this.fail(error));
    }
    fdatasync(fd, (error) => {
      this.idle.push(fd);
      done(error ? this.fail(error) : this.fault);
    });
  }

  /** It was when it was last waited for, or that is long ago. */
  get isQuick(): boolean {
    return performance.now() >= this.slowUntil;
  }

  /** @throws the fault that there was */
  check(): void {
    if (this.fault) throw this.fault;
  }

  /** As `later`, at once. @throws StoreFault `STORE-110` */
  now(): void {
    if (this.path === ':memory:') return;
    this.check();
    const from = performance.now();
    try {
      const fd = this.take();
      this.idle.push(fd);
      fdatasyncSync(fd);
    } catch (error) {
      throw this.fail(error);
    }
    const until = performance.now();
    if (until - from > QUICK_MS) this.slowUntil = Math.max(this.slowUntil, until + PAUSE * (until - from));
  }

  /** Call when no sync is under way. */
  close(): void {
    for (const fd of this.idle.splice(0)) closeSync(fd);
  }

  /** SQLite keeps the log as long as it has the file open. Its locks are on other files, so closing this one gives none of them up. */
  private take(): number {
    return this.idle.pop() ?? openSync(`${this.path}-wal`, 'r+');
  }

  private fail(cause: unknown): StoreFault {
    return (this.fault ??= new StoreFault(
      'STORE-110',
      `The disk did not take what was written to ${this.path} (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}). Whether this was recorded is not known, and nothing more is. Look at the disk and the system's log, start the ledger again, and call again with the same key.`,
      { retryable: true, cause },
    ));
  }
}
