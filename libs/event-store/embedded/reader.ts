import type { EventPage, ReadAll, RecordedEvent } from '../port.js';
import type { Log } from './log.js';
import type { StoredEvent } from './stored-event.js';
import type { Tail } from './tail.js';

/** A page ends early when it holds so much: two hundred chunks of charges would be a hundred megabytes. */
const PAGE_CHARACTERS_MAX = 2_000_000;

/** Reads see whole transactions only, and positions are given out under the writer's lock: so no page ever skips an event. */
export class Reader {
  constructor(
    private readonly log: Log,
    private readonly tail: Tail,
  ) {}

  /** Up to `until`, where the log is taken to end. */
  readAll({ after, limit }: ReadAll, until: number): EventPage {
    const events: RecordedEvent[] = [];
    const from = (after ?? 0) + 1;
    let characters = 0;
    if (limit <= 0) return { events, caughtUp: false };
    for (const row of this.log.rowsAfter(after ?? 0)) {
      if (row.last > until) break;
      for (let position = Math.max(from, row.first); position <= row.last; position++) {
        events.push(row.event(position));
        characters += row.characters(position);
        if (events.length >= limit || characters >= PAGE_CHARACTERS_MAX) return { events, caughtUp: false };
      }
    }
    return { events, caughtUp: true };
  }

  /** Up to `until`, as `readAll`. */
  readStream(stream: string, from: number, limit: number, until: number): StoredEvent[] {
    const events: StoredEvent[] = [];
    for (const position of this.tail.positions(stream, from, limit)) {
      if (position > until) break;
      events.push(this.log.row(position).event(position));
    }
    return events;
  }
}
