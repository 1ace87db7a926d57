import { addMonths, type Decimal, type Instant, MS_PER_DAY, MS_PER_HOUR, startOfDay, startOfHour, startOfMonth } from '#kernel';
import type { ReadDatabase } from '#read-store';
import type { Drawn } from '../domain/allocation/decision.js';
import { cellAt, drawnOf, type Level, LEVELS, NOTHING } from './drawdown.projection.js';

export const addDrawn = (a: Drawn, b: Drawn, sign: 1 | -1 = 1): Drawn => {
  const factor = BigInt(sign);
  return {
    certain: (a.certain + factor * b.certain) as Decimal,
    low: (a.low + factor * b.low) as Decimal,
    high: (a.high + factor * b.high) as Decimal,
    openUp: a.openUp + sign * b.openUp,
    openDown: a.openDown + sign * b.openDown,
    marketplace: (a.marketplace + factor * b.marketplace) as Decimal,
  };
};

/** What was drawn on which day, at any recorded position. */
export class Drawdown {
  constructor(private readonly database: ReadDatabase) {}

  /** Drawn by postings dated in [from, to), as recorded at `position`: whole cells, so a bounded number of seeks. */
  between(commitment: string, from: Instant, to: Instant, position: number): Drawn {
    let total = NOTHING;
    const take = (level: Level, bucket: Instant, sign: 1 | -1): void => {
      const cell = cellAt(this.database, commitment, level, bucket, position);
      if (cell) total = addDrawn(total, cell, sign);
    };
    const [first, last] = this.bounds(commitment);
    // Outside the months that have any posting there is nothing to look for.
    const start = Math.max(from, first) as Instant;
    const end = Math.min(to, last) as Instant;
    if (start >= end) return total;
    walkHours(start, end, take);
    const [headHour, tailHour] = [startOfHour(start), startOfHour(end)];
    if (headHour !== start) total = addDrawn(total, this.insideHour(commitment, start, Math.min(headHour + MS_PER_HOUR, end) as Instant, position));
    if (tailHour !== end && (tailHour !== headHour || headHour === start))
      total = addDrawn(total, this.untilInHour(commitment, tailHour, end, position));
    return total;
  }

  /** Instants at which something was posted in [from, to), with the totals as recorded at `position`: for the intervals of a Continuous commitment. */
  cells(commitment: string, level: Level, from: Instant, to: Instant, position: number): ReadonlyMap<Instant, Drawn> {
    const found = new Map<Instant, Drawn>();
    const rows = this.database
      .sql(
        'SELECT bucket, certain, low, high, open_up, open_down, marketplace FROM drawdown WHERE commitment = ? AND level = ? AND bucket >= ? AND bucket < ? AND position <= ? ORDER BY bucket, position',
      )
      .iterate<[number, string, string, string, number, number, string]>(commitment, level, from, to, position);
    for (const [bucket, ...cell] of rows) found.set(bucket as Instant, drawnOf(cell));
    return found;
  }

  /** The next date after `t` at which anything is posted, or null: until then a total as of `t` stands. */
  nextPosting(commitment: string, t: Instant): Instant | null {
    const hour = startOfHour(t);
    if (hour === t) return this.nextCell(commitment, LEVELS.hour, t);
    // What this hour's cell holds before `t` is behind; the rest of the hour is looked for by the instant.
    const nextHour = (hour + MS_PER_HOUR) as Instant;
    const inside = this.nextCell(commitment, LEVELS.instant, t);
    return inside !== null && inside < nextHour ? inside : this.nextCell(commitment, LEVELS.hour, nextHour);
  }

  private nextCell(commitment: string, level: Level, from: Instant): Instant | null {
    const row = this.database
      .sql('SELECT bucket FROM drawdown WHERE commitment = ? AND level = ? AND bucket >= ? ORDER BY bucket LIMIT 1')
      .get<[number]>(commitment, level, from);
    return row ? (row[0] as Instant) : null;
  }

