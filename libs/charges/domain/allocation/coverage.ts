import { divideHalfEven, type Decimal, type Instant, startOfHour, ZERO } from '#kernel';
import type { BookCommitment } from './book.js';
import type { Decision } from './decision.js';
import type { AllocatableRow } from './row.js';

export const COVERAGE_COLUMNS = ['BilledCost', 'EffectiveCost', 'ContractedCost', 'ListCost'] as const;

export interface RowCoverage {
  readonly column: (typeof COVERAGE_COLUMNS)[number];
  readonly usage: Decimal;
  readonly covered: Decimal;
}

/**
 * How much of a usage charge is posted to at least one commitment, in each cost column: arithmetic.md section 5. A nested
 * commitment shares its parent's posting, so only the outermost count; of several waterfalls the one that posts the largest
 * share counts, since nothing says which part of a charge each of them took.
 */
export function coverageOf(row: AllocatableRow, decision: Decision, book: ReadonlyMap<string, BookCommitment>): readonly RowCoverage[] {
  if (row.category !== 'Usage') return [];
  const share = postedShare(row, decision, book);
  const result: RowCoverage[] = [];
  for (const column of COVERAGE_COLUMNS) {
    const usage = row.amount(column);
    if (usage === null || usage === ZERO) continue;
    const covered = share === null ? ZERO : (divideHalfEven(usage * share.posted, share.amount) as Decimal);
    result.push({ column, usage, covered });
  }
  return result;
}

interface Share {
  readonly posted: bigint;
  readonly amount: bigint;
}

function postedShare(row: AllocatableRow, decision: Decision, book: ReadonlyMap<string, BookCommitment>): Share | null {
  const drawing = new Set<string>();
  for (const { commitment, postings } of decision) if (commitment !== null && postings.length > 0) drawing.add(commitment);
  if (drawing.size === 0) return null;
  const posted = new Map<string, Share>();
  for (const { commitment, postings } of decision) {
    const found = commitment === null ? undefined : book.get(commitment);
    if (!found || (found.parent !== null && drawing.has(found.parent))) continue;
    const amount = row.amount(found.measure.column);
    if (amount === null || amount === ZERO) continue;
    let total = posted.get(found.waterfall)?.posted ?? 0n;
    for (const { certain } of postings) total += certain;
    posted.set(found.waterfall, { posted: total, amount });
  }
  let best: Share | null = null;
  for (const share of posted.values()) {
    const capped = cap(share);
    if (best === null || capped.posted * best.amount > best.posted * capped.amount) best = capped;
  }
  return best;
}

/** Between nothing and the whole charge, with a positive denominator. */
function cap({ posted, amount }: Share): Share {
  const [p, a] = amount < 0n ? [-posted, -amount] : [posted, amount];
  return { posted: p < 0n ? 0n : p > a ? a : p, amount: a };
}

/** Adds rows up by provider, currency, column and hour. */
export class CoverageTotals {
  private readonly totals = new Map<string, { provider: string | null; currency: string; column: string; hour: Instant; usage: Decimal; covered: Decimal }>();

  add(row: AllocatableRow, coverage: readonly RowCoverage[], sign: 1 | -1): void {
    if (coverage.length === 0) return;
    const hour = startOfHour(row.start);
    for (const { column, usage, covered } of coverage) {
      const key = `${row.provider ?? ''}|${row.billingCurrency}|${column}|${hour}`;
      let total = this.totals.get(key);
      if (!total) this.totals.set(key, (total = { provider: row.provider, currency: row.billingCurrency, column, hour, usage: ZERO, covered: ZERO }));
      total.usage = (total.usage + BigInt(sign) * usage) as Decimal;
      total.covered = (total.covered + BigInt(sign) * covered) as Decimal;
    }
  }

  values(): Iterable<{ provider: string | null; currency: string; column: string; hour: Instant; usage: Decimal; covered: Decimal }> {
    return [...this.totals.values()].filter(({ usage, covered }) => usage !== ZERO || covered !== ZERO);
  }
}
