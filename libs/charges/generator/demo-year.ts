import type { FocusVersion } from '../intake/columns.js';
import { DEMO_FEEDS, type DemoFeed } from './demo-catalogue.js';
import { monthRows, type FocusFields, type Month } from './demo-month.js';
import { focusColumns } from './focus-columns.js';
import { Random } from './random.js';
import { csvLine } from './write-file.js';

export { DEMO_FEEDS, type DemoFeed, type DemoService } from './demo-catalogue.js';

export interface DemoOptions {
  readonly seed: number;
  readonly year: number;
  /** ISO day after which nothing has been charged yet; the year's end when left out. */
  readonly until?: string;
}

export interface DemoFile {
  /** Ends in .csv or .csv.gz. */
  readonly fileName: string;
  readonly feed: string;
  readonly party: string;
  readonly focusVersion: FocusVersion;
  /** Month of the bill, e.g. 2025-03. */
  readonly billingPeriod: string;
  /** When the provider made it, ISO: files are to be imported in this order. */
  readonly exportedAt: string;
  readonly gzip: boolean;
  /** Header and rows; may be called again. */
  lines(): Generator<string>;
}

/**
 * A year of billing files for DEMO_FEEDS, in the order in which they arrive: some 32,000 rows in FOCUS 1.0 to 1.4, with ContractApplied where the
 * version has it, month-so-far exports that grow, one late re-delivery with changed rows, corrections, refunds, credits, taxes, unused
 * commitments, marketplace rows, identical rows and a few that cannot be read. The same seed gives the same bytes.
 */
export function demoYear({ seed, year, until }: DemoOptions): DemoFile[] {
  const end = until === undefined ? Date.UTC(year + 1, 0, 1) : Date.parse(`${until}T00:00:00Z`) + 86_400_000;
  const files: DemoFile[] = [];
  DEMO_FEEDS.forEach((feed, index) => {
    for (let month = 0; month < 12 && Date.UTC(year, month, 1) < end; month++) files.push(...filesOf(feed, seed + index * 7919, year, month, end));
  });
  return files.sort((a, b) => (a.exportedAt + a.fileName < b.exportedAt + b.fileName ? -1 : 1));
}

function filesOf(feed: DemoFeed, seed: number, year: number, month: number, end: number): DemoFile[] {
  const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const known = Math.min(length, Math.round((end - Date.UTC(year, month, 1)) / 86_400_000));
  const whole = known === length;
  const days = [...feed.interimDays.filter((day) => day < known && month >= 9), known];
  const files = days.map((count) =>
    demoFile(feed, seed, { year, month, days: count }, Date.UTC(year, month, count + (whole && count === known ? 3 : 1)), ''),
  );
  // A provider that found mistakes sends a month again: February, in the middle of March, some rows changed.
  if (feed.feed === 'aws-data-exports' && month === 1 && whole)
    files.push(demoFile(feed, seed, { year, month, days: length }, Date.UTC(year, 2, 17), '-corrected'));
  return files;
}

function demoFile(feed: DemoFeed, seed: number, month: Month, exportedAt: number, suffix: string): DemoFile {
  const billingPeriod = `${month.year}-${String(month.month + 1).padStart(2, '0')}`;
  const day = new Date(exportedAt).toISOString().slice(0, 10);
  return {
    fileName: `${feed.feed}_${billingPeriod}_as-of-${day}${suffix}.csv${feed.gzip ? '.gz' : ''}`,
    feed: feed.feed,
    party: feed.party,
    focusVersion: feed.focusVersion,
    billingPeriod,
    exportedAt: `${day}T06:00:00Z`,
    gzip: feed.gzip,
    lines: () => demoLines(feed, seed, month, suffix !== ''),
  };
}

function* demoLines(feed: DemoFeed, seed: number, month: Month, corrected: boolean): Generator<string> {
  const columns = focusColumns(feed.focusVersion);
  const faults = new Random(seed ^ (month.month + 77));
  yield csvLine(columns);
  let index = 0;
  for (const row of monthRows(feed, month, seed)) {
    index++;
    if (corrected && index % 97 === 0) continue;
    const fields =
      corrected && index % 41 === 0 ? { ...row, ConsumedQuantity: '', ChargeDescription: `${row['ChargeDescription'] ?? ''} (restated)` } : row;
    // Of every few hundred rows one cannot be read: the ledger must show how it says so.
    const spoiled = faults.chance(0.003) ? { ...fields, ...faults.pick(SPOILED) } : fields;
    yield csvLine(columns.map((column) => spoiled[column] ?? ''));
  }
}

const SPOILED: readonly FocusFields[] = [
  { BilledCost: 'n/a' },
  { ChargePeriodStart: '2025-02-30T00:00:00Z' },
  { BillingCurrency: 'US$' },
  { Tags: '{"team":' },
];
