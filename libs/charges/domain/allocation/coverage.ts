import { divideHalfEven, type Decimal, type Instant, startOfHour, ZERO } from '#kernel';
import { type BookCommitment, sharedParent } from './book.js';
import type { Decision } from './decision.js';
import type { AllocatableRow } from './row.js';

export const COVERAGE_COLUMNS = ['BilledCost', 'EffectiveCost', 'ContractedCost', 'ListCost'] as const;

export interface RowCoverage {
  readonly column: (typeof COVERAGE_COLUMNS)[number];
  readonly usage: Decimal;
  /** Posted whatever the unknowns; what is posted lies in [covered + low, covered + high], as a posting does. */
  readonly covered: Decimal;
  readonly low: Decimal;
  readonly high: Decimal;
}

/** What coverage asks of the engine that made the decision. */
export interface CoverageBook {
  readonly book: ReadonlyMap<string, BookCommitment>;
  postsWhole(row: AllocatableRow, waterfall: string): boolean;
}

/**
 * How much of a usage charge is posted to at least one commitment, in each cost column: arithmetic.md section 5. A nested
 * commitment shares its parent's posting, so only the outermost count; of several waterfalls the one that posts the largest
 * share counts, since nothing says which part of a charge each of them took.
 */
export function coverageOf(row: AllocatableRow, decision: Decision, engine: CoverageBook): readonly RowCoverage[] {
  if (row.category !== 'Usage') return [];
  const { least, most } = postedShares(row, decision, engine);
  const result: RowCoverage[] = [];
  for (const column of COVERAGE_COLUMNS) {
    const usage = row.amount(column);
    if (usage === null || usage === ZERO) continue;
    const covered = partOf(usage, least);
    const margin = most === least ? ZERO : ((partOf(usage, most) - covered) as Decimal);
    result.push({ column, usage, covered, low: margin < ZERO ? margin : ZERO, high: margin > ZERO ? margin : ZERO });
  }
  return result;
}

/** Of the charge's own amount in the waterfall's column: between nothing and the whole, with a positive denominator. */
interface Share {
  readonly posted: bigint;
  readonly amount: bigint;
}
const NOTHING: Share = { posted: 0n, amount: 1n };

const partOf = (usage: Decimal, { posted, amount }: Share): Decimal =>
  posted === 0n ? ZERO : posted === amount ? usage : (divideHalfEven(usage * posted, amount) as Decimal);

interface Bounds {
  readonly amount: bigint;
  low: bigint;
  high: bigint;
  open: boolean;
}

function postedShares(row: AllocatableRow, decision: Decision, engine: CoverageBook): { readonly least: Share; readonly most: Share } {
  let [least, most] = [NOTHING, NOTHING];
  for (const [waterfall, { amount, low, high, open }] of postedIn(row, decision, engine.book)) {
    // What is vague about its parts is not vague about their sum where somebody takes the rest.
    const isWhole = (low !== high || open) && engine.postsWhole(row, waterfall);
    const [a, b] = isWhole ? [amount, amount] : amount < 0n ? [high, open ? amount : low] : [low, open ? amount : high];
    const near = capped(a, amount);
    const far = a === b ? near : capped(b, amount);
    if (isMore(near, least)) least = near;
    if (isMore(far, most)) most = far;
  }
  return least.posted * most.amount === most.posted * least.amount ? { least, most: least } : { least, most };
}

function postedIn(row: AllocatableRow, decision: Decision, book: ReadonlyMap<string, BookCommitment>): ReadonlyMap<string, Bounds> {
  const drawing = new Set<string>();
  for (const { commitment, postings } of decision) if (commitment !== null && postings.length > 0) drawing.add(commitment);
  const posted = new Map<string, Bounds>();
  if (drawing.size === 0) return posted;
  for (const { commitment, postings } of decision) {
    const found = commitment === null ? undefined : book.get(commitment);
    if (!found) continue;
    const parent = sharedParent(found, book);
    if (parent && drawing.has(parent.id)) continue;
    const amount = row.amount(found.measure.column);
    if (amount === null || amount === ZERO) continue;
    let bounds = posted.get(found.waterfall);
    if (!bounds) posted.set(found.waterfall, (bounds = { amount, low: 0n, high: 0n, open: false }));
    for (const { certain, low, high, open } of postings) {
      bounds.low += certain + low;
      bounds.high += certain + high;
      bounds.open ||= open !== 0;
    }
  }
  return posted;
}

const isMore = (a: Share, b: Share): boolean => a.posted * b.amount > b.posted * a.amount;

function capped(posted: bigint, amount: bigint): Share {
  const [p, a] = amount < 0n ? [-posted, -amount] : [posted, amount];
  return { posted: p < 0n ? 0n : p > a ? a : p, amount: a };
}

/** How much of the usage charges of a provider, currency and hour is posted: deltas of both sides of the coverage ratio. */
export interface CoverageDelta {
  readonly provider: string | null;
  readonly currency: string;
  readonly column: string;
  readonly hour: Instant;
  readonly usage: Decimal;
  /** Posted whatever the unknowns; the margins are those of the postings. */
  readonly covered: Decimal;
  readonly low?: Decimal;
  readonly high?: Decimal;
}

interface Total {
  readonly provider: string | null;
  readonly currency: string;
  readonly column: string;
  readonly hour: Instant;
  usage: Decimal;
  covered: Decimal;
  low: Decimal;
  high: Decimal;
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
    for (const { column, usage, covered, low, high } of coverage) {
      let total = columns.get(column);
      if (!total) {
        columns.set(column, (total = { provider, currency, column, hour, usage: ZERO, covered: ZERO, low: ZERO, high: ZERO }));
        this.totals.push(total);
      }
      total.usage = (sign === 1 ? total.usage + usage : total.usage - usage) as Decimal;
      total.covered = (sign === 1 ? total.covered + covered : total.covered - covered) as Decimal;
      if (low !== ZERO) total.low = (sign === 1 ? total.low + low : total.low - low) as Decimal;
      if (high !== ZERO) total.high = (sign === 1 ? total.high + high : total.high - high) as Decimal;
    }
  }

  values(): Iterable<Readonly<Total>> {
    return this.totals.filter(({ usage, covered, low, high }) => usage !== ZERO || covered !== ZERO || low !== ZERO || high !== ZERO);
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
