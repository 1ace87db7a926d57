import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestService, testService } from '../support/graphql-service.js';

let service: TestService;
let contract: string;
let provider: string;
let commitment: string;
const ACCEPT = '__typename ... on CommandAccepted { id } ... on CommandRejected { code message retryable facts { name value } }';
const MAKE = `mutation ($input: MakeCommitmentInput!) { makeCommitment(input: $input) { ${ACCEPT} } }`;
let keys = 0;

beforeAll(async () => {
  service = await testService();
  const party = async (name: string) =>
    (await service.data(`mutation ($n: String!) { registerParty(input: { idempotencyKey: $n, name: $n }) { ${ACCEPT} } }`, { n: name })).registerParty
      .id as string;
  provider = await party('P');
  const parties = [
    { party: provider, role: 'provider' },
    { party: await party('B'), role: 'buyer' },
  ];
  contract = (
    await service.data(`mutation ($input: SignContractInput!) { signContract(input: $input) { ${ACCEPT} } }`, {
      input: { idempotencyKey: 'k', effectiveAt: { at: '2025-01-01T00:00:00Z' }, terms: { name: 'K', parties } },
    })
  ).signContract.id;
  commitment = (await make({})).data.makeCommitment.id;
});
afterAll(() => service.close());

const tranche = (id: string, start: string, end: string, amount: unknown = { value: '100' }) => ({
  id,
  start: { at: `${start}T00:00:00Z` },
  end: { at: `${end}T00:00:00Z` },
  amount,
});
// eslint-disable-next-line @typescript-eslint/no-explicit-any
const make = async (terms: Record<string, unknown>, input: Record<string, unknown> = {}): Promise<any> =>
  service.ask(MAKE, {
    input: {
      idempotencyKey: `m${++keys}`,
      contract,
      provider,
      effectiveAt: { at: '2025-01-01T00:00:00Z' },
      terms: { name: 'C', currency: 'USD', schedule: { tranches: [tranche('a', '2025-01-01', '2026-01-01')] }, ...terms },
      ...input,
    },
  });
const rejection = async (terms: Record<string, unknown>, input?: Record<string, unknown>): Promise<unknown> =>
  (await make(terms, input)).data?.makeCommitment?.code;
const refusal = async (terms: Record<string, unknown>, input?: Record<string, unknown>): Promise<unknown> =>
  (await make(terms, input)).errors?.[0]?.extensions?.code;
const events = async () => (await service.core.store.readAll({ after: null, limit: 10_000 })).events.length;

