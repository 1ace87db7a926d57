import { describe, expect, it } from 'vitest';
import {
  amountFigure,
  decimal,
  type Decimal,
  exact,
  excessOver,
  indeterminateFigure,
  isExactQuantity,
  mergeReasons,
  plus,
  type Quantity,
  ratioFigure,
  roundFraction,
  smallerOf,
  undefinedFigure,
  unknownBetween,
  withProvisional,
} from './index.js';

const reason = (code: string, entity: string | null = null) => ({ code, entity });
const unknown = (low: number | null, high: number | null): Quantity =>
  unknownBetween(low === null ? null : (BigInt(low) as Decimal), high === null ? null : (BigInt(high) as Decimal), 0n as Decimal, [reason('X')]);

/** Every set of values that small bounds can make. FAR stands for "without bound": beyond anything that the others can reach. */
const FAR = 20;
const BOUNDS = [-3, -1, 0, 1, 2, 4];
const QUANTITIES: readonly Quantity[] = [
  ...BOUNDS.flatMap((low) => BOUNDS.filter((high) => high >= low).map((high) => unknown(low, high))),
  ...BOUNDS.flatMap((bound) => [unknown(bound, null), unknown(null, bound)]),
  unknown(null, null),
];
const valuesOf = ({ low, high }: Quantity): bigint[] => {
  const [from, to] = [low === null ? -FAR : Number.parseInt(`${low}`, 10), high === null ? FAR : Number.parseInt(`${high}`, 10)];
  return Array.from({ length: to - from + 1 }, (_, i) => BigInt(from + i));
};
const least = (values: readonly bigint[]): bigint => values.reduce((a, b) => (a < b ? a : b));
const most = (values: readonly bigint[]): bigint => values.reduce((a, b) => (a > b ? a : b));

/** The bounds must be attained: a bound that is too wide is as wrong as one that is too narrow. */
function assertExactBounds(operation: (a: Quantity, b: Quantity) => Quantity, on: (a: bigint, b: bigint) => bigint): void {
  for (const a of QUANTITIES) {
    for (const b of QUANTITIES) {
      const results = valuesOf(a).flatMap((x) => valuesOf(b).map((y) => on(x, y)));
      const answer = operation(a, b);
      const [low, high] = [least(results), most(results)];
      const open = (bound: bigint | null): boolean => bound === null;
      if (open(answer.low) ? low > -8n : answer.low !== low)
        throw new Error(`low of ${a.low}..${a.high} and ${b.low}..${b.high}: ${answer.low}, brute force ${low}`);
      if (open(answer.high) ? high < 8n : answer.high !== high)
        throw new Error(`high of ${a.low}..${a.high} and ${b.low}..${b.high}: ${answer.high}, brute force ${high}`);
    }
  }
}

describe('quantities of which only bounds may be certain', () => {
  it('add up: brute force over all small bounds', () => assertExactBounds(plus, (a, b) => a + b));
  it('exceed one another: brute force over all small bounds', () => assertExactBounds(excessOver, (a, b) => (a > b ? a - b : 0n)));
  it('have a smaller one: brute force over all small bounds', () => assertExactBounds(smallerOf, (a, b) => (a < b ? a : b)));

  it('know of a sum the sum of the known parts, of a difference what is certain whatever the unknowns', () => {
    const vague = unknownBetween(decimal('0'), null, decimal('3'), [reason('AMOUNT_UNKNOWN', 'c1')]);
    expect(amountFigure(plus(exact(decimal('5')), vague))).toEqual({
      value: null,
      known: decimal('8'),
      status: 'INDETERMINATE',
      reasons: [reason('AMOUNT_UNKNOWN', 'c1')],
    });
    const atLeast = unknownBetween(decimal('10'), null, decimal('10'), [reason('AMOUNT_UNKNOWN', 'c1')]);
    expect(amountFigure(excessOver(atLeast, exact(decimal('4'))))).toMatchObject({ value: null, known: decimal('6'), status: 'INDETERMINATE' });
  });

  it('are exact again, without reasons, where the answer is the same for every value', () => {
    const between = unknownBetween(decimal('2'), decimal('4'), decimal('2'), [reason('X')]);
    expect(amountFigure(excessOver(between, exact(decimal('9'))))).toEqual({
      value: decimal('0'),
      known: decimal('0'),
      status: 'EXACT',
      reasons: [],
    });
    expect(amountFigure(smallerOf(between, exact(decimal('1'))))).toEqual({ value: decimal('1'), known: decimal('1'), status: 'EXACT', reasons: [] });
    expect(isExactQuantity(between)).toBe(false);
  });

  it('carry what is provisional, and say indeterminate before provisional', () => {
    const settled = withProvisional(exact(decimal('1')), [reason('PERIOD_OPEN')]);
    expect(amountFigure(settled)).toEqual({ value: decimal('1'), known: decimal('1'), status: 'PROVISIONAL', reasons: [reason('PERIOD_OPEN')] });
    expect(amountFigure(plus(settled, unknown(0, null))).status).toBe('INDETERMINATE');
    expect(withProvisional(exact(decimal('1')), [])).toEqual(exact(decimal('1')));
  });

  it('name each reason once', () => {
    expect(mergeReasons([reason('A', 'x'), reason('A')], [reason('A', 'x'), reason('B')])).toEqual([reason('A', 'x'), reason('A'), reason('B')]);
  });
});

describe('figures', () => {
  it('that are undefined have no value, are exact and say so', () =>
    expect(undefinedFigure('c1')).toEqual({ value: null, known: null, status: 'EXACT', reasons: [reason('UNDEFINED', 'c1')] }));
  it('of ratios have no known part', () => {
    expect(ratioFigure(decimal('0.5'))).toEqual({ value: decimal('0.5'), known: null, status: 'EXACT', reasons: [] });
    expect(ratioFigure(decimal('0.5'), [reason('P')])).toMatchObject({ known: null, status: 'PROVISIONAL' });
    expect(indeterminateFigure([reason('X')])).toEqual({ value: null, known: null, status: 'INDETERMINATE', reasons: [reason('X')] });
  });
  it('are rounded once, half-even, to 18 places', () => {
    expect(roundFraction({ numerator: 5_700_000n, denominator: 53n })).toBe(decimal('107547.169811320754716981'));
    expect(roundFraction({ numerator: 1n, denominator: 2n * 10n ** 18n })).toBe(decimal('0'));
    expect(roundFraction({ numerator: 3n, denominator: 2n * 10n ** 18n })).toBe(decimal('0.000000000000000002'));
  });
});
