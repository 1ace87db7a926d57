import { LEVELS, type Moment, walkHours } from '#charges';
import { exact, type Decimal, type Figure, type Instant, type Quantity, unknownBetween, withProvisional } from '#kernel';
import type { ReadDatabase } from '#read-store';
import { ratio } from '../domain/utilization.js';

export interface Coverage {
  readonly currency: string;
  readonly provider: string | null;
  readonly usage: Decimal;
  /** What is posted for certain. */
  readonly covered: Decimal;
  readonly coverage: Figure;
}

export interface CoverageFilter {
  readonly column: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly provider: string | null;
  readonly currency: string | null;
  readonly byProvider: boolean;
}

/**
 * Usage charges posted to at least one commitment ÷ all usage charges, over whole hours of [from, to): arithmetic.md section 5.
 * One figure for each currency, and for each provider where asked.
 */
export function coverageAt(database: ReadDatabase, { organization, postings }: Moment, filter: CoverageFilter): readonly Coverage[] {
  const totals = new Map<string, { currency: string; provider: string | null; usage: bigint; covered: bigint; low: bigint; high: bigint }>();
  const seen = database
    .sql(
      // Whose usage was all taken back is listed no more: the answer is that of a ledger which never had it.
      "SELECT DISTINCT currency, provider FROM coverage c WHERE org = ? AND column_name = ? AND level = ? AND position <= ? AND usage != '0' AND NOT EXISTS (SELECT 1 FROM coverage WHERE org = c.org AND currency = c.currency AND column_name = c.column_name AND provider = c.provider AND level = c.level AND bucket = c.bucket AND position > c.position AND position <= ?)",
    )
    .all<[string, string]>(organization, filter.column, LEVELS.month, postings.position, postings.position);
  for (const [currency, provider] of seen) {
    if ((filter.currency !== null && filter.currency !== currency) || (filter.provider !== null && filter.provider !== provider)) continue;
    const key = filter.byProvider ? `${currency}|${provider}` : currency;
    let total = totals.get(key);
    if (!total) totals.set(key, (total = { currency, provider: filter.byProvider ? provider : null, usage: 0n, covered: 0n, low: 0n, high: 0n }));
    const sum = total;
    walkHours(filter.from, filter.to, (level, bucket, sign) => {
      const cell = database
        .sql(
          'SELECT usage, covered, low, high FROM coverage WHERE org = ? AND currency = ? AND column_name = ? AND provider = ? AND level = ? AND bucket = ? AND position <= ? ORDER BY position DESC LIMIT 1',
        )
        .get<[string, string, string, string]>(organization, currency, filter.column, provider, level, bucket, postings.position);
      if (!cell) return;
      sum.usage += BigInt(sign) * BigInt(cell[0]);
      sum.covered += BigInt(sign) * BigInt(cell[1]);
      sum.low += BigInt(sign) * BigInt(cell[2]);
      sum.high += BigInt(sign) * BigInt(cell[3]);
    });
  }
  const pending = postings.pending ? [{ code: 'ALLOCATION_PENDING', entity: null }] : [];
  return [...totals.values()].map(({ currency, provider, usage, covered, low, high }) => ({
    currency,
    provider,
    usage: usage as Decimal,
    covered: covered as Decimal,
    coverage: ratio(withProvisional(posted(covered, low, high), pending), withProvisional(exact(usage as Decimal), pending), null),
  }));
}

const posted = (covered: bigint, low: bigint, high: bigint): Quantity =>
  low === 0n && high === 0n
    ? exact(covered as Decimal)
    : unknownBetween((covered + low) as Decimal, (covered + high) as Decimal, covered as Decimal, [{ code: 'POSTINGS_UNKNOWN', entity: null }]);
