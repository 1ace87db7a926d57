import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChargeChunkData } from '../../wire/chunk-data.js';
import { decodeChargeChunk } from '../../wire/charge-chunk.js';
import type { Charge } from '../../domain/charge.js';
import type { ChunksOptions, Intake, ScanOptions, ScanSummary } from '../intake.js';
import { IntakeSession } from '../session.js';
import type { QuarantinedRow } from '../quarantine.js';

export const HEADER =
  'BilledCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,BillingAccountId,ServiceName,Tags';
export const ROW = '1.50,USD,2025-01-01T00:00:00Z,2025-02-01T00:00:00Z,Usage,2025-01-05T00:00:00Z,2025-01-06T00:00:00Z,acc,Compute,';
/** ROW with some columns replaced. */
export const row = (fields: Partial<Record<string, string>> = {}): string => {
  const names = HEADER.split(',');
  const values = ROW.split(',');
  for (const [name, value] of Object.entries(fields)) values[names.indexOf(name)] = value as string;
  return values.join(',');
};
export const csv = (...rows: string[]): string => [HEADER, ...rows, ''].join('\n');

/** A directory that is gone when the test ends. */
export class Scratch implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'tenor-intake-'));
  file(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    writeFileSync(path, content);
    return path;
  }
  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export async function collect<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

export interface Read {
  readonly summary: ScanSummary;
  readonly charges: Charge[];
  readonly quarantined: QuarantinedRow[];
}

export async function chargesOf(intake: Intake, options: Partial<ChunksOptions> = {}): Promise<Charge[]> {
  const charges: Charge[] = [];
  for await (const { text } of intake.chunks({ deliveryId: 'd', ...options })) {
    const chunk = decodeChargeChunk(JSON.parse(text) as ChargeChunkData);
    for (let i = 0; i < chunk.count; i++) charges.push(chunk.charge(i));
  }
  return charges;
}

/** Scans a file whole, in this thread. */
export async function readFile(scratch: Scratch, path: string, options: Partial<ScanOptions> = {}): Promise<Read> {
  const intake = await IntakeSession.open(join(scratch.path, 'work'));
  try {
    const summary = await intake.scan({ path, ...options });
    return { summary, charges: await chargesOf(intake), quarantined: await collect(intake.quarantined()) };
  } finally {
    await intake.close();
  }
}
export const readText = (scratch: Scratch, content: string | Uint8Array, options: Partial<ScanOptions> = {}): Promise<Read> =>
  readFile(scratch, scratch.file('input', content), options);
