import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestService, testService } from '../support/graphql-service.js';

// Evidence is added, confirmed, disputed and withdrawn on both time axes.
const RESULT = '__typename ... on CommandAccepted { id token } ... on CommandRejected { code }';
let service: TestService;
let contract: string;
let provider: string;
let keys = 0;

// eslint-disable-next-line @typescript-eslint/no-explicit-any
async function run(name: string, input: Record<string, unknown>): Promise<any> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const value = { idempotencyKey: `k${++keys}`, ...input };
  return (await service.data(`mutation ($input: ${type}!) { ${name}(input: $input) { ${RESULT} } }`, { input: value }))[name];
}
const on = (day: string) => ({ at: `${day}T00:00:00Z` });

beforeAll(async () => {
  service = await testService({ now: '2026-06-01T00:00:00Z' });
  provider = (await run('registerParty', { name: 'Cloud' })).id;
  const parties = [
    { party: provider, role: 'provider' },
    { party: (await run('registerParty', { name: 'Lab' })).id, role: 'buyer' },
  ];
  contract = (await run('signContract', { effectiveAt: on('2025-01-01'), terms: { name: 'K', parties } })).id;
});
afterAll(() => service.close());

describe('the evidence of a commitment', () => {
  const tranches = [{ id: '2025', start: on('2025-01-01'), end: on('2026-01-01'), amount: { value: '100' } }];
  const make = async (terms: object = {}): Promise<string> =>
    (
      await run('makeCommitment', {
        contract,
        provider,
        effectiveAt: on('2025-01-01'),
        terms: { name: 'C', currency: 'USD', schedule: { tranches }, ...terms },
        evidence: [{ document: 'Press release' }],
      })
    ).id;
  const ask = async (id: string, effective: string, more = '') =>
    (
      await service.data(
        `query ($id: ID!) { commitment(id: $id, asOf: { effective: "${effective}T00:00:00Z"${more} }) {
           disputed evidence { document status } periods { amount { value } }
           utilization { committed { status reasons { code entity } } } } }`,
        { id },
      )
    ).commitment;
  const itemOf = async (id: string): Promise<string> =>
    (await service.data('query ($id: ID!) { commitment(id: $id) { evidence { id } } }', { id })).commitment.evidence[0].id;

  it('is disputed and confirmed from the dates on that the commands give; a query before sees the earlier status', async () => {
    const commitment = await make();
    const evidence = await itemOf(commitment);
    const recorded = `, position: "${(await service.data('{ ledger { position } }')).ledger.position}"`;
    await run('changeCommitmentEvidence', { commitment, evidence, status: 'DISPUTED', reason: 'r', effectiveAt: on('2025-03-01') });
    await run('changeCommitmentEvidence', { commitment, evidence, status: 'CONFIRMED', reason: 'r', effectiveAt: on('2025-06-01') });
    const statusAt = async (day: string, more = '') => {
      const { disputed, evidence: items, utilization } = await ask(commitment, day, more);
      return [disputed, items[0].status, utilization.committed.status];
    };
    // There and back, so that nothing kept from one instant answers for another.
    for (const day of ['2025-02-01', '2025-04-01', '2025-07-01', '2025-04-01', '2025-02-01'])
      expect(await statusAt(day)).toEqual(
        day < '2025-03' ? [false, 'REPORTED', 'EXACT'] : day < '2025-06' ? [true, 'DISPUTED', 'INDETERMINATE'] : [false, 'CONFIRMED', 'EXACT'],
      );
    expect(await statusAt('2025-04-01', recorded)).toEqual([false, 'REPORTED', 'EXACT']);
    const filtered = async (effective: string) =>
      (await service.data(`{ commitments(filter: { evidence: [DISPUTED] }, asOf: { effective: "${effective}T00:00:00Z" }) { nodes { id } } }`))
        .commitments.nodes;
    expect([(await filtered('2025-02-01')).length, (await filtered('2025-04-01')).length]).toEqual([0, 1]);
  });

  it('disputes an ended period from the date of the dispute on', async () => {
    for (const terms of [{}, { model: 'Continuous', interval: { unit: 'month', count: 1 } }]) {
      const commitment = await make(terms);
      const change = { commitment, evidence: await itemOf(commitment), status: 'DISPUTED', reason: 'r', effectiveAt: on('2026-03-01') };
      expect((await run('changeCommitmentEvidence', change)).__typename).toBe('CommandAccepted');
      const committed = async (effective: string) => {
        const query = `query ($id: ID!) { commitment(id: $id, asOf: { effective: "${effective}T00:00:00Z" }) { periods { utilization { committed { status } } } } }`;
        return (await service.data(query, { id: commitment })).commitment.periods[0].utilization.committed.status;
      };
      expect([await committed('2026-02-01'), await committed('2026-04-01')]).toEqual(['EXACT', 'INDETERMINATE']);
    }
  });

  it('is added from a date on, and from always without one', async () => {
    const commitment = await make();
    await run('addCommitmentEvidence', { commitment, evidence: [{ document: 'Agreement' }], effectiveAt: on('2025-05-01') });
    await run('addCommitmentEvidence', { commitment, evidence: [{ document: 'Letter' }] });
    const documents = async (day: string) => (await ask(commitment, day)).evidence.map(({ document }: { document: string }) => document);
    expect(await documents('2025-04-30')).toEqual(['Press release', 'Letter']);
    expect(await documents('2025-05-01')).toEqual(['Press release', 'Agreement', 'Letter']);
  });

  it('stands in the history with the date of each change', async () => {
    const commitment = await make();
    const change = { commitment, evidence: await itemOf(commitment), status: 'WITHDRAWN', reason: 'retracted' };
    await run('changeCommitmentEvidence', { ...change, effectiveAt: { notBefore: '2025-03-01T00:00:00Z', wording: 'in spring' } });
    const { nodes } = (
      await service.data('query ($id: ID!) { commitment(id: $id) { history { nodes { type reason effectiveAt { notBefore wording } } } } }', {
        id: commitment,
      })
    ).commitment.history;
    expect(nodes).toContainEqual({
      type: 'CommitmentEvidenceStatusChanged',
      reason: 'retracted',
      effectiveAt: { notBefore: '2025-03-01T00:00:00Z', wording: 'in spring' },
    });
  });
});

