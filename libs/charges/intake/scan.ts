import { join, sep } from 'node:path';
import { escapeField, FIELD_SEPARATOR, unescapeField } from '../wire/charge-row.js';
import { focusName, resolveHeader, VALUE_COLUMNS, type Header } from './columns.js';
import { readCsv } from './csv-reader.js';
import { FileStore, type FileDraft } from './file-store.js';
import type { Mends, Progress, ScanOptions, ScanSummary, SliceCount } from './intake.js';
import { cancelled, codeOf } from './intake-problem.js';
import { LineCodec } from './line-codec.js';
import { LineSorter } from './line-sorter.js';
import { readParquet } from './parquet-reader.js';
import { type QuarantinedRow, QuarantineFile } from './quarantine.js';
import { type RawBatch, type RawTable, TextFields } from './raw-rows.js';
import { RowMapper } from './row-mapper.js';
import { Warnings } from './row-problem.js';
import { ByteReader, openSource, type Digests, type Source } from './source.js';

const PROGRESS_MS = 100;

export interface Scan {
  readonly summary: ScanSummary;
  readonly sorter: LineSorter;
  readonly codec: LineCodec;
  readonly quarantinePath: string;
}

type Control = { readonly onProgress?: ((progress: Progress) => void) | undefined; readonly signal?: AbortSignal | undefined };

/**
 * Reads a FOCUS file once: maps every row, spills the good ones in sorted runs and the bad ones as JSONL into `workDir`.
 * @throws IntakeProblem; the draft in the file store is gone then
 */
export async function scanFocus(options: ScanOptions, workDir: string, control: Control = {}): Promise<Scan> {
  const source = await openSource(options.path, options.name);
  const store = options.keepIn === undefined ? null : new FileStore(options.keepIn);
  // An upload was spooled into the store before it is scanned, and is not copied once more.
  const spooled = store !== null && options.path.startsWith(store.root + sep);
  const draft = spooled ? null : (store?.draft() ?? null);
  const pass = new ScanPass(source, options, workDir, control);
  try {
    const { header, digests } = await (source.format === 'parquet' ? pass.parquet(draft) : pass.csv(draft));
    pass.finish();
    const quarantineSha256 = store !== null && pass.quarantine.count > 0 ? await store.putFile(pass.quarantine.path) : null;
    await draft?.settled();
    draft?.commit();
    return { summary: pass.summary(header, digests, quarantineSha256), sorter: pass.sorter, codec: pass.codec, quarantinePath: pass.quarantine.path };
  } catch (error) {
    // A write on its way must not meet a file number that means another file by then.
    await draft?.settled().catch(() => undefined);
    draft?.abort();
    pass.sorter.close();
    throw codeOf(error) === 'ABORT_ERR' ? cancelled() : error;
  }
}

class ScanPass {
  readonly sorter: LineSorter;
  readonly codec = new LineCodec();
  readonly quarantine: QuarantineFile;
  private readonly warnings = new Warnings();
  private readonly slices = new Map<string, { billingAccount: string; billingPeriodStart: string; rows: number; quarantined: number }>();
  private sliceKey = '';
  private slice: { rows: number; quarantined: number } | null = null;
  private rows = 0;
  private mended = 0;
  private withoutPeriod = 0;
  private readonly undecided: { readonly bad: QuarantinedRow; readonly mends: Mends }[] = [];
  private bytesRead = 0;
  private told = 0;

  constructor(
    private readonly source: Source,
    private readonly options: ScanOptions,
    workDir: string,
    private readonly control: Control,
  ) {
    this.sorter = new LineSorter(join(workDir, 'rows'));
    this.quarantine = new QuarantineFile(join(workDir, 'quarantine.jsonl'));
  }

  async csv(draft: FileDraft | null): Promise<{ header: Header; digests: Digests }> {
    const reader = this.reader(draft);
    const table = await readCsv(reader, this.source.name, this.warnings);
    const header = await this.read(table);
    return { header, digests: reader.digests() };
  }

  async parquet(draft: FileDraft | null): Promise<{ header: Header; digests: Digests }> {
    const table = await readParquet(this.source, this.warnings);
    try {
      const header = await this.read(table);
      // Parquet is read by its footer, so its bytes are digested apart from its rows.
      const reader = this.reader(draft);
      for await (const piece of reader.pieces()) void piece;
      return { header, digests: reader.digests() };
    } finally {
      table.close();
    }
  }

  finish(): void {
    this.sorter.finish();
    this.quarantine.finish();
    this.tell(true);
  }

  summary(header: Header, digests: Digests, quarantineSha256: string | null): ScanSummary {
    const order = (a: SliceCount, b: SliceCount) =>
      a.billingPeriodStart + FIELD_SEPARATOR + a.billingAccount < b.billingPeriodStart + FIELD_SEPARATOR + b.billingAccount ? -1 : 1;
    return {
      name: this.source.name,
      format: this.source.format,
      focusVersion: header.version,
      columns: header.names,
      ...digests,
      quarantineSha256,
      rows: this.rows,
      quarantined: this.quarantine.count,
      quarantinedWithoutPeriod: this.withoutPeriod,
      mended: this.mended,
      bytes: this.source.bytes,
      slices: [...this.slices.values()].sort(order),
      warnings: this.warnings.list(),
    };
  }

