import { ENTRY } from './places.js';

/** Hashes of names have so many bits, and spread over them. */
const HASH_BITS = 52;
/** Of more that begin alike, insertion could take a time that is the square of their number. */
const FEW = 64;

/** Those beyond a position, by hash, revision and position. */
export function sorted(entries: Float64Array, beyond: number): Float64Array<ArrayBuffer> {
  const { order, ends } = byFirstBits(entries, startsBeyond(entries, beyond));
  for (let bucket = 0, from = 0; bucket < ends.length; bucket++) {
    const until = ends[bucket] as number;
    if (until - from > FEW) order.subarray(from, until).sort((a, b) => compared(entries, a, entries, b));
    else putInOrder(order, from, until, entries);
    from = until;
  }
  const result = new Float64Array(order.length * ENTRY);
  for (let i = 0; i < order.length; i++) for (let k = 0; k < ENTRY; k++) result[i * ENTRY + k] = entries[(order[i] as number) + k] as number;
  return result;
}

/** Where the entries beyond a position begin. */
function startsBeyond(entries: Float64Array, beyond: number): Uint32Array {
  const starts = new Uint32Array(entries.length / ENTRY);
  let count = 0;
  for (let at = 0; at < entries.length; at += ENTRY) if ((entries[at + 2] as number) > beyond) starts[count++] = at;
  return starts.subarray(0, count);
}

/** Entries by the first bits of their hashes, as many as there are entries; and where each such bucket ends. */
function byFirstBits(entries: Float64Array, starts: Uint32Array): { order: Uint32Array; ends: Uint32Array } {
  const bits = 32 - Math.clz32(starts.length);
  const width = 2 ** (HASH_BITS - bits);
  const ends = new Uint32Array(2 ** bits);
  const bucketOf = (at: number): number => Math.floor((entries[at] as number) / width);
  for (const at of starts) (ends[bucketOf(at)] as number)++;
  for (let bucket = 0, begin = 0; bucket < ends.length; bucket++) {
    const size = ends[bucket] as number;
    ends[bucket] = begin;
    begin += size;
  }
  const order = new Uint32Array(starts.length);
  // Each bucket's beginning moves to its end while it is filled.
  for (const at of starts) order[(ends[bucketOf(at)] as number)++] = at;
  return { order, ends };
}

/** By insertion: few, and those of one stream are in order as they came. */
function putInOrder(order: Uint32Array, from: number, until: number, entries: Float64Array): void {
  for (let i = from + 1; i < until; i++) {
    const at = order[i] as number;
    let to = i;
    for (; to > from && compared(entries, order[to - 1] as number, entries, at) > 0; to--) order[to] = order[to - 1] as number;
    order[to] = at;
  }
}

/** One sorted list of several. */
export function merged(lists: readonly Float64Array[]): Float64Array<ArrayBuffer> {
  const result = new Float64Array(lists.reduce((length, list) => length + list.length, 0));
  const next = lists.map(() => 0);
  // The hash that each list goes on with: they seldom are the same, so the rest is seldom looked at.
  const hashes = Float64Array.from(lists, (list) => list[0] ?? Infinity);
  for (let end = 0; end < result.length; end += ENTRY) {
    let first = 0;
    for (let i = 1; i < lists.length; i++) {
      const difference = (hashes[i] as number) - (hashes[first] as number);
      if (difference > 0) continue;
      if (difference < 0 || compared(lists[i] as Float64Array, next[i] as number, lists[first] as Float64Array, next[first] as number) < 0) first = i;
    }
    const [list, at] = [lists[first] as Float64Array, next[first] as number];
    for (let k = 0; k < ENTRY; k++) result[end + k] = list[at + k] as number;
    next[first] = at + ENTRY;
    hashes[first] = list[at + ENTRY] ?? Infinity;
  }
  return result;
}

function compared(one: Float64Array, a: number, other: Float64Array, b: number): number {
  for (let k = 0; k < ENTRY; k++) {
    const difference = (one[a + k] as number) - (other[b + k] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
