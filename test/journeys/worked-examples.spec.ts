import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseInstant } from '#kernel';
import { type TestService, testService } from '../support/graphql-service.js';
import { type StartedStore, type StoreKind, STORES } from '../support/stores.js';

// The worked examples of the arithmetic, numbered as there: 1 without the floor, 2, 4, 5, 7, 8. Through the real import and GraphQL.

const ACCEPT = '__typename ... on CommandAccepted { id token } ... on CommandRejected { code message }';
const HEADER =
  'BilledCost,BillingAccountId,BillingCurrency,BillingPeriodStart,ChargeCategory,ChargePeriodEnd,ChargePeriodStart,ProviderName,ServiceName,ConsumedQuantity,ConsumedUnit,ChargeClass';

let service: TestService;
let store: StartedStore;
let kind: StoreKind;
let files: string;
let provider: string;
let contract: string;
let count = 0;

beforeEach(async () => {
  store = await kind.start();
  service = await testService({ now: '2026-06-01', store });
  files = mkdtempSync(join(tmpdir(), 'tenor-examples-'));
  const party = async (key: string) =>
    (
      await service.data(`mutation ($input: RegisterPartyInput!) { registerParty(input: $input) { ${ACCEPT} } }`, {
        input: { idempotencyKey: key, name: key },
      })
    ).registerParty.id as string;
  provider = await party('Provider');
  const parties = [
    { party: provider, role: 'provider' },
    { party: await party('Lab'), role: 'buyer' },
  ];
  const terms = { name: 'Agreement', parties };
  contract = (
    await service.data(`mutation ($input: SignContractInput!) { signContract(input: $input) { ${ACCEPT} } }`, {
      input: { idempotencyKey: 'c', effectiveAt: { at: '2024-01-01T00:00:00Z' }, terms },
    })
  ).signContract.id;
});
afterEach(async () => {
  await service.close();
  await store.stop();
  rmSync(files, { recursive: true });
});

async function make(name: string, terms: Record<string, unknown>): Promise<string> {
  const input = { idempotencyKey: name, contract, provider, effectiveAt: { at: '2024-01-01T00:00:00Z' }, terms: { name, currency: 'USD', ...terms } };
  const { makeCommitment } = await service.data(`mutation ($input: MakeCommitmentInput!) { makeCommitment(input: $input) { ${ACCEPT} } }`, { input });
  expect(makeCommitment).toMatchObject({ __typename: 'CommandAccepted' });
  return makeCommitment.id;
}
const year = (from: string, to: string, amount: string) => ({
  tranches: [{ id: 'p', start: { at: `${from}T00:00:00Z` }, end: { at: `${to}T00:00:00Z` }, amount: { value: amount } }],
});

interface Row {
  cost: string;
  start: string;
  end?: string;
  billingPeriod?: string;
  quantity?: string;
}
async function deliver(rows: readonly Row[], recordedAt?: string): Promise<void> {
  if (recordedAt) service.clock.set(parseInstant(recordedAt));
  const path = join(files, `${++count}.csv`);
  const lines = rows.map(
    ({ cost, start, end, billingPeriod, quantity }) =>
      `${cost},acct,USD,${billingPeriod ?? `${start.slice(0, 7)}-01`}T00:00:00Z,Usage,${end ?? start.replace(/T00/, 'T01')},${start},Provider,Compute,${quantity ?? ''},${quantity ? 'Hours' : ''},`,
  );
  writeFileSync(path, `${[HEADER, ...lines].join('\n')}\n`);
  const result = await service.core.imports.run({ path, name: 'file.csv', feed: 'provider', caller: { organization: 'one', actor: 'tester' } });
  expect(result).toMatchObject({ summary: { status: 'recorded', scan: { quarantined: 0 } } });
  await service.core.settle();
}

type Figures = Record<string, string | number | null> & { status?: string };
const NAMES = [
  'committed',
  'drawn',
  'remaining',
  'overage',
  'utilization',
  'elapsed',
  'pace',
  'forecast',
  'projectedShortfall',
  'requiredRate',
  'used',
  'expired',
];
async function figures(id: string, asOf: { effective?: string; recorded?: string } = {}): Promise<Figures> {
  const { commitment } = await service.data(
    `query ($id: ID!, $asOf: AsOfInput) { commitment(id: $id, asOf: $asOf) { utilization { ${NAMES.map((name) => `${name} { value status }`).join(' ')} intervalsEnded intervalsTotal } } }`,
    { id, asOf },
  );
  const { intervalsEnded, intervalsTotal, ...named } = commitment.utilization as Record<string, { value: string | null } | null> & {
    intervalsEnded: number | null;
    intervalsTotal: number | null;
  };
  return { ...Object.fromEntries(Object.entries(named).map(([name, figure]) => [name, figure?.value ?? null])), intervalsEnded, intervalsTotal };
}

