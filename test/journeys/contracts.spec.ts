import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestService, testService } from '../support/graphql-service.js';

// Contracts over GraphQL, from the signing to the end, and what each past moment says of them.
const RESULT = '__typename ... on CommandAccepted { id revision token repeated } ... on CommandRejected { code facts { name value } }';
let service: TestService;
let contract: string;
let parties: { party: string; role: string }[];

// eslint-disable-next-line @typescript-eslint/no-explicit-any
async function run(name: string, input: Record<string, unknown>): Promise<any> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return (await service.data(`mutation ($input: ${type}!) { ${name}(input: $input) { ${RESULT} } }`, { input }))[name];
}
const on = (day: string) => ({ at: `${day}T00:00:00Z` });
const asked = async (fields: string, asOf: Record<string, string> = {}) =>
  (
    await service.data(`query ($id: ID!, $asOf: AsOfInput) { contract(id: $id, asOf: $asOf) { ${fields} } }`, {
      id: contract,
      asOf: { effective: '2026-01-01T00:00:00Z', ...asOf },
    })
  ).contract;

beforeAll(async () => {
  service = await testService({ now: '2025-01-02T00:00:00Z' });
  const party = async (name: string) => (await run('registerParty', { idempotencyKey: name, name })).id as string;
  parties = [
    { party: await party('Lab'), role: 'buyer' },
    { party: await party('Cloud'), role: 'provider' },
  ];
});
afterAll(() => service.close());

