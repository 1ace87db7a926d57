/** Numbers of an event in `entries`. */
export const ENTRY = 3;

/**
 * Where the events of streams are that have no index entry yet. An open-addressed table over arrays of numbers: looked up several times
 * for every command, and most of its streams (those of the commands' keys) are looked up once and never again, so a Map of objects
 * spent more on hashing names and on garbage than on the question.
 */
export class Places {
  /** A stream's last record, plus one; 0: free. Twice as many as records, so that chains stay short. */
  private slots: Int32Array;
  private names: string[] = [];
  private hashes: Float64Array;
  private revisions: Float64Array;
  private at: Float64Array;
  /** The stream's record before, plus one; 0: none. */
  private earlier: Int32Array;

  /** @param capacity events that there is room for without growing: a power of two */
  constructor(private capacity = 1024) {
    this.slots = new Int32Array(2 * capacity);
    this.hashes = new Float64Array(capacity);
    this.revisions = new Float64Array(capacity);
    this.at = new Float64Array(capacity);
    this.earlier = new Int32Array(capacity);
  }

  /** An empty one, with the room that this one came to need. */
  next(): Places {
    return new Places(this.capacity);
  }

  /** Events, not streams. */
  get size(): number {
    return this.names.length;
  }

  add(name: string, revision: number, position: number, hash = nameHash(name)): void {
    if (this.size === this.capacity) this.grow();
    const slot = this.slotOf(name, hash);
    const record = this.names.push(name);
    this.hashes[record - 1] = hash;
    this.revisions[record - 1] = revision;
    this.at[record - 1] = position;
    this.earlier[record - 1] = this.slots[slot] as number;
    this.slots[slot] = record;
  }

  /** The last revision that is held of a stream, or undefined. */
  lastRevision(name: string, hash: number): number | undefined {
    const record = this.slots[this.slotOf(name, hash)] as number;
    return record === 0 ? undefined : this.revisions[record - 1];
  }

  /** Revision and position of the events of a stream, in order. */
  of(name: string, hash: number): { readonly first: number; readonly positions: number[] } | undefined {
    const record = this.slots[this.slotOf(name, hash)] as number;
    return record === 0 ? undefined : this.chain(record);
  }

  /** The hashes of the streams' names. */
  *nameHashes(): Iterable<number> {
    // A stream's first record is the one before which there is none.
    for (let record = 0; record < this.size; record++) if (this.earlier[record] === 0) yield this.hashes[record] as number;
  }

  /** Hash, revision and position of each event, as they were added. */
  entries(): Float64Array<ArrayBuffer> {
    const entries = new Float64Array(ENTRY * this.size);
    for (let record = 0, end = 0; record < this.size; record++) {
      entries[end++] = this.hashes[record] as number;
      entries[end++] = this.revisions[record] as number;
      entries[end++] = this.at[record] as number;
    }
    return entries;
  }

  private chain(last: number): { first: number; positions: number[] } {
    const positions: number[] = [];
    let first = 0;
    for (let record = last; record !== 0; record = this.earlier[record - 1] as number) {
      positions.push(this.at[record - 1] as number);
      first = this.revisions[record - 1] as number;
    }
    return { first, positions: positions.reverse() };
  }

  /** Where a stream is, or the free place where it would be. Names are compared only where the hashes are equal. */
  private slotOf(name: string, hash: number): number {
    for (let slot = this.home(hash); ; slot = this.after(slot)) {
      const record = this.slots[slot] as number;
      if (record === 0 || (this.hashes[record - 1] === hash && this.names[record - 1] === name)) return slot;
    }
  }

  private home(hash: number): number {
    return (hash >>> 0) & (this.slots.length - 1);
  }

  private after(slot: number): number {
    return (slot + 1) & (this.slots.length - 1);
  }

  private grow(): void {
    this.capacity *= 2;
    this.hashes = widened(this.hashes, this.capacity);
    this.revisions = widened(this.revisions, this.capacity);
    this.at = widened(this.at, this.capacity);
    const earlier = new Int32Array(this.capacity);
    earlier.set(this.earlier);
    this.earlier = earlier;
    this.slots = new Int32Array(2 * this.capacity);
    for (let record = 1; record <= this.size; record++) {
      this.slots[this.slotOf(this.names[record - 1] as string, this.hashes[record - 1] as number)] = record;
    }
  }
}

function widened(from: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const to = new Float64Array(size);
  to.set(from);
  return to;
}

/** FNV-1a over the halves of a name's characters, 52 bits: spreads names over the index. Stored, so never to be changed. */
export function nameHash(name: string): number {
  // As signed numbers from the start: what begins beyond them is kept as a fraction, and converted at every character.
  let high = 0x811c9dc5 | 0;
  let low = 0x9747b28c | 0;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x5bd1e995);
  }
  return (high >>> 12) * 0x100000000 + (low >>> 0);
}
