import { Kind } from 'graphql';
import { describe, expect, it } from 'vitest';
import { parseDecimal } from '#kernel';
import { DateTimeScalar, DecimalScalar, DurationScalar, LocalDateScalar } from './scalars.js';

describe('scalars', () => {
  it.each(['0', '-0.000000000000000001', '99999999999999999999.999999999999999999'])('carry the decimal %s to the digit', (text) => {
    expect(DecimalScalar.serialize(DecimalScalar.parseValue(text))).toBe(text);
  });

  it.each([1, 1.5, null, '', '1e400', 'NaN', '1,5', '100000000000000000000', '0.0000000000000000001', {}])('refuse %j as a decimal', (value) => {
    expect(() => DecimalScalar.parseValue(value)).toThrow(/expected a decimal/);
  });

  it.each([
    ['1.0000000000000000001', /at most 18 digits after the point/],
    ['123456789012345678901', /fewer than 21 digits before the point/],
    [100.5, /has been a float already/],
    ['1e3', /without an exponent/],
  ])('say of the decimal %j which rule it breaks', (value, rule) => {
    expect(() => DecimalScalar.parseValue(value)).toThrow(rule);
  });

  it('refuse a decimal written as a number in the query itself', () => {
    expect(() => DecimalScalar.parseLiteral({ kind: Kind.FLOAT, value: '1.5' })).toThrow(/expected a decimal/);
    expect(DecimalScalar.parseLiteral({ kind: Kind.STRING, value: '1.50' })).toBe(parseDecimal('1.5'));
  });

  it('want an instant with its zone, and a day without one', () => {
    expect(DateTimeScalar.serialize(DateTimeScalar.parseValue('2025-04-11T02:00:00.5+02:00'))).toBe('2025-04-11T00:00:00.500Z');
    for (const malformed of ['2025-04-11', '2025-04-11T00:00:00', '2025-02-30T00:00:00Z', 0])
      expect(() => DateTimeScalar.parseValue(malformed)).toThrow(/expected an instant/);
    expect(LocalDateScalar.serialize(LocalDateScalar.parseValue('2024-02-29'))).toBe('2024-02-29');
    for (const malformed of ['2025-02-29', '2025-04-11T00:00:00Z', '4/11/25'])
      expect(() => LocalDateScalar.parseValue(malformed)).toThrow(/expected a day/);
  });

  it.each([
    ['P30D', 30 * 86_400_000],
    ['PT6H', 6 * 3_600_000],
    ['P1DT1H1M1.001S', 90_061_001],
    ['PT0S', 0],
  ])('read and write the duration %s', (text, ms) => {
    expect(DurationScalar.parseValue(text)).toBe(ms);
    expect(DurationScalar.serialize(ms)).toBe(text);
  });

  it.each(['P1M', 'P1Y', 'P', 'PT', 'P1DT', '30', 30])('refuse %j as a duration', (value) => {
    expect(() => DurationScalar.parseValue(value)).toThrow(/expected a duration/);
  });
});
