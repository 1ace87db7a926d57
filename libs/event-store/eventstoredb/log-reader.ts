import { BACKWARDS, END, START, type AllStreamResolvedEvent, type EventStoreDBClient } from '@eventstore/db-client';

import type { EventPage, Position, ReadAll, RecordedEvent } from '../port.js';
import { collect } from './calls.js';
import { recorded } from './recorded.js';

const RAW_PAGE_MAX = 4096;
/** How many ends of scans to remember: one for each reader that waits at the end of the log. */
const SCANS_MAX = 64;

export interface ReadContext {
  readonly client: EventStoreDBClient;
  readonly credentials: { readonly username: string; readonly password: string };
  readonly prefix: string;
  readonly deadlineMs: number;
  readonly server: string;
}

/**
 * Pages through `$all`. The client cannot filter a read, so events of other ledgers and of the server itself are dropped here; a
 * reader at the end of its ledger does not scan the same foreign events again, because the end of each scan is remembered.
 */
export class LogReader {
  private readonly scans = new Map<Position, Position>();
  private lastOwn: Position | null = null;
  /** What the last event that `head` found says, ISO 8601. */
  lastRecordedAt: unknown;

  constructor(private readonly context: ReadContext) {}

  async page({ after, limit }: ReadAll): Promise<EventPage> {
    const events: RecordedEvent[] = [];
    let from = after === null ? null : (this.scans.get(after) ?? after);
    for (;;) {
      const scan = await this.scan(from, limit - events.length, events);
      from = scan.last ?? from;
      const last = events.at(-1)?.position ?? after;
      if (events.length >= limit) return { events, caughtUp: false };
      if (!scan.ended) continue;
      if (from !== null && last !== null && from > last) this.remember(last, from);
      return { events, caughtUp: true };
    }
  }

  /** The last position of this ledger. Events known before are the floor of the search. */
  async head(): Promise<Position | null> {
    let from: Position | null = null;
    for (let count = 32; ; count = Math.min(count * 4, RAW_PAGE_MAX)) {
      let seen = 0;
      let lowest: Position | null = null;
      let found: Position | null = null;
      await this.read(from, count, BACKWARDS, (event) => {
        seen++;
        if (event === null) return true;
        lowest = event.position;
        if (event.stream.startsWith(this.context.prefix)) {
          found = event.position;
          this.lastRecordedAt = event.metadata['recordedAt'];
        }
        return found === null && !(this.lastOwn !== null && event.position <= this.lastOwn);
      });
      if (found !== null) return this.note(found);
      if (seen < count || lowest === null || (this.lastOwn !== null && lowest <= this.lastOwn)) return this.lastOwn;
      from = lowest;
    }
  }

  note(position: Position): Position {
    if (this.lastOwn === null || position > this.lastOwn) this.lastOwn = position;
    return position;
  }

  private async scan(from: Position | null, wanted: number, events: RecordedEvent[]): Promise<{ last: Position | null; ended: boolean }> {
    // The event at `from` itself comes first and is dropped.
    const count = Math.min(Math.max(wanted + 1, 64), RAW_PAGE_MAX);
    let seen = 0;
    let last: Position | null = null;
    await this.read(from, count, 'forwards', (event) => {
      seen++;
      if (event === null) return true;
      last = event.position;
      if ((from === null || event.position > from) && event.stream.startsWith(this.context.prefix)) {
        events.push(event);
        wanted--;
        this.note(event.position);
      }
      return wanted > 0;
    });
    return { last, ended: seen < count && wanted > 0 };
  }

  private read(from: Position | null, maxCount: number, direction: 'forwards' | typeof BACKWARDS, take: (event: RecordedEvent | null) => boolean): Promise<void> {
    const { client, credentials, deadlineMs, server } = this.context;
    const edge = direction === BACKWARDS ? END : START;
    const fromPosition = from === null ? edge : { commit: BigInt(from), prepare: BigInt(from) };
    const stream = client.readAll({ fromPosition, direction, maxCount, credentials });
    return collect<AllStreamResolvedEvent>(stream, ({ event }) => take(event ? recorded(event) : null), deadlineMs, server);
  }

  private remember(after: Position, scanned: Position): void {
    this.scans.delete(after);
    this.scans.set(after, scanned);
    if (this.scans.size > SCANS_MAX) this.scans.delete(this.scans.keys().next().value as Position);
  }
}
