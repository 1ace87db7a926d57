import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importUnallocated } from '../support/core.js';
import { type TestService, testService } from '../support/graphql-service.js';
import { charge, HEADER } from '../support/import-journey.js';

// What a total adds up, and what of a Continuous commitment the declared window holds. Charges are 1 hour at midnight, billed by AWS.

const ACCEPT = '__typename ... on CommandAccepted { id } ... on CommandRejected { code message }';

let service: TestService;
let contract: string;
let provider: string;
let count = 0;

const command = async (name: string, type: string, input: Record<string, unknown>): Promise<string> => {
  const { answer } = await service.data(`mutation ($input: ${type}!) { answer: ${name}(input: $input) { ${ACCEPT} } }`, {
    input: { idempotencyKey: `${++count}`, ...input },
  });
  expect(answer).toMatchObject({ __typename: 'CommandAccepted' });
  return answer.id;
};

beforeEach(async () => {
  service = await testService({ now: '2026-06-01' });
  provider = await command('registerParty', 'RegisterPartyInput', { name: 'AWS' });
  const parties = [
    { party: provider, role: 'provider' },
    { party: await command('registerParty', 'RegisterPartyInput', { name: 'Lab' }), role: 'buyer' },
  ];
  contract = await command('signContract', 'SignContractInput', { effectiveAt: { at: '2025-01-01T00:00:00Z' }, terms: { name: 'K', parties } });
});
afterEach(() => service.close());

const schedule = (from: string, to: string, amount: Record<string, string>) => ({
  tranches: [{ id: 'p', start: { at: `${from}T00:00:00Z` }, end: { at: `${to}T00:00:00Z` }, amount }],
});
const make = (name: string, terms: Record<string, unknown>): Promise<string> =>
  command('makeCommitment', 'MakeCommitmentInput', {
    contract,
    provider,
    effectiveAt: { at: '2025-01-01T00:00:00Z' },
    terms: { name, currency: 'USD', ...terms },
  });
function file(...rows: readonly string[]): string {
  const path = join(service.directory, `${++count}.csv`);
  writeFileSync(path, [HEADER, ...rows, ''].join('\n'));
  return path;
}
async function deliver(...rows: readonly string[]): Promise<void> {
  const path = file(...rows);
  const result = await service.core.imports.run({ path, name: 'f', feed: 'aws', caller: { organization: 'one', actor: 'tester' } });
  expect(result).toMatchObject({ summary: { status: 'recorded', scan: { quarantined: 0 } } });
  await service.core.settle();
}
async function total(effective: string): Promise<Record<string, unknown>[]> {
  const { utilizationTotals } = await service.data(
    'query ($asOf: AsOfInput) { utilizationTotals(asOf: $asOf) { totals { commitments committed { value } drawn { value } remaining { value } overage { value } utilization { value } } } }',
    { asOf: { effective } },
  );
  const plain = (figures: Record<string, { value: string } | number>) =>
    Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, typeof figure === 'number' ? figure : figure.value]));
  return (utilizationTotals.totals as Record<string, { value: string } | number>[]).map(plain);
}

it('what waits to be allocated is told: figures are provisional, and coverage says that usage is missing', async () => {
  await make('A', { schedule: schedule('2025-01-01', '2026-01-01', { value: '100' }) });
  await deliver(charge('10', '2025-02-01'));
  const figures = async () => {
    const { commitments, coverage } = await service.data(
      '{ commitments(asOf: { effective: "2025-06-01T00:00:00Z" }) { nodes { utilization { drawn { value status reasons { code } } } } } coverage(from: "2025-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z") { pending coverages { usage coverage { status } } } }',
    );
    return [commitments.nodes[0].utilization.drawn, coverage];
  };
  expect(await figures()).toEqual([
    { value: '10', status: 'EXACT', reasons: [] },
    { pending: false, coverages: [{ usage: '10', coverage: { status: 'EXACT' } }] },
  ]);
  await importUnallocated(service.core, 'one', file(charge('10', '2025-02-01'), charge('5', '2025-02-02')));
  expect(await figures()).toEqual([
    { value: '10', status: 'PROVISIONAL', reasons: [{ code: 'ALLOCATION_PENDING' }] },
    { pending: true, coverages: [{ usage: '10', coverage: { status: 'PROVISIONAL' } }] },
  ]);
});