describe.each(STORES)('worked examples on the $name', (each) => {
  beforeAll(() => {
    kind = each;
  });

  it('1, without the floor: 1,200 a year, drawn 48, 120, 60: U 19 %, shortfall at the end 972', async () => {
    const id = await make('A', { schedule: year('2025-04-01', '2026-04-01', '1200') });
    await deliver([
      { cost: '48', start: '2025-04-01T00:00:00Z' },
      { cost: '120', start: '2025-05-01T00:00:00Z' },
      { cost: '60', start: '2025-06-01T00:00:00Z' },
    ]);
    expect(await figures(id, { effective: '2025-06-01T00:00:00Z' })).toMatchObject({ drawn: '168', remaining: '1032' });
    expect(await figures(id, { effective: '2026-03-31T23:59:59Z' })).toMatchObject({ drawn: '228', utilization: '0.19', remaining: '972' });
    const { commitment } = await service.data(
      'query ($id: ID!) { commitment(id: $id) { lifecycle utilization { period } periods { id utilization { projectedShortfall { value status } utilization { value } elapsed { value } requiredRate { value reasons { code } } } } } }',
      { id },
    );
    expect(commitment).toMatchObject({ lifecycle: 'Expired', utilization: null });
    expect(commitment.periods[0].utilization).toEqual({
      projectedShortfall: { value: '972', status: 'EXACT' },
      utilization: { value: '0.19' },
      elapsed: { value: '1' },
      requiredRate: { value: null, reasons: [{ code: 'UNDEFINED' }] },
    });
  });

  it('2: USD 1/h Continuous, 0.75 used in an hour: U 75 %, 0.25 expires; 2025 has 8,760 h, 2024 8,784 h', async () => {
    const continuous = { model: 'Continuous', interval: { unit: 'hour', count: 1 } };
    const id = await make('A', { ...continuous, schedule: year('2025-01-01', '2026-01-01', '1') });
    const leap = await make('L', { ...continuous, priority: 200, schedule: year('2024-01-01', '2025-01-01', '1') });
    await deliver([{ cost: '0.75', start: '2025-01-01T00:00:00Z' }]);
    expect(await figures(id, { effective: '2025-01-01T01:00:00Z' })).toMatchObject({
      committed: '1',
      used: '0.75',
      expired: '0.25',
      utilization: '0.75',
      intervalsEnded: 1,
      intervalsTotal: 8760,
      pace: null,
      forecast: null,
      requiredRate: null,
    });
    expect(await figures(id, { effective: '2025-01-01T00:59:59Z' })).toMatchObject({
      committed: '0',
      used: '0',
      utilization: null,
      intervalsEnded: 0,
    });
    expect(await figures(leap, { effective: '2024-12-31T23:59:59Z' })).toMatchObject({ intervalsTotal: 8784, intervalsEnded: 8783, expired: '8783' });
  });

  it('4: USD 36.5M over 2025, D = 8M at 2025-04-11', async () => {
    const id = await make('A', { schedule: year('2025-01-01', '2026-01-01', '36500000') });
    await deliver([
      { cost: '5000000', start: '2025-01-15T00:00:00Z' },
      { cost: '3000000', start: '2025-04-10T23:00:00Z', end: '2025-04-11T00:00:00Z' },
      { cost: '99', start: '2025-04-11T00:00:00Z' },
    ]);
    expect(await figures(id, { effective: '2025-04-11T00:00:00Z' })).toMatchObject({
      elapsed: '0.273972602739726027',
      utilization: '0.219178082191780822',
      pace: '0.8',
      forecast: '29200000',
      projectedShortfall: '7300000',
      requiredRate: '107547.169811320754716981',
      remaining: '28500000',
      overage: '0',
    });
  });

  it('5: a correction in billing period June, recorded 5 July: May as recorded by 1 July is 0, by 6 July 1,500', async () => {
    const id = await make('A', {
      schedule: { tranches: [{ id: 'may', start: { at: '2025-05-01T00:00:00Z' }, end: { at: '2025-06-01T00:00:00Z' }, amount: { value: '1500' } }] },
    });
    const hours = await make('H', {
      currency: null,
      category: 'Usage',
      unit: 'Hours',
      priority: 5,
      schedule: { tranches: [{ id: 'may', start: { at: '2025-05-01T00:00:00Z' }, end: { at: '2025-06-01T00:00:00Z' }, amount: { value: '1000' } }] },
    });
    service.clock.set(parseInstant('2026-07-05'));
    await deliver([{ cost: '1500', start: '2025-05-10T00:00:00Z', billingPeriod: '2025-06-01', quantity: '1000' }]);
    const may = { effective: '2025-05-31T23:59:59Z' };
    expect(await figures(id, { ...may, recorded: '2026-07-01T00:00:00Z' })).toMatchObject({ drawn: '0' });
    expect(await figures(id, { ...may, recorded: '2026-07-06T00:00:00Z' })).toMatchObject({ drawn: '1500', utilization: '1' });
    expect(await figures(hours, { ...may, recorded: '2026-07-01T00:00:00Z' })).toMatchObject({ drawn: '0' });
    expect(await figures(hours, { ...may, recorded: '2026-07-06T00:00:00Z' })).toMatchObject({ drawn: '1000', remaining: '0' });
  });

  it('7 and 8: a reversal moves nothing else; a row of 100 delivered again as 90 leaves A 90, B 0', async () => {
    const a = await make('A', { priority: 1, schedule: year('2025-01-01', '2026-01-01', '100') });
    const b = await make('B', { priority: 2, schedule: year('2025-01-01', '2026-01-01', '1000') });
    const drawn = async () => [
      (await figures(a, { effective: '2025-12-31T00:00:00Z' }))['drawn'],
      (await figures(b, { effective: '2025-12-31T00:00:00Z' }))['drawn'],
    ];
    const x = { cost: '100', start: '2025-02-01T00:00:00Z' };
    const y = { cost: '50', start: '2025-02-02T00:00:00Z' };
    await deliver([x, y]);
    expect(await drawn()).toEqual(['100', '50']);
    await deliver([y]);
    expect(await drawn()).toEqual(['0', '50']);
    await deliver([x]);
    expect(await drawn()).toEqual(['100', '0']);
    await deliver([{ ...x, cost: '90' }]);
    expect(await drawn()).toEqual(['90', '0']);
  });
});
