import type { DatabaseSync, StatementSync } from 'node:sqlite';

import type { EventPage, ReadAll, RecordedEvent } from '../port.js';
import { arrays } from './arrays.js';
import type { Catalogue } from './catalogue.js';
import { StoredEvent } from './stored-event.js';
import type { Place, Tail } from './tail.js';

type EventRow = [position: number, stream: string, revision: number, type: number, id: Uint8Array, data: string, metadata: string];
type StreamRow = [position: number, revision: number, type: number, id: Uint8Array, data: string, metadata: string];

/** A page ends early when it holds so much: two hundred chunks of charges would be a hundred megabytes. */
const PAGE_CHARACTERS_MAX = 2_000_000;

/** Reads see whole transactions only, and positions are given out under the writer's lock: so no page ever skips an event. */
export class Reader {
  private readonly all: StatementSync;
  private readonly indexed: StatementSync;
  private readonly one: StatementSync;
  private readonly last: StatementSync;

  constructor(
    database: DatabaseSync,
    private readonly catalogue: Catalogue,
    private readonly tail: Tail,
  ) {
    this.all = arrays(
      database.prepare(
        'SELECT e.position, s.name, e.revision, e.type, e.id, e.data, e.metadata FROM events e JOIN streams s ON s.id = e.stream WHERE e.position > ? ORDER BY e.position LIMIT ?',
      ),
    );
    this.indexed = arrays(
      database.prepare(
        'SELECT e.position, e.revision, e.type, e.id, e.data, e.metadata FROM stream_events p JOIN events e ON e.position = p.position WHERE p.stream = ? AND p.revision >= ? AND p.revision < ? ORDER BY p.revision LIMIT ?',
      ),
    );
    this.one = arrays(database.prepare('SELECT position, revision, type, id, data, metadata FROM events WHERE position = ?'));
    this.last = arrays(database.prepare('SELECT max(position) FROM events'));
  }

  readAll({ after, limit }: ReadAll): EventPage {
    const events: RecordedEvent[] = [];
    let characters = 0;
    for (const row of this.all.iterate(after ?? 0, limit) as unknown as Iterable<EventRow>) {
      events.push(new StoredEvent(row[0], row[1], row[2], this.catalogue.typeName(row[3]), row[4], row[5], row[6]));
      characters += row[5].length;
      if (characters >= PAGE_CHARACTERS_MAX) return { events, caughtUp: false };
    }
    return { events, caughtUp: events.length < limit };
  }

  readStream(name: string, from: number, limit: number): StoredEvent[] {
    const stream = this.tail.streamId(name);
    if (stream === null) return [];
    const place = this.tail.place(stream);
    const rows = this.indexed.all(stream, from, place ? place.first : Number.MAX_SAFE_INTEGER, limit) as unknown as StreamRow[];
    if (place && rows.length < limit) this.readTail(place, from, limit, rows);
    return rows.map((row) => new StoredEvent(row[0], name, row[1], this.catalogue.typeName(row[2]), row[3], row[4], row[5]));
  }

  private readTail({ first, positions }: Place, from: number, limit: number, rows: StreamRow[]): void {
    for (let i = Math.max(0, from - first); i < positions.length && rows.length < limit; i++) {
      rows.push(this.one.get(positions[i] as number) as unknown as StreamRow);
    }
  }

  head(): number | null {
    return (this.last.get() as unknown as [number | null])[0];
  }
}
