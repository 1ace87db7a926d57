import {
  type CommitmentCategory,
  intervalIndex,
  intervalStart,
  type MadeCommitment,
  type Measure,
  changePoints,
  type TermChanges,
  type Terms,
  termOf,
  termsAt,
  type TermsVersion,
  type Tranche,
  waterfallOf,
} from '#commitments/domain';
import { containsInstant, type Decimal, type Instant, isExact, latest, LATEST, type Trilean, type UncertainPeriod, ZERO } from '#kernel';
import { isFine } from './spread.js';

/** A commitment as the allocation sees it, with the spellings under which files name its provider. */
export interface BookEntry {
  readonly commitment: MadeCommitment;
  readonly spellings: readonly string[];
  /** Number of making within the organization: breaks ties of priority. */
  readonly number: number;
}

/** One period's room: from `capacityLow` to `capacityHigh` (null: no known bound). */
export interface Capacity {
  /** Start of the period or of the interval: the key of its running total. */
  readonly key: Instant;
  readonly start: Instant;
  readonly end: Instant;
  readonly low: Decimal;
  readonly high: Decimal | null;
}

export interface BookCommitment {
  readonly id: string;
  readonly commitment: MadeCommitment;
  readonly number: number;
  readonly spellings: ReadonlySet<string>;
  readonly final: Terms;
  readonly category: CommitmentCategory;
  readonly measure: Measure;
  readonly waterfall: string;
  readonly parent: string | null;
  /** Continuous, of so many intervals that a charge may lie over too many to be split. */
  readonly isFine: boolean;
  /** The period found last: rows come in order of time, so the next one mostly lies in it too. */
  lastPeriod: { readonly in: 'yes'; readonly capacity: Capacity } | null;
}

export function bookCommitment({ commitment, number, spellings }: BookEntry): BookCommitment {
  const final = commitment.final;
  return {
    id: commitment.commitmentId,
    commitment,
    number,
    spellings: new Set(spellings),
    final,
    category: final.category,
    measure: final.measure,
    waterfall: waterfallOf(final.measure),
    parent: final.parent,
    isFine: isFine(final),
    lastPeriod: null,
  };
}

/** The parent whose postings a nested commitment shares: one that is not voided, and counts the same. */
export function sharedParent({ parent, waterfall }: BookCommitment, book: ReadonlyMap<string, BookCommitment>): BookCommitment | undefined {
  const found = parent === null ? undefined : book.get(parent);
  return found?.waterfall === waterfall ? found : undefined;
}

/**
 * Everything of an entry that an allocation looks at, as text: entries that agree in it draw the same of every charge. Names and
 * prepayment are not among it. An amendment of an uncertain date stands whatever it names, since it makes variants.
 */
