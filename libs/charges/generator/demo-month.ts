import type { DemoFeed, DemoService } from './demo-catalogue.js';
import { Random, scaled } from './random.js';

/** FOCUS column → text; what is missing is absent. */
export type FocusFields = { readonly [column: string]: string };

const DAY = 86_400_000;
/** Meters report twice a day. */
const SHIFT = DAY / 2;
const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
/** Prices are in hundredths of a cent and quantities whole, so every amount is exact at four places. */
const money = (units: number): string => scaled(units, 4);

export interface Month {
  readonly year: number;
  /** 0 to 11. */
  readonly month: number;
  /** Days of charges that the export holds. */
  readonly days: number;
}

/** The rows of one month's export up to a day. A longer export of the same month begins with the same charges, as providers' do. */
export function* monthRows(feed: DemoFeed, { year, month, days }: Month, seed: number): Generator<FocusFields> {
  const random = new Random(seed ^ Math.imul(month + 1, 0x9e3779b1));
  const period = { BillingPeriodStart: iso(Date.UTC(year, month, 1)), BillingPeriodEnd: iso(Date.UTC(year, month + 1, 1)) };
  const base = { ...accountFields(feed), ...period };
  yield* openingRows(feed, base, year, month);
  for (let day = 0; day < days; day++) {
    const start = Date.UTC(year, month, day + 1);
    const grown = (start - Date.UTC(year, 0, 1)) / (365 * DAY);
    for (const subAccount of feed.subAccounts)
      for (const service of feed.services)
        for (const shift of [start, start + SHIFT])
          yield* usageRows(feed, { ...base, SubAccountId: subAccount, SubAccountName: subAccount }, service, shift, grown, random);
    if (feed.discount !== undefined) yield* discountRows(feed.discount, base, start, random);
  }
  if (days === new Date(Date.UTC(year, month + 1, 0)).getUTCDate()) yield* closingRows(feed, base, year, month, random);
}

function accountFields(feed: DemoFeed): FocusFields {
  return {
    BillingAccountId: feed.billingAccount,
    BillingAccountName: 'Frontier Laboratory',
    BillingAccountType: 'Organization',
    BillingCurrency: feed.currency,
    PricingCurrency: feed.currency,
    InvoiceIssuerName: feed.invoiceIssuer,
    ProviderName: feed.provider,
    ServiceProviderName: feed.provider,
    HostProviderName: feed.provider,
    PublisherName: feed.publisher,
    ChargeFrequency: 'Usage-Based',
    PricingCategory: 'Standard',
    SubAccountType: 'Project',
  };
}

function* usageRows(feed: DemoFeed, base: FocusFields, service: DemoService, start: number, grown: number, random: Random): Generator<FocusFields> {
  // Two in three series run on any day: training comes in bursts, and a year must start within seconds.
  if (random.chance(0.35)) return;
  const [region, regionName] = random.pick(feed.regions);
  const quantity = Math.max(1, Math.floor((service.daily * (100 + service.growth * grown) * random.integer(35, 65)) / 10_000));
  const row = {
    ...base,
    ...serviceFields(service, start, SHIFT),
    ...costs(quantity * service.price, quantity, service),
    RegionId: region,
    RegionName: regionName,
    ResourceId: `${service.sku}/${base['SubAccountId'] as string}/${random.integer(1, 6)}`,
    ...(service.publisher === undefined ? {} : { PublisherName: service.publisher, ServiceProviderName: service.publisher }),
    Tags: JSON.stringify({
      team: random.pick(['pretraining', 'post-training', 'inference', 'evaluation']),
      project: random.pick(['aurora', 'borealis', 'cirrus']),
    }),
    ...appliedFields(feed, service, quantity),
  };
  yield row;
  // Meters report in pieces, so two rows of a file may be equal to the last letter, and both count.
  if (random.chance(0.004)) yield row;
  if (random.chance(0.006)) yield refund(row, quantity, service);
}

function serviceFields(service: DemoService, start: number, length: number): FocusFields {
  return {
    ChargeCategory: 'Usage',
    ChargeDescription: `${service.service}, ${service.sku}`,
    ChargePeriodStart: iso(start),
    ChargePeriodEnd: iso(start + length),
    ServiceName: service.service,
    ServiceCategory: service.category,
    SkuId: service.sku,
    SkuPriceId: `${service.sku}/standard`,
    SkuMeter: service.unit,
  };
}

function costs(amount: number, quantity: number, service: DemoService): FocusFields {
  const list = amount + Math.trunc(amount / 4);
  return {
    BilledCost: money(amount),
    EffectiveCost: money(amount),
    ContractedCost: money(amount),
    ListCost: money(list),
    ContractedUnitPrice: money(service.price),
    ListUnitPrice: scaled(service.price * 5, 4),
    ConsumedQuantity: `${quantity}`,
    ConsumedUnit: service.unit,
    PricingQuantity: `${quantity}`,
    PricingUnit: service.unit,
  };
}

