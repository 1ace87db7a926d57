import { describe, expect, it } from 'vitest';
import { type Evidence, exactly, fold, uncertain } from '#kernel';
import { at, period } from '../../../test/support/commitments.js';
import { type ContractCommand, contractDecider, type ContractEvent, type ContractTerms, type SignedContract } from './contract.js';
import { CONTRACT_REJECTIONS } from './contract-rejections.js';
import { contractEvidenceAt } from './contract-timeline.js';
import { type PartyCommand, partyDecider, type PartyEvent, spellings } from './party.js';

const common = { effectiveAt: exactly(at('2025-01-01')), evidence: [] };
const terms: ContractTerms = {
  name: 'K',
  reference: null,
  parties: [
    { partyId: 'p1', role: 'provider' },
    { partyId: 'p2', role: 'buyer' },
  ],
  term: period('2025-01-01', '2026-01-01'),
  zone: 'UTC',
  renewal: { kind: 'none', months: null, noticeDays: null },
  earlyTermination: { kind: 'none' },
};
const signed: ContractEvent = { type: 'ContractSigned', contractId: 'k1', terms, ...common };
const sign = (changes: Partial<ContractTerms> = {}): ContractCommand => ({
  type: 'SignContract',
  contractId: 'k1',
  terms: { ...terms, ...changes },
  ...common,
});
const amend = (changes: Partial<ContractTerms>): ContractCommand => ({ type: 'AmendContract', changes, reason: 'r', ...common });
const renew = (until: string): ContractCommand => ({ type: 'RenewContract', until: exactly(at(until)), reason: 'r', ...common });
const terminate: ContractCommand = { type: 'TerminateContract', reason: 'r', ...common };
const decide = (command: ContractCommand, ...events: ContractEvent[]) => contractDecider.decide(command, fold(contractDecider, events));
const of = (command: ContractCommand, type: ContractEvent['type']): ContractEvent => ({ ...command, type, contractId: 'k1' }) as ContractEvent;
const terminated = of(terminate, 'ContractTerminated');

const item = (id: string): Evidence => ({ id, document: 'K.pdf', sha256: null, uri: null, quotation: null, status: 'REPORTED' });
const add = (fact: number, id: string): ContractCommand => ({ type: 'AddContractEvidence', fact, evidence: [item(id)] });
const judge = (evidenceId: string, status: 'CONFIRMED' | 'DISPUTED' | 'WITHDRAWN', day?: string): ContractCommand => ({
  type: 'ChangeContractEvidence',
  evidenceId,
  status,
  reason: 'r',
  ...(day === undefined ? {} : { effectiveAt: exactly(at(day)) }),
});

describe('the evidence of a contract', () => {
  const added = of(add(0, 'e1'), 'ContractEvidenceAdded');
  const judged = (...[id, status, day]: Parameters<typeof judge>) => of(judge(id, status, day), 'ContractEvidenceStatusChanged');
  const shown = (day: string, ...events: ContractEvent[]) =>
    contractEvidenceAt(fold(contractDecider, events) as SignedContract, at(day)).map(({ id, status }) => `${id} ${status}`);

  it('is added and judged also after its end, and refused where nothing is that it belongs to', () => {
    for (const before of [[signed], [signed, terminated]]) {
      expect(decide(add(0, 'e1'), ...before)).toEqual({ accepted: [added] });
      expect(decide(judge('e1', 'CONFIRMED'), ...before, added)).toEqual({ accepted: [judged('e1', 'CONFIRMED')] });
      expect(decide(add(0, 'e1'), ...before, added)).toEqual({ rejected: { code: 'EVIDENCE_EXISTS', evidenceId: 'e1' } });
      expect(decide(judge('e9', 'CONFIRMED'), ...before)).toEqual({ rejected: { code: 'EVIDENCE_NOT_FOUND', evidenceId: 'e9' } });
      expect(decide(add(7, 'e1'), ...before)).toEqual({ rejected: { code: 'FACT_NOT_FOUND', fact: 7 } });
    }
    expect(decide(add(0, 'e1'))).toEqual({ rejected: { code: 'CONTRACT_NOT_FOUND' } });
  });

  it('names facts by the revision that the history shows, whatever stands between them', () => {
    const amendedLater = of(amend({ name: 'B' }), 'ContractAmended');
    const { facts, events } = fold(contractDecider, [signed, added, amendedLater]) as SignedContract;
    expect([facts.map(({ fact }) => fact), events]).toEqual([[0, 2], 3]);
    expect(decide(add(1, 'e2'), signed, added, amendedLater)).toEqual({ rejected: { code: 'FACT_NOT_FOUND', fact: 1 } });
    expect(decide(add(2, 'e2'), signed, added, amendedLater)).toEqual({ accepted: [of(add(2, 'e2'), 'ContractEvidenceAdded')] });
  });

  it('says at each date what was found from then on', () => {
    const events = [signed, added, judged('e1', 'DISPUTED', '2025-03-01'), judged('e1', 'WITHDRAWN', '2025-06-01')];
    expect(['2025-02-28', '2025-03-01', '2025-06-01'].map((day) => shown(day, ...events))).toEqual([['e1 REPORTED'], ['e1 DISPUTED'], []]);
    expect(shown('2025-01-01', ...events, judged('e1', 'CONFIRMED'))).toEqual(['e1 CONFIRMED']);
  });
});

