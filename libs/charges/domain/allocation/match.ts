import type { Clause, Dimension, Terms } from '#commitments/domain';
import type { ChargeCategory } from '../charge.js';
import type { ReasonCode } from './decision.js';

/** What rules may look at: the same for every row of equal dimensions, so a verdict is found once. */
export interface Facets {
  readonly provider: string | null;
  readonly publisher: string | null;
  readonly service: string | null;
  readonly serviceCategory: string | null;
  readonly sku: string | null;
  readonly region: string | null;
  readonly billingAccount: string | null;
  readonly subAccount: string | null;
  readonly category: ChargeCategory;
  readonly commitmentDiscountId: string | null;
  readonly commitmentDiscountStatus: 'Used' | 'Unused' | null;
  readonly billingCurrency: string;
  readonly consumedUnit: string | null;
  readonly pricingUnit: string | null;
  readonly commitmentDiscountUnit: string | null;
  readonly tags: readonly (readonly [string, string])[];
}

type Reader = (row: Facets) => readonly (string | null)[];
const READERS: Record<Dimension, Reader> = {
  provider: (row) => [row.provider],
  publisher: (row) => [row.publisher],
  service: (row) => [row.service],
  serviceCategory: (row) => [row.serviceCategory],
  sku: (row) => [row.sku],
  region: (row) => [row.region],
  // "account (SubAccountId or BillingAccountId)": arithmetic.md section 2.
  account: (row) => [row.subAccount, row.billingAccount],
  chargeCategory: (row) => [row.category],
};

export function matches(clause: Clause, row: Facets): boolean {
  for (const dimension of Object.keys(clause.dimensions) as Dimension[]) {
    const allowed = clause.dimensions[dimension];
    if (allowed === undefined || allowed.length === 0) continue;
    if (!READERS[dimension](row).some((value) => value !== null && allowed.includes(value))) return false;
  }
  return clause.tags.every(({ key, values }) => row.tags.some(([k, v]) => k === key && (values.length === 0 || values.includes(v))));
}

export const anyMatch = (clauses: readonly Clause[], row: Facets): boolean => clauses.some((clause) => matches(clause, row));

export type Verdict = { readonly admits: 'yes' | 'maybe' } | { readonly admits: 'no'; readonly reason: ReasonCode };

const NAMED_ONLY: readonly ChargeCategory[] = ['Tax', 'Credit'];

/** Inclusion, exclusion, and the rule that Tax and Credit must be named: arithmetic.md section 2. */
export function eligible({ eligibility }: Terms, row: Facets): Verdict {
  // Of rules that are not known it is not known either whether they name Tax or Credit.
  if (eligibility.kind === 'unknown') return { admits: 'maybe' };
  if (anyMatch(eligibility.exclusions, row)) return { admits: 'no', reason: 'EXCLUDED' };
  const matching = eligibility.inclusions.filter((clause) => matches(clause, row));
  if (NAMED_ONLY.includes(row.category) && !matching.some(({ dimensions }) => dimensions.chargeCategory?.includes(row.category))) {
    return { admits: 'no', reason: 'CATEGORY_NOT_NAMED' };
  }
  if (eligibility.inclusions.length > 0 && matching.length === 0) return { admits: 'no', reason: 'NOT_INCLUDED' };
  return { admits: 'yes' };
}

/** Rows that purchase the commitment itself: by its provider's id, or by the commitment's own rule. */
export const purchases = (terms: Terms, row: Facets): boolean =>
  (row.category === 'Purchase' && row.commitmentDiscountId !== null && terms.reference.commitmentDiscountIds.includes(row.commitmentDiscountId)) ||
  anyMatch(terms.purchaseRows, row);

/** A publisher that is none of the recorded names of the party that provides the commitment, or a row that the rule names. */
export const isMarketplace = (terms: Terms, spellings: ReadonlySet<string>, row: Facets): boolean =>
  terms.marketplace !== null && ((row.publisher !== null && !spellings.has(row.publisher)) || anyMatch(terms.marketplace.rows, row));

/** The unit of the row's quantity in the column that the commitment counts. */
export function unitOf(terms: Terms, row: Facets): string | null {
  switch (terms.measure.column) {
    case 'ConsumedQuantity':
      return row.consumedUnit;
    case 'PricingQuantity':
      return row.pricingUnit;
    case 'CommitmentDiscountQuantity':
      return row.commitmentDiscountUnit;
    default:
      return null;
  }
}