describe('a total', () => {
  it('adds what remains and what is over of each commitment: what one drew too much is not drawn of another', async () => {
    const only = (service: string) => ({ inclusions: [{ service: [service] }] });
    await make('A', { schedule: schedule('2025-01-01', '2026-01-01', { value: '100' }), eligibility: only('Compute') });
    await make('B', { schedule: schedule('2025-01-01', '2026-01-01', { value: '500' }), eligibility: only('Storage') });
    await deliver(charge('180', '2025-02-01'));
    expect(await total('2025-06-01T00:00:00Z')).toEqual([
      { commitments: 2, committed: '600', drawn: '180', remaining: '500', overage: '80', utilization: '0.3' },
    ]);
  });

  it('takes of a Continuous commitment what it used in time: nothing remains of what expired', async () => {
    const hourly = { model: 'Continuous', interval: { unit: 'hour', count: 1 } };
    await make('H', { ...hourly, schedule: schedule('2025-01-01', '2025-01-02', { value: '1' }) });
    await deliver(charge('3', '2025-01-01'));
    expect(await total('2025-01-01T04:00:00Z')).toEqual([
      { commitments: 1, committed: '4', drawn: '3', remaining: '0', overage: '2', utilization: '0.25' },
    ]);
  });

  it('counts a child where its parent counts nothing: voided, or without a period at that time', async () => {
    const parent = await make('P', { schedule: schedule('2025-01-01', '2025-04-01', { value: '100' }) });
    await make('C', { parent, schedule: schedule('2025-01-01', '2026-01-01', { value: '40' }) });
    await deliver(charge('10', '2025-02-01'));
    expect(await total('2025-03-01T00:00:00Z')).toMatchObject([{ commitments: 1, committed: '100', drawn: '10' }]);
    expect(await total('2025-06-01T00:00:00Z')).toMatchObject([{ commitments: 1, committed: '40', drawn: '10' }]);
    await command('voidCommitment', 'VoidCommitmentInput', { commitment: parent, reason: 'entered twice' });
    await service.core.settle();
    expect(await total('2025-03-01T00:00:00Z')).toMatchObject([{ commitments: 1, committed: '40', drawn: '10' }]);
  });
});

