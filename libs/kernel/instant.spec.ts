import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addMonths,
  certainlyOverlap,
  containsInstant,
  daysInMonth,
  EARLIEST,
  exactly,
  exactValue,
  formatDay,
  formatInstant,
  type Instant,
  isExact,
  isLeapYear,
  LATEST,
  parseInstant,
  reachedAt,
  startOfDay,
  startOfHour,
  startOfMonth,
  tryParseInstant,
  type Trilean,
  uncertain,
  type UncertainInstant,
  utc,
} from './index.js';

const instant = fc.integer({ min: EARLIEST, max: LATEST }).map((ms) => ms as Instant);

describe('instants', () => {
  it('have one spelling, which comes back', () => {
    fc.assert(fc.property(instant, (t) => void expect(parseInstant(formatInstant(t))).toBe(t)));
    expect(formatInstant(EARLIEST)).toBe('0001-01-01T00:00:00Z');
    expect(formatInstant(LATEST)).toBe('9999-12-31T23:59:59.999Z');
  });

  it.each([
    ['2025-04-11', '2025-04-11T00:00:00Z'], ['2025-04-11T10:30Z', '2025-04-11T10:30:00Z'], ['2025-04-11 10:30:15', '2025-04-11T10:30:15Z'], ['2025-04-11T02:00:00+02:00', '2025-04-11T00:00:00Z'],
    ['2025-04-10T19:30:00-0430', '2025-04-11T00:00:00Z'], ['2025-04-11T00:00:00.5Z', '2025-04-11T00:00:00.500Z'], ['2025-04-11T00:00:00.123000000Z', '2025-04-11T00:00:00.123Z'],
    ['2024-02-29', '2024-02-29T00:00:00Z'], ['2000-02-29', '2000-02-29T00:00:00Z'], ['0099-03-01', '0099-03-01T00:00:00Z'], ['2025-12-31T23:59:59.999Z', '2025-12-31T23:59:59.999Z'],
  ])('%s is %s', (text, canonical) => expect(formatInstant(parseInstant(text))).toBe(canonical)); // prettier-ignore

  it.each([
    '2025-02-29', '1900-02-29', '2100-02-29', '2025-02-30', '2025-04-31', '2025-13-01', '2025-00-10', '2025-01-00', '2025-04-11T30:00:00Z', '2025-04-11T24:00:00Z', '2025-04-11T10:60:00Z', '2025-04-11T10:00:60Z',
    '2025-04-11T10:00:00+24:00', '2025-04-11T10:00:00+99:99', '2025-04-11T10:00:00+02:60', '2025-04-11T10:00:00.0000001Z', '0000-01-01', '25-04-11', '20250411', '4/11/25', '', 'now', '2025-04-11T', '2025-4-11', '2025-04-11Z\n',
    '0001-01-01T00:00:00+01:00', '9999-12-31T23:59:59-01:00',
  ])('%s is no instant', (text) => {
    expect(tryParseInstant(text)).toBeNull();
    expect(() => parseInstant(text)).toThrow(expect.objectContaining({ code: 'INSTANT_MALFORMED' }));
  }); // prettier-ignore

  it('of whole seconds in UTC are read as any other', () => {
    const two = (min: number, max: number) => fc.integer({ min, max }).map((n) => `${n}`.padStart(2, '0'));
    const parts = fc.tuple(
      fc.constantFrom('0000', '0001', '0099', '1900', '2024', '9999'),
      two(0, 13),
      two(0, 32),
      two(0, 25),
      two(0, 61),
      two(0, 61),
    );
    fc.assert(
      fc.property(parts, ([y, mo, d, h, mi, s]) => {
        const text = `${y}-${mo}-${d}T${h}:${mi}:${s}`;
        expect(tryParseInstant(`${text}Z`)).toBe(tryParseInstant(`${text}+00:00`));
      }),
      { numRuns: 1000 },
    );
  });

  it('know leap years and the lengths of months', () => {
    expect([1900, 2000, 2023, 2024, 2100, 2400].filter(isLeapYear)).toEqual([2000, 2024, 2400]);
    expect([1, 2, 3, 4, 12].map((month) => daysInMonth(2024, month))).toEqual([31, 29, 31, 30, 31]);
    expect(utc(2025, 2, 29)).toBeNull();
    expect(utc(2000, 2, 29)).toBe(Date.UTC(2000, 1, 29));
  });

  it('add months from the anchor, clamped to the month’s end', () => {
    const january = parseInstant('2025-01-31T12:00:00Z');
    expect([1, 2, 3, 13, -2, 37].map((n) => formatInstant(addMonths(january, n)))).toEqual([
      '2025-02-28T12:00:00Z',
      '2025-03-31T12:00:00Z',
      '2025-04-30T12:00:00Z',
      '2026-02-28T12:00:00Z',
      '2024-11-30T12:00:00Z',
      '2028-02-29T12:00:00Z',
    ]);
    expect(formatDay(addMonths(parseInstant('2024-02-29'), 12))).toBe('2025-02-28');
    expect(formatDay(addMonths(parseInstant('2024-02-29'), 48))).toBe('2028-02-29');
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000_000_000_000 }),
        fc.nat(600),
        (t, n) => void expect(addMonths(t as Instant, n)).toBeLessThan(addMonths(t as Instant, n + 1)),
      ),
    );
  });

  it('floor to hour, day and month, before 1970 too', () => {
    const t = parseInstant('1969-12-31T23:59:59.999Z');
    expect([startOfHour(t), startOfDay(t), startOfMonth(t)].map(formatInstant)).toEqual([
      '1969-12-31T23:00:00Z',
      '1969-12-31T00:00:00Z',
      '1969-12-01T00:00:00Z',
    ]);
  });
});

