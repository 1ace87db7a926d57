import { isDisputed, type MadeCommitment, type Terms, termOf, termsAt, type Tranche } from '#commitments/domain';
import {
  containsInstant,
  exactValue,
  type Instant,
  latest,
  mergeReasons,
  type Quantity,
  type Reason,
  unknownBetween,
  exact,
  ZERO,
  type UncertainPeriod,
  type Decimal,
} from '#kernel';

/** A commitment period with what it needs for its figures. */
export interface CommitmentPeriod {
  readonly id: string;
  readonly bounds: UncertainPeriod;
  /** Null where the bound is not exact: whatever needs it is indeterminate. */
  readonly start: Instant | null;
  readonly end: Instant | null;
  readonly terms: Terms;
  readonly tranche: Tranche | null;
}

/** The periods of a schedule, in order of time. An unknown one is one period of unknown amount over the term. */
export function periodsOf(terms: Terms): readonly CommitmentPeriod[] {
  if (terms.schedule.kind === 'unknown') {
    const term = termOf(terms) ?? { start: { notBefore: null, notAfter: null }, end: { notBefore: null, notAfter: null } };
    return [{ id: 'term', bounds: term, start: exactValue(term.start), end: term.end === null ? null : exactValue(term.end), terms, tranche: null }];
  }
  return [...terms.schedule.tranches]
    .sort((a, b) => latest(a.start) - latest(b.start))
    .map((tranche) => ({
      id: tranche.id,
      bounds: tranche,
      start: exactValue(tranche.start),
      end: tranche.end === null ? null : exactValue(tranche.end),
      terms,
      tranche,
    }));
}

/** The periods that may contain `t`, over every version of the terms that may be in force: one where it is certain. */
export function periodsContaining(
  commitment: MadeCommitment,
  t: Instant,
): { readonly periods: readonly CommitmentPeriod[]; readonly certain: boolean } {
  const found: CommitmentPeriod[] = [];
  let certain = true;
  const { variants } = termsAt(commitment, t);
  for (const { terms } of variants) {
    const containing = periodsOf(terms).filter(({ bounds }) => containsInstant(bounds, t) !== 'no');
    if (containing.length !== 1 || containsInstant((containing[0] as CommitmentPeriod).bounds, t) === 'maybe')
      certain &&= containing.length === 0 && variants.length === 1;
    found.push(...containing);
  }
  return { periods: found, certain: certain && variants.length === 1 };
}

/** Where a period's amount is looked up: of an ended period at its last instant. */
export const amountInstant = ({ end }: CommitmentPeriod, t: Instant): Instant => (end !== null && t >= end ? ((end - 1) as Instant) : t);

/** Why the record says that the period's amount is not known; null where it does not say so. */
export function statedUnknown({ schedule }: Terms, { id, tranche }: CommitmentPeriod): string | null {
  if (schedule.kind === 'unknown') return schedule.reason;
  const amount = (schedule.tranches.find((each) => each.id === id) ?? tranche)?.amount;
  return amount?.kind === 'unknown' ? amount.reason : null;
}

/** The period's amount at `t`: in force at `t`, of an ended period at its last instant; nothing is prorated. Disputed or not as of `asked`. */
export function amountAt(commitment: MadeCommitment, period: CommitmentPeriod, t: Instant, asked = t): Quantity {
  const { variants } = termsAt(commitment, amountInstant(period, t));
  const amounts = variants.map(({ terms }) => trancheQuantity(commitment, terms, period));
  const disputed = disputedReasons(commitment, asked);
  const combined = amounts.reduce(eitherOf(commitment.commitmentId));
  if (disputed.length === 0) return combined;
  return unknownBetween(ZERO, combined.high, ZERO, mergeReasons(disputed, combined.reasons));
}

function trancheQuantity({ commitmentId }: MadeCommitment, terms: Terms, period: CommitmentPeriod): Quantity {
  const scheduled = terms.schedule.kind === 'unknown' ? null : (terms.schedule.tranches.find(({ id }) => id === period.id) ?? period.tranche);
  if (scheduled === null) return unknownBetween(ZERO, null, ZERO, [{ code: 'SCHEDULE_UNKNOWN', entity: commitmentId }]);
  const { amount } = scheduled;
  if (amount.kind === 'known') return exact(amount.value);
  return unknownBetween(amount.atLeast, amount.atMost, amount.atLeast, [{ code: 'AMOUNT_UNKNOWN', entity: commitmentId }]);
}

/** One of two values of a commitment, which is not certain. */
export const eitherOf =
  (entity: string) =>
  (a: Quantity, b: Quantity): Quantity => {
    if (a.low === b.low && a.high === b.high) return a;
    const low = a.low === null || b.low === null ? null : a.low < b.low ? a.low : b.low;
    const high = a.high === null || b.high === null ? null : a.high > b.high ? a.high : b.high;
    const known: Decimal = a.known < b.known ? a.known : b.known;
    return unknownBetween(low, high, known, mergeReasons(mergeReasons(a.reasons, b.reasons), [{ code: 'TERMS_UNCERTAIN', entity }]));
  };

/** A fact with a disputed item of evidence makes what rests on it indeterminate (domain.md section 2). */
const disputedReasons = (commitment: MadeCommitment, t: Instant): readonly Reason[] =>
  isDisputed(commitment, t) ? [{ code: 'EVIDENCE_DISPUTED', entity: commitment.commitmentId }] : [];