describe('a contract', () => {
  it('is signed once', () => {
    expect(decide(sign())).toEqual({ accepted: [signed] });
    expect(decide(sign(), signed)).toEqual({ rejected: { code: 'CONTRACT_EXISTS', contractId: 'k1' } });
  });

  it.each([
    [amend({ name: 'B' }), 'ContractAmended'],
    [amend({ term: null }), 'ContractAmended'],
    [renew('2026-01-02'), 'ContractRenewed'],
    [terminate, 'ContractTerminated'],
  ] as [ContractCommand, ContractEvent['type']][])('records %o whole', (command, type) =>
    expect(decide(command, signed)).toEqual({ accepted: [of(command, type)] }),
  );

  it.each([amend({ name: 'B' }), renew('2027-01-01'), terminate])('is there and not ended before %o', (command) => {
    expect(decide(command)).toEqual({ rejected: { code: 'CONTRACT_NOT_FOUND' } });
    expect(decide(command, signed, terminated)).toEqual({ rejected: { code: 'CONTRACT_TERMINATED', contractId: 'k1' } });
  });

  it.each([
    ['CONTRACT_NAME_EMPTY', { name: ' ' }],
    ['CONTRACT_PARTIES_EMPTY', { parties: [terms.parties[0], terms.parties[0]] }],
    ['CONTRACT_TERM_END_BEFORE_START', { term: period('2025-01-01', '2025-01-01') }],
  ] as [string, Partial<ContractTerms>][])('%s', (code, changes) => {
    expect(decide(sign(changes))).toEqual({ rejected: { code } });
    expect(decide(amend(changes), signed)).toEqual({ rejected: { code } });
  });

  it('broken in every way is refused by the rule that comes first in the catalogue', () => {
    const order = Object.keys(CONTRACT_REJECTIONS);
    const decision = decide(sign({ name: '', parties: [], term: period('2025-01-01', '2024-01-01') }));
    expect(decision).toEqual({ rejected: { code: 'CONTRACT_NAME_EMPTY' } });
    expect(order.indexOf('CONTRACT_NAME_EMPTY')).toBeLessThan(order.indexOf('CONTRACT_PARTIES_EMPTY'));
    expect(decide(amend({}), signed)).toEqual({ rejected: { code: 'CONTRACT_CHANGES_EMPTY' } });
  });

  it('is renewed to a later end, certain or not', () => {
    expect(decide(renew('2026-01-01'), signed)).toEqual({ rejected: { code: 'CONTRACT_RENEWAL_NOT_LATER', contractId: 'k1' } });
    const open: ContractEvent = {
      ...signed,
      terms: { ...terms, term: { start: exactly(at('2025-01-01')), end: uncertain(null, at('2027-01-01')) } },
    } as ContractEvent;
    expect(decide(renew('2026-01-01'), open)).toMatchObject({ accepted: [{ type: 'ContractRenewed' }] });
    expect(fold(contractDecider, [signed, of(renew('2027-01-01'), 'ContractRenewed')])).toMatchObject({
      terms: { term: period('2025-01-01', '2027-01-01') },
      facts: [{ kind: 'signed' }, { fact: 1, kind: 'renewed' }],
    });
  });
});

describe('a party', () => {
  const details = { name: 'Microsoft', names: ['Azure'], roles: ['provider' as const] };
  const registered: PartyEvent = { type: 'PartyRegistered', partyId: 'p1', ...details };
  const register: PartyCommand = { type: 'RegisterParty', partyId: 'p1', ...details };
  const change: PartyCommand = { type: 'ChangeParty', ...details, names: [], reason: 'r' };
  const decideParty = (command: PartyCommand, ...events: PartyEvent[]) => partyDecider.decide(command, fold(partyDecider, events));

  it('is registered once and changed whole', () => {
    expect(decideParty(register)).toEqual({ accepted: [registered] });
    expect(decideParty(register, registered)).toEqual({ rejected: { code: 'PARTY_EXISTS', partyId: 'p1' } });
    expect(decideParty(change)).toEqual({ rejected: { code: 'PARTY_NOT_FOUND' } });
    expect(decideParty(change, registered)).toEqual({ accepted: [{ ...change, type: 'PartyChanged', partyId: 'p1' }] });
    for (const broken of [{ name: ' ' }, { names: [''] }])
      expect(decideParty({ ...register, ...broken })).toEqual({ rejected: { code: 'PARTY_NAME_EMPTY' } });
  });

  it('is named by its own name too', () => expect(spellings({ ...details, names: ['Azure', 'Microsoft'] })).toEqual(['Microsoft', 'Azure']));
});
