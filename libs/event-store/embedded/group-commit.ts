import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

import type { AppendOutcome, StreamWrite } from '../port.js';
import { CommitThread } from './commit-thread.js';
import { type CommitAnswer, type CommitOrder, Commits } from './commits.js';
import type { DatabaseOptions } from './database.js';
import { isSqliteError, NOTHING_WRITTEN, toFault } from './faults.js';
import type { Writer } from './writer.js';

/** So many large commits are written in this thread before another begins: a command of the CLI is done by then. */
const THREAD_AFTER = 64;
/** A commit of so many appends is given to the thread, as soon as there are so many, so that deciding and writing overlap; for a smaller one the way there costs more than is won. */
const LARGE = 24;

interface Pending {
  readonly writes: readonly StreamWrite[];
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (error: unknown) => void;
}
interface Plan {
  readonly answers: { readonly append: Pending; readonly outcome: AppendOutcome }[];
  /** These repeat what others of the same commit write: their answer can only be read after it. */
  readonly later: Pending[];
  readonly defects: { readonly append: Pending; readonly error: unknown }[];
  refused: boolean;
}

export interface GroupCommitOptions {
  readonly database: DatabaseSync;
  readonly path: string;
  readonly writer: Writer;
  readonly clock: { now(): number };
  readonly databaseOptions: DatabaseOptions;
  /** Takes in what other processes committed; true when there was something. */
  readonly noticeOthers: () => boolean;
  /** Told after each commit. */
  readonly onStored: () => void;
  readonly thread?: ThreadOptions | undefined;
}

/** When commits move to a thread of their own. */
export interface ThreadOptions {
  /** The compiled worker, when it is not beside this module. */
  readonly worker?: URL;
  /** So many large commits until it begins. */
  readonly after?: number;
  /** What large is, in appends. */
  readonly large?: number;
}

type Done = (answer: CommitAnswer | Error) => void;
interface Committer {
  commit(order: CommitOrder, done: Done): void;
  release(): void;
}

/**
 * All appends that wait share one transaction and one sync, which is what makes durable commands cheap; none is answered before
 * that commit returned. One commit is under way at a time: what is asked meanwhile is the next.
 */
export class GroupCommit {
  private readonly commits: Commits;
  private readonly here: Committer;
  private readonly workerUrl: URL;
  private readonly large: number;
  private untilThread: number;
  private thread: CommitThread | null = null;
  private pending: Pending[] = [];
  private busy = false;
  private scheduled = false;
  private idle: (() => void)[] = [];

  constructor(private readonly options: GroupCommitOptions) {
    const { database, path, thread = {} } = options;
    this.commits = new Commits(database, path);
    this.here = { commit: (order, done) => done(this.commitHere(order)), release: () => this.commits.release() };
    this.workerUrl = thread.worker ?? new URL('./commit.worker.js', import.meta.url);
    this.large = thread.large ?? LARGE;
    this.untilThread = path === ':memory:' || !existsSync(this.workerUrl) ? Infinity : (thread.after ?? THREAD_AFTER);
  }

  get inThread(): boolean {
    return this.thread?.ready === true;
  }

  append(writes: readonly StreamWrite[]): Promise<AppendOutcome> {
    return new Promise((resolve, reject) => {
      this.pending.push({ writes, resolve, reject });
      this.next();
    });
  }

  /** Resolves when nothing waits any more. */
  async close(): Promise<void> {
    this.flush();
    if (this.busy) await new Promise<void>((resolve) => this.idle.push(resolve));
    await this.thread?.close();
    await this.commits.close();
  }

  private readonly flush = (): void => {
    this.scheduled = false;
    if (this.busy || this.pending.length === 0) return;
    const batch = this.pending;
    this.pending = [];
    this.busy = true;
    this.attempt(batch, this.committerFor(batch.length), false);
  };

  /** `again`: under the lock, and with every stream looked up. */
  private attempt(batch: readonly Pending[], committer: Committer, again: boolean): void {
    let plan: Plan;
    let order: CommitOrder | null;
    try {
      plan = this.plan(batch, again);
      order = this.options.writer.order();
    } catch (error) {
      if (again) committer.release();
      return this.fail(batch, error);
    }
    if (order === null) {
      if (again) committer.release();
      return this.finish(plan);
    }
    committer.commit(order, (answer) => {
      if (answer === 'committed') this.stored(plan);
      else if (answer !== 'again') this.fail(batch, answer);
      else if (!again) this.attempt(batch, committer, true);
      else this.fail(batch, new Error('an order that was planned under the lock did not fit'));
    });
  }

  /** What other processes committed is looked for only where it may matter: a commit that doesn't fit is told so. */
  private plan(batch: readonly Pending[], again: boolean): Plan {
    const { noticeOthers } = this.options;
    if (again) noticeOthers();
    const plan = this.planOnce(batch, again);
    return !again && plan.refused && noticeOthers() ? this.planOnce(batch, again) : plan;
  }

  private planOnce(batch: readonly Pending[], certain: boolean): Plan {
    const { writer, clock } = this.options;
    writer.begin(clock.now(), certain);
    const plan: Plan = { answers: [], later: [], defects: [], refused: false };
    for (const append of batch) {
      try {
        const outcome = writer.append(append.writes);
        if (outcome === null) plan.later.push(append);
        else plan.answers.push({ append, outcome });
        if (outcome?.ok === false) plan.refused = true;
      } catch (error) {
        // A fault of one append alone is its own; what SQLite throws is everybody's.
        if (isSqliteError(error)) throw error;
        plan.defects.push({ append, error });
      }
    }
    return plan;
  }

  private committerFor(appends: number): Committer {
    if (appends < this.large) return this.here;
    if (this.untilThread-- === 0) this.openThread();
    return this.thread?.ready === true ? this.thread : this.here;
  }

  private commitHere(order: CommitOrder): CommitAnswer | Error {
    try {
      return this.commits.commit(order);
    } catch (error) {
      return toFault(error, this.options.path, NOTHING_WRITTEN);
    }
  }

  private openThread(): void {
    const { path, databaseOptions } = this.options;
    this.thread = new CommitThread(this.workerUrl, { path, options: databaseOptions }, () => {
      this.thread = null;
      this.untilThread = THREAD_AFTER;
    });
  }

  private stored(plan: Plan): void {
    this.options.writer.committed();
    this.finish(plan);
    this.options.onStored();
  }

  private finish({ answers, later, defects }: Plan): void {
    this.busy = false;
    for (const { append, outcome } of answers) append.resolve(outcome);
    for (const { append, error } of defects) append.reject(error);
    this.pending.unshift(...later);
    this.next();
  }

  private fail(batch: readonly Pending[], error: unknown): void {
    const fault = toFault(error, this.options.path, NOTHING_WRITTEN);
    try {
      this.options.writer.reload();
    } finally {
      this.busy = false;
      for (const append of batch) append.reject(fault);
      this.next();
    }
  }

  private next(): void {
    if (this.busy) return;
    const waiting = this.pending.length;
    if (waiting === 0) for (const resolve of this.idle.splice(0)) resolve();
    else if (waiting >= this.large && this.inThread) this.flush();
    else if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(this.flush);
    }
  }
}
