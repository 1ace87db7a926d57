import { closeSync, openSync, readSync } from 'node:fs';
import { parquetMetadataAsync, parquetRead, type AsyncBuffer, type FileMetaData, type SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { IntakeProblem } from './intake-problem.js';
import { type RawBatch, type RawTable, TextFields } from './raw-rows.js';
import type { Warnings } from './row-problem.js';
import type { Source } from './source.js';

type ToText = (value: unknown) => string;

/** Rows read at a time from a row group that has an offset index; one without is read whole. */
const STEP_ROWS = 65_536;

/**
 * Opens a Parquet file; rows come as text, as a CSV would hold them. DECIMAL never passes through a float: hyparquet would convert it to one,
 * so the annotation is taken off the schema and the unscaled integer read from the raw value.
 * @throws IntakeProblem FOCUS-107
 */
export async function readParquet(source: Source, warnings: Warnings): Promise<RawTable & { close(): void }> {
  const fd = openSync(source.path, 'r');
  try {
    const file = fileBuffer(fd, source.bytes);
    const metadata = await parquetMetadataAsync(file, { geoparquet: false });
    const columns = topLevel(metadata.schema);
    const converters = columns.map((element) => converter(element, warnings));
    const names = columns.map(({ name }) => name);
    return { names, batches: batches(file, withoutDecimals(metadata), names, converters, source.name), close: () => closeSync(fd) };
  } catch (error) {
    closeSync(fd);
    throw unreadable(error, source.name);
  }
}

const unreadable = (error: unknown, name: string): IntakeProblem =>
  error instanceof IntakeProblem
    ? error
    : new IntakeProblem(
        'FOCUS-107',
        `${name}: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}.`,
        'Download it again, or export the dataset as CSV.',
      );

function fileBuffer(fd: number, byteLength: number): AsyncBuffer {
  const slice = (start: number, end = byteLength): ArrayBuffer => {
    const from = start < 0 ? Math.max(byteLength + start, 0) : start;
    const buffer = new ArrayBuffer(Math.max(Math.min(end, byteLength) - from, 0));
    const view = new Uint8Array(buffer);
    for (let at = 0; at < view.length;) {
      const read = readSync(fd, view, at, view.length - at, from + at);
      if (read === 0) throw new Error('the file ends before the data that its footer names');
      at += read;
    }
    return buffer;
  };
  return { byteLength, slice };
}

async function* batches(
  file: AsyncBuffer,
  metadata: FileMetaData,
  names: readonly string[],
  converters: readonly ToText[],
  name: string,
): AsyncGenerator<RawBatch> {
  let first = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const indexed = group.columns.every((column) => column.offset_index_offset !== undefined);
    const step = indexed ? STEP_ROWS : Math.max(rows, 1);
    for (let from = 0; from < rows; from += step) {
      const to = Math.min(from + step, rows);
      const table = await readRows(file, metadata, first + from, first + to, indexed).catch((error: unknown) => {
        throw unreadable(error, name);
      });
      yield* slices(table, names, converters, first + from, to - from);
    }
    first += rows;
  }
}

/** Column by column: hyparquet's own rows would hold a group twice. */
async function readRows(file: AsyncBuffer, metadata: FileMetaData, rowStart: number, rowEnd: number, useOffsetIndex: boolean): Promise<unknown[][]> {
  let table: unknown[][] = [];
  await parquetRead({
    file,
    metadata,
    rowStart,
    rowEnd,
    useOffsetIndex,
    compressors,
    geoparquet: false,
    parsers: PARSERS,
    rowFormat: 'array',
    onComplete: (rows) => {
      table = rows as unknown[][];
    },
  });
  return table;
}

function* slices(table: unknown[][], names: readonly string[], converters: readonly ToText[], first: number, count: number): Generator<RawBatch> {
  for (let from = 0; from < count; from += 1000) {
    const rows = Math.min(1000, count - from);
    const fields = (row: number): TextFields => {
      const values = table[from + row] as unknown[];
      return new TextFields(names.map((_, c) => (values[c] === null || values[c] === undefined ? '' : (converters[c] as ToText)(values[c]))));
    };
    yield { rows, fields, line: (row) => first + from + row + 1, isFault: () => false };
  }
}

