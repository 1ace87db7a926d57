import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { Binding, type BoundData } from '../binding.js';
import { otherContent } from '../fault.js';
import type { AppendConflict, NewEvent, StreamAppended, StreamWrite } from '../port.js';
import { Catalogue, type Head } from './catalogue.js';
import { isSqliteError } from './faults.js';
import type { Log } from './log.js';
import type { LogSync } from './log-sync.js';
import type { Reader } from './reader.js';
import type { StoredEvent } from './stored-event.js';
import type { Tail } from './tail.js';

/** The end of the stream that a write goes to, or what stands there already. */
type Plan = Head | StreamAppended;

/** What became of one append; an Error is that append's alone. */
export type Written = readonly StreamAppended[] | AppendConflict | Error;

/** An append, and what became of it. */
export interface Writing {
  readonly writes: readonly StreamWrite[];
  /** null: not written yet, or it repeats what its own commit writes, so that its answer can only be read after that. */
  written: Written | null;
}

export interface WriterParts {
  readonly database: DatabaseSync;
  readonly log: Log;
  readonly tail: Tail;
  readonly reader: Reader;
  readonly sync: LogSync;
}

/**
 * Writes the appends of a commit in one transaction. Under its lock each append is planned whole before its first event is added, so
 * that a conflict leaves nothing behind and its neighbours in the same commit are not disturbed.
 */
export class Writer {
  private readonly database: DatabaseSync;
  private readonly log: Log;
  private readonly tail: Tail;
  private readonly reader: Reader;
  private readonly sync: LogSync;
  private readonly catalogue: Catalogue;
  private readonly begin: StatementSync;
  private readonly commit: StatementSync;
  private readonly insertRow: StatementSync;
  private stamped = 0;
  private recordedAt = '';
  /** The last event before the commit at hand, behind which tail and catalogue are ahead of the file. */
  private known = 0;

  constructor({ database, log, tail, reader, sync }: WriterParts) {
    [this.database, this.log, this.tail, this.reader, this.sync] = [database, log, tail, reader, sync];
    this.catalogue = new Catalogue(tail);
    this.begin = database.prepare('BEGIN IMMEDIATE');
    this.commit = database.prepare('COMMIT');
    this.insertRow = database.prepare('INSERT INTO log VALUES (?, ?, ?)');
    this.reload();
  }

  /**
   * Tells each append what became of it, and answers about how many characters were written; 0: nothing was. What is written is not on the disk yet: neither
   * it nor an answer that may rest on it is to be shown before. @throws what SQLite throws; then nothing was written
   */
  write(appends: readonly Writing[], now: number): number {
    try {
      this.begin.run();
      this.prepare(now);
      for (const append of appends) append.written = this.append(append.writes);
      const characters = this.insert();
      this.commit.run();
      this.known = this.tail.position;
      return characters;
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      this.reload();
      throw error;
    }
  }

  /** Reads everything again: at the start and after a fault. */
  private reload(): void {
    this.tail.reload();
    // What others wrote, or a process that ended between its write and its sync. After it was read: it may have become more until then.
    this.sync.now();
    this.takeUp();
  }

  private takeUp(): void {
    this.catalogue.forget();
    // Not the log's end: at the start no lock is held, and another process may have written since the tail was read.
    const last = (this.known = this.tail.position);
    const instant = last === 0 ? 0 : this.log.row(last).recordedAt(last);
    if (!(instant > this.stamped)) return;
    this.stamped = instant;
    this.recordedAt = new Date(instant).toISOString();
  }

  /** One stamp for all of the commit; it never goes back, even when the clock does. */
  private prepare(now: number): void {
    if ((this.log.lastPosition() ?? 0) !== this.known) {
      // Another process's, and what is answered may rest on it.
      this.sync.now();
      this.tail.catchUp();
      this.takeUp();
    }
    if (now > this.stamped) {
      this.stamped = now;
      this.recordedAt = new Date(now).toISOString();
    }
    this.log.discard();
  }