export function drawingTerms({ commitment, number, spellings }: BookEntry): string {
  const facts = commitment.facts
    .toArray()
    .filter(({ voided }) => !voided)
    .map(({ kind, effectiveAt, changes }) => ({ kind, effectiveAt, changes: drawing(changes) }))
    .filter(({ kind, effectiveAt, changes }) => kind !== 'amended' || !isExact(effectiveAt) || Object.keys(changes).length > 0);
  const parts = { terms: drawing(commitment.terms), final: drawing(commitment.final), facts, number, spellings };
  return JSON.stringify(parts, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}

function drawing<T extends TermChanges>({ name: _name, prepaid: _prepaid, ...rest }: T): Omit<T, 'name' | 'prepaid'> {
  return rest;
}

/** The terms that decide about a charge at `t`: those in force, the first version's before it became binding. */
export function decidingTerms(commitment: MadeCommitment, t: Instant): readonly TermsVersion[] {
  return termsAt(commitment, t).variants;
}

/** Sorted instants at which any commitment's terms may change. */
export function allChangePoints(book: Iterable<BookCommitment>): readonly Instant[] {
  const points = new Set<Instant>();
  for (const { commitment } of book) for (const point of changePoints(commitment)) points.add(point);
  return [...points].sort((a, b) => a - b);
}

export type PeriodAt =
  | { readonly in: 'no'; readonly outside: 'term' | 'period' }
  /** `others`: further periods that may be the one, where uncertain bounds meet. */
  | { readonly in: 'yes' | 'maybe'; readonly capacity: Capacity; readonly others?: readonly Capacity[] };

/** The period of the schedule that contains `t`, by the schedule as known today, its amount that of its last instant. */
export function periodAt(book: BookCommitment, t: Instant): PeriodAt {
  const last = book.lastPeriod;
  if (last !== null && last.capacity.start <= t && t < last.capacity.end) return last;
  const found = findPeriod(book, t);
  // Only where the bounds are exact does one answer hold for the whole period.
  if (found.in === 'yes' && hasExactBounds(book.final)) book.lastPeriod = { in: 'yes', capacity: found.capacity };
  return found;
}

const hasExactBounds = ({ schedule, term }: Terms): boolean =>
  schedule.kind === 'tranches' && schedule.tranches.every(exactPeriod) && (term === null || exactPeriod(term));
const exactPeriod = ({ start, end }: UncertainPeriod): boolean => isExact(start) && end !== null && isExact(end);

function findPeriod({ commitment, final }: BookCommitment, t: Instant): PeriodAt {
  const term = termOf(final);
  const inTerm: Trilean = term === null ? 'maybe' : containsInstant(term, t);
  if (inTerm === 'no') return { in: 'no', outside: 'term' };
  if (final.schedule.kind === 'unknown') return { in: inTerm, capacity: unknownCapacity(term) };
  const containing = final.schedule.tranches.map((tranche) => ({ tranche, held: containsInstant(tranche, t) })).filter(({ held }) => held !== 'no');
  const certain = containing.find(({ held }) => held === 'yes');
  if (certain) return { in: inTerm, capacity: capacityOf(commitment, final, certain.tranche, t) };
  if (containing.length === 0) return { in: 'no', outside: 'period' };
  const capacities = containing.map(({ tranche }) => capacityOf(commitment, final, tranche, t));
  return { in: 'maybe', capacity: anyOf(capacities), others: capacities.slice(1) };
}

const bound = (value: number, fallback: number): Instant => (Number.isFinite(value) ? value : fallback) as Instant;

function unknownCapacity(term: UncertainPeriod | null): Capacity {
  const start = bound(term?.start.notBefore ?? -Infinity, 0);
  const end = bound(term?.end?.notAfter ?? Infinity, LATEST);
  return { key: start, start, end, low: ZERO, high: null };
}

function capacityOf(commitment: MadeCommitment, final: Terms, tranche: Tranche, t: Instant): Capacity {
  const start = bound(tranche.start.notBefore ?? -Infinity, 0);
  const end = bound(tranche.end?.notAfter ?? Infinity, LATEST);
  if (final.model === 'Continuous' && final.interval) {
    const index = intervalIndex(start, final.interval, t);
    const from = intervalStart(start, final.interval, index);
    const to = Math.min(intervalStart(start, final.interval, index + 1), end) as Instant;
    return { key: from, start: from, end: to, ...amountBounds(commitment, tranche, to) };
  }
  return { key: start, start, end, ...amountBounds(commitment, tranche, latest(tranche.end ?? { notBefore: null, notAfter: null })) };
}

/** The amount in force at the last instant before `end`, over every version that may then be in force. */
export function amountBounds(commitment: MadeCommitment, tranche: Tranche, end: number): { low: Decimal; high: Decimal | null } {
  let low: Decimal | null = null;
  let high: Decimal | null = ZERO;
  for (const { terms } of termsAt(commitment, end - 1).variants) {
    const amount = trancheAmount(terms, tranche);
    const [from, to] = amount.kind === 'known' ? [amount.value, amount.value] : [amount.atLeast, amount.atMost];
    if (low === null || from < low) low = from;
    high = high === null || to === null ? null : to > high ? to : high;
  }
  return { low: low ?? ZERO, high };
}

/** A version that does not have the tranche (the schedule was replaced later) leaves it the amount known today. */
function trancheAmount(terms: Terms, tranche: Tranche): Tranche['amount'] {
  if (terms.schedule.kind === 'unknown') return tranche.amount;
  return terms.schedule.tranches.find(({ id }) => id === tranche.id)?.amount ?? tranche.amount;
}

/** In one of these, and nothing says in which: any room. What is drawn there counts in each of them, as a margin that none can rule out. */
function anyOf(capacities: readonly Capacity[]): Capacity {
  const first = capacities[0] as Capacity;
  return capacities.length === 1 ? first : { ...first, low: ZERO, high: null };
}
