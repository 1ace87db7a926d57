import type { Decimal, UncertainPeriod } from '#kernel';

/** FOCUS 1.4 ContractCommitmentCategory: an undertaking in a currency, or in a unit of capacity. */
export const COMMITMENT_CATEGORIES = ['Spend', 'Usage'] as const;
export type CommitmentCategory = (typeof COMMITMENT_CATEGORIES)[number];

/** FOCUS 1.4 ContractCommitmentModel: expires each interval, or a balance over the whole period. */
export const COMMITMENT_MODELS = ['Continuous', 'Discontinuous'] as const;
export type CommitmentModel = (typeof COMMITMENT_MODELS)[number];

/** FOCUS 1.4 lifecycle. */
export const LIFECYCLES = ['Proposed', 'Pending', 'Active', 'Exhausted', 'Expired', 'Canceled', 'Superseded'] as const;
export type Lifecycle = (typeof LIFECYCLES)[number];

/** What an undertaking is: kinds are never summed across (domain.md section 2). */
export const AMOUNT_KINDS = ['commitment', 'ceiling', 'investment', 'licence-fee', 'lease-payment'] as const;
export type AmountKind = (typeof AMOUNT_KINDS)[number];

export const COST_COLUMNS = ['BilledCost', 'EffectiveCost', 'ContractedCost', 'ListCost'] as const;
export type CostColumn = (typeof COST_COLUMNS)[number];
export const QUANTITY_COLUMNS = ['ConsumedQuantity', 'PricingQuantity', 'CommitmentDiscountQuantity'] as const;
export type QuantityColumn = (typeof QUANTITY_COLUMNS)[number];

/** Which column of a charge draws on the commitment, and in which currency or unit. Exactly one column: never a mixture. */
export type Measure =
  | { readonly kind: 'cost'; readonly column: CostColumn; readonly currency: string }
  | { readonly kind: 'quantity'; readonly column: QuantityColumn; readonly unit: string };

/** What a command names of the measure: what is left out stays as it was, as long as its kind does. */
export type MeasureChange =
  | { readonly kind: 'cost'; readonly column?: CostColumn; readonly currency?: string }
  | { readonly kind: 'quantity'; readonly column?: QuantityColumn; readonly unit?: string };

/** What a change makes of the measure before. Null: it doesn't tell the currency or the unit, and the one before has none. */
export function changedMeasure(change: MeasureChange, before: Measure | null): Measure | null {
  if (change.kind === 'cost') {
    const kept = before?.kind === 'cost' ? before : undefined;
    const currency = change.currency ?? kept?.currency;
    return currency === undefined ? null : { kind: 'cost', column: change.column ?? kept?.column ?? 'BilledCost', currency };
  }
  const kept = before?.kind === 'quantity' ? before : undefined;
  const unit = change.unit ?? kept?.unit;
  return unit === undefined ? null : { kind: 'quantity', column: change.column ?? kept?.column ?? 'ConsumedQuantity', unit };
}

/** Waterfalls are apart per cost column, and per quantity column and unit; currencies are not (they convert). */
export const waterfallOf = (measure: Measure): string =>
  measure.kind === 'cost' ? `cost ${measure.column}` : `quantity ${measure.column} ${measure.unit}`;

/** An amount, or that it is not known and why; the bounds are what is certain of it (an amount is never negative). */
export type Amount =
  | { readonly kind: 'known'; readonly value: Decimal }
  | { readonly kind: 'unknown'; readonly reason: string; readonly atLeast: Decimal; readonly atMost: Decimal | null };

/** A commitment period with its own amount. Continuous: the amount is per interval. */
export interface Tranche extends UncertainPeriod {
  readonly id: string;
  readonly amount: Amount;
}

export const INTERVAL_UNITS = ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
/** FOCUS 1.4 fulfilment interval. Months and longer count from the tranche's start, month-end clamped. */
export interface Interval {
  readonly unit: (typeof INTERVAL_UNITS)[number];
  readonly count: number;
}

export type Schedule = { readonly kind: 'tranches'; readonly tranches: readonly Tranche[] } | { readonly kind: 'unknown'; readonly reason: string };

