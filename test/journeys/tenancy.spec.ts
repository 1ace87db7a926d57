import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestService, testService } from '../support/graphql-service.js';

let service: TestService;
const ids: Record<string, string> = {};

beforeAll(async () => {
  service = await testService({ now: '2025-06-01' });
  const accept = '... on CommandAccepted { id token } ... on CommandRejected { code }';
  const run = async (name: string, input: string, value: object): Promise<{ id: string; token: string }> =>
    (await service.data(`mutation ($input: ${input}!) { ${name}(input: $input) { ${accept} } }`, { input: value }))[name];
  const provider = await run('registerParty', 'RegisterPartyInput', { idempotencyKey: 'a', name: 'AWS' });
  const buyer = await run('registerParty', 'RegisterPartyInput', { idempotencyKey: 'b', name: 'Lab' });
  const terms = {
    name: 'Agreement',
    parties: [
      { party: provider.id, role: 'provider' },
      { party: buyer.id, role: 'buyer' },
    ],
  };
  const contract = await run('signContract', 'SignContractInput', { idempotencyKey: 'c', effectiveAt: { at: '2025-01-01T00:00:00Z' }, terms });
  const schedule = { recurring: { start: '2025-01-01T00:00:00Z', every: { unit: 'year' }, amounts: [{ value: '100' }] } };
  const input = {
    idempotencyKey: 'd',
    contract: contract.id,
    provider: provider.id,
    effectiveAt: { at: '2025-01-01T00:00:00Z' },
    terms: { name: 'C', currency: 'USD', schedule },
  };
  const made = await run('makeCommitment', 'MakeCommitmentInput', input);
  await run('makeCommitment', 'MakeCommitmentInput', { ...input, idempotencyKey: 'e' });
  Object.assign(ids, { Party: provider.id, Contract: contract.id, Commitment: made.id, token: made.token });
});
afterAll(() => service.close());

const codeOf = async (query: string, variables: object): Promise<unknown> =>
  (await service.ask(query, { ...variables }, 'two')).errors?.[0]?.extensions['code'];

it('shows another organization nothing: lists, counts, nodes, ids', async () => {
  const query =
    '{ commitments { nodes { id } undecided pageInfo { hasNextPage } } contracts { nodes { id } } parties { nodes { id } } charges { nodes { id } } utilizationTotals { totals { unit } } }';
  expect(await service.data(query, {}, 'two')).toEqual({
    commitments: { nodes: [], undecided: 0, pageInfo: { hasNextPage: false } },
    contracts: { nodes: [] },
    parties: { nodes: [] },
    charges: { nodes: [] },
    utilizationTotals: { totals: [] },
  });
  for (const type of ['Party', 'Contract', 'Commitment'])
    expect(await service.data('query ($id: ID!) { node(id: $id) { id } }', { id: ids[type] }, 'two')).toEqual({ node: null });
  expect(await service.data('query ($id: ID!) { commitment(id: $id) { id } }', { id: ids['Commitment'] }, 'two')).toEqual({ commitment: null });
});

it('takes no token, cursor or id of another organization', async () => {
  const first = await service.data('{ commitments(first: 1) { pageInfo { endCursor hasNextPage } } }');
  expect(first.commitments.pageInfo.hasNextPage).toBe(true);
  expect(await codeOf('query ($c: String) { commitments(after: $c) { nodes { id } } }', { c: first.commitments.pageInfo.endCursor })).toBe(
    'CURSOR_INVALID',
  );
  const elsewhere = (query: string) => service.ask(query, { c: first.commitments.pageInfo.endCursor });
  for (const query of [
    'query ($c: String) { parties(after: $c) { nodes { id } } }',
    'query ($c: String) { commitments(after: $c, orderBy: PACE) { nodes { id } } }',
    'query ($c: String) { commitments(atLeast: $c) { nodes { id } } }',
  ])
    expect((await elsewhere(query)).errors?.[0]?.extensions['code']).toMatch(/^(CURSOR|TOKEN)_INVALID$/);
  expect(await codeOf('query ($t: String) { commitments(atLeast: $t) { nodes { id } } }', { t: ids['token'] })).toBe('TOKEN_INVALID');
  const amend =
    'mutation ($id: ID!) { amendCommitment(input: { idempotencyKey: "x", commitment: $id, reason: "r", effectiveAt: { at: "2025-02-01T00:00:00Z" }, changes: { name: "mine" } }) { ... on CommandRejected { code } } }';
  expect(await service.data(amend, { id: ids['Commitment'] }, 'two')).toEqual({ amendCommitment: { code: 'ID_INVALID' } });
});

it('keeps keys apart: the same idempotency key in another organization is another key', async () => {
  const { registerParty } = await service.data(
    'mutation { registerParty(input: { idempotencyKey: "a", name: "Other" }) { __typename ... on CommandAccepted { id repeated } } }',
    {},
    'two',
  );
  expect(registerParty).toMatchObject({ __typename: 'CommandAccepted', repeated: false });
  expect(registerParty.id).not.toBe(ids['Party']);
});

it('gives position tokens that cannot be compared', async () => {
  const read = async () => (await service.data('{ ledger { position } }')).ledger.position as string;
  expect(await read()).not.toBe(await read());
});

it('lets a reader read and record nothing', async () => {
  expect((await service.ask('{ commitments { nodes { name } } }', {}, 'reader')).data).toMatchObject({
    commitments: { nodes: [{ name: 'C' }, { name: 'C' }] },
  });
  expect(
    (await service.ask('mutation { registerParty(input: { idempotencyKey: "z", name: "N" }) { __typename } }', {}, 'reader')).errors?.[0]?.extensions[
      'code'
    ],
  ).toBe('FORBIDDEN');
});