describe('a contract', () => {
  it('is signed with its parties, terms and evidence', async () => {
    const signed = await run('signContract', {
      idempotencyKey: 'sign',
      effectiveAt: { notBefore: '2024-12-01T00:00:00Z', notAfter: '2024-12-31T00:00:00Z', wording: 'in December' },
      evidence: [{ document: 'K.pdf', status: 'CONFIRMED' }],
      onBehalfOf: 'cfo-1',
      terms: {
        name: 'Agreement',
        reference: 'K-1',
        zone: 'America/Los_Angeles',
        parties,
        term: { start: on('2025-01-01'), end: on('2026-01-01') },
        renewal: { kind: 'option', months: 12, noticeDays: 90 },
        earlyTermination: { kind: 'share', share: '0.5' },
      },
    });
    expect(signed).toMatchObject({ __typename: 'CommandAccepted', revision: 0, repeated: false });
    contract = signed.id;
    expect(
      await asked(
        'number name reference zone renewal { kind months noticeDays } earlyTermination { kind share } effectiveAt { wording } evidence { document status } parties { role party { name } }',
      ),
    ).toEqual({
      number: 1,
      name: 'Agreement',
      reference: 'K-1',
      zone: 'America/Los_Angeles',
      renewal: { kind: 'option', months: 12, noticeDays: 90 },
      earlyTermination: { kind: 'share', share: '0.5' },
      effectiveAt: { wording: 'in December' },
      evidence: [{ document: 'K.pdf', status: 'CONFIRMED' }],
      parties: [
        { role: 'buyer', party: { name: 'Lab' } },
        { role: 'provider', party: { name: 'Cloud' } },
      ],
    });
  });

  it('is amended from a date on, against the revision that was read', async () => {
    service.clock.advance(86_400_000);
    const amendment = { contract, effectiveAt: on('2025-06-01'), reason: 'renamed', expectedRevision: 0, changes: { name: 'Agreement 2' } };
    expect(await run('amendContract', { idempotencyKey: 'amend', ...amendment })).toMatchObject({ revision: 1 });
    expect(await run('amendContract', { idempotencyKey: 'stale', ...amendment })).toMatchObject({ code: 'REVISION_CONFLICT' });
  });

  it('is renewed and terminated, and takes nothing after that', async () => {
    const renewal = { contract, effectiveAt: on('2025-10-01'), reason: 'option drawn' };
    expect(await run('renewContract', { idempotencyKey: 'early', ...renewal, until: on('2025-12-01') })).toMatchObject({
      code: 'CONTRACT_RENEWAL_NOT_LATER',
    });
    expect(await run('renewContract', { idempotencyKey: 'renew', ...renewal, until: on('2027-01-01') })).toMatchObject({ revision: 2 });
    const end = { contract, effectiveAt: on('2026-06-01'), reason: 'ended' };
    expect(await run('terminateContract', { idempotencyKey: 'end', ...end })).toMatchObject({ revision: 3 });
    expect(await run('terminateContract', { idempotencyKey: 'again', ...end })).toEqual({
      __typename: 'CommandRejected',
      code: 'CONTRACT_TERMINATED',
      facts: [{ name: 'contractId', value: contract }],
    });
  });

  it('shows on each axis the terms of that moment', async () => {
    const fields = 'name term { end { notBefore } } terminatedAt { notBefore }';
    const then = (effective: string, recorded?: string) => asked(fields, { effective, ...(recorded ? { recorded } : {}) });
    const ended = { terminatedAt: { notBefore: '2026-06-01T00:00:00Z' } };
    const [first, second] = [{ end: { notBefore: '2026-01-01T00:00:00Z' } }, { end: { notBefore: '2027-01-01T00:00:00Z' } }];
    expect(await then('2025-05-31T23:59:59Z')).toEqual({ name: 'Agreement', term: first, ...ended });
    expect(await then('2025-06-01T00:00:00Z')).toEqual({ name: 'Agreement 2', term: first, ...ended });
    expect(await then('2025-10-01T00:00:00Z')).toEqual({ name: 'Agreement 2', term: second, ...ended });
    expect(await then('2025-10-01T00:00:00Z', '2025-01-02T12:00:00Z')).toEqual({ name: 'Agreement', term: first, terminatedAt: null });
  });

  it('is found by its party, its reference and whether it has ended, at the instant asked for', async () => {
    await run('signContract', { idempotencyKey: 'other', effectiveAt: on('2025-01-01'), terms: { name: 'Other', parties: [...parties].reverse() } });
    const found = async (filter: string, effective = '2026-07-01T00:00:00Z') =>
      (await service.data(`{ contracts(filter: ${filter}, asOf: { effective: "${effective}" }) { nodes { name } } }`)).contracts.nodes;
    expect(await found('{ reference: "K-1" }')).toEqual([{ name: 'Agreement 2' }]);
    expect(await found(`{ party: "${parties[0]?.party}" }`)).toEqual([{ name: 'Agreement 2' }, { name: 'Other' }]);
    expect(await found('{ terminated: true }')).toEqual([{ name: 'Agreement 2' }]);
    expect(await found('{ terminated: false }')).toEqual([{ name: 'Other' }]);
    expect(await found('{ terminated: true }', '2026-05-31T00:00:00Z')).toEqual([]);
    expect((await service.data('{ parties(filter: { name: "Cloud" }) { nodes { number } } }')).parties.nodes).toEqual([{ number: 2 }]);
  });

  it('has a history of its own facts and those of its commitments', async () => {
    await run('makeCommitment', {
      idempotencyKey: 'make',
      contract,
      provider: parties[1]?.party,
      effectiveAt: on('2025-01-01'),
      terms: { name: 'C', currency: 'USD', schedule: { unknown: 'redacted' } },
    });
    const { history } = await asked('history(first: 3) { nodes { fact type reason onBehalfOf } pageInfo { hasNextPage endCursor } }');
    expect(history.nodes).toEqual([
      { fact: 0, type: 'ContractSigned', reason: null, onBehalfOf: 'cfo-1' },
      { fact: 1, type: 'ContractAmended', reason: 'renamed', onBehalfOf: null },
      { fact: 2, type: 'ContractRenewed', reason: 'option drawn', onBehalfOf: null },
    ]);
    const rest = await asked(`history(after: "${history.pageInfo.endCursor}") { nodes { type } pageInfo { hasNextPage } }`);
    expect(rest.history).toEqual({ nodes: [{ type: 'ContractTerminated' }, { type: 'CommitmentMade' }], pageInfo: { hasNextPage: false } });
  });

  // Asked again, a query is answered compiled, and an answer of plain text is sent in another way than these.
  it.each(['Plain', 'Müller', 'naïve ÿ', '雲計算', 'a 😀'])('keeps its name in any script: %s', async (name) => {
    const terms = { name, zone: 'UTC', parties, term: { start: on('2025-01-01'), end: on('2026-01-01') } };
    const { id } = await run('signContract', { idempotencyKey: `sign ${name}`, effectiveAt: on('2025-01-01'), terms });
    for (let time = 0; time < 3; time++)
      expect((await service.data('query ($id: ID!) { contract(id: $id) { name } }', { id })).contract).toEqual({ name });
  });
});
