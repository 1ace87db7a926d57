import { type AppendOutcome, lastOf, type StreamWrite } from '../port.js';
import type { Checkpointer } from './checkpointer.js';
import { NOTHING_WRITTEN, toFault } from './faults.js';
import type { LogSync } from './log-sync.js';
import type { Writer, Writing, Written } from './writer.js';

/** So many appends are committed at once, and also while the disk is busy. Fewer wait for what the same turn of the event loop brings, and for the disk. */
const LARGE = 24;
/** So many syncs at once: the next need not wait for one that began too early to cover its commit. Whichever ends first covers all before it. */
const SYNCS_MAX = 2;
/**
 * So long after a commit the next one gathers what comes, unless all that were lately under way are there: each commit wakes the disk
 * and who watches, and of many small ones that is most of the work (PostgreSQL's commit_delay). Whoever writes alone never waits.
 */
const GATHER_MS = 1;
/** What "lately" means, once to twice. */
const LATELY_MS = 100;

/** Appends that came together, each for itself, and are answered together. */
interface Call {
  readonly outcomes: (AppendOutcome | Error)[];
  open: number;
  readonly answer: (outcomes: readonly (AppendOutcome | Error)[]) => void;
}

/** One append on its way. */
class Pending implements Writing {
  written: Written | null = null;

  constructor(
    readonly writes: readonly StreamWrite[],
    private readonly call: Call,
    private readonly index: number,
  ) {}

  settle(outcome: AppendOutcome | Error): void {
    const { call } = this;
    call.outcomes[this.index] = outcome;
    if (--call.open === 0) call.answer(call.outcomes);
  }
}

export interface GroupCommitOptions {
  readonly writer: Writer;
  readonly sync: LogSync;
  readonly checkpointer: Checkpointer;
  readonly clock: { now(): number };
  readonly path: string;
  /** The last position that is committed. */
  readonly position: () => number;
  /** Told up to which position the log is on the disk. */
  readonly onStored: (position: number) => void;
  /** `GATHER_MS` where it is not said. */
  readonly gatherMs?: number;
}

/**
 * All appends that wait share one transaction and one sync, which is what makes durable commands cheap; none is answered, and
 * nobody is shown it, before that sync is done. Meanwhile the next are decided, and committed when they are many: the disk and this
 * thread wait for each other as little as they can. Of a small commit this thread waits for a quick disk itself: to leave that to another thread, and to
 * hear of it between two requests, takes longer than the disk, and what could be decided meanwhile is little.
 */
export class GroupCommit {
  private pending: Pending[] = [];
  /** Of commits that no sync has begun for. */
  private committed: Pending[] = [];
  private syncs = 0;
  private scheduled = false;
  private flushedAt = 0;
  private gathering: NodeJS.Timeout | undefined;
  /**
   * Appends that are not answered yet, and the most that were, lately and in the while before. Half of them on their way to the disk while
   * the others are decided keeps both busy with the fewest commits.
   */
  private open = 0;
  private most = 0;
  private mostBefore = 0;
  private latelySince = 0;
  private idle: (() => void)[] = [];

  constructor(private readonly options: GroupCommitOptions) {}

  /** The file holds events of ours that may not be on the disk yet. */
  get underWay(): boolean {
    return this.syncs > 0 || this.committed.length > 0;
  }

  append(writes: readonly StreamWrite[]): Promise<AppendOutcome> {
    return new Promise((resolve, reject) => {
      const answer = ([outcome]: readonly (AppendOutcome | Error)[]) =>
        outcome instanceof Error ? reject(outcome) : resolve(outcome as AppendOutcome);
      this.add([writes], { outcomes: [], open: 1, answer });
    });
  }

  /** At least one, each for itself, and one promise for all: one for each is a tenth of what an append costs. */
  appendEach(appends: readonly (readonly StreamWrite[])[]): Promise<readonly (AppendOutcome | Error)[]> {
    return new Promise((answer) => this.add(appends, { outcomes: [], open: appends.length, answer }));
  }

