import type { Log } from './log.js';
import type { IndexOrder } from './index.worker.js';
import type { PlaceIndex } from './place-index.js';
import { nameHash, Places } from './places.js';

/** So many events wait in memory for their index entries: the more, the fewer pages each of the sorted entries costs. */
const TAIL_EVENTS_MAX = 16_384;

/** The older part of the tail, on its way into the index. */
interface Older {
  readonly places: Places;
  /** The position of its last event. */
  readonly until: number;
}

/**
 * Where each stream's events are: in the index, and in memory for the end of the log, which the index doesn't hold yet. What is
 * in memory is a copy of rows that are in the file already: read again when the store opens and after a fault.
 */
export class Tail {
  position = 0;
  private places = new Places();
  private older: Older | null = null;

  constructor(
    private readonly log: Log,
    private readonly index: PlaceIndex,
  ) {}

  reload(): void {
    this.places = new Places();
    this.older = null;
    this.index.dropFilter();
    this.log.forget();
    const { position, id } = this.index.watermark;
    const isOfThisLog = position === 0 || (position <= (this.log.lastPosition() ?? 0) && this.idAt(position) === id);
    // A ledger that was restored from a backup, beside the index of what came after it.
    if (!isOfThisLog) this.index.clear();
    this.position = isOfThisLog ? position : 0;
    this.catchUp();
  }

  /** Takes in what other connections committed since, up to `until`. */
  catchUp(until = Infinity): void {
    const from = this.position + 1;
    for (const row of this.log.placesAfter(this.position)) {
      if (row.last > until) break;
      for (let position = Math.max(from, row.first); position <= row.last; position++)
        this.add(row.stream(position), row.revision(position), position);
      if (this.isLong && this.older === null) this.indexNow();
    }
  }

  get isLong(): boolean {
    return this.places.size >= TAIL_EVENTS_MAX;
  }

  /** -1 for a stream that does not exist. */
  lastRevision(stream: string, hash = nameHash(stream)): number {
    const recent = this.places.lastRevision(stream, hash) ?? this.older?.places.lastRevision(stream, hash);
    if (recent !== undefined) return recent;
    for (const position of this.index.positionsBackwards(hash)) if (this.isOf(stream, position)) return this.log.row(position).revision(position);
    return -1;
  }

  /** The positions of a stream's events, from a revision on. */
  positions(stream: string, from: number, limit: number): number[] {
    const hash = nameHash(stream);
    const kept = [this.older?.places.of(stream, hash), this.places.of(stream, hash)].filter((place) => place !== undefined);
    const first = kept[0]?.first ?? Number.MAX_SAFE_INTEGER;
    const found: number[] = [];
    if (from < first) {
      for (const position of this.index.positions(hash, from, first)) {
        if (found.length >= limit) break;
        if (this.isOf(stream, position)) found.push(position);
      }
    }
    for (const { first: start, positions } of kept) {
      for (let i = Math.max(0, from - start); i < positions.length && found.length < limit; i++) found.push(positions[i] as number);
    }
    return found;
  }

  add(stream: string, revision: number, position: number, hash = nameHash(stream)): void {
    this.position = position;
    this.places.add(stream, revision, position, hash);
  }

  /** Makes all of it the older part. */
  age(): void {
    this.older = { places: this.places, until: this.position };
    this.places = this.places.next();
  }

  /** The position of the older part's last event. */
  get agedUntil(): number | null {
    return this.older?.until ?? null;
  }

  /** What is to be brought into the index for the older part. */
  order(): IndexOrder {
    const { places, until } = this.older as Older;
    return { entries: places.entries(), until: { position: until, id: this.idAt(until) } };
  }

  /** Brings the older part into the index. */
  indexOlder({ entries, until }: IndexOrder): void {
    this.index.write(entries, until);
    this.index.tidy();
    this.forgetOlder();
  }

  /** The older part is in the index. */
  forgetOlder(): void {
    if (this.older !== null) this.index.remember(this.older.places.nameHashes());
    this.older = null;
  }

  /** A log without its index, or with another process's commits: not all of it is to be in memory at once. */
  private indexNow(): void {
    this.age();
    this.indexOlder(this.order());
  }

  private idAt(position: number): string {
    return this.log.row(position).event(position).id;
  }

  /** Two names may have one hash. */
  private isOf(stream: string, position: number): boolean {
    return this.log.row(position).stream(position) === stream;
  }
}
