import type { Decimal, Instant } from '#kernel';

/** Why a charge drew, or did not draw, on a commitment. Stable codes: stored with every allocation. */
export const REASONS = {
  DREW: 'Drew by the rules: the commitment admits the charge and had room for all that reached it.',
  DREW_IN_PART: 'Drew by the rules up to what was left; the remainder of the charge went on.',
  DREW_OVER: 'Drew as the last commitment of its waterfall: it takes the rest, beyond its amount.',
  PROVIDER_STATED: 'Drew what the provider states in ContractApplied, even beyond the commitment.',
  PROVIDER_STATED_CHILD: 'Drew what the provider states for a commitment nested in it.',
  RELEASED: 'A negative charge released what had been drawn.',
  REDUCED_BELOW: 'A negative charge found nothing left to release and reduced the first commitment.',
  REACHED_NOTHING: 'Admitted, but earlier commitments of the waterfall took the whole charge.',
  FULL: 'Admitted, but nothing of the amount was left; the charge went on.',
  MARKETPLACE_LIMIT: 'Marketplace rows count only up to their share of the amount, which was reached.',
  NOTHING_TO_DRAW: 'The charge is zero in the column that the commitment counts.',
  UNUSED_COMMITMENT: 'Never draws: CommitmentDiscountStatus is Unused.',
  PURCHASE_OF_COMMITMENT: 'Never draws: the row purchases or prepays the commitment itself.',
  FEE: 'Never draws: the row bills a shortfall or floor fee.',
  STATED_ELSEWHERE: 'The provider states what this charge drew on, and it is not this commitment.',
  OUTSIDE_TERM: 'The charge lies outside the term.',
  OUTSIDE_PERIOD: 'The charge lies in no period of the schedule.',
  CANCELLED: 'The commitment was cancelled before the charge.',
  EXCLUDED: 'An exclusion matches the charge.',
  CATEGORY_NOT_NAMED: 'Tax and Credit rows count only where an inclusion names them.',
  NOT_INCLUDED: 'No inclusion matches the charge.',
  COLUMN_ABSENT: 'The row leaves the column empty that the commitment counts.',
  UNIT_DIFFERS: 'The row is measured in another unit.',
  NOT_A_COMMITMENT: 'The undertaking is of another kind: only commitments are drawn.',
  NO_RATE: 'The charge is in another currency and no exchange rate is recorded: how much it draws is unknown.',
  SPREAD_TOO_FINE: 'The charge lies over more than 100,000 intervals: it is not split, and how much each of them drew is unknown.',
  AMOUNT_UNKNOWN: 'How much this commitment can take is unknown, so the split is unknown.',
  TERM_UNCERTAIN: 'Whether the charge lies in the term or a period is uncertain.',
  TERMS_UNCERTAIN: 'Which version of the terms was in force at the charge is uncertain.',
  SCOPE_UNKNOWN: 'What the commitment covers is unknown.',
  UPSTREAM_UNKNOWN: 'How much an earlier commitment took is unknown, so the remainder is.',
  STATED_CONTRACT_UNKNOWN: 'ContractApplied names a commitment that no recorded one answers to.',
  STATED_OUTSIDE_TERM: 'ContractApplied names a commitment outside whose term the charge lies.',
  STATED_COST_ONLY: 'ContractApplied states only a cost for a commitment of category Usage.',
  STATED_QUANTITY_ONLY: 'ContractApplied states only a quantity for a commitment of category Spend.',
  STATED_UNIT_DIFFERS: 'ContractApplied states another unit than the commitment has.',
} as const;
export type ReasonCode = keyof typeof REASONS;

/**
 * An amount drawn at a date. `certain` is drawn whatever the unknowns; the whole lies in [certain + low, certain + high]
 * (low ≤ 0 ≤ high; `open`: +1 unbounded above, −1 unbounded below, 0 bounded).
 */
export interface Posting {
  readonly at: Instant;
  readonly certain: Decimal;
  readonly low: Decimal;
  readonly high: Decimal;
  readonly open: -1 | 0 | 1;
  /** Part of it that counts against the marketplace share. */
  readonly marketplace: Decimal;
}

/** What one commitment got of a charge, or why nothing. `commitment` null: an unallocated posting of the provider's. */
export interface Entry {
  readonly commitment: string | null;
  readonly reason: ReasonCode;
  readonly postings: readonly Posting[];
  /** For an unallocated posting: the ids that the file states. */
  readonly stated?: { readonly contractId: string; readonly commitmentId: string };
}

export type Decision = readonly Entry[];

/** Running total of one commitment over some time. */
export interface Drawn {
  readonly certain: Decimal;
  readonly low: Decimal;
  readonly high: Decimal;
  readonly openUp: number;
  readonly openDown: number;
  readonly marketplace: Decimal;
}
