import { RangeProblem } from './problem.js';

/**
 * An exact decimal: the value times 10^18, |value| < 10^20 (38 digits in all). Sums may grow past the bound;
 * what enters or leaves through `parseDecimal` may not. Source: FOCUS NumericFormat; arithmetic.md section 0.
 */
export type Decimal = bigint & { readonly __decimal: true };

export const DECIMAL_PLACES = 18;
const UNIT = 10n ** 18n;
const LIMIT = 10n ** 38n;

export const ZERO = 0n as Decimal;
export const ONE = UNIT as Decimal;

const PLAIN = /^([+-]?)(\d+)(?:\.(\d*))?$|^([+-]?)\.(\d+)$/;
const SCIENTIFIC = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)[eE]([+-]?\d{1,6})$/;
const POWERS: readonly bigint[] = Array.from({ length: 39 }, (_, n) => 10n ** BigInt(n));

/**
 * Reads a decimal exactly. Accepts a sign, leading zeros, trailing zeros and E-notation; refuses everything else.
 * @throws RangeProblem `DECIMAL_MALFORMED` | `DECIMAL_TOO_LARGE` | `DECIMAL_TOO_PRECISE`
 */
export function parseDecimal(text: string): Decimal {
  const value = tryParseDecimal(text);
  if (typeof value === 'string') throw new RangeProblem(value, `"${text.slice(0, 60)}" is not a decimal that the ledger can hold exactly`);
  return value;
}

export type DecimalProblem = 'DECIMAL_MALFORMED' | 'DECIMAL_TOO_LARGE' | 'DECIMAL_TOO_PRECISE';

/** As `parseDecimal`, but answers the problem's code instead of throwing: for the row that is one of a million. */
export function tryParseDecimal(text: string): Decimal | DecimalProblem {
  if (text.length > 400) return 'DECIMAL_MALFORMED';
  const plain = PLAIN.exec(text);
  if (plain) {
    const negative = (plain[1] ?? plain[4]) === '-';
    return assemble(negative, plain[2] ?? '', plain[3] ?? plain[5] ?? '', 0);
  }
  const scientific = SCIENTIFIC.exec(text);
  if (!scientific) return 'DECIMAL_MALFORMED';
  const [whole = '', fraction = ''] = (scientific[2] as string).split('.');
  return assemble(scientific[1] === '-', whole, fraction, parseInt(scientific[3] as string, 10));
}

function assemble(negative: boolean, whole: string, fraction: string, exponent: number): Decimal | DecimalProblem {
  let digits = BigInt(whole + fraction || '0');
  if (digits === 0n) return ZERO;
  let places = fraction.length - exponent;
  if (places > DECIMAL_PLACES) {
    // Only trailing zeros may go: a digit that the ledger cannot hold is refused, never rounded.
    const surplus = places - DECIMAL_PLACES;
    if (surplus > whole.length + fraction.length) return 'DECIMAL_TOO_PRECISE';
    const divisor = 10n ** BigInt(surplus);
    if (digits % divisor !== 0n) return 'DECIMAL_TOO_PRECISE';
    digits /= divisor;
    places = DECIMAL_PLACES;
  }
  const shift = DECIMAL_PLACES - places;
  if (shift > 38) return 'DECIMAL_TOO_LARGE';
  digits *= POWERS[shift] as bigint;
  if (digits >= LIMIT) return 'DECIMAL_TOO_LARGE';
  return (negative ? -digits : digits) as Decimal;
}

/** The one canonical spelling: no exponent, no '+', no trailing zeros, no '-0'. */
export function formatDecimal(value: Decimal): string {
  if (value === 0n) return '0';
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString();
  const padded = digits.length > DECIMAL_PLACES ? digits : digits.padStart(DECIMAL_PLACES + 1, '0');
  const cut = padded.length - DECIMAL_PLACES;
  let end = padded.length;
  while (end > cut && padded.charCodeAt(end - 1) === 48) end--;
  const text = end === cut ? padded.slice(0, cut) : `${padded.slice(0, cut)}.${padded.slice(cut, end)}`;
  return negative ? `-${text}` : text;
}

export const decimal = (text: string): Decimal => parseDecimal(text);
export const decimalFromInteger = (value: bigint | number): Decimal => (BigInt(value) * UNIT) as Decimal;

export const add = (a: Decimal, b: Decimal): Decimal => (a + b) as Decimal;
export const subtract = (a: Decimal, b: Decimal): Decimal => (a - b) as Decimal;
export const negate = (a: Decimal): Decimal => -a as Decimal;
export const minimum = (a: Decimal, b: Decimal): Decimal => (a < b ? a : b);
export const maximum = (a: Decimal, b: Decimal): Decimal => (a > b ? a : b);
export const absolute = (a: Decimal): Decimal => (a < 0n ? -a : a) as Decimal;
export const sum = (values: Iterable<Decimal>): Decimal => {
  let total = 0n;
  for (const value of values) total += value;
  return total as Decimal;
};

/** a × numerator ÷ denominator, rounded once, half-even, to 18 places. The integers carry any common scale. */
export function multiplyRatio(a: Decimal, numerator: bigint, denominator: bigint): Decimal {
  return divideHalfEven(a * numerator, denominator) as Decimal;
}

/** a × b, rounded once, half-even, to 18 places. */
export const multiply = (a: Decimal, b: Decimal): Decimal => divideHalfEven(a * b, UNIT) as Decimal;

/** a ÷ b at 18 places, half-even. Both carry the same scale, which cancels. @throws RangeError when b is 0. */
export const divide = (a: bigint, b: bigint): Decimal => divideHalfEven(a * UNIT, b) as Decimal;

/** Integer division rounded half to even (IEEE 754 roundTiesToEven). */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  if (denominator === 0n) throw new RangeError('division by zero');
  if (denominator < 0n) return divideHalfEven(-numerator, -denominator);
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  const twice = (remainder < 0n ? -remainder : remainder) * 2n;
  if (twice < denominator || (twice === denominator && quotient % 2n === 0n)) return quotient;
  return numerator < 0n ? quotient - 1n : quotient + 1n;
}

/** The value at so many places (0 to 18), half-even: amounts payable at a currency's minor unit, once, at settlement. */
export const roundToPlaces = (value: Decimal, places: number): Decimal => {
  const step = 10n ** BigInt(DECIMAL_PLACES - places);
  return (divideHalfEven(value, step) * step) as Decimal;
};

const OFFSET = 10n ** 42n;
/** Sorts as text (bytewise) exactly as the numbers sort, for |value| < 10^24: for SQL columns that are compared. */
export const sortableDecimal = (value: Decimal): string => (value + OFFSET).toString().padStart(43, '0');
export const fromSortableDecimal = (text: string): Decimal => (BigInt(text) - OFFSET) as Decimal;
