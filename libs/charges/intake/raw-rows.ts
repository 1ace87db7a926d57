/** The fields of one row where they stand in the file: cut out when they are asked for, since many are not. */
export interface RawFields {
  readonly length: number;
  /** Empty beyond the last one. */
  at(index: number): string;
  all(): string[];
}

/** Raw rows of a file, in its order. */
export interface RawBatch {
  readonly rows: number;
  /** Good until the next call. */
  fields(row: number): RawFields;
  /** The physical line on which a row begins (CSV), or its number (Parquet). */
  line(row: number): number;
  /** Whether the quoting of a row is broken. */
  isFault(row: number): boolean;
}

/** A file's header, and the rows that follow as they are asked for; a batch is good until the next. */
export interface RawTable {
  readonly names: readonly string[];
  readonly batches: AsyncGenerator<RawBatch>;
}

/** Fields that are texts already. */
export class TextFields implements RawFields {
  constructor(private readonly texts: readonly string[]) {}

  get length(): number {
    return this.texts.length;
  }

  at(index: number): string {
    return this.texts[index] ?? '';
  }

  all(): string[] {
    return [...this.texts];
  }
}
