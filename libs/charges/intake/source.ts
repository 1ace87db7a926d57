import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import { IntakeProblem, readProblem } from './intake-problem.js';

export type SourceFormat = 'csv' | 'csv+gzip' | 'parquet';

/** A file on disk whose kind is known by its first bytes, whatever its name says. */
export interface Source {
  readonly path: string;
  /** For messages: the name that the caller knows it by. */
  readonly name: string;
  readonly format: SourceFormat;
  readonly bytes: number;
}

const READ_BYTES = 256 * 1024;

/** @throws IntakeProblem FOCUS-101 empty, FOCUS-109 unreadable */
export async function openSource(path: string, name = basename(path)): Promise<Source> {
  try {
    const { size } = await stat(path);
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
      if (bytesRead === 0) throw emptyFile(name);
      return { path, name, format: formatOf(buffer), bytes: size };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw readProblem(error, name);
  }
}

export const emptyFile = (name: string): IntakeProblem =>
  new IntakeProblem('FOCUS-101', `${name} holds no data.`, 'Check the export; a period without charges is named in the import itself.');

function formatOf(magic: Buffer): SourceFormat {
  if (magic[0] === 0x1f && magic[1] === 0x8b) return 'csv+gzip';
  return magic.toString('latin1') === 'PAR1' ? 'parquet' : 'csv';
}

export interface ByteReading {
  readonly signal?: AbortSignal | undefined;
  /** Told the number of bytes of the file itself that have been read so far. */
  readonly onBytes?: (read: number) => void;
  /** Given every piece of the file itself, before decompression; awaited where it answers a promise. */
  readonly onRaw?: (piece: Buffer) => Promise<void> | null;
}

export interface Digests {
  /** SHA-256 of the decompressed bytes, hex: what makes two deliveries equal. */
  readonly sha256: string;
  /** SHA-256 of the file's own bytes, hex: the name under which the file store keeps it. */
  readonly fileSha256: string;
}

/** Reads a source once, decompressed, digesting on the way. `digests()` is complete when the reading is. */
export class ByteReader {
  private readonly inner: Hash;
  private readonly outer: Hash | null;

  constructor(
    private readonly source: Source,
    private readonly reading: ByteReading,
  ) {
    this.inner = createHash('sha256');
    this.outer = source.format === 'csv+gzip' ? createHash('sha256') : null;
  }

  digests(): Digests {
    const sha256 = this.inner.digest('hex');
    return { sha256, fileSha256: this.outer?.digest('hex') ?? sha256 };
  }

  /** @throws IntakeProblem FOCUS-105 truncated gzip, FOCUS-106 damaged gzip, FOCUS-109, FOCUS-112 */
  async *pieces(): AsyncGenerator<Buffer> {
    try {
      const raw = this.raw();
      for await (const piece of this.outer === null ? raw : inflate(raw)) {
        this.inner.update(piece);
        yield piece;
      }
    } catch (error) {
      throw readProblem(error, this.source.name);
    }
  }

  private async *raw(): AsyncGenerator<Buffer> {
    const { signal, onBytes, onRaw } = this.reading;
    let read = 0;
    const stream = createReadStream(this.source.path, { highWaterMark: READ_BYTES, ...(signal ? { signal } : {}) });
    for await (const piece of stream as AsyncIterable<Buffer>) {
      this.outer?.update(piece);
      const full = onRaw?.(piece) ?? null;
      if (full !== null) await full;
      read += piece.length;
      onBytes?.(read);
      yield piece;
    }
  }
}

/** Decompresses piece by piece, so that a slow reader holds back the file and an error has one place to come out. */
async function* inflate(raw: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: READ_BYTES });
  const feed = (async () => {
    for await (const piece of raw) {
      if (gunzip.destroyed) return;
      if (!gunzip.write(piece)) await new Promise<void>((resolve) => gunzip.once('drain', resolve).once('close', resolve));
    }
    gunzip.end();
  })().catch((error: unknown) => gunzip.destroy(error as Error));
  try {
    for await (const piece of gunzip as AsyncIterable<Buffer>) yield piece;
  } finally {
    gunzip.destroy();
    await feed;
  }
}