  private add(appends: readonly (readonly StreamWrite[])[], call: Call): void {
    for (let index = 0; index < appends.length; index++) this.pending.push(new Pending(appends[index] as readonly StreamWrite[], call, index));
    this.open += appends.length;
    if (this.open > this.most) this.most = this.open;
    this.next();
  }

  /** Resolves when nothing waits any more. */
  async close(): Promise<void> {
    if (this.underWay || this.pending.length > 0) {
      const idle = new Promise<void>((resolve) => this.idle.push(resolve));
      this.next();
      await idle;
    }
    await this.options.checkpointer.close();
  }

  private next(): void {
    const waiting = this.pending.length;
    if (waiting === 0) {
      if (!this.underWay) for (const resolve of this.idle.splice(0)) resolve();
    } else if (this.syncs > 0) {
      // Many need not wait for the disk, but for what else is decided in this turn.
      if (waiting >= LARGE) this.flushSoon();
    } else if (waiting >= LARGE && 2 * waiting >= this.mostLately) this.flush();
    else this.flushSoon();
  }

  private flushSoon(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      const waiting = this.pending.length;
      if (waiting >= LARGE) this.flush();
      else if (waiting > 0 && this.syncs === 0) this.flushOrGather();
    });
  }

  private get mostLately(): number {
    return Math.max(this.most, this.mostBefore);
  }

  private flushOrGather(): void {
    const left = this.flushedAt + (this.options.gatherMs ?? GATHER_MS) - performance.now();
    if (this.pending.length >= this.mostLately || left <= 0) this.flush();
    // Nothing but a flush ends the gathering, so there is something to write then, and no sync under way.
    else this.gathering ??= setTimeout(() => this.flush(), left);
  }

  private flush(): void {
    const appends = this.pending;
    this.pending = [];
    clearTimeout(this.gathering);
    this.gathering = undefined;
    this.flushedAt = performance.now();
    if (this.flushedAt - this.latelySince > LATELY_MS) [this.mostBefore, this.most, this.latelySince] = [this.most, this.open, this.flushedAt];
    const { sync, writer, clock, path } = this.options;
    let characters: number;
    try {
      sync.check();
      characters = writer.write(appends, clock.now());
    } catch (error) {
      const fault = toFault(error, path, NOTHING_WRITTEN);
      this.open -= appends.length;
      for (const append of appends) append.settle(fault);
      return this.next();
    }
    this.written(appends, characters);
  }

  private written(appends: readonly Pending[], characters: number): void {
    const answers = appends.filter(({ written }) => written !== null);
    if (answers.length < appends.length) this.pending.unshift(...appends.filter(({ written }) => written === null));
    // An answer may rest on a commit that is not on the disk yet: the writer has synced what others wrote, not what we did.
    if (characters === 0 && !this.underWay) return this.answer(answers, null, this.options.position());
    this.committed.push(...answers);
    if (characters > 0) this.options.checkpointer.committed(characters);
    if (this.syncs < SYNCS_MAX) this.sync();
  }

  private sync(): void {
    const { sync, position, onStored } = this.options;
    const [answers, until] = [this.committed, position()];
    this.committed = [];
    const done = (fault: Error | null) => {
      // What is not known to be on the disk stays unknown to readers as well.
      if (!fault) onStored(until);
      this.answer(answers, fault, until);
    };
    if (answers.length < LARGE && this.syncs === 0 && sync.isQuick) return done(this.syncHere());
    this.syncs++;
    sync.later((fault) => {
      this.syncs--;
      if (this.committed.length > 0) this.sync();
      done(fault);
    });
  }

  private syncHere(): Error | null {
    try {
      this.options.sync.now();
      return null;
    } catch (fault) {
      return fault as Error;
    }
  }

  private answer(answers: readonly Pending[], fault: Error | null, until: number): void {
    this.open -= answers.length;
    // The disk is free now: many that waited for it do not wait for the answers to be taken.
    if (this.pending.length >= LARGE && this.syncs === 0) this.flush();
    else this.next();
    for (const append of answers) {
      const written = append.written as Written;
      if (fault) append.settle(fault);
      else if (written instanceof Error || 'ok' in written) append.settle(written);
      else append.settle({ ok: true, position: lastOf(written), until, appended: written });
    }
  }
}
