import { DatabaseSync } from 'node:sqlite';
import { Decimal as Reference } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  absolute,
  add,
  type Decimal,
  decimal,
  decimalFromInteger,
  divide,
  divideHalfEven,
  formatDecimal,
  fromSortableDecimal,
  maximum,
  minimum,
  multiply,
  multiplyRatio,
  negate,
  ONE,
  parseDecimal,
  roundToPlaces,
  sortableDecimal,
  subtract,
  sum,
  tryParseDecimal,
  ZERO,
} from './index.js';

// By default the reference rounds silently at 20 digits.
const Exact = Reference.clone({ precision: 200, rounding: Reference.ROUND_HALF_EVEN, toExpNeg: -1000, toExpPos: 1000 });
const reference = (value: Decimal) => new Exact(value.toString()).div(new Exact(10).pow(18));
const LIMIT = 10n ** 38n;
const any = fc.bigInt({ min: -LIMIT + 1n, max: LIMIT - 1n }).map((value) => value as Decimal);
const near = fc.bigInt({ min: -1000n, max: 1000n }).map((value) => value as Decimal);
const value = fc.oneof(
  any,
  near,
  fc.bigInt({ min: -(10n ** 21n), max: 10n ** 21n }).map((v) => v as Decimal),
);
const shown = (result: InstanceType<typeof Exact>): string => result.toDecimalPlaces(18, Reference.ROUND_HALF_EVEN).toFixed().replace(/^-0$/, '0');
const check = (property: fc.IRawProperty<unknown>): void => fc.assert(property as fc.IProperty<unknown>, { numRuns: 500 });

describe('a decimal is read and written exactly', () => {
  it('whatever the value: the one canonical spelling comes back', () => {
    check(fc.property(value, (v) => void expect(parseDecimal(formatDecimal(v))).toBe(v)));
    check(fc.property(value, (v) => void expect(formatDecimal(v)).toBe(reference(v).toFixed())));
    check(fc.property(value, (v) => void expect(formatDecimal(v)).toMatch(/^(0|-?(?:0|[1-9]\d{0,19})(?:\.\d{0,17}[1-9])?)$/)));
  });

  it('whatever the spelling: sign, zeros on either side, E-notation', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 15 });
    const spelling = fc.tuple(
      fc.constantFrom('', '-', '+'),
      digits,
      fc.option(
        digits.map((d) => `.${d.slice(0, 12)}`),
        { nil: '' },
      ),
      fc.option(
        fc.integer({ min: -5, max: 4 }).map((e) => `E${e}`),
        { nil: '' },
      ),
    );
    check(
      fc.property(spelling, (parts) => {
        const text = parts.join('');
        expect(formatDecimal(parseDecimal(text))).toBe(new Exact(text).toFixed().replace(/^-0$/, '0'));
      }),
    );
  });

  it.each([
    ['0', '0'], ['-0', '0'], ['+0.000', '0'], ['-0e5', '0'], ['0e400', '0'], ['.5', '0.5'], ['-.5', '-0.5'], ['5.', '5'], ['+1.50', '1.5'], ['007', '7'],
    ['1e-18', '0.000000000000000001'], ['1E+2', '100'], ['100e-20', '0.000000000000000001'], ['1.5000000000000000000000', '1.5'], ['.5e1', '5'],
    ['99999999999999999999.999999999999999999', '99999999999999999999.999999999999999999'], ['-99999999999999999999.999999999999999999', '-99999999999999999999.999999999999999999'],
  ])('%s is %s', (text, canonical) => void expect(formatDecimal(decimal(text))).toBe(canonical)); // prettier-ignore

  it.each([
    ['100000000000000000000', 'DECIMAL_TOO_LARGE'], ['-1e20', 'DECIMAL_TOO_LARGE'], ['1e400', 'DECIMAL_TOO_LARGE'], ['1e999999', 'DECIMAL_TOO_LARGE'],
    ['1e-19', 'DECIMAL_TOO_PRECISE'], ['0.0000000000000000001', 'DECIMAL_TOO_PRECISE'], ['1e-999999', 'DECIMAL_TOO_PRECISE'], ['1.0000000000000000001', 'DECIMAL_TOO_PRECISE'],
    ['', 'DECIMAL_MALFORMED'], ['+', 'DECIMAL_MALFORMED'], ['-', 'DECIMAL_MALFORMED'], ['.', 'DECIMAL_MALFORMED'], ['e5', 'DECIMAL_MALFORMED'], ['1e', 'DECIMAL_MALFORMED'],
    ['NaN', 'DECIMAL_MALFORMED'], ['Infinity', 'DECIMAL_MALFORMED'], ['0x10', 'DECIMAL_MALFORMED'], ['1,5', 'DECIMAL_MALFORMED'], ['1 000', 'DECIMAL_MALFORMED'], [' 1', 'DECIMAL_MALFORMED'],
    ['1\n', 'DECIMAL_MALFORMED'], ['--1', 'DECIMAL_MALFORMED'], ['1.2.3', 'DECIMAL_MALFORMED'], ['1e1.5', 'DECIMAL_MALFORMED'], ['1_000', 'DECIMAL_MALFORMED'], ['٣', 'DECIMAL_MALFORMED'],
    ['1e9999999', 'DECIMAL_MALFORMED'], [`1${'0'.repeat(500)}`, 'DECIMAL_MALFORMED'], ['null', 'DECIMAL_MALFORMED'], ['1n', 'DECIMAL_MALFORMED'],
  ])('%s is refused: %s', (text, code) => {
    expect(tryParseDecimal(text)).toBe(code);
    expect(() => parseDecimal(text)).toThrow(expect.objectContaining({ code }));
  }); // prettier-ignore

  it('and what a float cannot hold survives', () => {
    for (const text of ['9007199254740993', '0.1', '0.300000000000000004', '123456789012345678.9', '1.005'])
      expect(formatDecimal(decimal(text))).toBe(text);
    expect(add(decimal('0.1'), decimal('0.2'))).toBe(decimal('0.3'));
    expect(decimalFromInteger(9007199254740993n)).toBe(decimal('9007199254740993'));
  });
});

