import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { arrays } from './arrays.js';
import type { Log } from './log.js';

/** So many events wait in memory for their index entries: the more, the fewer pages each of the sorted entries costs. */
const TAIL_EVENTS_MAX = 8192;

/** The events of one stream that have no index entry yet: revisions `first`, `first + 1`, … at these positions. */
interface Place {
  readonly first: number;
  readonly positions: number[];
}

type Places = Map<string, Place | number>;

/** The older part of the tail, on its way into the index. */
interface Older {
  readonly places: Places;
  /** The position of its last event. */
  readonly until: number;
}

/**
 * Where each stream's events are: in the index, and in memory for the end of the log, which the index doesn't hold yet. What is
 * in memory is a copy of rows that are in the file already: read again when the store opens, after another connection's commit and
 * after a rollback.
 */
export class Tail {
  position = 0;
  private events = 0;
  /** A bare position is that of a stream's only event, at revision 0: such are the streams of the commands' keys. */
  private places: Places = new Map();
  private older: Older | null = null;
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
    this.older = null;
    this.events = 0;
    this.log.forget();
    [this.position] = this.watermark.get() as unknown as [number];
    this.catchUp();
  }

  /** Takes in what other connections committed since, up to `until`. */
  catchUp(until = Infinity): void {
    const from = this.position + 1;
    for (const row of this.log.placesAfter(this.position)) {
      if (row.last > until) break;
      for (let position = Math.max(from, row.first); position <= row.last; position++)
        this.add(row.stream(position), row.revision(position), position);
    }
  }

  get isLong(): boolean {
    return this.events >= TAIL_EVENTS_MAX;
  }

  /** What is in memory of a stream: its last revision, or undefined. */
  recent(stream: string): number | undefined {
    const place = this.places.get(stream) ?? this.older?.places.get(stream);
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
    const kept = [this.older?.places.get(stream), this.places.get(stream)].filter((place) => place !== undefined);
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

  /** Makes all of it the older part; what that was is in the index. */
  age(): Older {
    const older = { places: this.places, until: this.position };
    this.older = older;
    this.places = new Map();
    this.events = 0;
    return older;
  }

  /** The older part is in the index. */
  forgetOlder(): void {
    this.older = null;
  }

  /** Two names may have one hash. */
  private isOf(stream: string, position: number): boolean {
    return this.log.row(position).stream(position) === stream;
  }
}

/** Hash, revision and position of each event, in the order of the index, which saves it most of its work. */
export function entriesOf(places: Places): Float64Array {
  const byHash = new Map<number, Place | number>();
  const entries: number[] = [];
  for (const [stream, place] of places) {
    const hash = nameHash(stream);
    // Of two names with one hash the second comes out of order: rare, and it costs the index a step.
    if (byHash.has(hash)) push(entries, hash, place);
    else byHash.set(hash, place);
  }
  // Numbers alone are sorted ten times as fast as rows.
  for (const hash of Float64Array.from(byHash.keys()).sort()) push(entries, hash, byHash.get(hash) as Place | number);
  return Float64Array.from(entries);
}

function push(entries: number[], hash: number, place: Place | number): void {
  const first = firstOf(place);
  const positions = positionsOf(place);
  for (let i = 0; i < positions.length; i++) entries.push(hash, first + i, positions[i] as number);
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
