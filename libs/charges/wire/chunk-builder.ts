import { canonicalJson } from '#kernel';
import {
  DECIMAL_COLUMNS,
  FIRST_DECIMAL,
  FIRST_INSTANT,
  INSTANT_COLUMNS,
  STRING_COLUMNS,
  VALUE_COUNT,
  type EncodedRow,
  instantOfValue,
  unescapeField,
} from './charge-row.js';
import { CHUNK_BYTES_MAX, CHUNK_ROWS_MAX } from './chunk-data.js';
import { SpellingTable } from './spelling-table.js';

/** A finished chunk: canonical JSON, ready to be stored, and what a caller needs to know without parsing it. */
export interface ChunkText {
  readonly text: string;
  readonly chunk: number;
  readonly count: number;
  /** Milliseconds since the epoch: least and greatest ChargePeriodStart, greatest ChargePeriodEnd. */
  readonly minStart: number;
  readonly maxStart: number;
  readonly maxEnd: number;
}

const START = FIRST_INSTANT + INSTANT_COLUMNS.indexOf('start');
const END = FIRST_INSTANT + INSTANT_COLUMNS.indexOf('end');
// Upper bound of what a row adds apart from its dictionary and decimals: 24 indexes of up to five digits and a comma, its number, seven pairs of quotes.
const ROW_BYTES = FIRST_DECIMAL * 6 + 12 + DECIMAL_COLUMNS.length * 3;
const FRAME_BYTES = 2048;
// JSON may need six bytes for one UTF-16 unit.
const UNIT_BYTES = 6;

/** What a row may add at most, all its texts being new: looking each of them up first would cost more than the bytes are worth. */
function mostBytes({ values, spelling }: EncodedRow): number {
  let units = 0;
  for (const value of values) units += value.length + 1;
  if (spelling !== null) for (const text of spelling) units += text.length + 2;
  return ROW_BYTES + UNIT_BYTES * units;
}

const COLUMN_NAMES: readonly string[] = [...STRING_COLUMNS, ...INSTANT_COLUMNS, ...DECIMAL_COLUMNS];

/** Collects rows into one chunk after another. Rows must come in the order in which they are to be stored. */
export class ChargeChunkBuilder {
  private chunk: number;
  private rows: number[] = [];
  private strings: string[] = [];
  private instants: string[] = [];
  private readonly stringIndex = new Map<string, number>();
  private readonly instantIndex = new Map<string, number>();
  private columns: number[][] = [];
  private decimals: string[][] = [];
  private present: boolean[] = [];
  private lastText: string[] = [];
  private lastIndex: number[] = [];
  private spelling = new SpellingTable();
  private bytes = 0;

  /** @param firstChunk ordinal of the first chunk made, when reversals of the same delivery come before it. */
  constructor(
    private readonly deliveryId: string,
    firstChunk = 0,
  ) {
    this.chunk = firstChunk;
    this.reset();
  }

  get count(): number {
    return this.rows.length;
  }

  /** Adds a row; answers the chunk that had to be closed before it, if any. A row of up to 40,000 characters always fits. */
  add(row: EncodedRow): ChunkText | null {
    let closed: ChunkText | null = null;
    if (this.rows.length > 0 && (this.rows.length === CHUNK_ROWS_MAX || this.bytes + mostBytes(row) > CHUNK_BYTES_MAX)) closed = this.flush();
    this.put(row);
    return closed;
  }

  /** Closes the chunk at hand; null when it is empty. */
  flush(): ChunkText | null {
    const count = this.rows.length;
    if (count === 0) return null;
    const starts = this.columns[START] as number[];
    const ends = this.columns[END] as number[];
    const times = this.instants.map(instantOfValue);
    let [minStart, maxStart, maxEnd] = [Infinity, -Infinity, -Infinity];
    for (let i = 0; i < count; i++) {
      const start = times[starts[i] as number] as number;
      const end = times[ends[i] as number] as number;
      if (start < minStart) minStart = start;
      if (start > maxStart) maxStart = start;
      if (end > maxEnd) maxEnd = end;
    }
    const done = { text: this.canonicalText(), chunk: this.chunk, count, minStart, maxStart, maxEnd };
    this.chunk++;
    this.reset();
    return done;
  }

  private put({ row, values, spelling }: EncodedRow): void {
    for (let c = 0; c < FIRST_DECIMAL; c++) {
      const value = values[c] as string;
      let index: number;
      if (value === this.lastText[c]) index = this.lastIndex[c] as number;
      else {
        index = c < FIRST_INSTANT ? this.stringAt(value) : this.instantAt(value);
        this.lastText[c] = value;
        this.lastIndex[c] = index;
        if (value !== '') this.present[c] = true;
      }
      (this.columns[c] as number[]).push(index);
    }
    for (let d = FIRST_DECIMAL; d < VALUE_COUNT; d++) {
      const value = values[d] as string;
      if (value !== '') this.present[d] = true;
      this.bytes += value.length;
      (this.decimals[d - FIRST_DECIMAL] as string[]).push(value);
    }
    this.spelling.add(this.rows.length, spelling, values);
    if (spelling !== null) for (const text of spelling) this.bytes += text.startsWith('=') ? text.length * 6 + 12 : 6;
    this.bytes += ROW_BYTES;
    this.rows.push(row);
  }

  private stringAt(value: string): number {
    let index = this.stringIndex.get(value);
    if (index === undefined) {
      index = this.strings.length;
      this.stringIndex.set(value, index);
      const text = unescapeField(value);
      this.strings.push(text);
      this.bytes += Buffer.byteLength(canonicalJson(text)) + 1;
    }
    return index;
  }

  private instantAt(value: string): number {
    if (value === '') return -1;
    let index = this.instantIndex.get(value);
    if (index === undefined) {
      index = this.instants.length;
      this.instantIndex.set(value, index);
      this.instants.push(value);
      this.bytes += value.length + 3;
    }
    return index;
  }

  // Written by hand, as canonicalJson would write it (the spec compares the two): a million rows pass here.
  private canonicalText(): string {
    const members: [string, string][] = [
      ['chunk', `${this.chunk}`],
      ['count', `${this.rows.length}`],
      ['deliveryId', canonicalJson(this.deliveryId)],
      ['instants', canonicalJson(this.instants)],
      ['row', `[${this.rows.join(',')}]`],
      ['strings', canonicalJson(this.strings)],
    ];
    for (let c = 0; c < VALUE_COUNT; c++) {
      if (!this.present[c]) continue;
      const text =
        c < FIRST_DECIMAL ? `[${(this.columns[c] as number[]).join(',')}]` : `["${(this.decimals[c - FIRST_DECIMAL] as string[]).join('","')}"]`;
      members.push([COLUMN_NAMES[c] as string, text]);
    }
    const spelling = this.spelling.data(this.rows.length);
    if (spelling !== undefined) members.push(['spelling', canonicalJson(spelling)]);
    members.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, text]) => `"${name}":${text}`).join(',')}}`;
  }

  private reset(): void {
    this.rows = [];
    this.strings = [''];
    this.instants = [];
    this.stringIndex.clear();
    this.stringIndex.set('', 0);
    this.instantIndex.clear();
    this.columns = Array.from({ length: FIRST_DECIMAL }, () => []);
    this.decimals = DECIMAL_COLUMNS.map(() => []);
    this.present = new Array<boolean>(VALUE_COUNT).fill(false);
    this.lastText = [];
    this.lastIndex = [];
    this.spelling = new SpellingTable();
    this.bytes = FRAME_BYTES;
  }
}