  private bounds(commitment: string): [number, number] {
    const [first] = this.database
      .sql('SELECT bucket FROM drawdown WHERE commitment = ? AND level = ? ORDER BY bucket LIMIT 1')
      .get<[number]>(commitment, LEVELS.month) ?? [0];
    const row = this.database
      .sql('SELECT bucket FROM drawdown WHERE commitment = ? AND level = ? ORDER BY bucket DESC LIMIT 1')
      .get<[number]>(commitment, LEVELS.month);
    return row ? [first, addMonths(row[0] as Instant, 1)] : [0, 0];
  }

  /** Part of an hour that begins after the hour's start: postings at single instants. */
  private insideHour(commitment: string, from: Instant, to: Instant, position: number): Drawn {
    let total = NOTHING;
    for (const cell of this.cells(commitment, LEVELS.instant, from, to, position).values()) total = addDrawn(total, cell);
    return total;
  }

  /** From the hour's start: the whole hour less what stands at later instants in it. */
  private untilInHour(commitment: string, hour: Instant, to: Instant, position: number): Drawn {
    const whole = cellAt(this.database, commitment, LEVELS.hour, hour, position) ?? NOTHING;
    return addDrawn(whole, this.insideHour(commitment, to, (hour + MS_PER_HOUR) as Instant, position), -1);
  }
}

/**
 * Covers the whole hours of [from, to) with few cells: hours to the first day, days to the first month, months, and back down. A last
 * month or day that is more than half covered is taken whole, and what lies behind the end is taken off again (sign −1).
 */
export function walkHours(from: Instant, to: Instant, take: (level: Level, bucket: Instant, sign: 1 | -1) => void): void {
  let cursor = startOfHour(from) === from ? from : ((startOfHour(from) + MS_PER_HOUR) as Instant);
  const end = startOfHour(to);
  const isWorth = (whole: Instant): boolean => whole <= end || whole - end < end - cursor;
  while (cursor < end) {
    const month = addMonths(cursor, 1);
    const day = (cursor + MS_PER_DAY) as Instant;
    if (startOfMonth(cursor) === cursor && isWorth(month)) {
      take(LEVELS.month, cursor, 1);
      cursor = month <= end ? month : startOfDay(end);
      for (let off = cursor; off < month; off = (off + MS_PER_DAY) as Instant) take(LEVELS.day, off, -1);
    } else if (startOfDay(cursor) === cursor && isWorth(day)) {
      take(LEVELS.day, cursor, 1);
      cursor = day;
      for (let off = end; off < day; off = (off + MS_PER_HOUR) as Instant) take(LEVELS.hour, off, -1);
    } else {
      take(LEVELS.hour, cursor, 1);
      cursor = (cursor + MS_PER_HOUR) as Instant;
    }
  }
}

/** Which recorded position postings are read at, and whether some that belong to it are still to come. */
export interface PostingsAt {
  readonly position: number;
  readonly pending: boolean;
  /** Names the set of postings: the position of the last run that counts. */
  readonly version: number;
}

/** Postings of a run count together: inside a run the answer is that before it. */
export function postingsAt(database: ReadDatabase, organization: string, position: number): PostingsAt {
  const run = database
    .sql('SELECT first, last FROM runs WHERE org = ? AND first <= ? ORDER BY first DESC LIMIT 1')
    .get<[number, number | null]>(organization, position);
  const inside = run !== undefined && (run[1] === null || run[1] > position);
  const pending =
    database
      .sql('SELECT 1 FROM triggers WHERE org = ? AND position <= ? AND (settled IS NULL OR settled > ?) LIMIT 1')
      .get(organization, position, position) !== undefined;
  const version = run === undefined ? 0 : inside ? run[0] - 1 : run[0];
  return { position: inside ? run[0] - 1 : position, pending, version };
}

/** Is everything allocated, by now, that events up to the position called for? */
export const isSettled = (database: ReadDatabase, organization: string, position: number): boolean =>
  database.sql('SELECT 1 FROM triggers WHERE org = ? AND position <= ? AND settled IS NULL LIMIT 1').get(organization, position) === undefined;
