import type { ChargeCategory } from '#commitments/domain';
import type { Decimal, Instant } from '#kernel';

export { CHARGE_CATEGORIES, type ChargeCategory } from '#commitments/domain';

/** One element of FOCUS `ContractApplied` (1.3, 1.4): what the provider says it drew from a contract commitment. */
export interface AppliedElement {
  readonly contractId: string;
  readonly commitmentId: string;
  readonly cost: Decimal | null;
  readonly quantity: Decimal | null;
  readonly unit: string | null;
}

/**
 * One row of a FOCUS Cost and Usage file, as far as a figure or a rule can use it. Absent is null (an empty field and `NULL` alike).
 * Source: FOCUS 1.0 to 1.4, dataset Cost and Usage.
 */
export interface Charge {
  /** Ordinal of the row in its file, the first row after the header being 1. */
  readonly row: number;
  readonly billingPeriodStart: Instant;
  readonly billingPeriodEnd: Instant | null;
  /** ChargePeriodStart, inclusive. */
  readonly start: Instant;
  /** ChargePeriodEnd, exclusive; equal to `start` for a one-time charge that has no length. */
  readonly end: Instant;
  readonly category: ChargeCategory;
  /** ChargeClass is `Correction`. */
  readonly correction: boolean;
  /** ServiceProviderName (from 1.3) or ProviderName. */
  readonly provider: string | null;
  readonly publisher: string | null;
  readonly invoiceIssuer: string | null;
  readonly service: string | null;
  readonly serviceCategory: string | null;
  readonly sku: string | null;
  readonly skuPrice: string | null;
  readonly region: string | null;
  readonly billingAccount: string | null;
  readonly subAccount: string | null;
  readonly commitmentDiscountId: string | null;
  readonly commitmentDiscountStatus: 'Used' | 'Unused' | null;
  readonly commitmentDiscountQuantity: Decimal | null;
  readonly commitmentDiscountUnit: string | null;
  readonly billingCurrency: string;
  readonly billedCost: Decimal;
  readonly effectiveCost: Decimal | null;
  readonly contractedCost: Decimal | null;
  readonly listCost: Decimal | null;
  readonly consumedQuantity: Decimal | null;
  readonly consumedUnit: string | null;
  readonly pricingQuantity: Decimal | null;
  readonly pricingUnit: string | null;
  /** Sorted by key; a value that is no string is its JSON text. */
  readonly tags: readonly (readonly [string, string])[];
  readonly contractApplied: readonly AppliedElement[];
}
