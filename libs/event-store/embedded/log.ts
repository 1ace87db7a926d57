import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

import type { NewEvent } from '../port.js';
import { arrays } from './arrays.js';
import { StoredEvent } from './stored-event.js';

/** What a row's heads say of each event, one after the other: stream, revision, type, id, where its data and its metadata begin in the body. */
const WIDTH = 6;
/** A row is closed at so many characters: whoever reads one of its events reads all of it. */
const ROW_CHARACTERS_MAX = 128 * 1024;
const ROWS_CACHED = 32;

type Heads = readonly (string | number)[];
type StoredRow = [last: number, heads: string, body: string];

/** A row of the log as it was read. */
export class LogRow {
  readonly first: number;
  private readonly heads: Heads;

  constructor(
    readonly last: number,
    heads: string,
    private readonly body: string,
  ) {
    this.heads = JSON.parse(heads) as Heads;
    this.first = last - this.heads.length / WIDTH + 1;
  }

  stream(position: number): string {
    return this.heads[(position - this.first) * WIDTH] as string;
  }

  revision(position: number): number {
    return this.heads[(position - this.first) * WIDTH + 1] as number;
  }

  event(position: number): StoredEvent {
    const { heads, body } = this;
    const at = (position - this.first) * WIDTH;
    const metadataAt = heads[at + 5] as number;
    // Of the last event the metadata goes on to the end.
    const end = heads[at + WIDTH + 4] as number | undefined;
    const [stream, revision, type, id] = [heads[at] as string, heads[at + 1] as number, heads[at + 2] as string, heads[at + 3] as string];
    return new StoredEvent(position, stream, revision, type, id, body.slice(heads[at + 4] as number, metadataAt), body.slice(metadataAt, end));
  }
}

/**
 * The events in their order, those of one commit together in a row: for SQLite a row costs more than what stands in it, and a
 * row for each event took as long as the sync. The row's key is the position of its last event.
 */
export class Log {
  private heads: (string | number)[] = [];
  private body = '';
  private last = 0;
  private readonly rows = new Map<number, LogRow>();
  private readonly insert: StatementSync;
  private readonly after: StatementSync;
  private readonly holding: StatementSync;
  private readonly max: StatementSync;

  constructor(database: DatabaseSync) {
    this.insert = database.prepare('INSERT INTO log VALUES (?, ?, ?)');
    this.after = arrays(database.prepare('SELECT last, heads, body FROM log WHERE last > ? ORDER BY last'));
    this.holding = arrays(database.prepare('SELECT last, heads, body FROM log WHERE last >= ? ORDER BY last LIMIT 1'));
    this.max = arrays(database.prepare('SELECT max(last) FROM log'));
  }

  /** Kept until `flush`: no reader sees it before. */
  add(position: number, stream: string, revision: number, event: NewEvent, metadata: string): void {
    const at = this.body.length;
    this.heads.push(stream, revision, event.type, event.id, at, at + event.data.length);
    this.body += event.data + metadata;
    this.last = position;
    if (this.body.length >= ROW_CHARACTERS_MAX) this.flush();
  }

  flush(): void {
    if (this.heads.length === 0) return;
    const row: SQLInputValue[] = [this.last, JSON.stringify(this.heads), this.body];
    this.discard();
    this.insert.run(...row);
  }

  discard(): void {
    this.heads = [];
    this.body = '';
  }

  /** After a rollback: the positions of what was read may come again with other events. */
  forget(): void {
    this.discard();
    this.rows.clear();
  }

  /** Rows from the one that holds the event after this position. */
  *rowsAfter(position: number): Generator<LogRow> {
    for (const row of this.after.iterate(position) as unknown as Iterable<StoredRow>) yield new LogRow(...row);
  }

  /** The event at a position that is known to exist. */
  row(position: number): LogRow {
    for (const row of this.rows.values()) if (row.first <= position && position <= row.last) return row;
    const row = new LogRow(...(this.holding.get(position) as unknown as StoredRow));
    if (this.rows.size >= ROWS_CACHED) this.rows.delete(this.rows.keys().next().value as number);
    this.rows.set(row.last, row);
    return row;
  }

  lastPosition(): number | null {
    return (this.max.get() as unknown as [number | null])[0];
  }
}
