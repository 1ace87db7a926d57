import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestService, testService } from '../support/graphql-service.js';

// What a commitment's terms are, as they were given and as they are in force, and how commitments are found by them.
const RESULT = '__typename ... on CommandAccepted { id revision token repeated } ... on CommandRejected { code message }';
let service: TestService;
let contract: string;
let provider: string;

// eslint-disable-next-line @typescript-eslint/no-explicit-any
async function run(name: string, input: Record<string, unknown>): Promise<any> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const result = (await service.data(`mutation ($input: ${type}!) { ${name}(input: $input) { ${RESULT} } }`, { input }))[name];
  expect(result).toMatchObject({ __typename: 'CommandAccepted' });
  return result;
}
const on = (day: string) => ({ at: `${day}T00:00:00Z` });
const make = async (name: string, terms: Record<string, unknown> = {}, input: Record<string, unknown> = {}): Promise<string> =>
  (
    await run('makeCommitment', {
      idempotencyKey: name,
      contract,
      provider,
      effectiveAt: on('2025-01-01'),
      terms: {
        name,
        currency: 'USD',
        schedule: { tranches: [{ id: '2025', start: on('2025-01-01'), end: on('2026-01-01'), amount: { value: '100' } }] },
        ...terms,
      },
      ...input,
    })
  ).id;
const names = async (filter: string): Promise<string[]> =>
  (await service.data(`{ commitments(filter: ${filter}, asOf: { effective: "2025-06-01T00:00:00Z" }) { nodes { name } } }`)).commitments.nodes.map(
    ({ name }: { name: string }) => name,
  );

beforeAll(async () => {
  service = await testService({ now: '2025-06-01T00:00:00Z' });
  provider = (await run('registerParty', { idempotencyKey: 'p', name: 'Cloud' })).id;
  const buyer = (await run('registerParty', { idempotencyKey: 'b', name: 'Lab' })).id;
  const parties = [
    { party: provider, role: 'provider' },
    { party: buyer, role: 'buyer' },
  ];
  contract = (await run('signContract', { idempotencyKey: 'k', effectiveAt: on('2025-01-01'), terms: { name: 'K', parties } })).id;
});
afterAll(() => service.close());

