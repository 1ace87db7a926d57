import { StoreFault } from '../fault.js';
import type { AppendOutcome, ExpectedRevision, NewEvent, StreamAppended, StreamWrite } from '../port.js';
import type { Catalogue, Head } from './catalogue.js';
import type { Log } from './log.js';
import type { Reader } from './reader.js';
import type { StoredEvent } from './stored-event.js';
import type { Tail } from './tail.js';

/** Where a write will go, or what already stands there. */
interface Plan {
  readonly write: StreamWrite;
  readonly head: Head;
  readonly repeated: StreamAppended | null;
  readonly metadata: readonly string[];
}

/**
 * Applies appends inside a transaction that the caller holds. An append is planned whole before its first row is written, so that
 * a conflict leaves nothing behind and its neighbours in the same commit are not disturbed.
 */
export class Writer {
  /** Characters appended since the last commit. */
  size = 0;
  private stamped = 0;
  private recordedAt = '';

  constructor(
    private readonly log: Log,
    private readonly catalogue: Catalogue,
    private readonly tail: Tail,
    private readonly reader: Reader,
  ) {
    this.reload();
  }

  /** Reads everything again: at the start and after a rollback. */
  reload(): void {
    this.tail.reload();
    this.takeUp();
  }

  /** Takes in what another connection committed. */
  catchUp(): void {
    this.tail.catchUp();
    this.takeUp();
  }

  private takeUp(): void {
    this.catalogue.forget();
    const last = this.log.lastPosition();
    const recordedAt = last === null ? undefined : this.log.row(last).event(last).metadata['recordedAt'];
    const instant = typeof recordedAt === 'string' ? Date.parse(recordedAt) : 0;
    this.stamped = Number.isNaN(instant) ? 0 : instant;
    this.recordedAt = new Date(this.stamped).toISOString();
  }

  /** One stamp for all that is committed together. It never goes back, even when the clock does. */
  stamp(now: number): void {
    if (now <= this.stamped) return;
    this.stamped = now;
    this.recordedAt = new Date(now).toISOString();
  }

  /** Looks up in one go what the appends of a commit will ask for one by one. */
  prepare(appends: readonly { readonly writes: readonly StreamWrite[] }[]): void {
    const names: string[] = [];
    for (const { writes } of appends) for (const { stream, expected } of writes) if (expected === 'no-stream') names.push(stream);
    this.tail.prefetch(names);
    this.size = 0;
  }

  /** Writes the rows kept back: before anything reads them, and before the commit. */
  flush(): void {
    this.log.flush();
  }

  /** @throws StoreFault `STORE-111` for a known id with other content; what SQLite throws ends the whole transaction. */
  append(writes: readonly StreamWrite[]): AppendOutcome {
    const plans: Plan[] = [];
    for (const write of writes) {
      const plan = this.plan(write);
      if ('actual' in plan) return { ok: false, conflict: { stream: write.stream, expected: write.expected, actual: plan.actual }, stored: 0 };
      plans.push(plan);
    }
    const appended: StreamAppended[] = [];
    let position = 0;
    for (const plan of plans) {
      const result = plan.repeated ?? this.store(plan);
      appended.push(result);
      if (result.position > position) position = result.position;
    }
    return { ok: true, position, appended };
  }

  private plan(write: StreamWrite): Plan | { actual: ExpectedRevision } {
    const { stream, expected, events } = write;
    const head = this.catalogue.head(stream);
    const actual = head.revision;
    const wanted = expected === 'no-stream' ? -1 : expected;
    if (actual === wanted) {
      const metadata = events.map((event) => event.metadata(this.recordedAt));
      return { write, head, repeated: null, metadata };
    }
    const repeated = wanted < actual && events.length > 0 ? this.repeat(wanted, write) : null;
    if (repeated) return { write, head, repeated, metadata: [] };
    return { actual: actual < 0 ? 'no-stream' : actual };
  }

  /** Exactly these ids right after the expected revision: a repeat, whatever came later. Anything else is a conflict. */
  private repeat(after: number, { stream, events }: StreamWrite): StreamAppended | null {
    this.flush();
    const stored = this.reader.readStream(stream, after + 1, events.length);
    if (stored.length < events.length) return null;
    if (!events.every((event, i) => event.id === stored[i]?.id)) return null;
    for (let i = 0; i < events.length; i++) {
      const event = events[i] as NewEvent;
      if (!(stored[i] as StoredEvent).holds(event)) throw otherContent(event.id, stream);
    }
    return { stream, revision: after + events.length, position: (stored[events.length - 1] as StoredEvent).position, repeated: true };
  }

  private store({ write, head, metadata }: Plan): StreamAppended {
    const { events, stream } = write;
    let position = 0;
    for (let i = 0; i < events.length; i++) {
      const event = events[i] as NewEvent;
      position = this.tail.position + 1;
      this.size += this.log.add(position, stream, ++head.revision, event, metadata[i] as string);
      this.tail.add(stream, head.revision, position);
    }
    return { stream, revision: head.revision, position, repeated: false };
  }
}

export const otherContent = (id: string, stream: string): StoreFault =>
  new StoreFault(
    'STORE-111',
    `Event ${id} stands in ${stream} with other content. The stored event was kept, nothing was written. This is a defect: one id must always carry the same event.`,
    { retryable: false },
  );
