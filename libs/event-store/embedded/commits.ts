import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { arrays } from './arrays.js';
import { BulkInsert } from './bulk-insert.js';
import { Checkpointer } from './checkpointer.js';
import { pragma } from './database.js';
import type { LogInsert } from './log.js';

/** So many names are looked up with one statement. */
const HASHES = 25;
/** An index entry fills about so many characters of a page, and most of its page is written with it. */
const ENTRY_CHARACTERS = 200;

/** What one commit writes, as it was planned from what is known of the file. */
export interface CommitOrder {
  /** The position of the last event that was known. */
  readonly after: number;
  readonly rows: readonly LogInsert[];
  /** Hashes of the names of new streams that were not looked up. */
  readonly unused: readonly number[];
  readonly index: IndexOrder | null;
}

export interface IndexOrder {
  /** Hash, revision and position of each entry, one after the other. */
  readonly entries: Float64Array;
  /** With these the index is whole up to here; null: more are to come. */
  readonly until: number | null;
}

/**
 * `again`: nothing was written, for another process has, or a stream exists that was thought new. The lock is held: an order that
 * is planned anew is sure to be the next, or the lock is to be given back.
 */
export type CommitAnswer = 'committed' | 'again';

/** Writes what was planned, if it still holds: one transaction and one sync for all appends of a batch. */
export class Commits {
  private readonly begin: StatementSync;
  private readonly commitNow: StatementSync;
  private readonly last: StatementSync;
  private readonly insertRow: StatementSync;
  private readonly places: BulkInsert;
  private readonly setWatermark: StatementSync;
  private readonly knowsAny: StatementSync;
  private readonly checkpointer: Checkpointer;

  constructor(
    private readonly database: DatabaseSync,
    path: string,
  ) {
    this.begin = database.prepare('BEGIN IMMEDIATE');
    this.commitNow = database.prepare('COMMIT');
    this.last = arrays(database.prepare('SELECT max(last) FROM log'));
    this.insertRow = database.prepare('INSERT INTO log VALUES (?, ?, ?)');
    // Entries that another process wrote, or we before a crash, are the same.
    this.places = new BulkInsert(database, 'places', 3, 'INSERT OR IGNORE');
    this.setWatermark = database.prepare('UPDATE indexed SET position = ? WHERE position < ?');
    this.knowsAny = arrays(database.prepare(`SELECT ${new Array<string>(HASHES).fill('EXISTS (SELECT 1 FROM places WHERE hash = ?)').join(' OR ')}`));
    this.checkpointer = new Checkpointer(database, path, pragma(database, 'page_size'));
  }

  /** @throws what SQLite throws; then nothing was written and the lock is not held. */
  commit({ after, rows, unused, index }: CommitOrder): CommitAnswer {
    try {
      if (!this.database.isTransaction) this.begin.run();
      const [last] = this.last.get() as unknown as [number | null];
      if ((last ?? 0) !== after || this.exists(unused)) return 'again';
      let characters = 0;
      for (const [position, heads, body] of rows) {
        this.insertRow.run(position, heads, body);
        characters += heads.length + body.length;
      }
      if (index) characters += this.index(index);
      this.commitNow.run();
      this.checkpointer.committed(characters);
      return 'committed';
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Gives the lock back without a commit. */
  release(): void {
    this.places.discard();
    if (this.database.isTransaction) this.database.exec('ROLLBACK');
  }

  close(): Promise<void> {
    return this.checkpointer.close();
  }

  private index({ entries, until }: IndexOrder): number {
    for (let i = 0; i < entries.length; i += 3) this.places.add(entries[i] as number, entries[i + 1] as number, entries[i + 2] as number);
    this.places.flush();
    // Another process may be further.
    if (until !== null) this.setWatermark.run(until, until);
    return (entries.length / 3) * ENTRY_CHARACTERS;
  }

  /** Nearly all streams that an order makes are those of keys never seen before, so one answer for many is enough. */
  private exists(hashes: readonly number[]): boolean {
    for (let from = 0; from < hashes.length; from += HASHES) {
      const some = hashes.slice(from, from + HASHES);
      while (some.length < HASHES) some.push(some[0] as number);
      if ((this.knowsAny.get(...some) as unknown as [number])[0] !== 0) return true;
    }
    return false;
  }
}
