import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { arrays } from './arrays.js';
import { BulkInsert } from './bulk-insert.js';
import type { Tail } from './tail.js';

/** The older part's entries are written over so many commits, that none of them takes long. */
const SLICES = 256;
const ENTRY = 3;
/** So many names are looked up with one statement. */
const HASHES = 25;
/** An entry fills about so many characters of a page, and most of its page is written with it. */
const ENTRY_CHARACTERS = 200;

/** Writes the tail's older part into the index of places, some of it with each commit. */
export class IndexWriter {
  /** Hash, revision and position of each entry, one after the other, in order; with all of them the index is whole up to `until`. */
  private entries: Float64Array | null = null;
  private until = 0;
  private written = 0;
  /** In the transaction at hand. */
  private ordered = 0;
  private readonly places: BulkInsert;
  private readonly setWatermark: StatementSync;
  private readonly knowsAny: StatementSync;

  constructor(
    database: DatabaseSync,
    private readonly tail: Tail,
  ) {
    // Entries that another process wrote, or we before a crash, are the same.
    this.places = new BulkInsert(database, 'places', ENTRY, 'INSERT OR IGNORE');
    this.setWatermark = database.prepare('UPDATE indexed SET position = ? WHERE position < ?');
    this.knowsAny = arrays(database.prepare(`SELECT ${new Array<string>(HASHES).fill('EXISTS (SELECT 1 FROM places WHERE hash = ?)').join(' OR ')}`));
  }

  /** A slice of what waits, in the transaction at hand. Answers about how many characters that fills. */
  write(): number {
    const { tail } = this;
    if (this.entries === null) {
      if (!tail.isLong) return 0;
      const { places, until } = tail.age();
      [this.entries, this.until, this.written, this.ordered] = [places.entries(), until, 0, 0];
      return 0;
    }
    // The next part waits when the tail is long again: commits that large are rare, and this one is nearly written.
    const share = tail.isLong ? Infinity : Math.ceil(this.entries.length / ENTRY / SLICES) * ENTRY;
    const { entries } = this;
    this.ordered = Math.min(entries.length, this.written + share);
    for (let i = this.written; i < this.ordered; i += ENTRY)
      this.places.add(entries[i] as number, entries[i + 1] as number, entries[i + 2] as number);
    this.places.flush();
    // Another process may be further.
    if (this.ordered === entries.length) this.setWatermark.run(this.until, this.until);
    return ((this.ordered - this.written) / ENTRY) * ENTRY_CHARACTERS;
  }

  /** The transaction was committed. */
  committed(): void {
    if (this.entries === null) return;
    this.written = this.ordered;
    if (this.written < this.entries.length) return;
    this.entries = null;
    this.tail.forgetOlder();
  }

  /** After a fault: the tail was read again, from where the index is whole. */
  reset(): void {
    this.places.discard();
    this.entries = null;
  }

  /** Nearly all streams that a commit makes are those of keys never seen before, so one answer for many is enough. */
  knowsAnyOf(hashes: readonly number[]): boolean {
    for (let from = 0; from < hashes.length; from += HASHES) {
      const some = hashes.slice(from, from + HASHES);
      while (some.length < HASHES) some.push(some[0] as number);
      if ((this.knowsAny.get(...some) as unknown as [number])[0] !== 0) return true;
    }
    return false;
  }
}
