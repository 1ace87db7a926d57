import type { AppendOutcome, StreamWrite } from '../port.js';
import type { Checkpointer } from './checkpointer.js';
import { NOTHING_WRITTEN, toFault } from './faults.js';
import type { IndexWriter } from './index-writer.js';
import type { LogSync } from './log-sync.js';
import type { Writer } from './writer.js';

/** So many appends are written at once: while they are on their way to the disk others are decided. Fewer wait for what the same turn of the event loop brings. */
const LARGE = 24;

interface Pending {
  readonly writes: readonly StreamWrite[];
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (fault: Error) => void;
}
interface Answer {
  readonly append: Pending;
  readonly outcome: AppendOutcome;
}

export interface GroupCommitOptions {
  readonly writer: Writer;
  readonly sync: LogSync;
  readonly checkpointer: Checkpointer;
  readonly index: IndexWriter;
  readonly clock: { now(): number };
  readonly path: string;
  /** Told when a commit is on the disk. */
  readonly onStored: () => void;
}

/**
 * All appends that wait share one transaction and one sync, which is what makes durable commands cheap; none is answered, and
 * nobody is shown it, before that sync is done. The next are decided meanwhile.
 */
export class GroupCommit {
  private pending: Pending[] = [];
  private syncing = false;
  private scheduled = false;
  private idle: (() => void)[] = [];

  constructor(private readonly options: GroupCommitOptions) {}

  /** The file holds events of ours that may not be on the disk yet. */
  get underWay(): boolean {
    return this.syncing;
  }

  append(writes: readonly StreamWrite[]): Promise<AppendOutcome> {
    return new Promise((resolve, reject) => {
      this.pending.push({ writes, resolve, reject });
      this.next();
    });
  }

  /** Resolves when nothing waits any more. */
  async close(): Promise<void> {
    if (this.syncing || this.pending.length > 0) {
      const idle = new Promise<void>((resolve) => this.idle.push(resolve));
      this.next();
      await idle;
    }
    await Promise.all([this.options.checkpointer.close(), this.options.index.close()]);
  }

  private next(): void {
    if (this.syncing) return;
    const waiting = this.pending.length;
    if (waiting === 0) for (const resolve of this.idle.splice(0)) resolve();
    else if (waiting >= LARGE) this.flush();
    else if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(this.flushSoon);
    }
  }

  private readonly flushSoon = (): void => {
    this.scheduled = false;
    if (!this.syncing && this.pending.length > 0) this.flush();
  };

  private flush(): void {
    const appends = this.pending;
    this.pending = [];
    try {
      this.options.sync.check();
      this.write(appends);
    } catch (error) {
      const fault = toFault(error, this.options.path, NOTHING_WRITTEN);
      for (const append of appends) append.reject(fault);
      this.next();
    }
  }

  private write(appends: readonly Pending[]): void {
    const { writer, clock, checkpointer } = this.options;
    const { outcomes, characters } = writer.write(
      appends.map(({ writes }) => writes),
      clock.now(),
    );
    const answers: Answer[] = [];
    const again: Pending[] = [];
    for (let i = 0; i < appends.length; i++) {
      const [append, outcome] = [appends[i] as Pending, outcomes[i] ?? null];
      if (outcome === null) again.push(append);
      else if (outcome instanceof Error) append.reject(outcome);
      else answers.push({ append, outcome });
    }
    this.pending.unshift(...again);
    // What an answer rests on besides is on the disk: the writer has brought it there, whoever wrote it.
    if (characters === 0) return this.answer(answers, null);
    checkpointer.committed(characters);
    this.sync(answers);
  }

  private sync(answers: readonly Answer[]): void {
    this.syncing = true;
    this.options.sync.later((fault) => {
      this.syncing = false;
      // What is not known to be on the disk stays unknown to readers as well.
      if (!fault) this.options.writer.committed();
      this.answer(answers, fault);
      if (fault) return;
      this.options.onStored();
      this.options.index.committed();
    });
  }

  private answer(answers: readonly Answer[], fault: Error | null): void {
    this.next();
    for (const { append, outcome } of answers) {
      if (fault) append.reject(fault);
      else append.resolve(outcome);
    }
  }
}
