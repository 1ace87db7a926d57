import {
  type Amount,
  type Clause,
  commitmentDecider,
  type CommitmentCommand,
  type CommitmentEvent,
  DEFAULT_TERMS,
  type MadeCommitment,
  type Terms,
} from '#commitments/domain';
import { decimal, exactly, fold, isRejected, parseInstant, type UncertainPeriod } from '#kernel';

export const at = parseInstant;
export const period = (start: string, end: string): UncertainPeriod => ({ start: exactly(at(start)), end: exactly(at(end)) });
export const known = (value: string): Amount => ({ kind: 'known', value: decimal(value) });
export const unknown = (reason = 'not disclosed'): Amount => ({ kind: 'unknown', reason, atLeast: decimal('0'), atMost: null });
export const clause = (dimensions: Clause['dimensions'], tags: Clause['tags'] = []): Clause => ({ dimensions, tags });

/** A plain USD commitment on BilledCost over 2025 that admits every charge. */
export const spendTerms = (amount: Amount | string, changes: Partial<Terms> = {}): Terms => ({
  ...DEFAULT_TERMS,
  name: 'Commitment',
  category: 'Spend',
  measure: { kind: 'cost', column: 'BilledCost', currency: 'USD' },
  schedule: {
    kind: 'tranches',
    tranches: [{ id: 't1', ...period('2025-01-01', '2026-01-01'), amount: typeof amount === 'string' ? known(amount) : amount }],
  },
  priority: 1,
  ...changes,
});

export const makeCommitment = (id: string, terms: Terms, effectiveAt = '2025-01-01'): Extract<CommitmentEvent, { type: 'CommitmentMade' }> => ({
  type: 'CommitmentMade',
  commitmentId: id,
  contractId: 'k1',
  provider: 'p1',
  effectiveAt: exactly(at(effectiveAt)),
  terms,
  evidence: [],
});

export function commitment(id: string, terms: Terms, ...commands: CommitmentCommand[]): MadeCommitment {
  let state = fold(commitmentDecider, [makeCommitment(id, terms)]);
  for (const command of commands) {
    const decision = commitmentDecider.decide(command, state);
    if (isRejected(decision)) throw new Error(decision.rejected.code);
    for (const event of decision.accepted) state = commitmentDecider.evolve(state, event);
  }
  return state as MadeCommitment;
}
