import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Instant, MS_PER_HOUR } from '#kernel';
import { cellsOf, LEVELS, walkHours } from './time-cells.js';

const YEAR = Date.UTC(2024, 0, 1);
const hour = (index: number): Instant => (YEAR + index * MS_PER_HOUR) as Instant;
/** The hours that each cell has, by what a posting in that hour adds to. */
const hoursIn = new Map<string, number[]>();
for (let at = hour(-800); at < hour(9_800); at = (at + MS_PER_HOUR) as Instant)
  for (const [level, bucket] of cellsOf(at)) {
    const key = `${level}|${bucket}`;
    hoursIn.set(key, [...(hoursIn.get(key) ?? []), at]);
  }

it('covers each whole hour of a range once and none outside it, with few cells', () => {
  fc.assert(
    fc.property(fc.nat(9_000), fc.nat(9_000), fc.nat(MS_PER_HOUR - 1), (a, b, inside) => {
      const [first, last] = [Math.min(a, b), Math.max(a, b)];
      const from = (hour(first) - (inside % 2 === 0 ? inside : 0)) as Instant;
      const covered = new Map<number, number>();
      let cells = 0;
      walkHours(from, (hour(last) + inside) as Instant, (level, bucket, sign) => {
        cells++;
        for (const at of hoursIn.get(`${level}|${bucket}`) as number[]) covered.set(at, (covered.get(at) ?? 0) + sign);
      });
      const once = [...covered].filter(([, times]) => times !== 0);
      expect(once.every(([, times]) => times === 1)).toBe(true);
      expect(once.map(([at]) => at).sort((x, y) => x - y)).toEqual(Array.from({ length: last - first }, (_, index) => hour(first + index)));
      // A year of months, and at either bound at most half of what the levels below divide one of theirs into.
      expect(cells).toBeLessThanOrEqual(13 + 2 * (3 + 3 + 2 + 3));
    }),
  );
});

const taken = (from: number, to: number): readonly string[] => {
  const cells: string[] = [];
  const names = Object.keys(LEVELS);
  walkHours(hour(from), hour(to), (level, bucket, sign) =>
    cells.push(`${sign === 1 ? '+' : '-'}${names[level]} ${new Date(bucket).toISOString().slice(5, 13)}`),
  );
  return cells;
};

it.each([
  ['what is one cell', 0, 31 * 24, ['+month 01-01T00']],
  ['the last pentad of a month, however long', 25 * 24, 31 * 24, ['+pentad 01-26T00']],
  ['one hour', 11, 12, ['+hour 01-01T11']],
  ['a month that lacks its last hours', 0, 31 * 24 - 2, ['+month 01-01T00', '-hour 01-31T22', '-hour 01-31T23']],
])('takes %s', (_what, from, to, expected) => {
  expect(taken(from, to)).toEqual(expected);
});