  private reader(draft: FileDraft | null): ByteReader {
    return new ByteReader(this.source, {
      signal: this.control.signal,
      onBytes: (read) => (this.bytesRead = read),
      ...(draft ? { onRaw: (piece: Buffer) => draft.writeBehind(piece) } : {}),
    });
  }

  private async read(table: RawTable): Promise<Header> {
    const header = resolveHeader(table.names, this.options.defaults ?? {}, this.source.name);
    header.defaults.forEach(
      (value, c) => value !== null && this.warnings.add('FOCUS-312', focusName(VALUE_COLUMNS[c] as (typeof VALUE_COLUMNS)[number]), 0),
    );
    this.quarantine.columns = header.names;
    const mapper = new RowMapper(header, this.warnings, this.codec, this.options.virtualCurrencies);
    for await (const batch of table.batches) {
      this.control.signal?.throwIfAborted();
      this.map(mapper, batch);
      this.tell(false);
    }
    this.decide(mapper);
    return header;
  }

  private map(mapper: RowMapper, batch: RawBatch): void {
    for (let i = 0; i < batch.rows; i++) {
      const row = ++this.rows;
      const raw = batch.fields(i);
      const line = batch.line(i);
      const encoded = mapper.map(raw, row, line, batch.isFault(i));
      if (encoded !== null) {
        this.sorter.add(encoded);
        this.sliceOf(mapper).rows++;
      } else this.bad(mapper, raw.all(), row, line);
    }
  }

  /** A mend given for these very bytes, in a period that this file holds, is read in their place; everything else about the row stays. */
  private bad(mapper: RowMapper, fields: readonly string[], row: number, line: number): void {
    const badDigest = mapper.badDigest(fields);
    const billingPeriodStart = mapper.billingPeriodStart === '' ? null : mapper.billingPeriodStart;
    const billingAccount = mapper.billingAccount === '' ? null : unescapeField(mapper.billingAccount);
    const bad = { row, line, fields, problems: mapper.problems, badDigest, billingPeriodStart, billingAccount };
    const mends = this.options.mends?.get(badDigest);
    if (mends === undefined) this.quarantineRow(bad);
    else if (!this.readMended(mapper, bad, mends, (period) => period === billingPeriodStart)) this.undecided.push({ bad, mends });
  }

  /** Rows whose period was unreadable or wrong: which periods the file holds is known at its end. */
  private decide(mapper: RowMapper): void {
    const periods = new Set([...this.slices.values()].map((slice) => slice.billingPeriodStart));
    for (const { bad, mends } of this.undecided.splice(0)) {
      if (!this.readMended(mapper, bad, mends, (period) => periods.has(period))) this.quarantineRow(bad);
    }
  }

  private readMended(mapper: RowMapper, { row, line }: QuarantinedRow, mends: Mends, holds: (period: string) => boolean): boolean {
    for (let i = mends.length - 1; i >= 0; i--) {
      const encoded = mapper.map(new TextFields(mends[i] as readonly string[]), row, line, false);
      if (encoded === null || !holds(mapper.billingPeriodStart)) continue;
      this.mended++;
      this.warnings.add('FOCUS-313', null, line);
      this.sorter.add(encoded);
      this.sliceOf(mapper).rows++;
      return true;
    }
    return false;
  }

  private quarantineRow(bad: QuarantinedRow): void {
    this.quarantine.add(bad);
    if (bad.billingPeriodStart === null) this.withoutPeriod++;
    else this.sliceOf({ billingPeriodStart: bad.billingPeriodStart, billingAccount: escapeField(bad.billingAccount ?? '') }).quarantined++;
  }

  private sliceOf({ billingPeriodStart, billingAccount }: Pick<RowMapper, 'billingPeriodStart' | 'billingAccount'>): {
    rows: number;
    quarantined: number;
  } {
    const key = `${billingPeriodStart}${FIELD_SEPARATOR}${billingAccount}`;
    if (this.slice !== null && key === this.sliceKey) return this.slice;
    let slice = this.slices.get(key);
    if (slice === undefined) {
      slice = { billingAccount: unescapeField(billingAccount), billingPeriodStart, rows: 0, quarantined: 0 };
      this.slices.set(key, slice);
    }
    this.sliceKey = key;
    return (this.slice = slice);
  }

  private tell(last: boolean): void {
    const now = performance.now();
    if (!last && now - this.told < PROGRESS_MS) return;
    this.told = now;
    this.control.onProgress?.({
      bytesRead: last ? this.source.bytes : this.bytesRead,
      bytesTotal: this.source.bytes,
      rows: this.rows,
      quarantined: this.quarantine.count,
    });
  }
}
