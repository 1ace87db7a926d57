import { describe, expect, it } from 'vitest';
import { decimal, exact, parseInstant, unknownBetween, ZERO } from '#kernel';
import { BalanceUtilization, ratio } from './utilization.js';

const reasons = [{ code: 'POSTINGS_UNKNOWN', entity: 'A' }];
const unknown = unknownBetween(ZERO, decimal('10'), ZERO, reasons);

describe('a ratio', () => {
  it('is undefined over nothing, whatever may have been drawn', () => {
    const undefinedly = { value: null, known: null, status: 'EXACT', reasons: [{ code: 'UNDEFINED', entity: 'A' }] };
    expect(ratio(unknown, exact(ZERO), 'A')).toEqual(undefinedly);
    expect(ratio(exact(decimal('3')), exact(ZERO), 'A')).toEqual(undefinedly);
  });

  it('is 0 of whatever is more than nothing, and else as uncertain as its parts', () => {
    const some = unknownBetween(decimal('1'), null, decimal('1'), reasons);
    expect(ratio(exact(ZERO), some, 'A')).toMatchObject({ value: ZERO, status: 'EXACT' });
    expect(ratio(exact(ZERO), unknown, 'A')).toMatchObject({ value: null, status: 'INDETERMINATE' });
    expect(ratio(unknown, exact(decimal('4')), 'A')).toEqual({ value: null, known: null, status: 'INDETERMINATE', reasons });
  });
});

it('rounds the shortfall of the exact forecast, not of the rounded one', () => {
  const [start, end, t] = [parseInstant('2025-01-01'), parseInstant('2025-01-06'), parseInstant('2025-01-03')];
  const [drawn, committed] = [exact(decimal('0.000000000000000001')), exact(decimal('1.000000000000000001'))];
  const figures = new BalanceUtilization({ entity: 'A', start, end, t, committed, drawn, window: { start, drawn } });
  // F = 2.5 of the last digit, given as 2 (half-even). C − 2.5 ends in 8.5, given as 8; C − 2 would end in 9.
  expect(figures.forecast.value).toBe(decimal('0.000000000000000002'));
  expect(figures.projectedShortfall.value).toBe(decimal('0.999999999999999998'));
});
