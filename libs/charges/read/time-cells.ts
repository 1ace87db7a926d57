import { addMonths, type Instant, MS_PER_DAY, MS_PER_HOUR, startOfDay, startOfHour, startOfMonth } from '#kernel';

/**
 * Sizes of the cells that keep running totals, each made of a few of the next: a past answer adds up whole cells, so its cost depends on
 * where its bounds lie and not on how many charges there are. The numbers stand in the tables.
 */
export const LEVELS = { month: 0, pentad: 1, day: 2, sixHours: 3, hour: 4, instant: 5 } as const;
export type Level = (typeof LEVELS)[keyof typeof LEVELS];

/** Levels that divide all time, from the coarsest. */
interface Size {
  readonly level: Level;
  start(t: Instant): Instant;
  next(start: Instant): Instant;
}

/** Days 1 to 5, 6 to 10, and so on; the sixth has what the month has left. */
const PENTADS = 6;
const PENTAD_MS = 5 * MS_PER_DAY;
const SIX_HOURS_MS = 6 * MS_PER_HOUR;
const plus = (t: Instant, ms: number): Instant => (t + ms) as Instant;

// A walk asks about the same month again and again, and a calendar is slow.
let lastMonth = { start: 0 as Instant, end: 0 as Instant };
function monthOf(t: Instant): typeof lastMonth {
  if (t >= lastMonth.start && t < lastMonth.end) return lastMonth;
  const start = startOfMonth(t);
  return (lastMonth = { start, end: addMonths(start, 1) });
}

const SIZES: readonly Size[] = [
  { level: LEVELS.month, start: (t) => monthOf(t).start, next: (start) => monthOf(start).end },
  {
    level: LEVELS.pentad,
    start: (t) => {
      const { start } = monthOf(t);
      return plus(start, Math.min(Math.floor((t - start) / PENTAD_MS), PENTADS - 1) * PENTAD_MS);
    },
    next: (pentad) => {
      const { start, end } = monthOf(pentad);
      return (pentad - start) / PENTAD_MS === PENTADS - 1 ? end : plus(pentad, PENTAD_MS);
    },
  },
  { level: LEVELS.day, start: startOfDay, next: (start) => plus(start, MS_PER_DAY) },
  { level: LEVELS.sixHours, start: (t) => plus(t, -modulo(t, SIX_HOURS_MS)), next: (start) => plus(start, SIX_HOURS_MS) },
  { level: LEVELS.hour, start: startOfHour, next: (start) => plus(start, MS_PER_HOUR) },
];
const modulo = (t: number, size: number): number => t - Math.floor(t / size) * size;

/** The cells that a whole hour counts in, the hour's own last. */
export const cellsOf = (hour: Instant): readonly (readonly [Level, Instant])[] => SIZES.map(({ level, start }) => [level, start(hour)]);

interface Taken {
  readonly level: Level;
  readonly bucket: Instant;
  readonly sign: 1 | -1;
}

/** Cells that were taken; one that is taken off again is not there. */
class Cover {
  readonly cells: Taken[] = [];

  take(level: Level, bucket: Instant, sign: 1 | -1): void {
    const opposite = this.cells.findLastIndex((cell) => cell.bucket === bucket && cell.level === level && cell.sign !== sign);
    if (opposite >= 0) this.cells.splice(opposite, 1);
    else this.cells.push({ level, bucket, sign });
  }
}

/**
 * Covers the whole hours of [from, to) with few cells: those between the two bounds at the coarsest level that tells them apart, or
 * that level's whole less the others; less what lies before `from` in its cell (sign −1), and what lies before `to` in its own.
 */
export function walkHours(from: Instant, to: Instant, take: (level: Level, bucket: Instant, sign: 1 | -1) => void): void {
  const first = startOfHour(from);
  const last = startOfHour(to);
  const begin = first === from ? first : plus(first, MS_PER_HOUR);
  if (begin >= last) return;
  const cover = new Cover();
  walk(0, begin, last, 1, cover);
  for (const { level, bucket, sign } of cover.cells) take(level, bucket, sign);
}

/** Both bounds lie in one cell of the level above. */
function walk(depth: number, from: Instant, to: Instant, sign: 1 | -1, cover: Cover): void {
  const size = SIZES[depth];
  if (size === undefined || from === to) return;
  const [first, last] = [size.start(from), size.start(to)];
  between(depth, first, last, sign, cover);
  if (first === last) return walk(depth + 1, from, to, sign, cover);
  walk(depth + 1, first, from, sign === 1 ? -1 : 1, cover);
  walk(depth + 1, last, to, sign, cover);
}

/** Whole cells of one level, from one's start to another's. */
function between(depth: number, first: Instant, last: Instant, sign: 1 | -1, cover: Cover): void {
  if (first === last) return;
  const { level } = SIZES[depth] as Size;
  const inside = startsIn(depth, first, last);
  const around = SIZES[depth - 1];
  if (around !== undefined) {
    const whole = around.start(first);
    const others = [...startsIn(depth, whole, first), ...startsIn(depth, last, around.next(whole))];
    if (1 + others.length < inside.length) {
      cover.take(around.level, whole, sign);
      for (const other of others) cover.take(level, other, sign === 1 ? -1 : 1);
      return;
    }
  }
  for (const each of inside) cover.take(level, each, sign);
}

function startsIn(depth: number, from: Instant, to: Instant): readonly Instant[] {
  const { next } = SIZES[depth] as Size;
  const starts: Instant[] = [];
  for (let at = from; at < to; at = next(at)) starts.push(at);
  return starts;
}
