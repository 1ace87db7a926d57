import { DECIMAL_COLUMNS, INSTANT_COLUMNS, STRING_COLUMNS, type ValueColumn } from '../wire/charge-row.js';
import { IntakeProblem } from './intake-problem.js';

/** FOCUS column of each value, the first present wins row by row. Source: FOCUS 1.0 to 1.4, Cost and Usage. */
const SOURCES: { readonly [column in ValueColumn]: readonly string[] } = {
  billingAccount: ['BillingAccountId'],
  billingCurrency: ['BillingCurrency'],
  category: ['ChargeCategory', 'ChargeType'],
  chargeClass: ['ChargeClass'],
  commitmentDiscountId: ['CommitmentDiscountId'],
  commitmentDiscountStatus: ['CommitmentDiscountStatus'],
  commitmentDiscountUnit: ['CommitmentDiscountUnit'],
  consumedUnit: ['ConsumedUnit', 'UsageUnit'],
  contractApplied: ['ContractApplied'],
  invoiceIssuer: ['InvoiceIssuerName', 'InvoiceIssuer'],
  pricingUnit: ['PricingUnit'],
  provider: ['ServiceProviderName', 'ProviderName', 'Provider'],
  publisher: ['PublisherName', 'Publisher'],
  region: ['RegionId', 'Region'],
  service: ['ServiceName'],
  serviceCategory: ['ServiceCategory'],
  sku: ['SkuId'],
  skuPrice: ['SkuPriceId'],
  subAccount: ['SubAccountId'],
  tags: ['Tags'],
  billingPeriodEnd: ['BillingPeriodEnd'],
  billingPeriodStart: ['BillingPeriodStart'],
  end: ['ChargePeriodEnd'],
  start: ['ChargePeriodStart'],
  billedCost: ['BilledCost'],
  commitmentDiscountQuantity: ['CommitmentDiscountQuantity'],
  consumedQuantity: ['ConsumedQuantity', 'UsageQuantity'],
  contractedCost: ['ContractedCost'],
  effectiveCost: ['EffectiveCost', 'AmortizedCost'],
  listCost: ['ListCost'],
  pricingQuantity: ['PricingQuantity'],
};

export const VALUE_COLUMNS: readonly ValueColumn[] = [...STRING_COLUMNS, ...INSTANT_COLUMNS, ...DECIMAL_COLUMNS];

// Without these a row says neither how much, nor when, nor in which delivery it belongs, nor whether it may draw. All are mandatory in FOCUS.
const REQUIRED: readonly ValueColumn[] = ['billedCost', 'billingCurrency', 'billingPeriodStart', 'category', 'end', 'start'];
const TELLTALE: readonly ValueColumn[] = ['billedCost', 'start', 'end', 'billingPeriodStart'];

export type FocusVersion = '1.0' | '1.1' | '1.2' | '1.3' | '1.4';
/** Columns that first appeared in a version: the newest one found tells the file's version. */
const INTRODUCED: readonly (readonly [FocusVersion, readonly string[]])[] = [
  ['1.4', ['CommitmentProgramEligibilityDetails', 'InvoiceDetailId']],
  [
    '1.3',
    [
      'ServiceProviderName',
      'HostProviderName',
      'ContractApplied',
      'AllocatedMethodId',
      'AllocatedMethodDetails',
      'AllocatedResourceId',
      'AllocatedResourceName',
      'AllocatedTags',
    ],
  ],
  [
    '1.2',
    [
      'BillingAccountType',
      'SubAccountType',
      'InvoiceId',
      'PricingCurrency',
      'PricingCurrencyContractedUnitPrice',
      'PricingCurrencyEffectiveCost',
      'PricingCurrencyListUnitPrice',
    ],
  ],
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
];

/** Values for columns that a file lacks altogether, by FOCUS name. A column that is there but empty is not filled in. */
export interface ColumnDefaults {
  readonly BillingCurrency?: string;
  readonly BillingAccountId?: string;
  readonly ChargeCategory?: string;
  readonly ServiceProviderName?: string;
  readonly InvoiceIssuerName?: string;
}

export interface Header {
  /** As the file spells them. */
  readonly names: readonly string[];
  /** Field positions per value column in the order of VALUE_COLUMNS, best source first; empty when absent. */
  readonly positions: readonly (readonly number[])[];
  /** Default text per value column, null when the file has the column or no default was given. */
  readonly defaults: readonly (string | null)[];
  readonly version: FocusVersion;
}

// "Billed Cost", "billed_cost" and "BILLEDCOST" mean the same: warehouses fold names on the way.
const fold = (name: string): string => name.toLowerCase().replace(/[\s_-]/g, '');

/**
 * Finds the columns of a header.
 * @throws IntakeProblem FOCUS-102 no FOCUS file, FOCUS-103 columns missing, FOCUS-104 a column twice
 */
export function resolveHeader(names: readonly string[], defaults: ColumnDefaults, file: string): Header {
  const trimmed = names.map((name) => name.trim());
  const places = new Map<string, number[]>();
  trimmed.forEach((name, index) => {
    const key = fold(name);
    const known = places.get(key);
    if (known) known.push(index);
    else places.set(key, [index]);
  });
  const positions = VALUE_COLUMNS.map((column) =>
    SOURCES[column].flatMap((name) => {
      const found = places.get(fold(name)) ?? [];
      if (found.length > 1)
        throw twice(
          file,
          found.map((at) => trimmed[at] as string),
        );
      return found;
    }),
  );
  const byName = new Map(Object.entries(defaults).map(([name, value]) => [fold(name), value as string]));
  const fallback = VALUE_COLUMNS.map((column, c) => {
    if ((positions[c] as number[]).length > 0) return null;
    return SOURCES[column].map((name) => byName.get(fold(name))).find((value) => value !== undefined) ?? null;
  });
  const lacks = (column: ValueColumn) =>
    (positions[VALUE_COLUMNS.indexOf(column)] as number[]).length === 0 && fallback[VALUE_COLUMNS.indexOf(column)] === null;
  if (TELLTALE.every(lacks)) throw notFocus(file, trimmed);
  const missing = REQUIRED.filter(lacks).map((column) => SOURCES[column][0] as string);
  if (missing.length > 0) throw lacking(file, missing);
  const version = INTRODUCED.find(([, columns]) => columns.some((name) => places.has(fold(name))))?.[0] ?? '1.0';
  return { names: trimmed, positions, defaults: fallback, version };
}

/** The FOCUS name of a value column. */
export const focusName = (column: ValueColumn): string => SOURCES[column][0] as string;

const notFocus = (file: string, names: readonly string[]) =>
  new IntakeProblem(
    'FOCUS-102',
    `The first line of ${file} names none of BilledCost, ChargePeriodStart, ChargePeriodEnd, BillingPeriodStart; it begins with ${JSON.stringify(names.slice(0, 3).join(', ').slice(0, 80))}.`,
    'Export the Cost and Usage dataset in FOCUS 1.0 to 1.4 as CSV, gzip or Parquet, with a header line.',
  );
const lacking = (file: string, missing: readonly string[]) =>
  new IntakeProblem(
    'FOCUS-103',
    `${file} has no column ${missing.join(', ')}.`,
    missing.includes('BillingCurrency')
      ? 'Export the file with these columns; a BillingCurrency that is the same for every row can be given as a default of the import.'
      : 'Export the file with these columns.',
  );
const twice = (file: string, names: readonly string[]) =>
  new IntakeProblem(
    'FOCUS-104',
    `${file} has the columns ${names.map((name) => JSON.stringify(name)).join(' and ')}.`,
    'Remove or rename one of them.',
  );
