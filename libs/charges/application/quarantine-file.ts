import { csvLine } from '../generator/write-file.js';
import { type FileStore, IntakeProblem, type QuarantinedRow, readQuarantine, readQuarantineColumns } from '../intake/index.js';
import { readCsv } from '../intake/csv-reader.js';
import { Warnings } from '../intake/row-problem.js';
import { ByteReader, openSource } from '../intake/source.js';

/** Columns that the ledger puts before the file's own, so that a row finds its place again. */
export const MEND_COLUMNS = ['x_TenorRow', 'x_TenorLine', 'x_TenorProblems'] as const;
const [ROW_COLUMN] = MEND_COLUMNS;

/** The rows of a delivery as they came, with the columns of the file that they stood in. */
export interface QuarantinedFields {
  readonly columns: readonly string[];
  rows(): AsyncIterable<readonly QuarantinedRow[]>;
}

export async function quarantinedFields(files: FileStore, sha256: string): Promise<QuarantinedFields | null> {
  if (!(await files.has(sha256))) return null;
  const path = files.pathOf(sha256);
  return { columns: await readQuarantineColumns(path), rows: () => readQuarantine(path) };
}

/**
 * The rows as CSV lines: the ledger's columns, then the file's own, each field word for word. Nothing is guarded against formulas:
 * what goes out must come back as it was, but for what is mended.
 */
export async function* quarantineCsv({ columns, rows }: QuarantinedFields, isOpen: (row: number) => boolean): AsyncGenerator<string> {
  yield csvLine([...MEND_COLUMNS, ...columns]);
  for await (const batch of rows()) {
    for (const { row, line, fields, problems } of batch) {
      if (!isOpen(row)) continue;
      const words = problems.map(({ code, column, expected }) => `${column ?? 'row'}: expected ${expected} [${code}]`).join('; ');
      yield csvLine([`${row}`, `${line}`, words, ...padded(fields, columns.length)]);
    }
  }
}

export interface ReturnedRow {
  /** Null where x_TenorRow is no row number. */
  readonly row: number | null;
  readonly line: number;
  /** In the order of the original file's columns, surplus ones last. */
  readonly fields: readonly string[];
}

/** Reads a mended file. @throws IntakeProblem when it is no CSV or has no column x_TenorRow */
export async function readReturned(path: string, name: string, columns: readonly string[]): Promise<readonly ReturnedRow[]> {
  const source = await openSource(path, name);
  if (source.format === 'parquet') throw new IntakeProblem('FOCUS-107', `${name} is Parquet.`, 'Return mended rows as CSV, as they were exported.');
  const table = await readCsv(new ByteReader(source, {}), name, new Warnings());
  const places = new Map(table.names.map((column, index) => [column.trim(), index]));
  const rowAt = places.get(ROW_COLUMN);
  const lacking = [ROW_COLUMN, ...columns].filter((column) => !places.has(column));
  if (rowAt === undefined || lacking.length > 0) {
    const cause = `${name} has no column ${lacking.slice(0, 5).join(', ')}.`;
    throw new IntakeProblem('FOCUS-103', cause, 'Export the rows with `tenor quarantine export`, mend them there and keep every column.');
  }
  const order = columns.map((column) => places.get(column) as number);
  const rows: ReturnedRow[] = [];
  for await (const batch of table.batches) {
    for (let i = 0; i < batch.rows; i++) {
      const raw = batch.fields(i).all();
      if (raw.every((field) => field.trim() === '')) continue;
      const number = raw[rowAt]?.trim() ?? '';
      rows.push({
        row: /^[1-9]\d{0,14}$/.test(number) ? parseInt(number, 10) : null,
        line: batch.line(i),
        fields: [...order.map((place) => raw[place] ?? ''), ...raw.slice(table.names.length)],
      });
    }
  }
  return rows;
}

/** Too short a row is filled up, so that its fields stand under their columns. */
const padded = (fields: readonly string[], length: number): readonly string[] =>
  fields.length >= length ? fields : [...fields, ...new Array<string>(length - fields.length).fill('')];

/** Is the row returned as it went out? Then it is as bad as it was, whatever quoting may have made of it. */
export function isUntouched(returned: readonly string[], original: readonly string[]): boolean {
  const [a, b] = [trimmed(returned), trimmed(original)];
  return a.length === b.length && a.every((field, index) => field === b[index]);
}

function trimmed(fields: readonly string[]): readonly string[] {
  let end = fields.length;
  while (end > 0 && fields[end - 1] === '') end--;
  return fields.slice(0, end);
}