const decoder = new TextDecoder();
const iso = (ms: bigint, fraction = ''): string => `${new Date(Number(ms)).toISOString().slice(0, -1)}${fraction}Z`;
const floorDivide = (value: bigint, by: bigint): bigint => (value < 0n && value % by !== 0n ? value / by - 1n : value / by);
const PARSERS = {
  timestampFromMilliseconds: (ms: bigint) => iso(BigInt(ms)),
  // What is finer than a millisecond stays in the text, so that the mapping can refuse it instead of rounding.
  timestampFromMicroseconds: (us: bigint) => iso(floorDivide(us, 1000n), String(us - floorDivide(us, 1000n) * 1000n).padStart(3, '0')),
  timestampFromNanoseconds: (ns: bigint) => iso(floorDivide(ns, 1_000_000n), String(ns - floorDivide(ns, 1_000_000n) * 1_000_000n).padStart(6, '0')),
  dateFromDays: (days: number) => iso(BigInt(days) * 86_400_000n),
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && decoder.decode(bytes),
  jsonFromBytes: (bytes: Uint8Array | undefined) => bytes && decoder.decode(bytes),
  // withoutDecimals() marks decimals of variable length so: the only logical type whose bytes reach us untouched.
  uuidFromBytes: (bytes: Uint8Array | undefined) => bytes,
};

const isDecimal = ({ converted_type, logical_type }: SchemaElement): boolean => converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL';

function withoutDecimals(metadata: FileMetaData): FileMetaData {
  const schema = metadata.schema.map((element): SchemaElement => {
    if (!isDecimal(element)) return element;
    const { converted_type, logical_type, ...bare } = element;
    return element.type === 'BYTE_ARRAY' ? { ...bare, logical_type: { type: 'UUID' } } : bare;
  });
  return { ...metadata, schema };
}

function topLevel(schema: readonly SchemaElement[]): SchemaElement[] {
  const columns: SchemaElement[] = [];
  const skip = (index: number): number => {
    let next = index + 1;
    for (let child = schema[index]?.num_children ?? 0; child > 0; child--) next = skip(next);
    return next;
  };
  for (let index = 1; index < schema.length; index = skip(index)) columns.push(schema[index] as SchemaElement);
  return columns;
}

function converter(element: SchemaElement, warnings: Warnings): ToText {
  if (isDecimal(element)) {
    const scale = element.scale ?? (element.logical_type?.type === 'DECIMAL' ? element.logical_type.scale : 0);
    return (value) => unscaled(value, scale);
  }
  if (element.type === 'DOUBLE' || element.type === 'FLOAT') {
    if (/cost|quantity|price/i.test(element.name)) warnings.add('FOCUS-310', element.name, 0);
    return element.type === 'FLOAT' ? (value) => shortestFloat(value as number) : (value) => String(value);
  }
  if (element.logical_type?.type === 'UUID') return (value) => uuid(value as Uint8Array);
  return (value) => {
    if (typeof value === 'string') return value;
    if (value instanceof Uint8Array) return decoder.decode(value);
    return typeof value === 'object'
      ? JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part))
      : String(value);
  };
}

/** Text of unscaled × 10^-scale, without the zeros that only the type's scale asks for. */
function unscaled(value: unknown, scale: number): string {
  const integer = value instanceof Uint8Array ? twosComplement(value) : BigInt(value as bigint | number);
  if (scale <= 0) return (integer * 10n ** BigInt(-scale)).toString();
  const digits = (integer < 0n ? -integer : integer).toString().padStart(scale + 1, '0');
  const text = `${digits.slice(0, -scale)}.${digits.slice(-scale)}`.replace(/\.?0+$/, '');
  return integer < 0n ? `-${text}` : text;
}

function twosComplement(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`));
}

const uuid = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** The shortest text that reads back as the same 32-bit float: 0.1, where the double beside it is 0.10000000149011612. */
function shortestFloat(value: number): string {
  for (let digits = 1; digits <= 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}
