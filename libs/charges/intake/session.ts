import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InvariantViolation } from '#kernel';
import { ChargeChunkBuilder, type ChunkText } from '../wire/chunk-builder.js';
import { addressOfReversed, diffRows, sliceFilter, type Diff } from './diff.js';
import type { ChunksOptions, DiffSummary, InForceRow, Intake, Progress, ScanOptions, ScanSummary, SliceKey } from './intake.js';
import { writeProblem } from './intake-problem.js';
import { ownerMark } from './owner.js';
import { readQuarantine, type QuarantinedRow } from './quarantine.js';
import { scanFocus, type Scan } from './scan.js';

const WORK_PREFIX = 'intake-';

/** The intake of one file in the thread that calls it. The host runs the same one in a worker. */
export class IntakeSession implements Intake {
  private scanned: Scan | null = null;
  private lastDiff: Diff | null = null;

  private constructor(private readonly workDir: string) {}

  /** @param parent directory for spilled rows; a directory of our own is made in it and removed by `close` */
  static async open(parent: string): Promise<IntakeSession> {
    try {
      await mkdir(parent, { recursive: true });
      return new IntakeSession(await mkdtemp(join(parent, `${WORK_PREFIX}${ownerMark()}-`)));
    } catch (error) {
      throw writeProblem(error, parent);
    }
  }

  async scan(options: ScanOptions, onProgress?: (progress: Progress) => void, signal?: AbortSignal): Promise<ScanSummary> {
    if (this.scanned !== null) throw new InvariantViolation('an intake scans one file');
    this.scanned = await scanFocus(options, this.workDir, { onProgress, signal });
    return this.scanned.summary;
  }

  async diff(inForce: AsyncIterable<readonly InForceRow[]>, slices?: readonly SliceKey[]): Promise<DiffSummary> {
    const scan = this.scanOrFail();
    this.lastDiff?.reversedLines.close();
    this.lastDiff = await diffRows(scan, inForce, slices, this.workDir);
    const { reversed, added, unchanged } = this.lastDiff;
    return { reversed, added, unchanged };
  }

  async *reversals(): AsyncGenerator<readonly string[]> {
    for (const batch of this.diffOrFail().reversedLines.sorted()) {
      for (let i = 0; i < batch.length; i += 1000) yield batch.slice(i, i + 1000).map(addressOfReversed);
    }
  }

  async *chunks({ deliveryId, firstChunk, slices, onlyAdded }: ChunksOptions): AsyncGenerator<ChunkText> {
    const { sorter, codec } = this.scanOrFail();
    const added = onlyAdded === true ? this.diffOrFail().addedRows : null;
    const filter = sliceFilter(slices);
    const builder = new ChargeChunkBuilder(deliveryId, firstChunk);
    for (const batch of sorter.sorted())
      for (const line of batch) {
        const row = codec.decode(line);
        if ((added !== null && !added.has(row.row)) || (filter !== null && !filter(row.values))) continue;
        const chunk = builder.add(row);
        if (chunk !== null) yield chunk;
      }
    const last = builder.flush();
    if (last !== null) yield last;
  }

  async *quarantined(): AsyncGenerator<readonly QuarantinedRow[]> {
    const { summary, quarantinePath } = this.scanOrFail();
    if (summary.quarantined > 0) yield* readQuarantine(quarantinePath);
  }

  async close(): Promise<void> {
    this.scanned?.sorter.close();
    this.lastDiff?.reversedLines.close();
    await rm(this.workDir, { recursive: true, force: true });
  }

  private scanOrFail(): Scan {
    if (this.scanned === null) throw new InvariantViolation('nothing was scanned yet');
    return this.scanned;
  }

  private diffOrFail(): Diff {
    if (this.lastDiff === null) throw new InvariantViolation('nothing was compared yet');
    return this.lastDiff;
  }
}
