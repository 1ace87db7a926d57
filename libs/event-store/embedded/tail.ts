import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { arrays } from './arrays.js';

/** So many events wait in memory for their index entries; more make the sorted batches cheaper, fewer the pauses shorter. */
const TAIL_EVENTS_MAX = 8192;

/** The events of one stream that have no index entry yet: revisions `first`, `first + 1`, … at these positions. */
export interface Place {
  readonly first: number;
  readonly positions: number[];
}

/**
 * The end of the log, whose streams and events the index tables don't hold yet. It is a copy of rows that are on the disk
 * already: read again when the store opens, after another process's commit and after a rollback.
 */
export class Tail {
  position = 0;
  private stream = 0;
  private events = 0;
  private readonly names = new Map<string, number>();
  private readonly places = new Map<number, Place>();
  private readonly insertStream: StatementSync;
  private readonly watermark: StatementSync;
  private readonly newStreams: StatementSync;
  private readonly newEvents: StatementSync;
  private readonly indexNames: StatementSync;
  private readonly indexEvents: StatementSync;
  private readonly setWatermark: StatementSync;
  private readonly knowsHash: StatementSync;
  private readonly findName: StatementSync;
  private readonly lastIndexed: StatementSync;

  constructor(database: DatabaseSync) {
    this.insertStream = database.prepare('INSERT INTO streams VALUES (?, ?, ?)');
    this.watermark = arrays(database.prepare('SELECT position, stream FROM indexed'));
    this.newStreams = arrays(database.prepare('SELECT id, name FROM streams WHERE id > ? ORDER BY id'));
    this.newEvents = arrays(database.prepare('SELECT position, stream, revision FROM events WHERE position > ? ORDER BY position'));
    this.indexNames = database.prepare('INSERT INTO stream_names SELECT hash, id FROM streams WHERE id > ? ORDER BY hash, id');
    this.indexEvents = database.prepare(
      'INSERT INTO stream_events SELECT stream, revision, position FROM events WHERE position > ? ORDER BY stream, revision',
    );
    this.setWatermark = database.prepare('UPDATE indexed SET position = ?, stream = ?');
    this.knowsHash = arrays(database.prepare('SELECT 1 FROM stream_names WHERE hash = ?'));
    this.findName = arrays(database.prepare('SELECT s.id FROM stream_names n JOIN streams s ON s.id = n.stream WHERE n.hash = ? AND s.name = ?'));
    this.lastIndexed = arrays(database.prepare('SELECT revision FROM stream_events WHERE stream = ? ORDER BY revision DESC LIMIT 1'));
  }

  reload(): void {
    this.clear();
    [this.position, this.stream] = this.readWatermark();
    this.catchUp();
  }

  /** Takes in what other connections committed since. */
  catchUp(): void {
    for (const [id, name] of this.newStreams.all(this.stream) as unknown as [number, string][]) {
      this.names.set(name, id);
      this.stream = id;
    }
    for (const [position, stream, revision] of this.newEvents.all(this.position) as unknown as [number, number, number][])
      this.add(stream, revision, position);
  }

  streamId(name: string): number | null {
    const id = this.names.get(name);
    if (id !== undefined) return id;
    const hash = nameHash(name);
    // Most names that are looked up here are new: the key of a command that was never seen.
    if (this.knowsHash.get(hash) === undefined) return null;
    const row = this.findName.get(hash, name) as unknown as [number] | undefined;
    return row ? row[0] : null;
  }

  lastRevision(stream: number): number {
    const place = this.places.get(stream);
    if (place) return place.first + place.positions.length - 1;
    const row = this.lastIndexed.get(stream) as unknown as [number] | undefined;
    return row ? row[0] : -1;
  }

  place(stream: number): Place | undefined {
    return this.places.get(stream);
  }

  addStream(name: string): number {
    const id = ++this.stream;
    this.insertStream.run(id, nameHash(name), name);
    this.names.set(name, id);
    return id;
  }

  add(stream: number, revision: number, position: number): void {
    this.position = position;
    this.events++;
    const place = this.places.get(stream);
    if (place) place.positions.push(position);
    else this.places.set(stream, { first: revision, positions: [position] });
  }

  get isLong(): boolean {
    return this.events >= TAIL_EVENTS_MAX;
  }

  /** Writes the index entries of the whole tail, inside the caller's transaction; `clear` when that is committed. */
  index(): void {
    const [position, stream] = this.readWatermark();
    this.indexNames.run(stream);
    this.indexEvents.run(position);
    this.setWatermark.run(this.position, this.stream);
  }

  clear(): void {
    this.names.clear();
    this.places.clear();
    this.events = 0;
  }

  private readWatermark(): [number, number] {
    return this.watermark.get() as unknown as [number, number];
  }
}

/** FNV-1a, 32 bits: spreads names over an index. A collision only costs a comparison. Stored, so never to be changed. */
export function nameHash(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