export const DIMENSIONS = ['provider', 'publisher', 'service', 'serviceCategory', 'sku', 'region', 'account', 'chargeCategory'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** FOCUS ChargeCategory. */
export const CHARGE_CATEGORIES = ['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment'] as const;
export type ChargeCategory = (typeof CHARGE_CATEGORIES)[number];

/** Dimensions are ANDed; the values of one dimension are alternatives. `tags`: key → allowed values. */
export interface Clause {
  readonly dimensions: { readonly [D in Dimension]?: readonly string[] };
  readonly tags: readonly { readonly key: string; readonly values: readonly string[] }[];
}

/** Clauses are ORed; exclusions win; no inclusion means all. Unknown: each charge may or may not draw. */
export type Eligibility =
  | { readonly kind: 'rules'; readonly inclusions: readonly Clause[]; readonly exclusions: readonly Clause[] }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Marketplace rows count in full until they reach this share of the period's amount: 0.25 is 25 %. */
export interface MarketplaceLimit {
  readonly share: Decimal;
  /** Further rows that are marketplace rows besides those of a foreign publisher. */
  readonly rows: readonly Clause[];
}

export const PERIOD_DATES = ['ChargePeriodStart', 'ChargePeriodEnd', 'BillingPeriodStart'] as const;
export type PeriodDate = (typeof PERIOD_DATES)[number];

/** The identifiers by which the provider's files name this commitment. */
export interface ProviderReference {
  /** FOCUS ContractCommitmentId with its ContractId. */
  readonly contractCommitments: readonly { readonly contractId: string; readonly commitmentId: string }[];
  /** FOCUS CommitmentDiscountId. */
  readonly commitmentDiscountIds: readonly string[];
}

/** The whole of a commitment's terms. Each member is a field that an amendment or a correction may name. */
export interface Terms {
  readonly name: string;
  readonly kind: AmountKind;
  readonly category: CommitmentCategory;
  readonly model: CommitmentModel;
  readonly measure: Measure;
  readonly prepaid: boolean;
  /** Null: the term is that of the schedule. */
  readonly term: UncertainPeriod | null;
  readonly schedule: Schedule;
  /** Continuous only. */
  readonly interval: Interval | null;
  readonly eligibility: Eligibility;
  /** Waterfall order: the lowest draws first; equal priorities by number of making. */
  readonly priority: number;
  readonly parent: string | null;
  readonly reference: ProviderReference;
  readonly purchaseRows: readonly Clause[];
  readonly feeRows: readonly Clause[];
  readonly marketplace: MarketplaceLimit | null;
  readonly periodDate: PeriodDate;
}

/** What a commitment's terms are where nobody says otherwise: every charge that its measure fits draws on it, once, in the order of making. */
export const DEFAULT_TERMS: Omit<Terms, 'name' | 'category' | 'measure' | 'schedule'> = {
  kind: 'commitment',
  model: 'Discontinuous',
  prepaid: false,
  term: null,
  interval: null,
  eligibility: { kind: 'rules', inclusions: [], exclusions: [] },
  priority: 100,
  parent: null,
  reference: { contractCommitments: [], commitmentDiscountIds: [] },
  purchaseRows: [],
  feeRows: [],
  marketplace: null,
  periodDate: 'ChargePeriodStart',
};

/** Fields that a later version sets. `tranches` names single amounts; `schedule` replaces the schedule whole. */
export interface TermChanges extends Partial<Terms> {
  readonly trancheAmounts?: readonly { readonly id: string; readonly amount: Amount }[];
}

/** The same as a command names them. */
export interface NamedChanges extends Omit<TermChanges, 'measure'> {
  readonly measure?: MeasureChange;
}

/** The term: as stated, else from the first tranche's start to the last one's end, else unknown. */
export function termOf(terms: Terms): UncertainPeriod | null {
  if (terms.term) return terms.term;
  if (terms.schedule.kind === 'unknown' || terms.schedule.tranches.length === 0) return null;
  const tranches = terms.schedule.tranches;
  const first = tranches.reduce((a, b) => (startKey(b) < startKey(a) ? b : a));
  const last = tranches.reduce((a, b) => (endKey(b) > endKey(a) ? b : a));
  return { start: first.start, end: last.end };
}

const startKey = (t: UncertainPeriod): number => t.start.notBefore ?? -Infinity;
const endKey = (t: UncertainPeriod): number => t.end?.notAfter ?? Infinity;
