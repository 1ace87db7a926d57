import { expect, it } from 'vitest';
import { exactly, fold, uncertain, type UncertainInstant } from '#kernel';
import { at, period } from '../../../test/support/commitments.js';
import { contractTermsAt } from './contract-timeline.js';
import { contractDecider, type ContractEvent, type ContractTerms, type SignedContract } from './contract.js';

const terms: ContractTerms = {
  name: 'K',
  reference: null,
  parties: [],
  term: period('2025-01-01', '2026-01-01'),
  zone: 'UTC',
  renewal: { kind: 'none', months: null, noticeDays: null },
  earlyTermination: { kind: 'none' },
};
const signed: ContractEvent = { type: 'ContractSigned', contractId: 'k1', terms, effectiveAt: exactly(at('2024-12-01')), evidence: [] };
const common = (effectiveAt: UncertainInstant) => ({ contractId: 'k1', reason: 'r', effectiveAt, evidence: [] });
const amended = (day: string, changes: Partial<ContractTerms>): ContractEvent => ({
  type: 'ContractAmended',
  changes,
  ...common(exactly(at(day))),
});
const renewed = (day: string, until: string): ContractEvent => ({ type: 'ContractRenewed', until: exactly(at(until)), ...common(exactly(at(day))) });
const termsAt = (day: string, ...events: ContractEvent[]) => contractTermsAt(fold(contractDecider, [signed, ...events]) as SignedContract, at(day));

it('shows the first version before it is binding and until an amendment counts', () => {
  const amendment = amended('2025-06-01', { name: 'B' });
  expect(['2024-01-01', '2025-05-31', '2025-06-01'].map((day) => termsAt(day, amendment).name)).toEqual(['K', 'K', 'B']);
});

it('goes by when an amendment took effect, not by when it was recorded', () => {
  const late = [amended('2025-09-01', { name: 'C' }), amended('2025-06-01', { name: 'B' })];
  expect(['2025-07-01', '2025-10-01'].map((day) => termsAt(day, ...late).name)).toEqual(['B', 'C']);
});

it('renews the term that is in force, its start as amended', () => {
  const events = [renewed('2025-10-01', '2027-01-01'), amended('2025-02-01', { term: period('2025-02-01', '2026-01-01') })];
  expect(termsAt('2025-09-30', ...events).term).toEqual(period('2025-02-01', '2026-01-01'));
  expect(termsAt('2025-10-01', ...events).term).toEqual(period('2025-02-01', '2027-01-01'));
});

it('gives an unknown term the end that a renewal tells', () => {
  const events = [amended('2025-02-01', { term: null }), renewed('2025-10-01', '2027-01-01')];
  expect(termsAt('2025-10-01', ...events).term).toMatchObject({ end: exactly(at('2027-01-01')) });
});

it('shows the later version inside the uncertainty of its date', () => {
  const event: ContractEvent = { type: 'ContractAmended', changes: { name: 'B' }, ...common(uncertain(at('2025-03-01'), at('2025-06-01'))) };
  expect(['2025-02-28', '2025-04-01', '2025-07-01'].map((day) => termsAt(day, event).name)).toEqual(['K', 'B', 'B']);
});