describe('a command that cannot stand', () => {
  it.each([
    ['NaN', 'NaN'],
    ['1e400', '1e400'],
    ['more than 38 digits', '123456789012345678901'],
    ['more than 18 places', '0.1234567890123456789'],
    ['words', 'a lot'],
  ])('refuses an amount of %s with DECIMAL_MALFORMED', async (_name, value) => {
    expect(await refusal({ schedule: { tranches: [tranche('a', '2025-01-01', '2026-01-01', { value })] } })).toBe('DECIMAL_MALFORMED');
  });

  it('refuses an amount that is a JSON number: it has been a float already', async () => {
    expect(await refusal({ schedule: { tranches: [tranche('a', '2025-01-01', '2026-01-01', { value: 100.5 })] } })).toBe('DECIMAL_MALFORMED');
  });

  it('refuses wrong types, unknown enum values, unknown fields and instants without a zone before anything runs', async () => {
    expect(await refusal({ name: 7 })).toBe('BAD_USER_INPUT');
    expect(await refusal({ model: 'Sometimes' })).toBe('BAD_USER_INPUT');
    expect(await refusal({ colour: 'red' })).toBe('BAD_USER_INPUT');
    expect(await refusal({}, { effectiveAt: { at: '2025-02-30T00:00:00Z' } })).toBe('DATETIME_MALFORMED');
    expect(await refusal({}, { effectiveAt: { at: '2025-02-01 00:00' } })).toBe('DATETIME_MALFORMED');
    expect(await rejection({}, { idempotencyKey: '' })).toBe('INPUT_INVALID');
    expect(await rejection({}, { effectiveAt: { notBefore: '2025-02-02T00:00:00Z', notAfter: '2025-02-01T00:00:00Z' } })).toBe('INPUT_INVALID');
    expect(await rejection({ schedule: { tranches: [tranche('a', '2025-01-01', '2026-01-01', {})] } })).toBe('INPUT_INVALID');
    expect(await rejection({ currency: 'XQZ' })).toBe('CURRENCY_UNKNOWN');
  });

  it('rejects terms that contradict themselves, by rule and by name', async () => {
    expect(await rejection({ schedule: { tranches: [tranche('a', '2026-01-01', '2025-01-01')] } })).toBe('TRANCHE_END_BEFORE_START');
    expect(await rejection({ schedule: { tranches: [tranche('a', '2025-01-01', '2025-08-01'), tranche('b', '2025-07-01', '2026-01-01')] } })).toBe(
      'TRANCHES_OVERLAP',
    );
    expect(await rejection({ schedule: { tranches: [tranche('a', '2025-01-01', '2025-07-01'), tranche('a', '2025-07-01', '2026-01-01')] } })).toBe(
      'TRANCHE_DUPLICATE',
    );
    expect(await rejection({ schedule: { tranches: [tranche('a', '2025-01-01', '2026-01-01', { value: '-1' })] } })).toBe('AMOUNT_NEGATIVE');
    expect(await rejection({ term: { start: { at: '2026-01-01T00:00:00Z' }, end: { at: '2025-01-01T00:00:00Z' } } })).toBe('TERM_END_BEFORE_START');
    expect(await rejection({ prepaid: true })).toBe('PREPAID_NEEDS_COST_COLUMN');
    expect(await rejection({ model: 'Continuous' })).toBe('CONTINUOUS_NEEDS_INTERVAL');
    expect(await rejection({ eligibility: { inclusions: [{}] } })).toBe('CLAUSE_EMPTY');
    expect(await rejection({ category: 'Usage' })).toBe('INPUT_INVALID');
  });

  it('refuses what would be taken silently for something else', async () => {
    const unsaid = { schedule: { tranches: [tranche('a', '2025-01-01', '2026-01-01')] } };
    expect(await rejection(unsaid, { effectiveAt: {} })).toBe('INPUT_INVALID');
    expect(await rejection(unsaid, { effectiveAt: { wording: 'undated' } })).toBeUndefined();
    expect(await rejection({ unit: 'GPU-Hours' })).toBe('INPUT_INVALID');
    expect(await rejection({ category: 'Spend', quantityColumn: 'PricingQuantity' })).toBe('INPUT_INVALID');
    expect(await rejection({ category: 'Usage', currency: null, unit: 'GPU-Hours', costColumn: 'BilledCost' })).toBe('INPUT_INVALID');
    expect(await rejection({ eligibility: { inclusions: [{ chargeCategory: ['usage'] }] } })).toBe('INPUT_INVALID');
    expect(await rejection({ schedule: { tranches: [] } })).toBe('SCHEDULE_EMPTY');
  });

  it('gives each item of a bulk call its own outcome, also where an input is refused', async () => {
    const amend = `mutation ($input: AmendCommitmentsInput!) { amendCommitments(input: $input) { ${ACCEPT} ... on CommandAnswer { idempotencyKey } } }`;
    const item = (idempotencyKey: string, of: string, name = 'Bulk') => ({
      idempotencyKey,
      commitment: of,
      reason: 'r',
      effectiveAt: { at: '2025-02-01T00:00:00Z' },
      changes: { name },
    });
    const other = (await make({})).data.makeCommitment.id as string;
    const items = [
      item('bulk-1', other),
      item('bulk-2', provider),
      { ...item('bulk-3', other), effectiveAt: {} },
      item('bulk-4', other, 'Bulk 4'),
      { ...item('bulk-5', other), reason: '' },
      { ...item('bulk-6', other), effectiveAt: {}, changes: { currency: 'QQQ' } },
      { ...item('bulk-7', other), changes: { currency: 'QQQ' } },
      { ...item('bulk-8', other), changes: { costColumn: 'ListCost' } },
    ];
    expect((await service.data(amend, { input: { items } })).amendCommitments).toMatchObject([
      { __typename: 'CommandAccepted', idempotencyKey: 'bulk-1' },
      { code: 'ID_INVALID', idempotencyKey: 'bulk-2' },
      { code: 'INPUT_INVALID', idempotencyKey: 'bulk-3' },
      { __typename: 'CommandAccepted', idempotencyKey: 'bulk-4' },
      { code: 'INPUT_INVALID', idempotencyKey: 'bulk-5' },
      { code: 'INPUT_INVALID', idempotencyKey: 'bulk-6' },
      { code: 'CURRENCY_UNKNOWN', idempotencyKey: 'bulk-7' },
      { __typename: 'CommandAccepted', idempotencyKey: 'bulk-8' },
    ]);
    const many = Array.from({ length: 101 }, (_, index) => item(`many-${index}`, other));
    const refused = (await service.data(amend, { input: { items: many } })).amendCommitments as { code: string }[];
    expect(refused.map(({ code }) => code)).toEqual(many.map(() => 'INPUT_INVALID'));
    expect((await service.data(amend, { input: { items: [] } })).amendCommitments).toEqual([]);
  });

  it('tells unknown ids, of a wrong kind or of nothing, alike', async () => {
    expect(await rejection({}, { contract: 'nonsense' })).toBe('ID_INVALID');
    expect(await rejection({}, { contract: provider })).toBe('ID_INVALID');
    expect((await service.data('query { node(id: "nonsense") { id } }')).node).toBeNull();
  });

  it('refuses a revision that is not the one expected, and says which it is', async () => {
    const amend = `mutation ($input: AmendCommitmentInput!) { amendCommitment(input: $input) { ${ACCEPT} } }`;
    const input = {
      idempotencyKey: 'rev',
      commitment,
      reason: 'r',
      effectiveAt: { at: '2025-02-01T00:00:00Z' },
      changes: { name: 'N' },
      expectedRevision: 7,
    };
    expect((await service.data(amend, { input })).amendCommitment).toMatchObject({
      code: 'REVISION_CONFLICT',
      retryable: true,
      facts: [
        { name: 'expected', value: '7' },
        { name: 'actual', value: '0' },
      ],
    });
    await service.data(amend, { input: { ...input, idempotencyKey: 'rev-0', expectedRevision: 0 } });
    // That revision is gone for good: the same command can never be accepted.
    expect((await service.data(amend, { input: { ...input, idempotencyKey: 'rev-1', expectedRevision: 0 } })).amendCommitment).toMatchObject({
      code: 'REVISION_CONFLICT',
      retryable: false,
    });
  });

  it('leaves nothing behind', async () => {
    const before = await events();
    await rejection({ prepaid: true });
    await refusal({ name: 7 });
    expect(await events()).toBe(before);
  });
});