describe('the evidence of a contract', () => {
  it('is added, disputed, confirmed and withdrawn on both axes, as that of a commitment', async () => {
    const read = async (effective: string, more = '') =>
      (
        await service.data(
          `query ($id: ID!) { contract(id: $id, asOf: { effective: "${effective}T00:00:00Z"${more} }) { revision evidence { id document status } } }`,
          { id: contract },
        )
      ).contract;
    await run('addContractEvidence', { contract, evidence: [{ document: 'Letter of intent' }] });
    await run('addContractEvidence', { contract, evidence: [{ document: 'Agreement', status: 'CONFIRMED' }], effectiveAt: on('2025-02-01') });
    const known = `, position: "${(await service.data('{ ledger { position } }')).ledger.position}"`;
    const [letter] = (await read('2025-01-15')).evidence;
    await run('changeContractEvidence', { contract, evidence: letter.id, status: 'DISPUTED', reason: 'denied', effectiveAt: on('2025-03-01') });
    const shown = async (...asked: [string, string?]) =>
      (await read(...asked)).evidence.map(({ document, status }: Record<string, string>) => `${document} ${status}`);
    expect(await shown('2025-01-15')).toEqual(['Letter of intent REPORTED']);
    expect(await shown('2025-02-15')).toEqual(['Letter of intent REPORTED', 'Agreement CONFIRMED']);
    expect(await shown('2025-03-01')).toEqual(['Letter of intent DISPUTED', 'Agreement CONFIRMED']);
    expect(await shown('2025-03-01', known)).toEqual(['Letter of intent REPORTED', 'Agreement CONFIRMED']);
    await run('changeContractEvidence', { contract, evidence: letter.id, status: 'WITHDRAWN', reason: 'superseded' });
    expect(await shown('2025-01-15')).toEqual([]);
    expect((await read('2025-03-01')).revision).toBe(4);
    expect(await run('changeContractEvidence', { contract, evidence: letter.id, status: 'CONFIRMED', reason: 'r' })).toEqual({
      __typename: 'CommandRejected',
      code: 'EVIDENCE_NOT_FOUND',
    });
    expect(await run('addContractEvidence', { contract, fact: 3, evidence: [{ document: 'x' }] })).toMatchObject({ code: 'FACT_NOT_FOUND' });
    const { nodes } = (
      await service.data('query ($id: ID!) { contract(id: $id) { history { nodes { type reason evidence { document } } } } }', { id: contract })
    ).contract.history;
    const types = nodes.map(({ type }: { type: string }) => type);
    expect(types).toEqual(expect.arrayContaining(['ContractSigned', 'ContractEvidenceAdded', 'ContractEvidenceStatusChanged']));
  });
});