describe('a commitment', () => {
  it('tells the rules by which charges draw on it, as in force at the instant asked for', async () => {
    const rules = {
      eligibility: {
        inclusions: [{ provider: ['Cloud'], chargeCategory: ['Usage', 'Tax'], tags: [{ key: 'team', values: ['research'] }] }],
        exclusions: [{ sku: ['x1'] }],
      },
      purchaseRows: [{ service: ['Plans'] }],
      feeRows: [{ service: ['Fees'] }],
      marketplace: { share: '0.25', rows: [{ publisher: ['Others'] }] },
      reference: { commitmentDiscountIds: ['cd-1'], contractCommitments: [{ contractId: 'K-1', commitmentId: 'C-1' }] },
      periodDate: 'BillingPeriodStart',
    };
    const id = await make('ruled', rules);
    await run('amendCommitment', {
      idempotencyKey: 'narrowed',
      commitment: id,
      effectiveAt: on('2025-06-01'),
      reason: 'narrowed',
      changes: { eligibility: { unknown: 'annex missing' } },
    });
    const clause = 'provider publisher service sku chargeCategory tags { key values }';
    const asked = async (effective: string) =>
      (
        await service.data(
          `query ($id: ID!) { commitment(id: $id, asOf: { effective: "${effective}" }) { periodDate purchaseRows { service } feeRows { service }
             marketplace { share rows { publisher } } reference { commitmentDiscountIds contractCommitments { contractId commitmentId } }
             eligibility { unknown inclusions { ${clause} } exclusions { sku } } } }`,
          { id },
        )
      ).commitment;
    const empty = { publisher: null, service: null, sku: null };
    expect(await asked('2025-05-31T00:00:00Z')).toEqual({
      ...rules,
      eligibility: { unknown: null, exclusions: [{ sku: ['x1'] }], inclusions: [{ ...empty, ...rules.eligibility.inclusions[0] }] },
    });
    expect((await asked('2025-06-01T00:00:00Z')).eligibility).toEqual({ unknown: 'annex missing', inclusions: [], exclusions: [] });
  });

  it('is found by its kind, by the status of its evidence, and apart from what was withdrawn', async () => {
    const invested = await make('invested', {}, { evidence: [{ document: 'a.pdf' }] });
    await run('reclassifyCommitment', { idempotencyKey: 'r', commitment: invested, kind: 'investment', reason: 'it is one' });
    const mistaken = await make('mistaken');
    await run('voidCommitment', { idempotencyKey: 'v', commitment: mistaken, reason: 'entered twice' });
    await make('confirmed', {}, { evidence: [{ document: 'b.pdf', status: 'CONFIRMED' }] });
    expect(await names('{ kind: [investment] }')).toEqual(['invested']);
    expect(await names('{ evidence: [CONFIRMED] }')).toEqual(['confirmed']);
    expect(await names('{ evidence: [REPORTED, CONFIRMED], kind: [commitment] }')).toEqual(['confirmed']);
    expect(await names('{ voided: true }')).toEqual(['mistaken']);
    expect(await names('{ voided: false }')).toEqual(['ruled', 'invested', 'confirmed']);
    expect(await names('{ lifecycle: [Proposed, Pending, Active] }')).toEqual(['ruled', 'invested', 'confirmed']);
    const { node } = await service.data('query ($id: ID!) { node(id: $id) { ... on Commitment { voided lifecycle utilization { period } } } }', {
      id: mistaken,
    });
    expect(node).toEqual({ voided: true, lifecycle: null, utilization: null });
  });

  it('that a condition cannot decide is in no total, and is counted', async () => {
    await make('vague', { schedule: { unknown: 'redacted' } });
    const totals = async (filter: string) =>
      (
        await service.data(
          `{ utilizationTotals(groupBy: [], filter: ${filter}, asOf: { effective: "2025-06-01T00:00:00Z" }) { undecided totals { unit commitments committed { value } } } }`,
        )
      ).utilizationTotals;
    expect(await totals('{ remaining: { gte: "1" } }')).toEqual({
      undecided: 1,
      totals: [{ unit: 'USD', commitments: 2, committed: { value: '200' } }],
    });
    expect(await totals('{ remaining: { gte: "1" }, undecided: true }')).toMatchObject({
      undecided: 1,
      totals: [{ commitments: 1, committed: { value: null } }],
    });
  });

  it('is nested only where the parent counts the same and is not nested in it; an answer once given stands', async () => {
    const amend = (commitment: string, key: string, changes: Record<string, unknown>) => ({
      idempotencyKey: key,
      commitment,
      effectiveAt: on('2025-01-01'),
      reason: 'r',
      changes,
    });
    const refused = async (input: Record<string, unknown>): Promise<string> =>
      (await service.data(`mutation ($input: AmendCommitmentInput!) { amendCommitment(input: $input) { ${RESULT} } }`, { input })).amendCommitment
        .code;
    const root = await make('root');
    const leaf = await make('leaf', { parent: root });
    expect(await refused(amend(root, 'round', { parent: leaf }))).toBe('PARENT_CYCLE');
    const alone = await make('alone', { costColumn: 'EffectiveCost' });
    expect(await refused(amend(alone, 'apart', { parent: root }))).toBe('PARENT_MEASURE_DIFFERS');
    const joined = amend(alone, 'joined', { parent: root, costColumn: 'BilledCost' });
    const { token } = await run('amendCommitment', joined);
    await run('amendCommitment', amend(root, 'moved', { costColumn: 'EffectiveCost' }));
    // What was accepted under the old measure of the parent is answered as it was, and a key that stands for it for nothing else.
    expect(await make('leaf', { parent: root })).toBe(leaf);
    expect((await run('amendCommitment', joined)).id).toBe(alone);
    expect(await refused({ ...joined, reason: 'another' })).toBe('IDEMPOTENCY_KEY_REUSED');
    const items = [amend(root, 'again', { parent: leaf }), amend(leaf, 'named', { name: 'new' }), joined];
    const bulk = `mutation ($input: AmendCommitmentsInput!) { amendCommitments(input: $input) { ${RESULT} } }`;
    expect((await service.data(bulk, { input: { items } })).amendCommitments).toMatchObject([
      { code: 'PARENT_MEASURE_DIFFERS' },
      { id: leaf },
      { id: alone },
    ]);
    // Of one commitment in the order in which they stand, as their expected revisions say.
    const ordered = [
      { ...amend(alone, 'first', { parent: null, costColumn: 'ListCost' }), expectedRevision: 1 },
      { ...amend(alone, 'second', { name: 'alone' }), expectedRevision: 2 },
      { ...amend(alone, 'third', { parent: root, costColumn: 'EffectiveCost' }), expectedRevision: 3 },
    ];
    expect((await service.data(bulk, { input: { items: ordered } })).amendCommitments).toMatchObject([
      { revision: 2 },
      { revision: 3 },
      { revision: 4 },
    ]);
    // Nor does it leave its parent's measure alone.
    const own = await make('own', { parent: root, costColumn: 'EffectiveCost' });
    expect(await refused(amend(own, 'apart alone', { costColumn: 'ListCost' }))).toBe('PARENT_MEASURE_DIFFERS');
    await run('amendCommitment', amend(own, 'apart out', { costColumn: 'ListCost', parent: null }));
    const query = `query ($id: ID!, $token: String) { commitment(id: $id, atLeast: $token) { parent { name } history { nodes { type } } } }`;
    const { commitment } = await service.data(query, { id: alone, token });
    expect([commitment.parent.name, commitment.history.nodes.length]).toEqual(['root', 5]);
  });

  it('an amendment that names a part of the measure has its answer for ever, also after the commitment came to count something else', async () => {
    const id = await make('counted');
    const amend = (key: string, changes: Record<string, unknown>) => ({
      idempotencyKey: key,
      commitment: id,
      effectiveAt: on('2025-01-01'),
      reason: 'r',
      changes,
    });
    const answer = async (input: Record<string, unknown>) =>
      (await service.data(`mutation ($input: AmendCommitmentInput!) { amendCommitment(input: $input) { ${RESULT} } }`, { input })).amendCommitment;
    const part = amend('part', { costColumn: 'ListCost' });
    await run('amendCommitment', part);
    await run('amendCommitment', amend('usage', { category: 'Usage', unit: 'GPU-Hours' }));
    expect(await answer(part)).toMatchObject({ id, repeated: true });
    expect(await answer({ ...part, idempotencyKey: 'part again' })).toMatchObject({ code: 'MEASURE_INCOMPLETE' });
    const { token } = await answer(amend('column', { quantityColumn: 'PricingQuantity' }));
    const query = `query ($id: ID!, $token: String) { commitment(id: $id, atLeast: $token) { category column unit } }`;
    expect((await service.data(query, { id, token })).commitment).toEqual({ category: 'Usage', column: 'PricingQuantity', unit: 'GPU-Hours' });
  });
});
