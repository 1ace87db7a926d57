import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  AmendContract,
  AmendContractHandler,
  Contracts,
  Parties,
  SignContract,
  SignContractHandler,
  TerminateContract,
  TerminateContractHandler,
} from '#contracts';
import { type CommandContext, createDecisions, type EventStore, openEventStore } from '#event-store';
import { exactly, parseInstant, uncertain } from '#kernel';
import { makeCommitment, spendTerms } from '../../../test/support/commitments.js';
import { Commitments } from './commitments.js';
import { MakeCommitment, MakeCommitmentHandler } from './make-commitment.js';
import { Nesting } from './nesting.js';

const context = (key: string): CommandContext => ({ organization: 'o', actor: 'ann', key });
const effectiveAt = exactly(parseInstant('2025-01-01'));
let store: EventStore;

beforeEach(async () => (store = await openEventStore('sqlite::memory:', { ledger: 'l' })));
afterEach(() => store.close());

it('what a command names must be there; a key that stands for another command says so first, and its own answer stands', async () => {
  const decisions = createDecisions({ store, ledger: 'l' });
  const [contracts, parties, commitments] = [new Contracts(decisions, 'l'), new Parties(decisions, 'l'), new Commitments(decisions, 'l')];
  for (const partyId of ['p1', 'p2'])
    await parties.execute(context(partyId), partyId, { type: 'RegisterParty', partyId, name: partyId, names: [], roles: [] }, {});
  const between = (...ids: string[]) => ids.map((partyId, i) => ({ partyId, role: i === 0 ? ('provider' as const) : ('buyer' as const) }));

  const signing = new SignContractHandler(contracts, parties);
  const sign = (key: string, ...ids: string[]) => {
    const renewal = { kind: 'none' as const, months: null, noticeDays: null };
    const earlyTermination = { kind: 'none' as const };
    const terms = { name: 'A', reference: null, parties: between(...ids), term: null, zone: 'UTC', renewal, earlyTermination };
    const command = { type: 'SignContract' as const, contractId: 'k1', effectiveAt, terms, evidence: [] };
    return signing.execute(new SignContract(context(key), 'k1', command, { ids }));
  };
  const unknown = { status: 'rejected', rejection: { code: 'CONTRACT_PARTY_UNKNOWN', partyId: 'p9' } };
  const reused = { status: 'rejected', rejection: { code: 'IDEMPOTENCY_KEY_REUSED' } };
  expect(await sign('sign', 'p1', 'p9')).toEqual(unknown);
  expect(await sign('sign', 'p1', 'p2')).toMatchObject({ status: 'accepted', repeated: false });
  expect(await sign('sign', 'p1', 'p9')).toMatchObject(reused);

  const amending = new AmendContractHandler(contracts, parties);
  const amend = (key: string, ...ids: string[]) => {
    const command = { type: 'AmendContract' as const, effectiveAt, changes: { parties: between(...ids) }, reason: 'r', evidence: [] };
    return amending.execute(new AmendContract(context(key), 'k1', command, { ids }));
  };
  expect(await amend('amend', 'p2', 'p9')).toEqual(unknown);
  expect(await amend('amend', 'p2', 'p1')).toMatchObject({ status: 'accepted' });
  expect(await amend('amend', 'p2', 'p9')).toMatchObject(reused);

  const making = new MakeCommitmentHandler(new Nesting(commitments), commitments, contracts, parties);
  const make = (key: string, names: { contractId?: string; provider?: string } = {}) =>
    making.execute(
      new MakeCommitment(context(key), { ...makeCommitment('c1', spendTerms('100')), ...names, type: 'MakeCommitment' as const }, { ...names }),
    );
  const before = await store.head();
  expect(await make('make', { contractId: 'k9' })).toEqual({ status: 'rejected', rejection: { code: 'CONTRACT_UNKNOWN', contractId: 'k9' } });
  expect(await make('make', { provider: 'p9' })).toEqual({ status: 'rejected', rejection: { code: 'PROVIDER_UNKNOWN', provider: 'p9' } });
  expect(await store.head()).toBe(before);
  expect(await make('make')).toMatchObject({ status: 'accepted', repeated: false });
  expect(await make('make')).toMatchObject({ status: 'accepted', repeated: true });
  expect(await make('make', { contractId: 'k9' })).toMatchObject(reused);

  // It ended some day in June: what was binding before July may have been made under it, and is recorded late.
  const june = uncertain(parseInstant('2025-06-01'), parseInstant('2025-07-01'));
  const ending = { type: 'TerminateContract' as const, effectiveAt: june, reason: 'r', evidence: [] };
  await new TerminateContractHandler(contracts).execute(new TerminateContract(context('end'), 'k1', ending, {}));
  const makeAt = (id: string, from: string) =>
    making.execute(
      new MakeCommitment(context(id), { ...makeCommitment(id, spendTerms('100'), from), type: 'MakeCommitment' as const }, { id, from }),
    );
  expect(await makeAt('c2', '2025-06-30')).toMatchObject({ status: 'accepted' });
  expect(await makeAt('c3', '2025-07-01')).toEqual({ status: 'rejected', rejection: { code: 'CONTRACT_TERMINATED', contractId: 'k1' } });
  expect(await make('make')).toMatchObject({ status: 'accepted', repeated: true });
});
