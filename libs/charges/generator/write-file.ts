import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

const NEEDS_QUOTES = /[",\n\r]/;

/** One CSV line (RFC 4180), without its newline. */
export const csvLine = (fields: readonly string[]): string =>
  fields.map((field) => (NEEDS_QUOTES.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');

/** Writes lines to a file, gzip when its name ends in .gz; memory stays constant. */
export async function writeLines(path: string, lines: Iterable<string>): Promise<void> {
  const out = createWriteStream(path, { highWaterMark: 1 << 20 });
  const text = Readable.from(pieces(lines), { objectMode: true, highWaterMark: 4 });
  await (path.endsWith('.gz') ? pipeline(text, createGzip({ level: 1 }), out) : pipeline(text, out));
}

function* pieces(lines: Iterable<string>): Generator<string> {
  let batch: string[] = [];
  for (const line of lines) {
    batch.push(line);
    if (batch.length < 500) continue;
    yield `${batch.join('\n')}\n`;
    batch = [];
  }
  if (batch.length > 0) yield `${batch.join('\n')}\n`;
}
