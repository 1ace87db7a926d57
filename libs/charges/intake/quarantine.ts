import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { writeProblem } from './intake-problem.js';
import type { RowProblem } from './row-problem.js';

/** A row that could not be read, whole, with all that is wrong with it. Kept in a JSONL file, never in an event. */
export interface QuarantinedRow {
  /** 1-based data row. */
  readonly row: number;
  /** Physical line on which it begins (CSV), or the row number (Parquet). */
  readonly line: number;
  readonly fields: readonly string[];
  readonly problems: readonly RowProblem[];
  /** SHA-256 (base64url) of the header and the raw fields: what a mend is bound to. */
  readonly badDigest: string;
  /** Canonical ISO instant, null when unreadable. */
  readonly billingPeriodStart: string | null;
  /** null when absent or unreadable. */
  readonly billingAccount: string | null;
}

const HEAD = '{"columns":';
const WRITE_CHARS = 256 * 1024;

/** Writes quarantined rows to a JSONL file as they come. */
export class QuarantineFile {
  count = 0;
  /** As the file spells them: the first line, so that the fields below can be read without the original file. */
  columns: readonly string[] = [];
  private fd: number | null = null;
  private pending: string[] = [];
  private chars = 0;

  constructor(readonly path: string) {}

  add(row: QuarantinedRow): void {
    const text = JSON.stringify(row);
    this.count++;
    this.pending.push(text);
    this.chars += text.length;
    if (this.chars >= WRITE_CHARS) this.write();
  }

  /** @throws IntakeProblem FOCUS-110, FOCUS-111 */
  finish(): void {
    if (this.pending.length > 0) this.write();
    if (this.fd !== null) closeSync(this.fd);
    this.fd = null;
  }

  private write(): void {
    try {
      const head = this.fd === null ? `${JSON.stringify({ columns: this.columns })}\n` : '';
      this.fd ??= openSync(this.path, 'w');
      const bytes = Buffer.from(`${head}${this.pending.join('\n')}\n`);
      for (let at = 0; at < bytes.length;) at += writeSync(this.fd, bytes, at);
    } catch (error) {
      throw writeProblem(error, this.path);
    }
    this.pending = [];
    this.chars = 0;
  }
}

/** Reads back what a QuarantineFile holds, a hundred rows at a time. */
export async function* readQuarantine(path: string): AsyncGenerator<readonly QuarantinedRow[]> {
  let batch: QuarantinedRow[] = [];
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (line === '' || line.startsWith(HEAD)) continue;
    batch.push(JSON.parse(line) as QuarantinedRow);
    if (batch.length < 100) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** The columns of the file that the rows come from. */
export async function readQuarantineColumns(path: string): Promise<readonly string[]> {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    return line.startsWith(HEAD) ? (JSON.parse(line) as { columns: string[] }).columns : [];
  }
  return [];
}
