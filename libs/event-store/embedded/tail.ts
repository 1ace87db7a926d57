import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { arrays } from './arrays.js';
import { BulkInsert } from './bulk-insert.js';

/** So many events wait in memory for their index entries; more make the sorted batches cheaper, fewer the pauses shorter. */
const TAIL_EVENTS_MAX = 8192;
/** So many names are looked up with one statement. */
const HASHES = 32;

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
  private readonly insertStreams: BulkInsert;
  /** Names that no stream has, as found under the lock of the commit at hand. */
  private readonly unused = new Set<string>();
  private readonly watermark: StatementSync;
  private readonly newStreams: StatementSync;
  private readonly newEvents: StatementSync;
  private readonly indexNames: StatementSync;
  private readonly indexEvents: StatementSync;
  private readonly setWatermark: StatementSync;
  private readonly knowsHashes: StatementSync;
  private readonly findName: StatementSync;
  private readonly lastIndexed: StatementSync;

  constructor(database: DatabaseSync) {
    this.insertStreams = new BulkInsert(database, 'streams', 3);
    this.watermark = arrays(database.prepare('SELECT position, stream FROM indexed'));
    this.newStreams = arrays(database.prepare('SELECT id, name FROM streams WHERE id > ? ORDER BY id'));
    this.newEvents = arrays(database.prepare('SELECT position, stream, revision FROM events WHERE position > ? ORDER BY position'));
    this.indexNames = database.prepare('INSERT INTO stream_names SELECT hash, id FROM streams WHERE id > ? ORDER BY hash, id');
    this.indexEvents = database.prepare(
      'INSERT INTO stream_events SELECT stream, revision, position FROM events WHERE position > ? ORDER BY stream, revision',
    );
    this.setWatermark = database.prepare('UPDATE indexed SET position = ?, stream = ?');
    this.knowsHashes = arrays(database.prepare(`SELECT hash FROM stream_names WHERE hash IN (${new Array<string>(HASHES).fill('?').join(', ')})`));
    this.findName = arrays(database.prepare('SELECT s.id FROM stream_names n JOIN streams s ON s.id = n.stream WHERE n.hash = ? AND s.name = ?'));
    this.lastIndexed = arrays(database.prepare('SELECT revision FROM stream_events WHERE stream = ? ORDER BY revision DESC LIMIT 1'));
  }

  reload(): void {
    this.clear();
    this.unused.clear();
    this.insertStreams.discard();
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
    if (this.unused.has(name)) return null;
    const row = this.findName.get(nameHash(name), name) as unknown as [number] | undefined;
    return row ? row[0] : null;
  }

  /** Looks many names up at once: nearly all that a commit asks for are new, the keys of commands that were never seen. */
  prefetch(names: readonly string[]): void {
    this.unused.clear();
    for (let from = 0; from < names.length; from += HASHES) {
      const some = names.slice(from, from + HASHES);
      const hashes = some.map(nameHash);
      const found = new Set(
        this.knowsHashes.all(...hashes, ...new Array<number>(HASHES - some.length).fill(-1)).map((row) => (row as unknown as [number])[0]),
      );
      for (let i = 0; i < some.length; i++) if (!found.has(hashes[i] as number)) this.unused.add(some[i] as string);
    }
  }

  /** Writes the rows kept back; before anything reads the streams, at the latest before the commit. */
  flush(): void {
    this.unused.clear();
    this.insertStreams.flush();
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
    this.insertStreams.add(id, nameHash(name), name);
    this.unused.delete(name);
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
