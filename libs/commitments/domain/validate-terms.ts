import { certainlyOverlap, earliest, formatDecimal, isExact, latest, ONE, type UncertainPeriod, ZERO } from '#kernel';
import type { CommitmentRejection } from './rejections.js';
import type { Clause, Terms, Tranche } from './terms.js';

/** The first rule that these terms break, in the catalogue's order, or null. */
export function validateTerms(terms: Terms, commitmentId: string): CommitmentRejection | null {
  return validateSchedule(terms) ?? validateMeasure(terms) ?? validateInterval(terms) ?? validateRules(terms, commitmentId);
}

const endsTooEarly = ({ start, end }: UncertainPeriod): boolean => end !== null && latest(end) <= earliest(start);

function validateSchedule(terms: Terms): CommitmentRejection | null {
  const tranches = terms.schedule.kind === 'tranches' ? terms.schedule.tranches : [];
  const { term } = terms;
  if (terms.schedule.kind === 'tranches' && tranches.length === 0) return { code: 'SCHEDULE_EMPTY' };
  const twice = tranches.length > 1 ? firstTwice(tranches) : undefined;
  if (twice) return { code: 'TRANCHE_DUPLICATE', tranche: twice.id };
  const backwards = tranches.find(endsTooEarly);
  if (backwards) return { code: 'TRANCHE_END_BEFORE_START', tranche: backwards.id };
  const overlap = tranches.length > 1 ? firstOverlap(tranches) : null;
  if (overlap) return overlap;
  if (term && endsTooEarly(term)) return { code: 'TERM_END_BEFORE_START' };
  const beyond = term && tranches.find((tranche) => reachesBeyond(tranche, term));
  if (beyond) return { code: 'TRANCHE_OUTSIDE_TERM', tranche: beyond.id };
  const negative = tranches.find(({ amount }) => (amount.kind === 'known' ? amount.value < ZERO : amount.atLeast < ZERO));
  if (negative) return { code: 'AMOUNT_NEGATIVE', tranche: negative.id };
  const bounds = tranches.find(({ amount }) => amount.kind === 'unknown' && amount.atMost !== null && amount.atMost < amount.atLeast);
  return bounds ? { code: 'AMOUNT_BOUNDS', tranche: bounds.id } : null;
}

export function firstTwice<T extends { readonly id: string }>(tranches: readonly T[]): T | undefined {
  const seen = new Set<string>();
  return tranches.find(({ id }) => seen.has(id) || !seen.add(id));
}

/** Sorted by start, two tranches that share time stand next to each other. */
function firstOverlap(tranches: readonly Tranche[]): CommitmentRejection | null {
  const sorted = [...tranches].sort((a, b) => latest(a.start) - latest(b.start));
  for (let i = 1; i < sorted.length; i++) {
    const [before, after] = [sorted[i - 1] as Tranche, sorted[i] as Tranche];
    if (certainlyOverlap(before, after)) return { code: 'TRANCHES_OVERLAP', tranche: before.id, other: after.id };
  }
  return null;
}

const reachesBeyond = (tranche: Tranche, term: UncertainPeriod): boolean =>
  latest(tranche.start) < earliest(term.start) || (term.end !== null && (tranche.end === null || earliest(tranche.end) > latest(term.end)));

function validateMeasure({ category, measure, prepaid }: Terms): CommitmentRejection | null {
  if ((category === 'Spend') !== (measure.kind === 'cost')) return { code: 'MEASURE_CATEGORY_MISMATCH', category, measure: measure.column };
  if (prepaid && measure.kind === 'cost' && measure.column !== 'EffectiveCost' && measure.column !== 'ContractedCost') {
    return { code: 'PREPAID_NEEDS_COST_COLUMN', column: measure.column };
  }
  return null;
}

function validateInterval({ model, interval, schedule }: Terms): CommitmentRejection | null {
  if (model === 'Discontinuous') return interval === null ? null : { code: 'INTERVAL_ONLY_CONTINUOUS' };
  if (interval === null) return { code: 'CONTINUOUS_NEEDS_INTERVAL' };
  if (!Number.isInteger(interval.count) || interval.count < 1 || interval.count > 10_000) return { code: 'INTERVAL_OUT_OF_RANGE' };
  const vague = schedule.kind === 'tranches' ? schedule.tranches.find((t) => !isExact(t.start) || t.end === null || !isExact(t.end)) : undefined;
  return vague ? { code: 'CONTINUOUS_NEEDS_EXACT_DATES', tranche: vague.id } : null;
}

function validateRules(terms: Terms, commitmentId: string): CommitmentRejection | null {
  const { eligibility } = terms;
  const where =
    (eligibility.kind === 'rules' ? (empty('inclusions', eligibility.inclusions) ?? empty('exclusions', eligibility.exclusions)) : null) ??
    empty('purchaseRows', terms.purchaseRows) ??
    empty('feeRows', terms.feeRows) ??
    empty('marketplace', terms.marketplace?.rows ?? []);
  if (where) return { code: 'CLAUSE_EMPTY', where };
  const share = terms.marketplace?.share;
  if (share !== undefined && (share < ZERO || share > ONE)) return { code: 'MARKETPLACE_SHARE_OUT_OF_RANGE', share: formatDecimal(share) };
  return terms.parent === commitmentId ? { code: 'PARENT_IS_SELF', commitmentId } : null;
}

const empty = (where: string, clauses: readonly Clause[]): string | null => (clauses.some(isEmpty) ? where : null);
const isEmpty = (clause: Clause): boolean =>
  clause.tags.length === 0 && Object.values(clause.dimensions).every((values) => values === undefined || values.length === 0);
