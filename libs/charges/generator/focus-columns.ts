import type { FocusVersion } from '../intake/columns.js';

/** The 43 columns of FOCUS 1.0, Cost and Usage. */
const FOCUS_1_0 = [
  'AvailabilityZone', 'BilledCost', 'BillingAccountId', 'BillingAccountName', 'BillingCurrency', 'BillingPeriodEnd', 'BillingPeriodStart',
  'ChargeCategory', 'ChargeClass', 'ChargeDescription', 'ChargeFrequency', 'ChargePeriodEnd', 'ChargePeriodStart', 'CommitmentDiscountCategory',
  'CommitmentDiscountId', 'CommitmentDiscountName', 'CommitmentDiscountStatus', 'CommitmentDiscountType', 'ConsumedQuantity', 'ConsumedUnit',
  'ContractedCost', 'ContractedUnitPrice', 'EffectiveCost', 'InvoiceIssuerName', 'ListCost', 'ListUnitPrice', 'PricingCategory', 'PricingQuantity',
  'PricingUnit', 'ProviderName', 'PublisherName', 'RegionId', 'RegionName', 'ResourceId', 'ResourceName', 'ResourceType', 'ServiceCategory',
  'ServiceName', 'SkuId', 'SkuPriceId', 'SubAccountId', 'SubAccountName', 'Tags',
] as const; // prettier-ignore

const ADDED: readonly (readonly [FocusVersion, readonly string[]])[] = [
  ['1.0', []],
  [
    '1.1',
    [
      'CapacityReservationId',
      'CapacityReservationStatus',
      'CommitmentDiscountQuantity',
      'CommitmentDiscountUnit',
      'ServiceSubcategory',
      'SkuMeter',
      'SkuPriceDetails',
    ],
  ],
  [
    '1.2',
    [
      'BillingAccountType',
      'InvoiceId',
      'PricingCurrency',
      'PricingCurrencyContractedUnitPrice',
      'PricingCurrencyEffectiveCost',
      'PricingCurrencyListUnitPrice',
      'SubAccountType',
    ],
  ],
  [
    '1.3',
    [
      'AllocatedMethodDetails',
      'AllocatedMethodId',
      'AllocatedResourceId',
      'AllocatedResourceName',
      'AllocatedTags',
      'ContractApplied',
      'HostProviderName',
      'ServiceProviderName',
    ],
  ],
  ['1.4', ['CommitmentProgramEligibilityDetails', 'InvoiceDetailId']],
];

// 1.4 took these two out; their successors came with 1.3.
const GONE_1_4 = new Set(['ProviderName', 'PublisherName']);

/** Columns of a version in the specification's order (by name). */
export function focusColumns(version: FocusVersion): readonly string[] {
  const upTo = ADDED.findIndex(([each]) => each === version);
  const columns = [...FOCUS_1_0, ...ADDED.slice(0, upTo + 1).flatMap(([, added]) => added)];
  return columns.filter((name) => version !== '1.4' || !GONE_1_4.has(name)).sort();
}

/** What the bench file has: FOCUS 1.0 and CommitmentDiscountQuantity, 44 columns, as exports of the time do. */
export const BENCH_COLUMNS: readonly string[] = [...FOCUS_1_0, 'CommitmentDiscountQuantity'].sort();
