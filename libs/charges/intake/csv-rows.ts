import type { RawBatch, RawFields } from './raw-rows.js';

/** Rows cut from a text: where their fields begin and end in it. One serves for all pieces of a file, one after the other. */
export class CsvRows implements RawBatch, RawFields {
  rows = 0;
  private text = '';
  private count = 0;
  private starts = new Int32Array(16_384);
  private stops = new Int32Array(16_384);
  /** Fields that do not stand in the text as they are to be read: with doubled quotes, or broken. */
  private readonly apart = new Map<number, string>();
  /** The first field of each row, and of the row at hand. */
  private readonly begins = [0];
  private readonly lines: number[] = [];
  private readonly faults: boolean[] = [];
  /** The fields of the row that was asked for. */
  private from = 0;
  length = 0;

  /** Forgets the rows of the text before. */
  begin(text: string): void {
    this.text = text;
    this.rows = 0;
    this.count = 0;
    if (this.apart.size > 0) this.apart.clear();
  }

  /** A field of the row at hand. */
  add(start: number, stop: number): void {
    if (this.count === this.starts.length) this.grow();
    this.starts[this.count] = start;
    this.stops[this.count++] = stop;
  }

  /** A field that is to be read as another text than stands there. */
  addApart(text: string): void {
    this.apart.set(this.count, text);
    this.add(0, 0);
  }

  /** Ends the row at hand, a blank one apart: that is none. */
  end(line: number, fault: boolean): void {
    const first = this.begins[this.rows] as number;
    if (this.count === first + 1 && this.field(first) === '') return this.forget();
    this.lines[this.rows] = line;
    this.faults[this.rows++] = fault;
    this.begins[this.rows] = this.count;
  }

  /** Of the row at hand: it is not whole yet. */
  forget(): void {
    const first = this.begins[this.rows] as number;
    for (; this.count > first; this.count--) this.apart.delete(this.count - 1);
  }

  fields(row: number): RawFields {
    this.from = this.begins[row] as number;
    this.length = (this.begins[row + 1] as number) - this.from;
    return this;
  }

  line(row: number): number {
    return this.lines[row] as number;
  }

  isFault(row: number): boolean {
    return this.faults[row] as boolean;
  }

  at(index: number): string {
    return index < this.length ? this.field(this.from + index) : '';
  }

  all(): string[] {
    return Array.from({ length: this.length }, (_, index) => this.at(index));
  }

  private field(field: number): string {
    const apart = this.apart.size > 0 ? this.apart.get(field) : undefined;
    return apart ?? this.text.slice(this.starts[field], this.stops[field]);
  }

  private grow(): void {
    const [starts, stops] = [this.starts, this.stops];
    this.starts = new Int32Array(2 * starts.length);
    this.stops = new Int32Array(2 * stops.length);
    this.starts.set(starts);
    this.stops.set(stops);
  }
}