describe('a Continuous commitment', () => {
  const figures = async (id: string, effective: string, forecastWindow: string | null = null) => {
    const names = ['committed', 'drawn', 'used', 'expired', 'overage', 'utilization', 'elapsed', 'projectedShortfall'];
    const { commitment } = await service.data(
      `query ($id: ID!, $asOf: AsOfInput, $w: Duration) { commitment(id: $id, asOf: $asOf, forecastWindow: $w) { utilization { ${names.map((name) => `${name} { value }`).join(' ')} intervalsEnded intervalsTotal } } }`,
      { id, asOf: { effective }, w: forecastWindow },
    );
    const { intervalsEnded, intervalsTotal, ...rest } = commitment.utilization;
    return [...names.map((name) => rest[name].value as string), intervalsEnded, intervalsTotal];
  };

  it('answers for the whole intervals of the declared window; its shortfall is what has expired so far', async () => {
    const daily = { model: 'Continuous', interval: { unit: 'day', count: 1 } };
    const id = await make('D', { ...daily, schedule: schedule('2025-01-01', '2025-01-11', { value: '10' }) });
    await deliver(charge('4', '2025-01-01'), charge('15', '2025-01-03'), charge('7', '2025-01-04'));
    expect(await figures(id, '2025-01-05T12:00:00Z')).toEqual(['40', '26', '21', '19', '5', '0.525', '0.45', '19', 4, 10]);
    // Back to 12:00 on the 2nd, which is therefore not whole in the window.
    expect(await figures(id, '2025-01-05T12:00:00Z', 'P3D')).toEqual(['20', '22', '17', '3', '5', '0.85', '0.45', '19', 2, 10]);
  });

  it('knows nothing of intervals over which a charge lies that are too many to be told apart', async () => {
    const perSecond = { model: 'Continuous', interval: { unit: 'second', count: 1 } };
    const id = await make('S', { ...perSecond, schedule: schedule('2025-01-01', '2025-01-04', { value: '1' }) });
    await deliver('9,acct,USD,2025-01-01T00:00:00Z,Usage,2025-01-02T20:00:00Z,2025-01-01T12:00:00Z,AWS,Compute');
    const minute = async (effective: string) => {
      const { commitment } = await service.data(
        `query ($id: ID!, $asOf: AsOfInput) { commitment(id: $id, asOf: $asOf, forecastWindow: "PT1M") { utilization { ${['drawn', 'used', 'expired', 'projectedShortfall'].map((name) => `${name} { known status reasons { code } }`).join(' ')} } } }`,
        { id, asOf: { effective } },
      );
      return commitment.utilization;
    };
    const exactly = (known: string) => ({ known, status: 'EXACT', reasons: [] });
    const unknown = (known: string) => ({ known, status: 'INDETERMINATE', reasons: [{ code: 'POSTINGS_UNKNOWN' }] });
    expect(await minute('2025-01-01T12:00:00Z')).toEqual({
      drawn: exactly('0'),
      used: exactly('0'),
      expired: exactly('60'),
      projectedShortfall: exactly('43200'),
    });
    // No posting stands in this minute, and the charge lies over it all the same.
    expect(await minute('2025-01-02T15:00:00Z')).toMatchObject({ drawn: unknown('0'), used: unknown('0'), expired: unknown('0') });
    expect(await minute('2025-01-03T00:05:00Z')).toMatchObject({ drawn: exactly('0'), expired: exactly('60'), projectedShortfall: unknown('43500') });
    const { commitment } = await service.data(
      'query ($id: ID!, $asOf: AsOfInput) { commitment(id: $id, asOf: $asOf) { series(bucket: HOUR, from: "2025-01-02T22:00:00Z", to: "2025-01-03T02:00:00Z") { drawn { status } } } }',
      { id, asOf: { effective: '2025-01-04T00:00:00Z' } },
    );
    expect(commitment.series.map(({ drawn }: { drawn: { status: string } }) => drawn.status)).toEqual([
      'INDETERMINATE',
      'INDETERMINATE',
      'EXACT',
      'EXACT',
    ]);
    const { charges } = await service.data('{ charges { nodes { decisions { reason postings { at amount { status reasons { code } } } } } } }');
    const amount = { status: 'INDETERMINATE', reasons: [{ code: 'SPREAD_TOO_FINE' }] };
    expect(charges.nodes).toEqual([
      {
        decisions: [
          {
            reason: 'SPREAD_TOO_FINE',
            postings: [
              { at: '2025-01-01T12:00:00Z', amount },
              { at: '2025-01-02T00:00:00Z', amount },
            ],
          },
        ],
      },
    ]);
  });

  it('has no interval in what the end of the period cuts off', async () => {
    const weekly = { model: 'Continuous', interval: { unit: 'week', count: 1 } };
    const id = await make('W', { ...weekly, schedule: schedule('2025-01-01', '2025-01-11', { value: '10' }) });
    await deliver(charge('4', '2025-01-01'), charge('9', '2025-01-09'));
    const { commitment } = await service.data(
      'query ($id: ID!) { commitment(id: $id) { periods { utilization { committed { value } drawn { value } expired { value } intervalsEnded intervalsTotal } } } }',
      { id },
    );
    expect(commitment.periods).toEqual([
      { utilization: { committed: { value: '10' }, drawn: { value: '4' }, expired: { value: '6' }, intervalsEnded: 1, intervalsTotal: 1 } },
    ]);
  });
});