  private insert(): number {
    let characters = 0;
    for (const [position, heads, body] of this.log.take()) {
      this.insertRow.run(position, heads, body);
      characters += heads.length + body.length;
    }
    return characters;
  }

  /** What `Writing` says of it. @throws what SQLite throws, which is everybody's */
  private append(writes: readonly StreamWrite[]): Written | null {
    try {
      // Of their length at once: what is pushed into an empty array has room for sixteen more.
      const plans = new Array<Plan>(writes.length);
      for (let i = 0; i < writes.length; i++) {
        const write = writes[i] as StreamWrite;
        const plan = this.plan(write);
        if (plan === null) return null;
        if (typeof plan !== 'object') return conflict(write, plan);
        plans[i] = plan;
      }
      return this.addAll(writes, plans);
    } catch (error) {
      if (isSqliteError(error) || !(error instanceof Error)) throw error;
      return error;
    }
  }

  private addAll(writes: readonly StreamWrite[], plans: readonly Plan[]): readonly StreamAppended[] {
    const appended = new Array<StreamAppended>(plans.length);
    for (let i = 0; i < plans.length; i++) {
      const plan = plans[i] as Plan;
      appended[i] = 'repeated' in plan ? plan : this.add(writes[i] as StreamWrite, plan, bindsNext(writes, plans, i));
    }
    return appended;
  }

  /** Where the write goes, or what stands there already, or the revision that it conflicts with; null as in `Writing`. */
  private plan(write: StreamWrite): Plan | number | null {
    const { stream, expected, events } = write;
    const wanted = expected === 'no-stream' ? -1 : expected;
    const head = this.catalogue.head(stream, wanted < 0);
    if (head.revision === wanted) return head;
    if (wanted < head.revision && events.length > 0) {
      const [last = 0] = this.tail.positions(stream, head.revision, 1);
      if (last > this.known) return null;
      const repeated = this.repeat(wanted, write);
      if (repeated) return repeated;
    }
    return head.revision;
  }

  /** Exactly these ids right after the expected revision: a repeat, whatever came later. Anything else is a conflict. */
  private repeat(after: number, { stream, events }: StreamWrite): StreamAppended | null {
    const stored = this.reader.readStream(stream, after + 1, events.length, Infinity);
    if (stored.length < events.length) return null;
    if (!events.every((event, i) => event.id === stored[i]?.id)) return null;
    for (let i = 0; i < events.length; i++) {
      const event = events[i] as NewEvent;
      if (!(stored[i] as StoredEvent).holds(event)) throw otherContent(event.id, stream);
    }
    const last = stored[stored.length - 1] as StoredEvent;
    return { stream, revision: last.revision, position: last.position, repeated: true };
  }

  private add({ events, stream }: StreamWrite, head: Head, binding: BoundData | null): StreamAppended {
    if (events.length === 0) return { stream, revision: head.revision, position: 0, repeated: false };
    for (const event of events) {
      const position = this.tail.position + 1;
      head.revision++;
      if (binding) this.log.addBinding(stream, binding);
      else this.log.add(position, stream, head.revision, event, this.recordedAt);
      this.tail.add(stream, head.revision, position, head.hash);
    }
    return { stream, revision: head.revision, position: this.tail.position, repeated: false };
  }
}

/** What a write binds, when it is a key's binding and the next one adds the command's first event right after it. */
function bindsNext(writes: readonly StreamWrite[], plans: readonly Plan[], index: number): BoundData | null {
  const [event] = (writes[index] as StreamWrite).events;
  const [next, plan] = [writes[index + 1], plans[index + 1]];
  if (!(event instanceof Binding) || !next || !plan || 'repeated' in plan) return null;
  return event.first !== null && event.first === next.events[0] ? event.bound : null;
}

const conflict = ({ stream, expected }: StreamWrite, revision: number): AppendConflict => ({
  ok: false,
  conflict: { stream, expected, actual: revision < 0 ? 'no-stream' : revision },
  stored: 0,
});
