import { Worker } from 'node:worker_threads';

import { StoreFault, type StoreFaultCode } from '../fault.js';
import type { CommitAnswer, CommitOrder } from './commits.js';
import type { DatabaseOptions } from './database.js';
import { endWorker } from './end-worker.js';

export interface CommitWorkerData {
  readonly path: string;
  readonly options: DatabaseOptions;
}
export type CommitRequest = CommitOrder | 'release' | 'close';
/** A fault in the parts that pass between threads; `bug`: not the store's. */
export type CommitReply =
  'ready' | CommitAnswer | { readonly code: StoreFaultCode; readonly message: string; readonly retryable: boolean } | { readonly bug: Error };

type Done = (answer: CommitAnswer | Error) => void;

/** Commits in a thread of its own: the next batch is decided while this one is on its way to the disk. */
export class CommitThread {
  ready = false;
  private readonly worker: Worker;
  private done: Done | null = null;
  private closed = false;

  /** `onEnd`: the thread is gone, by a fault; what it was asked is answered with the fault. */
  constructor(url: URL, data: CommitWorkerData, onEnd: () => void) {
    this.worker = new Worker(url, { workerData: data, execArgv: [] });
    this.worker.unref();
    this.worker.on('message', (reply: CommitReply) => this.hear(reply));
    this.worker.on('error', (error) => this.answer(ended(error instanceof Error ? error.message : String(error))));
    this.worker.on('exit', () => {
      if (this.closed) return;
      this.answer(ended('it ended'));
      onEnd();
    });
  }

  /** One at a time. */
  commit(order: CommitOrder, done: Done): void {
    this.done = done;
    // A process may end when nothing waits for an answer, and not before.
    this.worker.ref();
    this.worker.postMessage(order);
  }

  release(): void {
    this.worker.postMessage('release' satisfies CommitRequest);
  }

  close(): Promise<void> {
    this.closed = true;
    return endWorker(this.worker, 'close' satisfies CommitRequest);
  }

  private hear(reply: CommitReply): void {
    if (reply === 'ready') this.ready = true;
    else if (reply === 'committed' || reply === 'again') this.answer(reply);
    else if ('bug' in reply) this.answer(reply.bug);
    else this.answer(new StoreFault(reply.code, withoutCode(reply.message), { retryable: reply.retryable }));
  }

  private answer(answer: CommitAnswer | Error): void {
    const { done } = this;
    this.done = null;
    this.worker.unref();
    done?.(answer);
  }
}

/** StoreFault puts its code behind the message. */
const withoutCode = (message: string): string => message.replace(/ \[STORE-\d+\]$/, '');

/** What it was doing may be on the disk or not: repeated under the same ids it is stored once. */
const ended = (why: string): StoreFault =>
  new StoreFault(
    'STORE-110',
    `The thread that writes the store failed: ${why}. Whether this was written is not known. Call again with the same key.`,
    {
      retryable: true,
    },
  );
