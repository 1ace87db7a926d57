import { add, type Decimal, divideHalfEven, maximum, minimum, subtract, ZERO } from './decimal.js';

export interface Reason {
  /** Stable code, e.g. `AMOUNT_UNKNOWN`. */
  readonly code: string;
  /** Id of the entity that causes it, where there is one. */
  readonly entity: string | null;
}

export type FigureStatus = 'EXACT' | 'PROVISIONAL' | 'INDETERMINATE';

/** What every query answers with: arithmetic.md section 0. Ratios have no known part. */
export interface Figure {
  readonly value: Decimal | null;
  readonly known: Decimal | null;
  readonly status: FigureStatus;
  readonly reasons: readonly Reason[];
}

/**
 * A quantity of which only bounds may be certain: the set of values that it can take. `low === high` is exact;
 * null is an open side. `known` is the sum of the parts that are certain (equal to the value when exact).
 */
export interface Quantity {
  readonly low: Decimal | null;
  readonly high: Decimal | null;
  readonly known: Decimal;
  readonly reasons: readonly Reason[];
  readonly provisional: readonly Reason[];
}

const NONE: readonly Reason[] = [];

export const exact = (value: Decimal): Quantity => ({ low: value, high: value, known: value, reasons: NONE, provisional: NONE });
export const unknownBetween = (low: Decimal | null, high: Decimal | null, known: Decimal, reasons: readonly Reason[]): Quantity => ({
  low,
  high,
  known,
  reasons,
  provisional: NONE,
});
export const isExactQuantity = (q: Quantity): boolean => q.low !== null && q.low === q.high;
export const withProvisional = (q: Quantity, reasons: readonly Reason[]): Quantity =>
  reasons.length === 0 ? q : { ...q, provisional: mergeReasons(q.provisional, reasons) };

export function mergeReasons(a: readonly Reason[], b: readonly Reason[]): readonly Reason[] {
  if (b.length === 0) return a;
  if (a.length === 0) return b;
  const seen = new Map<string, Reason>();
  for (const reason of [...a, ...b]) seen.set(`${reason.code}|${reason.entity ?? ''}`, reason);
  return [...seen.values()];
}

const both = (a: Decimal | null, b: Decimal | null, f: (x: Decimal, y: Decimal) => Decimal): Decimal | null =>
  a === null || b === null ? null : f(a, b);

export function plus(a: Quantity, b: Quantity): Quantity {
  return {
    low: both(a.low, b.low, add),
    high: both(a.high, b.high, add),
    known: add(a.known, b.known),
    reasons: mergeReasons(a.reasons, b.reasons),
    provisional: mergeReasons(a.provisional, b.provisional),
  };
}

/** max(0, a − b). Its known part is what is certain whatever the unknowns: its lower bound. */
export function excessOver(a: Quantity, b: Quantity): Quantity {
  const low = maximum(ZERO, both(a.low, b.high, subtract) ?? ZERO);
  const upper = both(a.high, b.low, subtract);
  const high = upper === null ? null : maximum(ZERO, upper);
  const settled = high === low;
  return {
    low,
    high,
    known: low,
    reasons: settled ? NONE : mergeReasons(a.reasons, b.reasons),
    provisional: mergeReasons(a.provisional, b.provisional),
  };
}

export function smallerOf(a: Quantity, b: Quantity): Quantity {
  const low = both(a.low, b.low, minimum);
  const high = a.high === null ? b.high : b.high === null ? a.high : minimum(a.high, b.high);
  const settled = low !== null && low === high;
  return {
    low,
    high,
    known: low ?? ZERO,
    reasons: settled ? NONE : mergeReasons(a.reasons, b.reasons),
    provisional: mergeReasons(a.provisional, b.provisional),
  };
}

/** The figure of an amount. */
export function amountFigure(q: Quantity): Figure {
  if (q.low === null || q.low !== q.high) return { value: null, known: q.known, status: 'INDETERMINATE', reasons: q.reasons };
  return { value: q.low, known: q.low, status: q.provisional.length > 0 ? 'PROVISIONAL' : 'EXACT', reasons: q.provisional };
}

export const undefinedFigure = (entity: string | null = null): Figure => ({
  value: null,
  known: null,
  status: 'EXACT',
  reasons: [{ code: 'UNDEFINED', entity }],
});
export const indeterminateFigure = (reasons: readonly Reason[]): Figure => ({ value: null, known: null, status: 'INDETERMINATE', reasons });
export const ratioFigure = (value: Decimal, provisional: readonly Reason[] = NONE): Figure => ({
  value,
  known: null,
  status: provisional.length > 0 ? 'PROVISIONAL' : 'EXACT',
  reasons: provisional,
});

/** An exact fraction, kept unrounded until it is shown. The denominator is positive. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const UNIT = 10n ** 18n;
/** 18 places, half-even: the only rounding a ratio or rate ever sees. */
export const roundFraction = (f: Fraction): Decimal => divideHalfEven(f.numerator * UNIT, f.denominator) as Decimal;
