import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addMonths, type Instant, MS_PER_DAY, MS_PER_HOUR } from '#kernel';
import { walkHours } from './drawdown.js';
import { LEVELS } from './drawdown.projection.js';

const YEAR = Date.UTC(2024, 0, 1);
const hour = (index: number): Instant => (YEAR + index * MS_PER_HOUR) as Instant;
const endOf = (level: number, bucket: Instant): number =>
  level === LEVELS.month ? addMonths(bucket, 1) : bucket + (level === LEVELS.day ? MS_PER_DAY : MS_PER_HOUR);

it('covers each whole hour of a range once and none outside it, with few cells', () => {
  fc.assert(
    fc.property(fc.nat(9_000), fc.nat(9_000), fc.nat(MS_PER_HOUR - 1), (a, b, inside) => {
      const [first, last] = [Math.min(a, b), Math.max(a, b)];
      const from = (hour(first) - (inside % 2 === 0 ? inside : 0)) as Instant;
      const covered = new Map<number, number>();
      let cells = 0;
      walkHours(from, (hour(last) + inside) as Instant, (level, bucket, sign) => {
        cells++;
        for (let at: number = bucket; at < endOf(level, bucket); at += MS_PER_HOUR) covered.set(at, (covered.get(at) ?? 0) + sign);
      });
      const once = [...covered].filter(([, times]) => times !== 0);
      expect(once.every(([, times]) => times === 1)).toBe(true);
      expect(once.map(([at]) => at).sort((x, y) => x - y)).toEqual(Array.from({ length: last - first }, (_, index) => hour(first + index)));
      // Up from an odd hour of an odd day, a year of months, and half a month and half a day back down.
      expect(cells).toBeLessThanOrEqual(23 + 30 + 13 + 17 + 14);
    }),
  );
});

it('takes a month that lacks its last hours whole, and those off', () => {
  const taken: [number, Instant, number][] = [];
  walkHours(hour(0), hour(31 * 24 - 2), (...cell) => taken.push(cell));
  expect(taken).toEqual([
    [LEVELS.month, hour(0), 1],
    [LEVELS.day, hour(30 * 24), -1],
    [LEVELS.day, hour(30 * 24), 1],
    [LEVELS.hour, hour(31 * 24 - 2), -1],
    [LEVELS.hour, hour(31 * 24 - 1), -1],
  ]);
});
