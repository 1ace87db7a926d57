import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { arrays } from './arrays.js';
import type { IndexOrder } from './commits.js';
import type { Log } from './log.js';

/** So many events wait in memory for their index entries: the more, the fewer pages each of the sorted entries costs. */
const TAIL_EVENTS_MAX = 8192;
/** Their entries are written over so many commits, that none of them takes long. */
const SLICES = 64;

/** The events of one stream that have no index entry yet: revisions `first`, `first + 1`, … at these positions. */
interface Place {
  readonly first: number;
  readonly positions: number[];
}

type Places = Map<string, Place | number>;
type Entry = readonly [hash: number, revision: number, position: number];
const ENTRY = 3;

/** The older part of the tail, on its way into the index. */
interface Ageing {
  readonly places: Places;
  /** Hash, revision and position of each, in order. */
  readonly entries: Float64Array;
  /** The position up to which the index is whole when all entries are written. */
  readonly until: number;
  written: number;
  /** Will be written when the commit at hand has succeeded. */
  ordered: number;
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
  private readonly watermark: StatementSync;
  private readonly between: StatementSync;
  private readonly lastOf: StatementSync;

  constructor(
    database: DatabaseSync,
    private readonly log: Log,
  ) {
    this.watermark = arrays(database.prepare('SELECT position FROM indexed'));
    this.between = arrays(
      database.prepare('SELECT position FROM places WHERE hash = ? AND revision >= ? AND revision < ? ORDER BY revision, position'),
    );
    this.lastOf = arrays(database.prepare('SELECT revision, position FROM places WHERE hash = ? ORDER BY revision DESC, position DESC'));
  }

  reload(): void {
    this.places = new Map();
    this.ageing = null;
    this.events = 0;
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

  /** What is in memory of a stream: its last revision, or undefined. */
  recent(stream: string): number | undefined {
    const place = this.places.get(stream) ?? this.ageing?.places.get(stream);
    return place === undefined ? undefined : firstOf(place) + positionsOf(place).length - 1;
  }

  /** -1 for a stream that does not exist. */
  lastRevision(stream: string): number {
    const recent = this.recent(stream);
    if (recent !== undefined) return recent;
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
      this.places.set(stream, position);
      return;
    }
    const place = this.places.get(stream);
    if (place === undefined) this.places.set(stream, { first: revision, positions: [position] });
    else if (typeof place === 'number') this.places.set(stream, { first: 0, positions: [place, position] });
    else place.positions.push(position);
  }

  /** Index entries for the next commit: some of the older part of a long tail. `indexed` when that is committed. */
  toIndex(): IndexOrder | null {
    const { ageing } = this;
    if (this.events < TAIL_EVENTS_MAX) return ageing && this.order(ageing, Math.ceil(ageing.entries.length / ENTRY / SLICES));
    // The next part waits: commits that large are rare, and this one is nearly written.
    if (ageing) return this.order(ageing, Infinity);
    return this.order(this.age(), 0);
  }

  /** What is in the index now need not be kept in memory. */
  indexed(): void {
    if (this.ageing === null) return;
    this.ageing.written = this.ageing.ordered;
    if (this.ageing.written === this.ageing.entries.length) this.ageing = null;
  }

  private age(): Ageing {
    const entries: Entry[] = [];
    for (const [stream, place] of this.places) {
      const hash = nameHash(stream);
      const first = firstOf(place);
      const positions = positionsOf(place);
      for (let i = 0; i < positions.length; i++) entries.push([hash, first + i, positions[i] as number]);
    }
    entries.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const ageing = { places: this.places, entries: Float64Array.from(entries.flat()), until: this.position, written: 0, ordered: 0 };
    this.ageing = ageing;
    this.places = new Map();
    this.events = 0;
    return ageing;
  }

  private order(ageing: Ageing, count: number): IndexOrder {
    ageing.ordered = Math.min(ageing.entries.length, ageing.written + count * ENTRY);
    const entries = ageing.entries.slice(ageing.written, ageing.ordered);
    return { entries, until: ageing.ordered === ageing.entries.length ? ageing.until : null };
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
