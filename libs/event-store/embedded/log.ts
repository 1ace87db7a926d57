import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { bindingId, bindingMetadata, type BindingParts, type BoundData, boundText, COMMAND_BOUND, eventId } from '../binding.js';
import { recordedAtIn } from '../envelope.js';
import { StoreFault } from '../fault.js';
import type { NewEvent } from '../port.js';
import { arrays } from './arrays.js';
import { type EventTexts, StoredEvent } from './stored-event.js';

/**
 * What a row's heads say of each event, one after the other: stream, revision, type, id, where its data and its metadata begin in
 * the body, and how many characters at the start and at the end of its metadata are those of the event before it.
 * Of a key's binding that stands before its command's first event, most of which follows from that one: stream, revision, null,
 * the command's digest, where the next event's data begins, the command's type, how many events it has, 0. The id of that first event is
 * null, since it follows from the key.
 */
const WIDTH = 8;
/** A row is closed at so many characters: whoever reads one of its events reads all of it. */
const ROW_CHARACTERS_MAX = 16 * 1024;
const ROWS_CACHED = 64;
/** Longer ones hold a chunk of charges, nearly alone: keeping them would cost more memory than it saves reading. */
const CACHED_CHARACTERS_MAX = 4 * ROW_CHARACTERS_MAX;
const UUID_CHARACTERS = 36;

type Heads = readonly (string | number | null)[];
type StoredRow = [last: number, heads: string, body: string];
/** A row on its way into the file. */
export type LogInsert = readonly [last: number, heads: string, body: string];

/** @throws StoreFault `STORE-106`: SQLite takes a page of zeros for a row of nothing, and does not see what is damaged inside a text. */
function headsOf(heads: unknown, body: unknown): Heads {
  try {
    if (typeof heads === 'string' && typeof body === 'string') return JSON.parse(heads) as Heads;
  } catch {
    // Told below.
  }
  throw new StoreFault(
    'STORE-106',
    "Damaged: a row of the ledger's log cannot be read. Nothing was written. Stop, keep the file as it is, and restore the last backup.",
    { retryable: false },
  );
}

/** A row of the log as it was read. */
export class LogRow implements EventTexts {
  readonly first: number;
  private readonly heads: Heads;
  private readonly envelopes: string[] = [];

  constructor(
    readonly last: number,
    heads: string,
    readonly body: string,
  ) {
    this.heads = headsOf(heads, body);
    this.first = last - this.heads.length / WIDTH + 1;
  }

  stream(position: number): string {
    return this.heads[this.at(position)] as string;
  }

  revision(position: number): number {
    return this.heads[this.at(position) + 1] as number;
  }

  event(position: number): StoredEvent {
    const type = this.heads[this.at(position) + 2] ?? COMMAND_BOUND;
    return new StoredEvent(position, this.stream(position), this.revision(position), type as string, this);
  }

  id(position: number): string {
    if (this.isBinding(position)) return bindingId(this.binding(position));
    return (this.heads[this.at(position) + 3] as string | null) ?? eventId(this.binding(position - 1).key, 0);
  }

  data(position: number): string {
    if (this.isBinding(position)) return boundText(this.binding(position).bound);
    const at = this.at(position);
    return this.body.slice(this.heads[at + 4] as number, this.heads[at + 5] as number);
  }

  /** About how long an event's data is. */
  characters(position: number): number {
    const at = this.at(position);
    return this.isBinding(position) ? 0 : (this.heads[at + 5] as number) - (this.heads[at + 4] as number);
  }

  /** The metadata's text of the event at a position. */
  metadata(position: number): string {
    return this.isBinding(position) ? bindingMetadata(this.metadata(position + 1)) : this.envelope(position);
  }

  recordedAt(position: number): number {
    return recordedAtIn(this.envelope(this.isBinding(position) ? position + 1 : position));
  }

  private envelope(position: number): string {
    const { heads, body, envelopes } = this;
    for (let i = envelopes.length; i <= position - this.first; i++) {
      const at = i * WIDTH;
      const before = i === 0 ? '' : (envelopes[i - 1] as string);
      // The next event has its metadata in common with the one before the binding.
      if (heads[at + 2] === null) {
        envelopes.push(before);
        continue;
      }
      // Of the last event the metadata goes on to the end.
      const own = body.slice(heads[at + 5] as number, heads[at + WIDTH + 4] as number | undefined);
      envelopes.push(before.slice(0, heads[at + 6] as number) + own + before.slice(before.length - (heads[at + 7] as number)));
    }
    return envelopes[position - this.first] as string;
  }

  private isBinding(position: number): boolean {
    return this.heads[this.at(position) + 2] === null;
  }

  private binding(position: number): BindingParts {
    const at = this.at(position);
    const bound = {
      commandType: this.heads[at + 5] as string,
      digest: this.heads[at + 3] as string,
      eventCount: this.heads[at + 6] as number,
      target: this.stream(position + 1),
      targetRevision: this.revision(position + 1) - 1,
    };
    return { key: this.stream(position).slice(-UUID_CHARACTERS), bound };
  }

