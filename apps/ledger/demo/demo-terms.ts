import { type Amount, type Clause, DEFAULT_TERMS, type Terms, type Tranche } from '#commitments/domain';
import { decimal, exactly, parseInstant } from '#kernel';

/** Shorthands for terms; everything that they leave out is the plain case. */
export const known = (value: string): Amount => ({ kind: 'known', value: decimal(value) });
export const unknownAmount = (reason: string, atLeast = '0'): Amount => ({ kind: 'unknown', reason, atLeast: decimal(atLeast), atMost: null });
export const clause = (dimensions: Clause['dimensions']): Clause => ({ dimensions, tags: [] });

export const tranche = (id: string, start: string, end: string, amount: Amount): Tranche => ({
  id,
  start: exactly(parseInstant(start)),
  end: exactly(parseInstant(end)),
  amount,
});

export const year2025 = (amount: Amount): Tranche[] => [tranche('2025', '2025-01-01', '2026-01-01', amount)];

export function terms(name: string, tranches: readonly Tranche[], inclusions: readonly Clause[], changes: Partial<Terms> = {}): Terms {
  return {
    ...DEFAULT_TERMS,
    name,
    category: 'Spend',
    measure: { kind: 'cost', column: 'BilledCost', currency: 'USD' },
    schedule: { kind: 'tranches', tranches },
    eligibility: { kind: 'rules', inclusions, exclusions: [] },
    priority: 1,
    ...changes,
  };
}
