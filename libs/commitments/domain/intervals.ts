import { addMonths, type Instant, MS_PER_DAY, MS_PER_HOUR, MS_PER_SECOND } from '#kernel';
import type { Interval } from './terms.js';

const FIXED: Partial<Record<Interval['unit'], number>> = {
  second: MS_PER_SECOND,
  minute: 60 * MS_PER_SECOND,
  hour: MS_PER_HOUR,
  day: MS_PER_DAY,
  week: 7 * MS_PER_DAY,
};
const MONTHS: Partial<Record<Interval['unit'], number>> = { month: 1, quarter: 3, year: 12 };

/** Start of interval `index` of a tranche that begins at `anchor`; month-end clamped, always counted from the anchor. */
export function intervalStart(anchor: Instant, interval: Interval, index: number): Instant {
  const fixed = FIXED[interval.unit];
  if (fixed !== undefined) return (anchor + index * interval.count * fixed) as Instant;
  return addMonths(anchor, index * interval.count * (MONTHS[interval.unit] as number));
}

/** Index of the interval that contains `t` (t ≥ anchor). */
export function intervalIndex(anchor: Instant, interval: Interval, t: number): number {
  const fixed = FIXED[interval.unit];
  if (fixed !== undefined) return Math.floor((t - anchor) / (interval.count * fixed));
  const months = interval.count * (MONTHS[interval.unit] as number);
  const [a, b] = [new Date(anchor), new Date(t)];
  let index = Math.floor(((b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth()) / months);
  while (intervalStart(anchor, interval, index + 1) <= t) index++;
  while (intervalStart(anchor, interval, index) > t) index--;
  return index;
}
