import type { AllocatableRow } from '../../libs/charges/domain/allocation/row.js';
import type { Charge } from '../../libs/charges/domain/charge.js';
import { decimal, type Decimal, MS_PER_HOUR, type Instant } from '#kernel';
import { at } from './commitments.js';

export const charge = (start: string, billedCost: string, changes: Partial<Charge> = {}): Charge => ({
  row: 1,
  billingPeriodStart: at(start.slice(0, 8) + '01'),
  billingPeriodEnd: null,
  start: at(start),
  end: (at(start) + MS_PER_HOUR) as Instant,
  category: 'Usage',
  correction: false,
  provider: 'AWS',
  publisher: 'AWS',
  invoiceIssuer: 'AWS',
  service: 'Compute',
  serviceCategory: 'Compute',
  sku: 'sku1',
  skuPrice: null,
  region: 'us-east-1',
  billingAccount: 'b1',
  subAccount: 's1',
  commitmentDiscountId: null,
  commitmentDiscountStatus: null,
  commitmentDiscountQuantity: null,
  commitmentDiscountUnit: null,
  billingCurrency: 'USD',
  billedCost: decimal(billedCost),
  effectiveCost: null,
  contractedCost: null,
  listCost: null,
  consumedQuantity: null,
  consumedUnit: null,
  pricingQuantity: null,
  pricingUnit: null,
  tags: [],
  contractApplied: [],
  ...changes,
});

export const rowOf = (c: Charge): AllocatableRow => ({
  ...c,
  facetKey: null,
  amount: (column): Decimal | null => {
    switch (column) {
      case 'BilledCost':
        return c.billedCost;
      case 'EffectiveCost':
        return c.effectiveCost;
      case 'ContractedCost':
        return c.contractedCost;
      case 'ListCost':
        return c.listCost;
      case 'ConsumedQuantity':
        return c.consumedQuantity;
      case 'PricingQuantity':
        return c.pricingQuantity;
      case 'CommitmentDiscountQuantity':
        return c.commitmentDiscountQuantity;
    }
  },
});