  private at(position: number): number {
    return (position - this.first) * WIDTH;
  }
}

/**
 * The events in their order, those of one commit together in a row: for SQLite a row costs more than what stands in it, and a
 * row for each event took as long as the sync. The row's key is the position of its last event.
 */
export class Log {
  private heads: (string | number | null)[] = [];
  /** In its parts. */
  private body: string[] = [];
  private length = 0;
  /** Of the last event's metadata. */
  private pieces: readonly string[] = [];
  private stamp = '';
  private last = 0;
  private readonly rows = new Map<number, LogRow>();
  private inserts: LogInsert[] = [];
  private readonly after: StatementSync;
  private readonly headsAfter: StatementSync;
  private readonly holding: StatementSync;
  private readonly max: StatementSync;

  constructor(database: DatabaseSync) {
    this.after = arrays(database.prepare('SELECT last, heads, body FROM log WHERE last > ? ORDER BY last'));
    this.headsAfter = arrays(database.prepare("SELECT last, heads, '' FROM log WHERE last > ? ORDER BY last"));
    this.holding = arrays(database.prepare('SELECT last, heads, body FROM log WHERE last >= ? ORDER BY last LIMIT 1'));
    this.max = arrays(database.prepare('SELECT max(last) FROM log'));
  }

  /** Kept until `take`: no reader sees it before it is committed. Of the metadata only those pieces that the event before did not have. */
  add(position: number, stream: string, revision: number, event: NewEvent, recordedAt: string): void {
    const pieces = typeof event.metadata === 'string' ? event.metadata.split(/(?<=,)/) : event.metadata;
    // All events of a commit have one stamp, so between two that are stamped it is a piece like the others.
    const stamp = typeof event.metadata === 'string' ? '' : recordedAt;
    const before = this.stamp === stamp ? this.pieces : [];
    let [first, last] = [0, pieces.length];
    let [start, end] = [0, 0];
    const most = Math.min(pieces.length, before.length) - 1;
    for (; first < most && pieces[first] === before[first]; first++) start += (pieces[first] as string).length;
    for (let at = before.length - 1; last > first && at >= first && pieces[last - 1] === before[at]; at--) {
      end += (pieces[--last] as string).length;
      if (last === pieces.length - 1) end += stamp.length;
    }
    const from = this.length;
    const isBound = this.heads.length > 0 && this.heads[this.heads.length - WIDTH + 2] === null;
    this.heads.push(stream, revision, event.type, isBound ? null : event.id, from, from + event.data.length, start, end);
    this.write(event.data);
    for (let i = first; i < last; i++) {
      if (i === pieces.length - 1) this.write(stamp);
      this.write(pieces[i] as string);
    }
    [this.pieces, this.stamp] = [pieces, stamp];
    this.last = position;
    if (this.length >= ROW_CHARACTERS_MAX) this.closeRow();
  }

  private write(text: string): void {
    this.body.push(text);
    this.length += text.length;
  }

  /** As `add`, for the binding of a key to the command whose first event is added next. Nobody but that event's row says what it says. */
  addBinding(stream: string, { commandType, digest, eventCount }: BoundData): void {
    this.heads.push(stream, 0, null, digest, this.length, commandType, eventCount, 0);
  }

  /** The rows of what was added. */
  take(): readonly LogInsert[] {
    this.closeRow();
    const { inserts } = this;
    this.inserts = [];
    return inserts;
  }

  private closeRow(): void {
    if (this.heads.length === 0) return;
    this.inserts.push([this.last, JSON.stringify(this.heads), this.body.join('')]);
    this.beginRow();
  }

  private beginRow(): void {
    this.heads = [];
    [this.body, this.length] = [[], 0];
    [this.pieces, this.stamp] = [[], ''];
  }

  /** Forgets what was added and not taken. */
  discard(): void {
    this.beginRow();
    this.inserts = [];
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

  /** The same without their texts, which are most of what SQLite would have to read: half a megabyte for a chunk of charges. */
  *placesAfter(position: number): Generator<Pick<LogRow, 'first' | 'last' | 'stream' | 'revision'>> {
    for (const row of this.headsAfter.iterate(position) as unknown as Iterable<StoredRow>) yield new LogRow(...row);
  }

  /** The event at a position that is known to exist. */
  row(position: number): LogRow {
    for (const row of this.rows.values()) if (row.first <= position && position <= row.last) return row;
    const row = new LogRow(...(this.holding.get(position) as unknown as StoredRow));
    if (row.body.length > CACHED_CHARACTERS_MAX) return row;
    if (this.rows.size >= ROWS_CACHED) this.rows.delete(this.rows.keys().next().value as number);
    this.rows.set(row.last, row);
    return row;
  }

  lastPosition(): number | null {
    return (this.max.get() as unknown as [number | null])[0];
  }
}
