import type { Decimal, Instant } from '#kernel';
import type { ReadDatabase } from '#read-store';
import type { CoverageDelta, CoverageTotals } from '../domain/allocation/coverage.js';
import { LEVELS } from '../read/time-cells.js';

type Row = [string, string, string, number, string, string, string, string];

/**
 * From what is recorded to what a replay found, cell by cell. Coverage follows from the whole book (which commitments share a
 * posting, which one is the outermost), so under other terms it may change also for charges whose postings stay: the totals are
 * compared, not the rows. Nothing is left to say where it was said before, so an interrupted run simply goes on.
 */
export function coverageChanges(database: ReadDatabase, organization: string, found: CoverageTotals): readonly CoverageDelta[] {
  const cells = new Map<string, CoverageDelta>();
  const rows = database
    .sql(
      'SELECT currency, column_name, provider, bucket, usage, covered, low, high FROM coverage WHERE org = ? AND level = ? ORDER BY currency, column_name, provider, bucket, position',
    )
    .iterate<Row>(organization, LEVELS.hour);
  for (const [currency, column, provider, bucket, usage, covered, low, high] of rows) {
    // In order of position: the last one of a cell stands.
    cells.set(keyOf(provider, currency, column, bucket), {
      provider: provider === '' ? null : provider,
      currency,
      column,
      hour: bucket as Instant,
      usage: -BigInt(usage) as Decimal,
      covered: -BigInt(covered) as Decimal,
      low: -BigInt(low) as Decimal,
      high: -BigInt(high) as Decimal,
    });
  }
  for (const { provider, currency, column, hour, usage, covered, low, high } of found.values()) {
    const key = keyOf(provider ?? '', currency, column, hour);
    const before = cells.get(key);
    cells.set(key, {
      provider,
      currency,
      column,
      hour,
      usage: (usage + (before?.usage ?? 0n)) as Decimal,
      covered: (covered + (before?.covered ?? 0n)) as Decimal,
      low: (low + (before?.low ?? 0n)) as Decimal,
      high: (high + (before?.high ?? 0n)) as Decimal,
    });
  }
  return [...cells.values()].filter(({ usage, covered, low, high }) => usage !== 0n || covered !== 0n || low || high);
}

const keyOf = (provider: string, currency: string, column: string, hour: number): string => JSON.stringify([provider, currency, column, hour]);
