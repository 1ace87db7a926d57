import { Decimal as Big } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDecimal } from '#kernel';
import { readDecimal, type DecimalReading } from './decimal-field.js';

const read = (raw: string): DecimalReading => {
  const reading: DecimalReading = { canonical: '', spelling: '', problem: null, lenient: false };
  readDecimal(raw, reading);
  return reading;
};

describe('an amount', () => {
  it.each([
    ['1.50', '1.5', '2'],
    ['0.00000000000', '0', '11'],
    ['-3', '-3', ''],
    ['-0.00', '0', '=-0.00'],
    ['007', '7', '=007'],
    ['1E-7', '0.0000001', '=1E-7'],
    ['.5', '0.5', '=.5'],
    ['5.', '5', '=5.'],
    ['+5', '5', '=+5'],
    ['99999999999999999999.999999999999999999', '99999999999999999999.999999999999999999', ''],
    ['0.1000000000000000000000', '0.1', '22'],
    ['', '', ''],
    ['NULL', '', ''],
    [' null ', '', ''],
  ])('%j is %j, spelled %j', (raw, canonical, spelling) => {
    expect(read(raw)).toMatchObject({ canonical, spelling, problem: null });
  });

  it.each([
    ['$10,100.00 ', '10100'],
    ['1,234,567', '1234567'],
    ['-$1,234.50', '-1234.5'],
    ['$-1,234.50', '-1234.5'],
    ['0.00 ', '0'],
    ['$48', '48'],
  ])('%j is accepted leniently as %j', (raw, canonical) => {
    expect(read(raw)).toMatchObject({ canonical, spelling: `=${raw}`, problem: null, lenient: true });
  });

  it.each([
    ['1,234', 'FOCUS-214'],
    ['$1,234', 'FOCUS-214'],
    ['1.234,56', 'FOCUS-211'],
    ['12,34.5', 'FOCUS-211'],
    ['NaN', 'FOCUS-211'],
    ['Infinity', 'FOCUS-211'],
    ['0x10', 'FOCUS-211'],
    ['1e400', 'FOCUS-212'],
    ['100000000000000000000', 'FOCUS-212'],
    ['1e-19', 'FOCUS-213'],
    ['0.1234567890123456789', 'FOCUS-213'],
    ['--1', 'FOCUS-211'],
    ['1 000', 'FOCUS-211'],
  ])('%j is refused with %s', (raw, problem) => {
    expect(read(raw)).toMatchObject({ problem });
  });

  // 30 digits survive no double: were a float on the way, the two would differ.
  it('is exact to the last digit for any digits', () => {
    const digits = fc.tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 20n - 1n }), fc.stringMatching(/^\d{1,18}$/));
    fc.assert(
      fc.property(digits, ([negative, whole, fraction]) => {
        const raw = `${negative ? '-' : ''}${whole}.${fraction}`;
        const { canonical, problem } = read(raw);
        expect(problem).toBeNull();
        const Wide = Big.clone({ precision: 60, toExpNeg: -60, toExpPos: 60 });
        expect(new Wide(canonical).eq(new Wide(raw))).toBe(true);
        expect(canonical).toBe(new Wide(raw).toFixed().replace(/^-0$/, '0'));
      }),
    );
  });

  it('of any text at all is either exact or refused', () => {
    const text = fc.string({ unit: fc.constantFrom('0', '1', '9', '.', ',', '-', '+', 'e', 'E', '$', ' ', 'N'), maxLength: 14 });
    fc.assert(
      fc.property(text, (raw) => {
        const { canonical, problem } = read(raw);
        if (problem !== null || canonical === '') return;
        const plain = raw.trim().replaceAll(',', '').replace('$', '').replaceAll(' ', '');
        expect(parseDecimal(canonical)).toBe(parseDecimal(plain));
      }),
      { numRuns: 2000 },
    );
  });
});
