import { StringDecoder } from 'node:string_decoder';
import { CsvTokenizer, detectDelimiter, type CsvRows } from './csv-tokenizer.js';
import { emptyFile, type ByteReader } from './source.js';
import type { Warnings } from './row-problem.js';

/** Raw rows of a file; the first row of `names` and `batches` together is the header. */
export interface RawBatch {
  readonly fields: readonly (readonly string[])[];
  /** Physical lines (CSV) or row numbers (Parquet). */
  readonly lines: readonly number[];
  /** Whether the quoting of the row is broken. */
  readonly faults: readonly boolean[];
}

export interface RawTable {
  readonly names: readonly string[];
  readonly batches: AsyncGenerator<RawBatch>;
}

/** Opens a CSV: the header is read, the rows follow as they are asked for. @throws IntakeProblem FOCUS-101, FOCUS-105, FOCUS-106, FOCUS-108 */
export async function readCsv(reader: ByteReader, name: string, warnings: Warnings): Promise<RawTable> {
  const batches = tokens(texts(reader, warnings), name);
  let first = await batches.next();
  while (first.done !== true && first.value.fields.length === 0) first = await batches.next();
  if (first.done === true) throw emptyFile(name);
  const { fields, lines, faults } = first.value;
  const rest: RawBatch = { fields: fields.slice(1), lines: lines.slice(1), faults: faults.slice(1) };
  return { names: fields[0] as string[], batches: chain(rest, batches) };
}

async function* chain(first: RawBatch, rest: AsyncGenerator<RawBatch>): AsyncGenerator<RawBatch> {
  yield first;
  yield* rest;
}

async function* tokens(source: AsyncGenerator<string>, name: string): AsyncGenerator<CsvRows> {
  let tokenizer: CsvTokenizer | null = null;
  let head = '';
  for await (const text of source) {
    if (tokenizer === null) {
      head += text;
      const start = head.search(/[^\r\n]/);
      const end = start < 0 ? -1 : head.indexOf('\n', start);
      // The delimiter shows in the header, so the first line has to be whole; a megabyte without one is no table.
      if (end < 0 && head.length < 1_048_576) continue;
      tokenizer = new CsvTokenizer(detectDelimiter(head.slice(start, end < 0 ? undefined : end)), name);
      yield tokenizer.push(head, false);
    } else yield tokenizer.push(text, false);
  }
  if (tokenizer !== null) yield tokenizer.push('', true);
  else yield new CsvTokenizer(detectDelimiter(head), name).push(head, true);
}

/** The file's text in pieces: UTF-8, or UTF-16 as Excel writes it, the byte order mark taken away. */
async function* texts(reader: ByteReader, warnings: Warnings): AsyncGenerator<string> {
  let decoder: StringDecoder | null = null;
  let warned = false;
  for await (const piece of reader.pieces()) {
    let text: string;
    if (decoder === null) {
      decoder = new StringDecoder(piece[0] === 0xff && piece[1] === 0xfe ? 'utf16le' : 'utf8');
      text = decoder.write(piece);
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    } else text = decoder.write(piece);
    if (!warned && text.includes('\ufffd')) {
      warned = true;
      warnings.add('FOCUS-311', null, 0);
    }
    yield text;
  }
  const tail = decoder?.end() ?? '';
  if (tail !== '') yield tail;
}