describe('every operation agrees with decimal.js at 200 digits', () => {
  it('adds, subtracts, negates, sums and compares', () => {
    check(fc.property(value, value, (a, b) => void expect(formatDecimal(add(a, b))).toBe(shown(reference(a).plus(reference(b))))));
    check(fc.property(value, value, (a, b) => void expect(formatDecimal(subtract(a, b))).toBe(shown(reference(a).minus(reference(b))))));
    check(fc.property(value, (a) => void expect(add(a, negate(a))).toBe(ZERO)));
    check(fc.property(value, (a) => void expect(formatDecimal(absolute(a))).toBe(shown(reference(a).abs()))));
    check(
      fc.property(
        fc.array(value),
        (values) => void expect(formatDecimal(sum(values))).toBe(shown(values.reduce((total, v) => total.plus(reference(v)), new Exact(0)))),
      ),
    );
    check(fc.property(value, value, (a, b) => void expect([minimum(a, b), maximum(a, b)]).toEqual(reference(a).lte(reference(b)) ? [a, b] : [b, a])));
  });

  it('multiplies, rounded once, half-even, to 18 places', () => {
    check(fc.property(value, value, (a, b) => void expect(formatDecimal(multiply(a, b))).toBe(shown(reference(a).times(reference(b))))));
    check(fc.property(value, (a) => void expect(multiply(a, ONE)).toBe(a)));
  });

  it('divides, rounded once, half-even, to 18 places', () => {
    const divisor = value.filter((v) => v !== 0n);
    // 400 digits: more than the quotient of two values can need to show on which side of a tie it lies.
    const Long = Reference.clone({ precision: 400, rounding: Reference.ROUND_HALF_EVEN, toExpNeg: -1000, toExpPos: 1000 });
    check(fc.property(value, divisor, (a, b) => void expect(formatDecimal(divide(a, b))).toBe(shown(new Long(a.toString()).div(b.toString())))));
    check(
      fc.property(
        value,
        value,
        divisor,
        (a, n, d) =>
          void expect(formatDecimal(multiplyRatio(a, n, d))).toBe(shown(new Long(a.toString()).times(n.toString()).div(d.toString()).div('1e18'))),
      ),
    );
    expect(() => divide(ONE, ZERO)).toThrow(RangeError);
  });

  it('rounds to places', () => {
    check(
      fc.property(
        value,
        fc.integer({ min: 0, max: 18 }),
        (a, places) =>
          void expect(formatDecimal(roundToPlaces(a, places))).toBe(shown(reference(a).toDecimalPlaces(places, Reference.ROUND_HALF_EVEN))),
      ),
    );
  });

  it.each([
    ['0.5', '0'], ['1.5', '2'], ['2.5', '2'], ['-0.5', '0'], ['-1.5', '-2'], ['-2.5', '-2'], ['0.500000000000000001', '1'], ['-0.500000000000000001', '-1'], ['0.499999999999999999', '0'],
  ])('half goes to even: %s to %s', (text, rounded) => expect(formatDecimal(roundToPlaces(decimal(text), 0))).toBe(rounded)); // prettier-ignore

  it('divides integers half-even, brute force', () => {
    for (let n = -30; n <= 30; n++) {
      for (const d of [-7, -4, -3, -2, -1, 1, 2, 3, 4, 7]) {
        expect(divideHalfEven(BigInt(n), BigInt(d)).toString()).toBe(
          new Exact(n).div(d).toDecimalPlaces(0, Reference.ROUND_HALF_EVEN).toFixed().replace('-0', '0'),
        );
      }
    }
  });
});

