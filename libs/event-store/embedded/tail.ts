import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { arrays } from './arrays.js';
import { BulkInsert } from './bulk-insert.js';
import type { Log } from './log.js';

/** So many events wait in memory for their index entries: the more, the fewer pages each of the sorted entries costs. */
const TAIL_EVENTS_MAX = 8192;
/** Their entries are written over so many commits, that none of them takes long. */
const SLICES = 64;
/** So many names are looked up with one statement. */
const HASHES = 25;

/** The events of one stream that have no index entry yet: revisions `first`, `first + 1`, … at these positions. */
interface Place {
  readonly first: number;
  readonly positions: number[];
}

type Places = Map<string, Place | number>;
type Entry = [hash: number, revision: number, position: number];

/** The older part of the tail, on its way into the index. */
interface Ageing {
  readonly places: Places;
  readonly entries: readonly Entry[];
  /** The position up to which the index is whole when all entries are written. */
  readonly until: number;
  written: number;
}

/**
 * Where each stream's events are: in the index, and in memory for the end of the log, which the index doesn't hold yet. What is
 * in memory is a copy of rows that are on the disk already: read again when the store opens, after another process's commit and
 * after a rollback.
 */
export class Tail {
  position = 0;
  private events = 0;
  /** A bare position is that of a stream's only event, at revision 0: such are the streams of the commands' keys. */
  private places: Places = new Map();
  private ageing: Ageing | null = null;
  /** Streams that do not exist, as found under the lock of the commit at hand. */
  private unused = new Set<string>();
  private readonly insert: BulkInsert;
  private readonly watermark: StatementSync;
  private readonly setWatermark: StatementSync;
  private readonly knowsAny: StatementSync;
  private readonly between: StatementSync;
  private readonly lastOf: StatementSync;

  constructor(
    database: DatabaseSync,
    private readonly log: Log,
  ) {
    // Entries that another process wrote, or we before a crash, are the same.
    this.insert = new BulkInsert(database, 'places', 3, 'INSERT OR IGNORE');
    this.watermark = arrays(database.prepare('SELECT position FROM indexed'));
    this.setWatermark = database.prepare('UPDATE indexed SET position = ? WHERE position < ?');
    this.knowsAny = arrays(database.prepare(`SELECT ${new Array<string>(HASHES).fill('EXISTS (SELECT 1 FROM places WHERE hash = ?)').join(' OR ')}`));
    this.between = arrays(
      database.prepare('SELECT position FROM places WHERE hash = ? AND revision >= ? AND revision < ? ORDER BY revision, position'),
    );
    this.lastOf = arrays(database.prepare('SELECT revision, position FROM places WHERE hash = ? ORDER BY revision DESC, position DESC'));
  }

  reload(): void {
    this.places = new Map();
    this.ageing = null;
    this.events = 0;
    this.unused = new Set();
    this.insert.discard();
    this.log.forget();
    [this.position] = this.watermark.get() as unknown as [number];
    this.catchUp();
  }

  /** Takes in what other connections committed since. */
  catchUp(): void {
    const from = this.position + 1;
    for (const row of this.log.rowsAfter(this.position)) {
      for (let position = Math.max(from, row.first); position <= row.last; position++)
        this.add(row.stream(position), row.revision(position), position);
    }
  }

  /** Looks many names up at once: nearly all that a commit asks for are new, the keys of commands that were never seen. */
  prefetch(names: readonly string[]): void {
    // Never emptied but replaced: the tables of an emptied one keep each other in memory until a full garbage collection.
    this.unused = new Set();
    for (let from = 0; from < names.length; from += HASHES) {
      const some = names.slice(from, from + HASHES);
      const hashes = some.map(nameHash);
      for (let i = some.length; i < HASHES; i++) hashes.push(hashes[0] as number);
      const [any] = this.knowsAny.get(...hashes) as unknown as [number];
      // Seldom: then they are looked up one by one, when their turn comes.
      if (any === 0) for (const name of some) if (!this.places.has(name) && !this.ageing?.places.has(name)) this.unused.add(name);
    }
  }

