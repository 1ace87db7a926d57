import { describe, expect, it } from 'vitest';
import type { Terms } from '#commitments/domain';
import { decimal, formatDecimal } from '#kernel';
import { charge, rowOf } from '../../../../test/support/charges.js';
import { commitment, spendTerms, unknown } from '../../../../test/support/commitments.js';
import type { Charge } from '../charge.js';
import { coverageOf } from './coverage.js';
import { AllocationEngine } from './engine.js';

const vague = { eligibility: { kind: 'unknown' as const, reason: 'not disclosed' } };
/** Covered and its margins, of BilledCost and EffectiveCost where the row has it. */
function coverage(row: Charge, ...all: Terms[]): string[][] {
  const book = all.map((terms, i) => ({ commitment: commitment(`C${i}`, terms), number: i + 1, spellings: ['AWS'] }));
  const engine = new AllocationEngine(book);
  return coverageOf(rowOf(row), engine.allocate(rowOf(row)), engine).map(({ covered, low, high }) => [covered, low, high].map(formatDecimal));
}

describe('coverage', () => {
  it('is of the charge’s own amount in each column, once, however many waterfalls take it', () => {
    const effective = spendTerms('4', { measure: { kind: 'cost', column: 'EffectiveCost', currency: 'USD' } });
    const row = charge('2025-02-01', '10', { effectiveCost: decimal('8') });
    const limited = spendTerms('10', { marketplace: { share: decimal('0.25'), rows: [{ dimensions: { sku: ['sku1'] }, tags: [] }] } });
    expect(coverage(row, limited)).toEqual([
      ['2.5', '0', '0'],
      ['2', '0', '0'],
    ]);
    expect(coverage(row, limited, effective)).toEqual([
      ['10', '0', '0'],
      ['8', '0', '0'],
    ]);
    // Once the parent counts another column, its child shares nothing with it.
    expect(coverage(row, limited, { ...effective, parent: 'C0' })).toEqual(coverage(row, limited, effective));
  });

  it('is not certain where it is not certain that anybody takes the charge', () => {
    expect(coverage(charge('2025-02-01', '10'), spendTerms('100', vague))).toEqual([['0', '0', '10']]);
    expect(coverage(charge('2025-02-01', '-10'), spendTerms('100', vague))).toEqual([['0', '-10', '0']]);
  });

  it('is the whole where somebody takes the rest, whatever the split', () => {
    expect(coverage(charge('2025-02-01', '10'), spendTerms(unknown()), spendTerms('5', { priority: 2 }))).toEqual([['10', '0', '0']]);
    expect(coverage(charge('2025-02-01', '10'), spendTerms('5', vague), spendTerms('5', { priority: 2 }))).toEqual([['10', '0', '0']]);
    expect(coverage(charge('2025-02-01', '10', { billingCurrency: 'EUR' }), spendTerms('5'))).toEqual([['10', '0', '0']]);
  });
});
