import { rmSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

import { arrays } from './arrays.js';
import { BulkInsert } from './bulk-insert.js';
import { inTransaction, pragma } from './database.js';
import { isDamaged } from './faults.js';

const FORMAT = 1;
const SCHEMA = `
CREATE TABLE places (hash INTEGER NOT NULL, revision INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (hash, revision, position)) STRICT, WITHOUT ROWID;
CREATE TABLE indexed (position INTEGER NOT NULL, id TEXT NOT NULL) STRICT;
INSERT INTO indexed VALUES (0, '');
PRAGMA user_version = ${FORMAT};
`;
/** Hash, revision and position. */
const ENTRY = 3;
/** So many names are looked up with one statement. */
const HASHES = 25;

/** All events up to this position are in the index; the id is that event's, by which a log is known that is another one. */
export interface Watermark {
  readonly position: number;
  readonly id: string;
}

export const pathOfPlaces = (ledger: string): string => (ledger === ':memory:' ? ledger : `${ledger}-places`);

/**
 * Where the events of each stream are, by the hash of its name: in a file of its own beside the ledger's, so that writing it is never in
 * the way of a commit. All of it follows from the log: it is not waited for, and without it the next start makes it again.
 */
export class PlaceIndex {
  private readonly database: DatabaseSync;
  private readonly between: StatementSync;
  private readonly lastOf: StatementSync;
  private readonly knows: StatementSync;
  private readonly mark: StatementSync;
  private readonly setMark: StatementSync;
  private readonly places: BulkInsert;

  constructor(path: string, busyTimeoutMs: number) {
    this.database = open(path, busyTimeoutMs);
    const prepared = (sql: string): StatementSync => arrays(this.database.prepare(sql));
    this.between = prepared('SELECT position FROM places WHERE hash = ? AND revision >= ? AND revision < ? ORDER BY revision, position');
    this.lastOf = prepared('SELECT revision, position FROM places WHERE hash = ? ORDER BY revision DESC, position DESC');
    this.knows = prepared(`SELECT ${new Array<string>(HASHES).fill('EXISTS (SELECT 1 FROM places WHERE hash = ?)').join(' OR ')}`);
    this.mark = prepared('SELECT position, id FROM indexed');
    this.setMark = prepared('UPDATE indexed SET position = ?, id = ? WHERE position < ?');
    // What another process wrote already is the same.
    this.places = new BulkInsert(this.database, 'places', ENTRY, 'INSERT OR IGNORE');
  }

  get watermark(): Watermark {
    const [position, id] = this.mark.get() as unknown as [number, string];
    return { position, id };
  }

  /** Positions of the events with revisions in [from, until), in order. Two names may have one hash. */
  positions(hash: number, from: number, until: number): Iterable<[number]> {
    return this.between.iterate(hash, from, until) as unknown as Iterable<[number]>;
  }

  /** Revision and position of a stream's events, the last one first. */
  backwards(hash: number): Iterable<[number, number]> {
    return this.lastOf.iterate(hash) as unknown as Iterable<[number, number]>;
  }

  /** Nearly all streams that a commit makes are those of keys never seen before, so one answer for many is enough. */
  knowsAnyOf(hashes: readonly number[]): boolean {
    for (let from = 0; from < hashes.length; from += HASHES) {
      const some = hashes.slice(from, from + HASHES);
      while (some.length < HASHES) some.push(some[0] as number);
      if ((this.knows.get(...some) as unknown as [number])[0] !== 0) return true;
    }
    return false;
  }

  /** Entries in order, up to a position beyond which there are none: all of them with it or nothing. */
  write(entries: Float64Array, { position, id }: Watermark): void {
    // What an attempt that failed left.
    this.places.discard();
    inTransaction(this.database, () => {
      for (let i = 0; i < entries.length; i += ENTRY) this.places.add(entries[i] as number, entries[i + 1] as number, entries[i + 2] as number);
      this.places.flush();
      // Another process may be further.
      this.setMark.run(position, id, position);
    });
  }

  clear(): void {
    inTransaction(this.database, () => this.database.exec("DELETE FROM places; UPDATE indexed SET position = 0, id = ''"));
  }

  close(): void {
    this.database.close();
  }
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