describe('the spelling that sorts', () => {
  const wide = fc.bigInt({ min: -(10n ** 42n) + 1n, max: 10n ** 42n - 1n }).map((v) => v as Decimal);
  const sortable = fc.oneof(value, wide);

  it('comes back, is of one length, and compares as text as the numbers do', () => {
    check(fc.property(sortable, (v) => void expect(fromSortableDecimal(sortableDecimal(v))).toBe(v)));
    check(fc.property(sortable, (v) => void expect(sortableDecimal(v)).toMatch(/^\d{43}$/)));
    check(fc.property(sortable, sortable, (a, b) => void expect(sortableDecimal(a) < sortableDecimal(b)).toBe(a < b)));
  });

  it('sorts, filters and indexes in SQLite exactly as the numbers do', () => {
    fc.assert(
      fc.property(fc.array(sortable, { minLength: 1, maxLength: 30 }), sortable, (values, threshold) => {
        const database = new DatabaseSync(':memory:');
        try {
          database.exec('CREATE TABLE amounts (at INTEGER PRIMARY KEY, amount TEXT NOT NULL) STRICT; CREATE INDEX by_amount ON amounts (amount)');
          const insert = database.prepare('INSERT INTO amounts (amount) VALUES (?)');
          for (const v of values) insert.run(sortableDecimal(v));
          const read = (sql: string, ...parameters: string[]) =>
            database
              .prepare(sql)
              .all(...parameters)
              .map((row) => fromSortableDecimal(row['amount'] as string) as bigint);
          const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)) as bigint[];
          expect(read('SELECT amount FROM amounts ORDER BY amount')).toEqual(sorted);
          expect(read('SELECT amount FROM amounts WHERE amount > ? ORDER BY amount', sortableDecimal(threshold))).toEqual(
            sorted.filter((v) => v > threshold),
          );
        } finally {
          database.close();
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is needed: neither plain text nor SQLite’s own numbers sort decimals', () => {
    expect(['10', '9', '-1'].sort()).not.toEqual(['-1', '9', '10']);
    const database = new DatabaseSync(':memory:');
    const total = database.prepare("SELECT SUM(amount) AS total FROM (SELECT '0.1' AS amount UNION ALL SELECT '0.2')").get();
    expect(total?.['total']).not.toBe('0.3');
    database.close();
  });
});