describe('a query without bounds', () => {
  it('is refused for its depth before it runs', async () => {
    const nest = (depth: number): string => (depth === 0 ? 'id' : `parent { ${nest(depth - 1)} }`);
    const { errors } = await service.ask(`query { commitments { nodes { ${nest(20)} } } }`);
    expect(errors?.[0]?.extensions['code']).toBe('QUERY_TOO_DEEP');
  });

  it('is refused for its cost, also when a variable brings the size', async () => {
    const query =
      'query ($n: Int!) { contracts(first: $n) { nodes { commitments(first: $n) { nodes { history(first: $n) { nodes { type } } } } } } }';
    expect((await service.ask(query, { n: 100 })).errors?.[0]?.extensions['code']).toBe('QUERY_TOO_COSTLY');
    expect((await service.ask(query, { n: 3 })).errors).toBeUndefined();
    expect((await service.ask('{ commitments(first: 101) { nodes { id } } }')).errors?.[0]?.extensions['code']).toBe('PAGE_TOO_LARGE');
  });

  it('is refused for the buckets of its time series, as wide as they are asked for', async () => {
    const series = (bucket: string, bounds = '') =>
      service.ask(`{ commitments(first: 20) { nodes { series(bucket: ${bucket}${bounds}) { drawn { value } } } } }`);
    const year = ', from: "2025-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z"';
    for (const [bucket, bounds] of [['HOUR'], ['HOUR', year]])
      expect((await series(bucket as string, bounds)).errors?.[0]?.extensions['code']).toBe('QUERY_TOO_COSTLY');
    for (const [bucket, bounds] of [['DAY'], ['DAY', year], ['HOUR', year.replace('2026-01-01', '2025-02-01')]])
      expect((await series(bucket as string, bounds)).errors).toBeUndefined();
  });

  it('says which of its arguments contradict each other', async () => {
    const codeOf = async (query: string) => (await service.ask(query)).errors?.[0]?.extensions['code'];
    const { position } = (await service.data('{ ledger { position } }')).ledger;
    for (const list of ['commitments { undecided }', 'organization { id }'])
      expect(await codeOf(`{ ${list.replace(' ', `(asOf: { position: "${position}", recorded: "2026-01-01T00:00:00Z" }) `)} }`)).toBe(
        'INPUT_INVALID',
      );
    const coverage = (from: string, to: string) => codeOf(`{ coverage(from: "${from}", to: "${to}") { coverages { usage } } }`);
    expect(await coverage('2025-02-01T00:00:00Z', '2025-01-01T00:00:00Z')).toBe('INPUT_INVALID');
    expect(await coverage('2025-01-01T00:30:00Z', '2025-02-01T00:00:00Z')).toBe('INPUT_INVALID');
    expect(await coverage('2025-01-01T00:00:00Z', '2025-02-01T00:00:00Z')).toBeUndefined();
  });

  it('is refused for more than 10,000 buckets', async () => {
    const query =
      'query ($id: ID!) { commitment(id: $id) { series(bucket: HOUR, from: "2020-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z") { start } } }';
    expect((await service.ask(query, { id: commitment })).errors?.[0]?.extensions['code']).toBe('INPUT_INVALID');
  });
});
