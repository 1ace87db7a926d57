import { StringDecoder } from 'node:string_decoder';
import { CsvTokenizer, detectDelimiter } from './csv-tokenizer.js';
import type { RawBatch, RawTable } from './raw-rows.js';
import { emptyFile, type ByteReader } from './source.js';
import type { Warnings } from './row-problem.js';

/** Opens a CSV: the header is read, the rows follow as they are asked for. @throws IntakeProblem FOCUS-101, FOCUS-105, FOCUS-106, FOCUS-108 */
export async function readCsv(reader: ByteReader, name: string, warnings: Warnings): Promise<RawTable> {
  const batches = tokens(texts(reader, warnings), name);
  let first = await batches.next();
  while (first.done !== true && first.value.rows === 0) first = await batches.next();
  if (first.done === true) throw emptyFile(name);
  return { names: first.value.fields(0).all(), batches: chain(withoutFirst(first.value), batches) };
}

async function* chain(first: RawBatch, rest: AsyncGenerator<RawBatch>): AsyncGenerator<RawBatch> {
  yield first;
  yield* rest;
}

const withoutFirst = (batch: RawBatch): RawBatch => ({
  rows: batch.rows - 1,
  fields: (row) => batch.fields(row + 1),
  line: (row) => batch.line(row + 1),
  isFault: (row) => batch.isFault(row + 1),
});

async function* tokens(source: AsyncGenerator<string>, name: string): AsyncGenerator<RawBatch> {
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
  for await (const piece of wholeLines(reader.pieces())) {
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

/** More than this without a line's end is passed on as it is. */
const HELD_MAX = 1_048_576;

/** Pieces that end where a line does, so that a text is rarely put together from two: reading such a one makes a scan a tenth slower. */
async function* wholeLines(pieces: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer | null = null;
  for await (const piece of pieces) {
    const end = piece.lastIndexOf(LF) + 1;
    const whole: Buffer = held === null ? piece : Buffer.concat([held, piece]);
    const cut: number = end > 0 ? whole.length - piece.length + end : whole.length > HELD_MAX ? whole.length : 0;
    if (cut > 0) yield whole.subarray(0, cut);
    held = cut < whole.length ? whole.subarray(cut) : null;
  }
  if (held !== null) yield held;
}

const LF = 10;
