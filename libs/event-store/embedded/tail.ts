import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { arrays } from './arrays.js';
import type { Log } from './log.js';
import { nameHash, Places } from './places.js';

/** So many events wait in memory for their index entries: the more, the fewer pages each of the sorted entries costs. */
const TAIL_EVENTS_MAX = 32_768;

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
  private places = new Places();
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
    this.places = new Places();
    this.older = null;
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
    return this.places.size >= TAIL_EVENTS_MAX;
  }

  /** What is in memory of a stream: its last revision, or undefined. */
  recent(stream: string, hash = nameHash(stream)): number | undefined {
    return this.places.lastRevision(stream, hash) ?? this.older?.places.lastRevision(stream, hash);
  }

  /** -1 for a stream that does not exist. */
  lastRevision(stream: string): number {
    const hash = nameHash(stream);
    const recent = this.recent(stream, hash);
    if (recent !== undefined) return recent;
    for (const [revision, position] of this.lastOf.iterate(hash) as unknown as Iterable<[number, number]>) {
      if (this.isOf(stream, position)) return revision;
    }
    return -1;
  }

  /** The positions of a stream's events, from a revision on. */
  positions(stream: string, from: number, limit: number): number[] {
    const hash = nameHash(stream);
    const kept = [this.older?.places.of(stream, hash), this.places.of(stream, hash)].filter((place) => place !== undefined);
    const first = kept[0]?.first ?? Number.MAX_SAFE_INTEGER;
    const found: number[] = [];
    if (from < first) {
      for (const [position] of this.between.iterate(hash, from, first) as unknown as Iterable<[number]>) {
        if (found.length >= limit) break;
        if (this.isOf(stream, position)) found.push(position);
      }
    }
    for (const { first: start, positions } of kept) {
      for (let i = Math.max(0, from - start); i < positions.length && found.length < limit; i++) found.push(positions[i] as number);
    }
    return found;
  }

  add(stream: string, revision: number, position: number): void {
    this.position = position;
    this.places.add(stream, revision, position);
  }

  /** Makes all of it the older part; what that was is in the index. */
  age(): Older {
    const older = { places: this.places, until: this.position };
    this.older = older;
    this.places = new Places();
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