function appliedFields(feed: DemoFeed, service: DemoService, quantity: number): FocusFields {
  if (feed.applied === undefined || !feed.applied.services.includes(service.service)) return {};
  const { contractId, commitmentId } = feed.applied;
  return {
    ContractApplied: `{"Elements":[{"ContractId":"${contractId}","ContractCommitmentId":"${commitmentId}","ContractCommitmentAppliedCost":${money(quantity * service.price)}}]}`,
  };
}

function refund(row: FocusFields, quantity: number, service: DemoService): FocusFields {
  const back = Math.max(1, Math.floor(quantity / 10));
  return { ...row, ...costs(-back * service.price, -back, service), ChargeDescription: `Refund: ${service.sku}`, ContractApplied: '' };
}

function* discountRows(discount: NonNullable<DemoFeed['discount']>, base: FocusFields, start: number, random: Random): Generator<FocusFields> {
  const used = random.integer(80, 100);
  const common = {
    ...base,
    ChargeCategory: 'Usage',
    ServiceName: discount.service,
    ServiceCategory: 'Compute',
    PricingCategory: 'Committed',
    CommitmentDiscountId: discount.id,
    CommitmentDiscountName: discount.name,
    CommitmentDiscountCategory: 'Spend',
    CommitmentDiscountType: 'Compute Savings Plan',
    CommitmentDiscountUnit: 'USD',
    ChargePeriodStart: iso(start),
    ChargePeriodEnd: iso(start + DAY),
    BilledCost: '0',
  };
  const part = (share: number) => scaled((discount.hourly * 24 * share) / 100, 4);
  yield {
    ...common,
    EffectiveCost: part(used),
    CommitmentDiscountStatus: 'Used',
    CommitmentDiscountQuantity: part(used),
    ChargeDescription: 'Covered usage',
  };
  if (used < 100)
    yield {
      ...common,
      EffectiveCost: part(100 - used),
      CommitmentDiscountStatus: 'Unused',
      CommitmentDiscountQuantity: part(100 - used),
      ChargeDescription: 'Unused commitment',
    };
}

/** The discount's monthly fee, and corrections of the month before, which arrive in this month's bill. */
function* openingRows(feed: DemoFeed, base: FocusFields, year: number, month: number): Generator<FocusFields> {
  const whole = { ...base, ChargePeriodStart: iso(Date.UTC(year, month, 1)), ChargePeriodEnd: iso(Date.UTC(year, month + 1, 1)) };
  const { discount } = feed;
  if (discount !== undefined) {
    const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
    const fee = scaled(discount.hourly * 24 * days, 4);
    yield {
      ...whole,
      ChargeCategory: 'Purchase',
      ChargeFrequency: 'Recurring',
      BilledCost: fee,
      EffectiveCost: '0',
      ServiceName: discount.service,
      ServiceCategory: 'Compute',
      CommitmentDiscountId: discount.id,
      CommitmentDiscountName: discount.name,
      ChargeDescription: `${discount.name}: monthly fee`,
    };
  }
  if (month === 0) return;
  const service = feed.services[month % feed.services.length] as DemoService;
  const start = Date.UTC(year, month - 1, 12);
  yield {
    ...base,
    SubAccountId: feed.subAccounts[0] as string,
    ...serviceFields(service, start, DAY),
    ...costs(-(month + 2) * service.price, -(month + 2), service),
    ChargeClass: 'Correction',
    ChargeDescription: `Correction of ${service.sku}, metered twice`,
  };
}

function* closingRows(feed: DemoFeed, base: FocusFields, year: number, month: number, random: Random): Generator<FocusFields> {
  const whole = {
    ...base,
    ChargePeriodStart: iso(Date.UTC(year, month, 1)),
    ChargePeriodEnd: iso(Date.UTC(year, month + 1, 1)),
    ServiceName: 'Billing',
    ServiceCategory: 'Other',
    PricingCategory: '',
  };
  const tax = random.integer(20_000_000, 90_000_000);
  yield { ...whole, ChargeCategory: 'Tax', BilledCost: money(tax), EffectiveCost: money(tax), ChargeDescription: 'Sales tax' };
  if (month % 3 !== 2) return;
  const credit = -random.integer(50_000_000, 400_000_000);
  yield {
    ...whole,
    ChargeCategory: 'Credit',
    BilledCost: money(credit),
    EffectiveCost: money(credit),
    ChargeDescription: `${feed.provider} programme credit, quarter ${(month + 1) / 3}`,
  };
}
