import type { ChunkText } from '../wire/chunk-builder.js';
import type { ColumnDefaults, FocusVersion } from './columns.js';
import type { QuarantinedRow } from './quarantine.js';
import type { FileWarning } from './row-problem.js';
import type { SourceFormat } from './source.js';

/** What of a delivery a billing account has in one billing period. */
export interface SliceCount {
  /** "" when the file names no account. */
  readonly billingAccount: string;
  /** Canonical ISO instant. */
  readonly billingPeriodStart: string;
  readonly rows: number;
  readonly quarantined: number;
}

export type SliceKey = Pick<SliceCount, 'billingAccount' | 'billingPeriodStart'>;

export type Mends = readonly (readonly string[])[];

export interface ScanOptions {
  readonly path: string;
  /** The name the caller knows the file by, for messages. */
  readonly name?: string;
  /** For columns that the file lacks altogether. */
  readonly defaults?: ColumnDefaults;
  /** Units besides ISO 4217 that BillingCurrency may name. */
  readonly virtualCurrencies?: readonly string[];
  /** Fields to read in place of a bad row's, by its badDigest: of several the latest whose period the file holds. */
  readonly mends?: ReadonlyMap<string, Mends>;
  /**
   * Root of a FileStore that keeps the original file and the quarantined rows; left out for a dry run. An upload is put there first
   * (`FileStore.put`) and scanned from its place.
   */
  readonly keepIn?: string;
}

export interface Progress {
  readonly bytesRead: number;
  readonly bytesTotal: number;
  readonly rows: number;
  readonly quarantined: number;
}

export interface ScanSummary {
  readonly name: string;
  readonly format: SourceFormat;
  readonly focusVersion: FocusVersion;
  /** As the file spells them. */
  readonly columns: readonly string[];
  /** SHA-256, hex, of the decompressed bytes: what makes two deliveries equal. */
  readonly sha256: string;
  /** SHA-256, hex, of the file's own bytes: its name in the file store. */
  readonly fileSha256: string;
  /** Digest of the quarantined rows in the file store, null when there are none or nothing was kept. */
  readonly quarantineSha256: string | null;
  /** Data rows read, quarantined and mended ones included. */
  readonly rows: number;
  readonly quarantined: number;
  /** Quarantined rows whose billing period is unreadable: they belong to no slice. */
  readonly quarantinedWithoutPeriod: number;
  readonly mended: number;
  readonly bytes: number;
  /** Sorted by billing period, then account. */
  readonly slices: readonly SliceCount[];
  readonly warnings: readonly FileWarning[];
}

/** A row in force: its digest (`rowDigest`) and where it was recorded. */
export interface InForceRow {
  readonly digest: string;
  readonly address: string;
}

export interface DiffSummary {
  /** Rows in force that the delivery no longer has. */
  readonly reversed: number;
  /** Rows of the delivery that are not in force yet. */
  readonly added: number;
  readonly unchanged: number;
}

export interface ChunksOptions {
  readonly deliveryId: string;
  /** Ordinal of the first chunk; 0 when left out. */
  readonly firstChunk?: number;
  /** Only these slices; all when left out. */
  readonly slices?: readonly SliceKey[];
  /** Only the rows that the last `diff` found to be added. */
  readonly onlyAdded?: boolean;
}

/**
 * One file on its way in. Call `scan` once; then, for slices that already have a delivery in force, `diff`; then `chunks`.
 * Rejects with IntakeProblem; nothing outside the working directory has changed then, the file store's finished files excepted.
 */
export interface Intake {
  scan(options: ScanOptions, onProgress?: (progress: Progress) => void, signal?: AbortSignal): Promise<ScanSummary>;
  /**
   * Compares the delivery's rows (of these slices, or all) with those in force, given in recorded order, as multisets.
   * Of identical rows the last recorded are reversed and the last of the file added.
   */
  diff(inForce: AsyncIterable<readonly InForceRow[]>, slices?: readonly SliceKey[]): Promise<DiffSummary>;
  /** Addresses of the rows that the last `diff` found to be reversed, in recorded order. */
  reversals(): AsyncIterable<readonly string[]>;
  /** Finished chunks in (ChargePeriodStart, row) order. The next one is made while the caller works on this one, no further. */
  chunks(options: ChunksOptions): AsyncIterable<ChunkText>;
  quarantined(): AsyncIterable<readonly QuarantinedRow[]>;
  /** Frees the working directory. */
  close(): Promise<void>;
}
