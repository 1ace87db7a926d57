import { LEVELS, type Moment, walkHours } from '#charges';
import { exact, type Decimal, type Figure, type Instant, type Quantity } from '#kernel';
import type { ReadDatabase } from '#read-store';
import { ratio } from '../domain/utilization.js';

export interface Coverage {
  readonly currency: string;
  readonly provider: string | null;
  readonly usage: Decimal;
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
  const totals = new Map<string, { currency: string; provider: string | null; usage: bigint; covered: bigint }>();
  const seen = database
    .sql('SELECT DISTINCT currency, provider FROM coverage WHERE org = ? AND column_name = ? AND level = ? AND position <= ?')
    .all<[string, string]>(organization, filter.column, LEVELS.month, postings.position);
  for (const [currency, provider] of seen) {
    if ((filter.currency !== null && filter.currency !== currency) || (filter.provider !== null && filter.provider !== provider)) continue;
    const key = filter.byProvider ? `${currency}|${provider}` : currency;
    let total = totals.get(key);
    if (!total) totals.set(key, (total = { currency, provider: filter.byProvider ? provider : null, usage: 0n, covered: 0n }));
    const sum = total;
    walkHours(filter.from, filter.to, (level, bucket, sign) => {
      const cell = database
        .sql(
          'SELECT usage, covered FROM coverage WHERE org = ? AND currency = ? AND column_name = ? AND provider = ? AND level = ? AND bucket = ? AND position <= ? ORDER BY position DESC LIMIT 1',
        )
        .get<[string, string]>(organization, currency, filter.column, provider, level, bucket, postings.position);
      if (!cell) return;
      sum.usage += BigInt(sign) * BigInt(cell[0]);
      sum.covered += BigInt(sign) * BigInt(cell[1]);
    });
  }
  return [...totals.values()].map(({ currency, provider, usage, covered }) => ({
    currency,
    provider,
    usage: usage as Decimal,
    covered: covered as Decimal,
    coverage: ratio(quantity(covered, postings.pending), quantity(usage, postings.pending), null),
  }));
}

const quantity = (value: bigint, pending: boolean): Quantity =>
  pending ? { ...exact(value as Decimal), provisional: [{ code: 'ALLOCATION_PENDING', entity: null }] } : exact(value as Decimal);