  /** Known not to exist: of the names that were prefetched. */
  isUnused(stream: string): boolean {
    return this.unused.has(stream);
  }

  /** -1 for a stream that does not exist. */
  lastRevision(stream: string): number {
    const place = this.places.get(stream) ?? this.ageing?.places.get(stream);
    if (place !== undefined) return firstOf(place) + positionsOf(place).length - 1;
    for (const [revision, position] of this.lastOf.iterate(nameHash(stream)) as unknown as Iterable<[number, number]>) {
      if (this.isOf(stream, position)) return revision;
    }
    return -1;
  }

  /** The positions of a stream's events, from a revision on. */
  positions(stream: string, from: number, limit: number): number[] {
    const kept = [this.ageing?.places.get(stream), this.places.get(stream)].filter((place) => place !== undefined);
    const first = kept.length === 0 ? Number.MAX_SAFE_INTEGER : firstOf(kept[0] as Place | number);
    const found: number[] = [];
    if (from < first) {
      for (const [position] of this.between.iterate(nameHash(stream), from, first) as unknown as Iterable<[number]>) {
        if (found.length >= limit) break;
        if (this.isOf(stream, position)) found.push(position);
      }
    }
    for (const place of kept) {
      const positions = positionsOf(place);
      for (let i = Math.max(0, from - firstOf(place)); i < positions.length && found.length < limit; i++) found.push(positions[i] as number);
    }
    return found;
  }

  add(stream: string, revision: number, position: number): void {
    this.position = position;
    this.events++;
    if (revision === 0) {
      this.unused.delete(stream);
      this.places.set(stream, position);
      return;
    }
    const place = this.places.get(stream);
    if (place === undefined) this.places.set(stream, { first: revision, positions: [position] });
    else if (typeof place === 'number') this.places.set(stream, { first: 0, positions: [place, position] });
    else place.positions.push(position);
  }

  /** Writes some index entries of the older part of a long tail, inside the caller's transaction; `indexed` when that is committed. */
  index(): void {
    if (this.events >= TAIL_EVENTS_MAX) {
      if (this.ageing) this.write(this.ageing, Infinity);
      this.age();
    } else if (this.ageing) this.write(this.ageing, Math.ceil(this.ageing.entries.length / SLICES));
  }

  /** What is in the index now need not be kept in memory. */
  indexed(): void {
    if (this.ageing !== null && this.ageing.written >= this.ageing.entries.length) this.ageing = null;
  }

  private age(): void {
    const entries: Entry[] = [];
    for (const [stream, place] of this.places) {
      const hash = nameHash(stream);
      const first = firstOf(place);
      const positions = positionsOf(place);
      for (let i = 0; i < positions.length; i++) entries.push([hash, first + i, positions[i] as number]);
    }
    entries.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    this.ageing = { places: this.places, entries, until: this.position, written: 0 };
    this.places = new Map();
    this.events = 0;
  }

  private write(ageing: Ageing, count: number): void {
    const end = Math.min(ageing.entries.length, ageing.written + count);
    for (let i = ageing.written; i < end; i++) this.insert.add(...(ageing.entries[i] as Entry));
    this.insert.flush();
    ageing.written = end;
    // Another process may be further.
    if (end === ageing.entries.length) this.setWatermark.run(ageing.until, ageing.until);
  }

  /** Two names may have one hash. */
  private isOf(stream: string, position: number): boolean {
    return this.log.row(position).stream(position) === stream;
  }
}

const firstOf = (place: Place | number): number => (typeof place === 'number' ? 0 : place.first);
const positionsOf = (place: Place | number): readonly number[] => (typeof place === 'number' ? [place] : place.positions);

/** FNV-1a over the halves of a name's characters, 52 bits: spreads names over the index. Stored, so never to be changed. */
export function nameHash(name: string): number {
  let high = 0x811c9dc5;
  let low = 0x9747b28c;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x5bd1e995);
  }
  return (high >>> 12) * 0x100000000 + (low >>> 0);
}
