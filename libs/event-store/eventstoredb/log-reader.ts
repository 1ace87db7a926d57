import { BACKWARDS, END, START, type AllStreamResolvedEvent, type EventStoreDBClient } from '@eventstore/db-client';

import type { EventPage, Position, ReadAll, RecordedEvent } from '../port.js';
import { collect } from './calls.js';
import { recorded } from './recorded.js';

const RAW_PAGE_MAX = 4096;
/** How many ends of scans to remember: one for each reader that waits at the end of the log. */
const SCANS_MAX = 64;
/** How far back a new process looks for the last moment of recording. */
const RECENT_EVENTS = 256;

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
  /** The ledger's last event, as far as the log was looked through: up to `known`. */
  private lastOwn: Position | null = null;
  private known: Position = -1;

  constructor(private readonly context: ReadContext) {}

  async page({ after, limit }: ReadAll): Promise<EventPage> {
    const events: RecordedEvent[] = [];
    let from = this.scans.get(after ?? -1) ?? after;
    for (;;) {
      const scan = await this.scan(from, limit - events.length, events);
      from = scan.last ?? from;
      const last = events.at(-1)?.position ?? after;
      if (events.length >= limit) return { events, caughtUp: false };
      if (!scan.ended) continue;
      if (from !== null && (last === null || from > last)) this.remember(last ?? -1, from);
      return { events, caughtUp: true };
    }
  }

  /** The last position of this ledger. What was looked through before is the floor of the search. */
  async head(): Promise<Position | null> {
    let from: Position | null = null;
    let top: Position | null = null;
    for (let count = 32; ; count = Math.min(count * 4, RAW_PAGE_MAX)) {
      let seen = 0;
      let ended = false;
      await this.read(from, count, BACKWARDS, (event) => {
        seen++;
        if (event === null) return true;
        from = event.position;
        top ??= event.position;
        if (event.stream.startsWith(this.context.prefix)) this.note(event.position);
        ended = event.position <= this.known;
        return !ended;
      });
      if (!ended && seen === count) continue;
      if (top !== null && top > this.known) this.known = top;
      return this.lastOwn;
    }
  }

  /** The end of the whole log, and the newest moment of recording among its last events. */
  async end(): Promise<{ position: Position; recordedAt: string }> {
    let position = -1;
    let recordedAt = '';
    await this.read(null, RECENT_EVENTS, BACKWARDS, (event) => {
      if (event === null) return true;
      position = Math.max(position, event.position);
      const stamp = event.metadata['recordedAt'];
      if (event.stream.startsWith(this.context.prefix) && typeof stamp === 'string' && stamp > recordedAt) recordedAt = stamp;
      return true;
    });
    return { position, recordedAt };
  }

  note(position: Position): Position {
    if (this.lastOwn === null || position > this.lastOwn) this.lastOwn = position;
    if (position > this.known) this.known = position;
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

  private read(
    from: Position | null,
    maxCount: number,
    direction: 'forwards' | typeof BACKWARDS,
    take: (event: RecordedEvent | null) => boolean,
  ): Promise<void> {
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