describe('uncertain instants', () => {
  const [a, b, c, d] = [1, 2, 3, 4] as Instant[] as [Instant, Instant, Instant, Instant];
  const open = (notBefore: Instant | null, notAfter: Instant | null): UncertainInstant => ({ notBefore, notAfter });

  it('refuse an order that cannot be', () => {
    expect(() => uncertain(b, a)).toThrow(expect.objectContaining({ code: 'INSTANT_ORDER' }));
    expect(uncertain(a, a, 'words')).toEqual({ notBefore: a, notAfter: a, wording: 'words' });
    expect([isExact(exactly(a)), isExact(open(a, b)), isExact(open(null, null)), exactValue(exactly(a)), exactValue(open(a, b))]).toEqual([
      true,
      false,
      false,
      a,
      null,
    ]);
  });

  it.each([
    [exactly(b), a, 'no'], [exactly(b), b, 'yes'], [exactly(b), c, 'yes'], [open(b, c), a, 'no'], [open(b, c), b, 'maybe'], [open(b, c), c, 'yes'],
    [open(null, b), a, 'maybe'], [open(null, b), b, 'yes'], [open(b, null), a, 'no'], [open(b, null), LATEST, 'maybe'], [open(b, null), Infinity, 'yes'], [open(null, null), a, 'maybe'],
  ] as [UncertainInstant, number, Trilean][])('%j has come at %s: %s', (when, t, answer) => expect(reachedAt(when, t)).toBe(answer)); // prettier-ignore

  it.each([
    [{ start: exactly(b), end: exactly(c) }, a, 'no'], [{ start: exactly(b), end: exactly(c) }, b, 'yes'], [{ start: exactly(b), end: exactly(c) }, c, 'no'], [{ start: exactly(b), end: null }, LATEST, 'yes'],
    [{ start: open(a, b), end: exactly(d) }, a, 'maybe'], [{ start: open(a, b), end: exactly(d) }, b, 'yes'], [{ start: exactly(a), end: open(c, d) }, b, 'yes'], [{ start: exactly(a), end: open(c, d) }, c, 'maybe'], [{ start: exactly(a), end: open(c, d) }, d, 'no'],
    [{ start: open(null, null), end: null }, a, 'maybe'],
  ] as [Parameters<typeof containsInstant>[0], number, Trilean][])('%j contains %s: %s', (period, t, answer) => expect(containsInstant(period, t)).toBe(answer)); // prettier-ignore

  it('agree with every exact instant that they may turn out to be', () => {
    const side = fc.option(fc.integer({ min: 0, max: 6 }), { freq: 4 });
    const vague = fc
      .tuple(side, side)
      .filter(([from, to]) => from === null || to === null || from <= to)
      .map(([from, to]) => open(from as Instant | null, to as Instant | null));
    const cases = ({ notBefore, notAfter }: UncertainInstant): Instant[] =>
      Array.from({ length: 10 }, (_, i) => (i - 1) as Instant).filter(
        (t) => (notBefore === null || t >= notBefore) && (notAfter === null || t <= notAfter),
      );
    fc.assert(
      fc.property(vague, vague, fc.integer({ min: 0, max: 6 }), (start, end, t) => {
        const answers = new Set(cases(start).flatMap((s) => cases(end).map((e) => s <= t && t < e)));
        const expected = answers.size === 2 ? 'maybe' : answers.has(true) ? 'yes' : 'no';
        expect(containsInstant({ start, end }, t)).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('overlap for certain only where no reading keeps them apart', () => {
    const of = (s: UncertainInstant, e: UncertainInstant | null) => ({ start: s, end: e });
    expect(certainlyOverlap(of(exactly(a), exactly(c)), of(exactly(b), exactly(d)))).toBe(true);
    expect(certainlyOverlap(of(exactly(a), exactly(b)), of(exactly(b), exactly(c)))).toBe(false);
    expect(certainlyOverlap(of(exactly(a), open(b, d)), of(exactly(c), null))).toBe(false);
    expect(certainlyOverlap(of(exactly(a), null), of(open(b, d), null))).toBe(true);
  });
});
