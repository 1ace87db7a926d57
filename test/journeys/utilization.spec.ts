import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestService, testService } from '../support/graphql-service.js';

const ACCEPT = `__typename ... on CommandAccepted { id revision token repeated warnings } ... on CommandRejected { code message facts { name value } }`;
let service: TestService;
let contract: string;
let provider: string;

beforeAll(async () => {
  service = await testService({ now: '2025-04-11T00:00:00Z' });
  const party = (key: string, name: string) =>
    service.data(`mutation ($input: RegisterPartyInput!) { registerParty(input: $input) { ${ACCEPT} } }`, {
      input: { idempotencyKey: key, name, names: [], roles: ['provider'] },
    });
  provider = (await party('p1', 'AWS')).registerParty.id;
  const buyer = (await party('p2', 'Lab')).registerParty.id;
  const signed = await service.data(`mutation ($input: SignContractInput!) { signContract(input: $input) { ${ACCEPT} } }`, {
    input: {
      idempotencyKey: 'c1',
      effectiveAt: { at: '2025-01-01T00:00:00Z' },
      terms: {
        name: 'Agreement',
        parties: [
          { party: provider, role: 'provider' },
          { party: buyer, role: 'buyer' },
        ],
      },
    },
  });
  contract = signed.signContract.id;
});
afterAll(() => service.close());

const MAKE = `mutation ($input: MakeCommitmentInput!) { makeCommitment(input: $input) { ${ACCEPT} } }`;
const make = async (key: string, terms: Record<string, unknown>) =>
  (
    await service.data(MAKE, {
      input: {
        idempotencyKey: key,
        contract,
        provider,
        effectiveAt: { at: '2025-01-01T00:00:00Z' },
        terms: { name: key, currency: 'USD', ...terms },
      },
    })
  ).makeCommitment;

const FIGURE = '{ value known status reasons { code } }';
const FIGURES = `utilization { period committed ${FIGURE} drawn ${FIGURE} remaining ${FIGURE} overage ${FIGURE} utilization ${FIGURE} elapsed ${FIGURE} pace ${FIGURE} forecast ${FIGURE} projectedShortfall ${FIGURE} requiredRate ${FIGURE} }`;

describe('over GraphQL', () => {
  it('answers figures of a commitment without charges', async () => {
    const made = await make('plain', {
      schedule: {
        tranches: [{ id: '2025', start: { at: '2025-01-01T00:00:00Z' }, end: { at: '2026-01-01T00:00:00Z' }, amount: { value: '36500000' } }],
      },
    });
    expect(made).toMatchObject({ __typename: 'CommandAccepted', revision: 0, repeated: false });
    const { commitment } = await service.data(
      `query ($id: ID!, $token: String) { commitment(id: $id, atLeast: $token) { name number unit column lifecycle provider { name } contract { name } ${FIGURES} answeredAt { effective recorded position lag } } }`,
      { id: made.id, token: made.token },
    );
    expect(commitment).toMatchObject({
      name: 'plain',
      number: 1,
      unit: 'USD',
      column: 'BilledCost',
      lifecycle: 'Active',
      provider: { name: 'AWS' },
      contract: { name: 'Agreement' },
    });
    expect(commitment.utilization.committed).toEqual({ value: '36500000', known: '36500000', status: 'EXACT', reasons: [] });
    expect(commitment.utilization.elapsed.value).toBe('0.273972602739726027');
    expect(commitment.utilization.projectedShortfall.value).toBe('36500000');
    expect(
      await make('plain', {
        schedule: {
          tranches: [{ id: '2025', start: { at: '2025-01-01T00:00:00Z' }, end: { at: '2026-01-01T00:00:00Z' }, amount: { value: '36500000' } }],
        },
      }),
    ).toMatchObject({ repeated: true, id: made.id });
    expect(await make('plain', { schedule: { unknown: 'other' } })).toMatchObject({ __typename: 'CommandRejected', code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('says of what is not known why, in the words recorded, and names the commitment by an id that can be read', async () => {
    const year = { id: '2025', start: { at: '2025-01-01T00:00:00Z' }, end: { at: '2026-01-01T00:00:00Z' } };
    const redacted = await make('redacted', { schedule: { tranches: [{ ...year, amount: { unknown: 'redacted in the copy', atLeast: '10' } }] } });
    const unscheduled = await make('unscheduled', { schedule: { unknown: 'not disclosed' } });
    const read = async (id: string, token: string) =>
      (
        await service.data(
          'query ($id: ID!, $token: String) { commitment(id: $id, atLeast: $token) { periods { amount { value unknown atLeast } } utilization { committed { status reasons { code entity } } } } }',
          { id, token },
        )
      ).commitment;
    const known = await read(redacted.id, redacted.token);
    expect(known.periods).toEqual([{ amount: { value: null, unknown: 'redacted in the copy', atLeast: '10' } }]);
    expect(known.utilization.committed).toEqual({ status: 'INDETERMINATE', reasons: [{ code: 'AMOUNT_UNKNOWN', entity: redacted.id }] });
    expect((await read(unscheduled.id, unscheduled.token)).periods).toEqual([{ amount: { value: null, unknown: 'not disclosed', atLeast: '0' } }]);
    const { node } = await service.data('query ($id: ID!) { node(id: $id) { ... on Commitment { name } } }', {
      id: known.utilization.committed.reasons[0].entity,
    });
    expect(node).toEqual({ name: 'redacted' });
  });

  it('names the commitment also where the date of an amendment leaves its terms open', async () => {
    const schedule = (value: string) => ({
      tranches: [{ id: '2025', start: { at: '2025-01-01T00:00:00Z' }, end: { at: '2026-01-01T00:00:00Z' }, amount: { value } }],
    });
    const made = await make('undated', { schedule: schedule('100') });
    const input = {
      idempotencyKey: 'undated-amended',
      commitment: made.id,
      effectiveAt: { notBefore: '2025-02-01T00:00:00Z', notAfter: '2025-06-01T00:00:00Z', wording: 'in the first half' },
      reason: 'raised',
      changes: { schedule: schedule('200') },
    };
    const amend = `mutation ($input: AmendCommitmentInput!) { amendCommitment(input: $input) { ${ACCEPT} } }`;
    const { token } = (await service.data(amend, { input })).amendCommitment;
    const { commitment, utilizationTotals } = await service.data(
      `query ($id: ID!, $token: String) {
         commitment(id: $id, atLeast: $token) { utilization { committed { status reasons { code entity } } } }
         utilizationTotals(groupBy: []) { totals { committed { reasons { code entity } } } } }`,
      { id: made.id, token },
    );
    const reason = { code: 'TERMS_UNCERTAIN', entity: made.id };
    expect(commitment.utilization.committed.status).toBe('INDETERMINATE');
    expect(commitment.utilization.committed.reasons).toContainEqual(reason);
    expect(utilizationTotals.totals[0].committed.reasons).toContainEqual(reason);
    expect(commitment.utilization.committed.reasons.every(({ entity }: { entity: string | null }) => entity === made.id)).toBe(true);
  });
});
