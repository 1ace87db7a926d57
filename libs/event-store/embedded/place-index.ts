import { rmSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

import { arrays } from './arrays.js';
import { inTransaction, pragma } from './database.js';
import { merged, sorted } from './entry-order.js';
import { isDamaged } from './faults.js';
import { NameFilter } from './name-filter.js';
import { ENTRY } from './places.js';

const FORMAT = 2;
const SCHEMA = `
CREATE TABLE runs (run INTEGER PRIMARY KEY, level INTEGER NOT NULL) STRICT;
CREATE TABLE chunks (run INTEGER NOT NULL, hash INTEGER NOT NULL, revision INTEGER NOT NULL, entries BLOB NOT NULL) STRICT;
CREATE UNIQUE INDEX chunks_by_first ON chunks (run, hash, revision);
CREATE TABLE indexed (position INTEGER NOT NULL, id TEXT NOT NULL) STRICT;
INSERT INTO indexed VALUES (0, '');
PRAGMA user_version = ${FORMAT};
`;
/** Entries in a chunk: what is read for one lookup. */
const CHUNK = 256;
/** So many runs of a level become one of the next. */
const FAN = 8;
/** Runs of this level, a million events each, stay as they are: to merge them would take all their memory at once. */
const LEVEL_MAX = 2;

/** All events up to this position are in the index; the id is that event's, by which a log is known that is another one. */
export interface Watermark {
  readonly position: number;
  readonly id: string;
}

export const pathOfPlaces = (ledger: string): string => (ledger === ':memory:' ? ledger : `${ledger}-places`);

/**
 * Where the events of each stream are, by the hash of its name: in a file of its own beside the ledger's, so that writing it is never in
 * the way of a commit. All of it follows from the log: it is not waited for, and without it the next start makes it again.
 *
 * Entries come in runs, each sorted by itself, behind the one before it, and named by the position of its last event; a run is stored in
 * chunks, found by their first entry. In one tree of all names the entries of new keys would each land on another page, so that every
 * batch would write the whole tree again, and a row for each entry costs many times what the entry does. Runs are merged as they become
 * many, so that a lookup asks a dozen of them at most for a million events.
 */
export class PlaceIndex {
  private readonly database: DatabaseSync;
  private readonly runs: StatementSync;
  private readonly runsOf: StatementSync;
  private readonly addRun: StatementSync;
  private readonly chunkBefore: StatementSync;
  private readonly chunksFrom: StatementSync;
  private readonly chunksOf: StatementSync;
  private readonly addChunk: StatementSync;
  private readonly mark: StatementSync;
  private readonly setMark: StatementSync;
  private filter: NameFilter | null = null;
  private filterNumber = 0;

  constructor(path: string, busyTimeoutMs: number) {
    this.database = open(path, busyTimeoutMs);
    const prepared = (sql: string): StatementSync => arrays(this.database.prepare(sql));
    this.runs = prepared('SELECT run FROM runs ORDER BY run');
    this.runsOf = prepared('SELECT run FROM runs WHERE level = ? ORDER BY run');
    this.addRun = prepared('INSERT INTO runs VALUES (?, ?)');
    this.chunkBefore = prepared('SELECT entries FROM chunks WHERE run = ? AND (hash, revision) < (?, ?) ORDER BY hash DESC, revision DESC LIMIT 1');
    this.chunksFrom = prepared('SELECT entries FROM chunks WHERE run = ? AND hash = ? AND revision >= ? AND revision < ? ORDER BY revision');
    this.chunksOf = prepared('SELECT entries FROM chunks WHERE run = ? ORDER BY hash, revision');
    this.addChunk = prepared('INSERT INTO chunks VALUES (?, ?, ?, ?)');
    this.mark = prepared('SELECT position, id FROM indexed');
    this.setMark = prepared('UPDATE indexed SET position = ?, id = ?');
  }

  get watermark(): Watermark {
    const [position, id] = this.mark.get() as unknown as [number, string];
    return { position, id };
  }

  /** Positions of the events with revisions in [from, until), in order. Two names may have one hash. */
  positions(hash: number, from: number, until: number): Iterable<number> {
    return this.mayHold(hash) ? this.atOnce(() => this.forwards(hash, from, until)) : [];
  }

  /** Positions of all events, the last one first. */
  positionsBackwards(hash: number): Iterable<number> {
    // A closure in here would cost a context at every call, and nearly all names that are asked for are of keys never seen before.
    return this.mayHold(hash) ? this.heldBackwards(hash) : NOTHING;
  }

  private heldBackwards(hash: number): Iterable<number> {
    return this.atOnce(() => this.backwards(hash));
  }

  private mayHold(hash: number): boolean {
    return this.filter?.mayHold(hash) !== false;
  }

  /** Names the filter that there would be now: one made for another number is not to be taken. Null: the one at hand will do. */
  get wantedFilter(): number | null {
    return this.filter === null || this.filter.isFull ? this.filterNumber : null;
  }

  /** A filter of all names in the index. */
  makeFilter(): NameFilter {
    const filter = NameFilter.for(this.watermark.position);
    let before = -1;
    for (const chunk of this.atOnce(() => this.allChunks())) {
      for (let at = 0; at < chunk.length; at += ENTRY) {
        const hash = chunk[at] as number;
        if (hash !== before) filter.add(hash);
        before = hash;
      }
    }
    return filter;
  }

  /** `number` as `wantedFilter` was when it was asked for. From now on all that comes into the index is to be told to `remember`. */
  takeFilter(filter: NameFilter, number: number): void {
    if (number === this.filterNumber) this.filter = filter;
  }

  /** What is known of the index may no longer be all that is in it. */
  dropFilter(): void {
    this.filter = null;
    this.filterNumber++;
  }

  /** These are in the index now. */
  remember(hashes: Iterable<number>): void {
    if (this.filter !== null) for (const hash of hashes) this.filter.add(hash);
  }

  /** The next run, up to a position beyond which there are no entries: all of it with its watermark or nothing. */
  write(entries: Float64Array, { position, id }: Watermark): void {
    inTransaction(this.database, () => {
      // Another process may be further.
      const done = this.watermark.position;
      if (position <= done) return;
      this.addChunks(position, 0, sorted(entries, done));
      this.setMark.run(position, id);
    });
  }

  /** Call after `write`, when nobody waits. */
  tidy(): void {
    for (let level = 0; level < LEVEL_MAX; level++) if (this.runNames(level).length >= FAN) inTransaction(this.database, () => this.merge(level));
  }

  clear(): void {
    inTransaction(this.database, () => this.database.exec("DELETE FROM chunks; DELETE FROM runs; UPDATE indexed SET position = 0, id = ''"));
  }

  close(): void {
    this.database.close();
  }

  private runNames(level?: number): number[] {
    const rows = level === undefined ? this.runs.all() : this.runsOf.all(level);
    return (rows as unknown as [number][]).map(([run]) => run);
  }

  /** What several statements read as one: runs may be merged between them. */
  private *atOnce<T>(work: () => Iterable<T>): Iterable<T> {
    this.database.exec('BEGIN');
    try {
      yield* work();
    } finally {
      this.database.exec('COMMIT');
    }
  }

  private *forwards(hash: number, from: number, until: number): Iterable<number> {
    for (const run of this.runNames()) for (const chunk of this.chunks(run, hash, from, until)) yield* positionsIn(chunk, hash, from, until);
  }

  private *backwards(hash: number): Iterable<number> {
    for (const run of this.runNames().reverse()) {
      const last = this.chunkAt(run, hash);
      if (!last) continue;
      yield* [...positionsIn(last, hash, 0, NO_END)].reverse();
      if (last[0] !== hash) continue;
      const until = last[1] as number;
      for (const chunk of this.chunks(run, hash, 0, until).reverse()) yield* [...positionsIn(chunk, hash, 0, until)].reverse();
    }
  }

  private *allChunks(): Iterable<Float64Array> {
    for (const run of this.runNames()) yield* this.chunksIn(run);
  }

  /** Those of a run that may hold entries of a stream with revisions in [from, until). */
  private chunks(run: number, hash: number, from: number, until: number): Float64Array[] {
    return [...chunksOfRows(this.chunkBefore.all(run, hash, from)), ...chunksOfRows(this.chunksFrom.all(run, hash, from, until))];
  }

  /** The last of a run that may hold entries of a stream. */
  private chunkAt(run: number, hash: number): Float64Array | undefined {
    return chunksOfRows(this.chunkBefore.all(run, hash, NO_END))[0];
  }

  private chunksIn(run: number): Float64Array[] {
    return chunksOfRows(this.chunksOf.all(run));
  }

  private addChunks(run: number, level: number, entries: Float64Array<ArrayBuffer>): void {
    this.addRun.run(run, level);
    for (let at = 0, end = 0; at < entries.length; at = end) {
      end = endOfChunk(entries, at);
      const chunk = entries.subarray(at, end);
      this.addChunk.run(run, chunk[0] as number, chunk[1] as number, new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    }
  }

  /** Runs of a level are neighbours: those before them are of higher levels, those behind of lower ones. */
  private merge(level: number): void {
    const runs = this.runNames(level);
    // Another process may have been faster.
    if (runs.length < FAN) return;
    const [first, last] = [runs[0] as number, runs.at(-1) as number];
    const entries = merged(runs.map((run) => joined(this.chunksIn(run))));
    this.database.exec(`DELETE FROM chunks WHERE run BETWEEN ${first} AND ${last}; DELETE FROM runs WHERE run BETWEEN ${first} AND ${last}`);
    this.addChunks(last, level + 1, entries);
  }
}

/** More revisions than a stream may have. */
const NO_END = Number.MAX_SAFE_INTEGER;
const NOTHING: readonly number[] = [];

const chunksOfRows = (rows: unknown): Float64Array[] =>
  (rows as [Uint8Array][]).map(([bytes]) => new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8));

/** Entries are in order of hash, revision and position. */
function* positionsIn(entries: Float64Array, hash: number, from: number, until: number): Iterable<number> {
  for (let at = ENTRY * firstOf(entries, hash); entries[at] === hash; at += ENTRY) {
    const revision = entries[at + 1] as number;
    if (revision >= from && revision < until) yield entries[at + 2] as number;
  }
}

/** Entries of one hash and revision, of names that share a hash, are not parted: a chunk is found by the two. */
function endOfChunk(entries: Float64Array, start: number): number {
  let end = start + CHUNK * ENTRY;
  while (end < entries.length && entries[end] === entries[end - ENTRY] && entries[end + 1] === entries[end - ENTRY + 1]) end += ENTRY;
  return Math.min(end, entries.length);
}

/** The number of the first entry with this hash or a greater one. */
function firstOf(entries: Float64Array, hash: number): number {
  let [low, high] = [0, entries.length / ENTRY];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle * ENTRY] as number) < hash) low = middle + 1;
    else high = middle;
  }
  return low;
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A file that is damaged, or of another format, is made anew: nothing is lost with it but the time to read the log. */
function open(path: string, busyTimeoutMs: number): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    database.exec('PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384');
    inTransaction(database, () => {
      if (pragma(database, 'user_version') === 0) database.exec(SCHEMA);
    });
    if (pragma(database, 'user_version') === FORMAT) return database;
  } catch (error) {
    if (!isDamaged(error)) {
      database.close();
      throw error;
    }
  }
  database.close();
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  return open(path, busyTimeoutMs);
}
