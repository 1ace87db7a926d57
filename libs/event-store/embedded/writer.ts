import { StoreFault } from '../fault.js';
import type { AppendOutcome, ExpectedRevision, NewEvent, StreamAppended, StreamWrite } from '../port.js';
import { Catalogue, type Head } from './catalogue.js';
import type { CommitOrder } from './commits.js';
import type { Log } from './log.js';
import type { Reader } from './reader.js';
import type { StoredEvent } from './stored-event.js';
import { nameHash, type Tail } from './tail.js';

/** Where a write will go, or what already stands there. */
interface Plan {
  readonly write: StreamWrite;
  readonly head: Head;
  readonly repeated: StreamAppended | null;
  readonly metadata: readonly string[];
}

interface Added {
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
}

/**
 * Plans the appends of a commit from what is known of the file, one after the other: an append is planned whole before its first
 * event is added, so that a conflict leaves nothing behind and its neighbours in the same commit are not disturbed. What is planned
 * counts for the next append of the same commit, and for nobody else before `committed`.
 */
export class Writer {
  private stamped = 0;
  private recordedAt = '';
  private readonly catalogue: Catalogue;
  private position = 0;
  private added: Added[] = [];
  /** Streams that the commit at hand writes. */
  private heads = new Map<string, Head>();
  private unused: number[] = [];
  private certain = false;

  constructor(
    private readonly log: Log,
    private readonly tail: Tail,
    private readonly reader: Reader,
  ) {
    this.catalogue = new Catalogue(tail);
    this.reload();
  }

  /** Reads everything again: at the start and after a fault. */
  reload(): void {
    this.tail.reload();
    this.takeUp();
  }

  /** Takes in what stands in the file beyond what is known. */
  catchUp(): void {
    this.tail.catchUp();
    this.takeUp();
  }

  private takeUp(): void {
    this.catalogue.forget();
    const last = this.log.lastPosition();
    const recordedAt = last === null ? undefined : this.log.row(last).event(last).metadata['recordedAt'];
    const instant = typeof recordedAt === 'string' ? Date.parse(recordedAt) : 0;
    if (!(instant > this.stamped)) return;
    this.stamped = instant;
    this.recordedAt = new Date(instant).toISOString();
  }

  /**
   * Begins a commit, with one stamp for all of it; it never goes back, even when the clock does. `certain`: look every stream up,
   * else new ones are taken for new and looked up with the commit.
   */
  begin(now: number, certain: boolean): void {
    if (now > this.stamped) {
      this.stamped = now;
      this.recordedAt = new Date(now).toISOString();
    }
    this.log.discard();
    this.position = this.tail.position;
    this.certain = certain;
    this.added = [];
    this.unused = [];
    // Never emptied but replaced: the tables of an emptied one keep each other in memory until a full garbage collection.
    this.heads = new Map();
  }

  /** What is to be written; null when nothing is. */
  order(): CommitOrder | null {
    if (this.added.length === 0) return null;
    return { after: this.tail.position, rows: this.log.take(), unused: this.unused, index: this.tail.toIndex() };
  }

  /** The order is in the file: now it is known to readers. */
  committed(): void {
    for (const { stream, revision, position } of this.added) {
      // A reader may have met it in the file already.
      if (position > this.tail.position) this.tail.add(stream, revision, position);
    }
    this.tail.indexed();
  }

  /**
   * Null: it repeats what this same commit writes, so its answer can only be read after that.
   * @throws StoreFault `STORE-111` for a known id with other content
   */
  append(writes: readonly StreamWrite[]): AppendOutcome | null {
    const plans: Plan[] = [];
    for (const write of writes) {
      const plan = this.plan(write);
      if (plan === null) return null;
      if ('actual' in plan) return { ok: false, conflict: { stream: write.stream, expected: write.expected, actual: plan.actual }, stored: 0 };
      plans.push(plan);
    }
    const appended: StreamAppended[] = [];
    let position = 0;
    for (const plan of plans) {
      const result = plan.repeated ?? this.add(plan);
      appended.push(result);
      if (result.position > position) position = result.position;
    }
    return { ok: true, position, appended };
  }

  private plan(write: StreamWrite): Plan | { actual: ExpectedRevision } | null {
    const { stream, expected, events } = write;
    const head = this.headOf(write);
    const actual = head.revision;
    const wanted = expected === 'no-stream' ? -1 : expected;
    if (actual === wanted) {
      const metadata = events.map((event) => event.metadata(this.recordedAt));
      return { write, head, repeated: null, metadata };
    }
    if (wanted < actual && events.length > 0) {
      if (this.heads.has(stream)) return null;
      const repeated = this.repeat(wanted, write);
      if (repeated) return { write, head, repeated, metadata: [] };
    }
    return { actual: actual < 0 ? 'no-stream' : actual };
  }

  private headOf({ stream, expected }: StreamWrite): Head {
    const planned = this.heads.get(stream);
    if (planned) return planned;
    if (expected !== 'no-stream' || this.certain) return this.catalogue.head(stream);
    const recent = this.tail.recent(stream);
    if (recent !== undefined) return { revision: recent };
    this.unused.push(nameHash(stream));
    return { revision: -1 };
  }

  /** Exactly these ids right after the expected revision: a repeat, whatever came later. Anything else is a conflict. */
  private repeat(after: number, { stream, events }: StreamWrite): StreamAppended | null {
    const stored = this.reader.readStream(stream, after + 1, events.length);
    if (stored.length < events.length) return null;
    if (!events.every((event, i) => event.id === stored[i]?.id)) return null;
    for (let i = 0; i < events.length; i++) {
      const event = events[i] as NewEvent;
      if (!(stored[i] as StoredEvent).holds(event)) throw otherContent(event.id, stream);
    }
    return { stream, revision: after + events.length, position: (stored[events.length - 1] as StoredEvent).position, repeated: true };
  }

  private add({ write, head, metadata }: Plan): StreamAppended {
    const { events, stream } = write;
    for (let i = 0; i < events.length; i++) {
      this.position++;
      head.revision++;
      this.log.add(this.position, stream, head.revision, events[i] as NewEvent, metadata[i] as string);
      this.added.push({ stream, revision: head.revision, position: this.position });
    }
    if (events.length > 0) this.heads.set(stream, head);
    return { stream, revision: head.revision, position: events.length > 0 ? this.position : 0, repeated: false };
  }
}

export const otherContent = (id: string, stream: string): StoreFault =>
  new StoreFault(
    'STORE-111',
    `Event ${id} stands in ${stream} with other content. The stored event was kept, nothing was written. This is a defect: one id must always carry the same event.`,
    { retryable: false },
  );
