import type { Amount, Clause, Terms, Tranche } from '#commitments/domain';
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
    name,
    kind: 'commitment',
    category: 'Spend',
    model: 'Discontinuous',
    measure: { kind: 'cost', column: 'BilledCost', currency: 'USD' },
    prepaid: false,
    term: null,
    schedule: { kind: 'tranches', tranches },
    interval: null,
    eligibility: { kind: 'rules', inclusions, exclusions: [] },
    priority: 1,
    parent: null,
    reference: { contractCommitments: [], commitmentDiscountIds: [] },
    purchaseRows: [],
    feeRows: [],
    marketplace: null,
    periodDate: 'ChargePeriodStart',
    ...changes,
  };
}
