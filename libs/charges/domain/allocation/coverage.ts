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

interface Total {
  readonly provider: string | null;
  readonly currency: string;
  readonly column: string;
  readonly hour: Instant;
  usage: Decimal;
  covered: Decimal;
}

interface Group {
  readonly provider: string | null;
  readonly currency: string;
  readonly hour: Instant;
  readonly columns: Map<string, Total>;
}

/** Adds rows up by provider, currency, column and hour. */
export class CoverageTotals {
  /** In order of first use, which is the order in which they are stored. */
  private readonly totals: Total[] = [];
  private readonly groups = new Map<string, Group>();
  // Rows come in order of time, so the next one mostly falls into the same group.
  private last: Group | null = null;

  add(row: AllocatableRow, coverage: readonly RowCoverage[], sign: 1 | -1): void {
    if (coverage.length === 0) return;
    const { columns, provider, currency, hour } = this.groupOf(row.provider, row.billingCurrency, startOfHour(row.start));
    for (const { column, usage, covered } of coverage) {
      let total = columns.get(column);
      if (!total) {
        columns.set(column, (total = { provider, currency, column, hour, usage: ZERO, covered: ZERO }));
        this.totals.push(total);
      }
      total.usage = (sign === 1 ? total.usage + usage : total.usage - usage) as Decimal;
      total.covered = (sign === 1 ? total.covered + covered : total.covered - covered) as Decimal;
    }
  }

  values(): Iterable<Readonly<Total>> {
    return this.totals.filter(({ usage, covered }) => usage !== ZERO || covered !== ZERO);
  }

  private groupOf(provider: string | null, currency: string, hour: Instant): Group {
    const { last } = this;
    if (last !== null && last.hour === hour && last.provider === provider && last.currency === currency) return last;
    const key = `${provider ?? ''}|${currency}|${hour}`;
    let group = this.groups.get(key);
    if (!group) this.groups.set(key, (group = { provider, currency, hour, columns: new Map() }));
    return (this.last = group);
  }
}
