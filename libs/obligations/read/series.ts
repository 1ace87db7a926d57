import {
  addMonths,
  amountFigure,
  exact,
  type Figure,
  type Instant,
  MS_PER_DAY,
  MS_PER_HOUR,
  plus,
  startOfDay,
  startOfHour,
  startOfMonth,
  ZERO,
} from '#kernel';
import type { CommitmentView } from './commitment-view.js';

export const BUCKETS = ['HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'] as const;
export type BucketUnit = (typeof BUCKETS)[number];
export const BUCKETS_MAX = 10_000;

export interface DrawnBucket {
  readonly start: Instant;
  readonly end: Instant;
  readonly drawn: Figure;
  readonly cumulative: Figure;
}

/**
 * Drawn bucket by bucket over [from, to), by default over the period that contains `t`, of what began before `t`. The first and
 * last bucket are cut to the bounds. Null: more than 10,000 buckets, or bounds in the wrong order.
 */
export function seriesOf(
  view: CommitmentView,
  t: Instant,
  unit: BucketUnit,
  from: Instant | null,
  to: Instant | null,
): readonly DrawnBucket[] | null {
  const period = view.current(t).periods[0] ?? view.periods(t)[0];
  const start = from ?? period?.start ?? null;
  const end = to ?? period?.end ?? null;
  if (start === null || end === null) return [];
  if (end < start) return null;
  const buckets: DrawnBucket[] = [];
  let cumulative = exact(ZERO);
  for (let cursor = start; cursor < end;) {
    if (buckets.length >= BUCKETS_MAX) return null;
    const next = Math.min(nextBucket(cursor, unit), end) as Instant;
    const until = Math.min(next, Math.max(t, cursor)) as Instant;
    const drawn = view.drawn(cursor, until);
    cumulative = plus(cumulative, drawn);
    buckets.push({ start: cursor, end: next, drawn: amountFigure(drawn), cumulative: amountFigure(cumulative) });
    cursor = next;
  }
  return buckets;
}

const MONDAY = 4 * MS_PER_DAY; // 1970-01-05, the first Monday after the epoch
function nextBucket(t: Instant, unit: BucketUnit): Instant {
  switch (unit) {
    case 'HOUR':
      return (startOfHour(t) + MS_PER_HOUR) as Instant;
    case 'DAY':
      return (startOfDay(t) + MS_PER_DAY) as Instant;
    case 'WEEK': {
      const week = 7 * MS_PER_DAY;
      return (Math.floor((t - MONDAY) / week) * week + MONDAY + week) as Instant;
    }
    case 'MONTH':
      return addMonths(startOfMonth(t), 1);
    case 'QUARTER': {
      const month = startOfMonth(t);
      return addMonths(month, 3 - (new Date(month).getUTCMonth() % 3));
    }
    case 'YEAR': {
      const month = startOfMonth(t);
      return addMonths(month, 12 - new Date(month).getUTCMonth());
    }
  }
}
