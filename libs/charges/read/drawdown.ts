import { addMonths, type Decimal, type Instant, MS_PER_HOUR, startOfHour, ZERO } from '#kernel';
import type { ReadDatabase } from '#read-store';
import type { Drawn } from '../domain/allocation/decision.js';
import { cellAt, drawnOf, NOTHING } from './drawdown.projection.js';
import { type Level, LEVELS, walkHours } from './time-cells.js';

const addDrawn = (a: Drawn, b: Drawn, sign: 1 | -1 = 1): Drawn => ({
  certain: add(a.certain, b.certain, sign),
  low: add(a.low, b.low, sign),
  high: add(a.high, b.high, sign),
  openUp: a.openUp + sign * b.openUp,
  openDown: a.openDown + sign * b.openDown,
  marketplace: add(a.marketplace, b.marketplace, sign),
});
/** Most of what is added is nothing. */
const add = (a: Decimal, b: Decimal, sign: 1 | -1): Decimal => (b === ZERO ? a : ((sign === 1 ? a + b : a - b) as Decimal));

/** Parameters are the commitment, the level, the instants from which and to which (exclusive), and the position. */
const CELLS =
  'SELECT bucket, certain, low, high, open_up, open_down, marketplace FROM drawdown WHERE commitment = ? AND level = ? AND bucket >= ? AND bucket < ? AND position <= ? ORDER BY bucket, position';
type CellRow = [number, string, string, string, number, number, string];

/** What one commitment's postings drew on which day, as recorded at one position. Months that were read are kept. */
export class Drawdown {
  private readonly months = new Map<Instant, Drawn>();
  private span: readonly [first: number, last: number] | null = null;

  constructor(
    private readonly database: ReadDatabase,
    private readonly commitment: string,
    private readonly position: number,
  ) {}

  /** Drawn by postings dated in [from, to): whole cells, so a bounded number of seeks. */
  between(from: Instant, to: Instant): Drawn {
    let total = NOTHING;
    const [first, last] = (this.span ??= this.bounds());
    // Outside the months that have any posting there is nothing to look for.
    const start = Math.max(from, first) as Instant;
    const end = Math.min(to, last) as Instant;
    if (start >= end) return total;
    walkHours(start, end, (level, bucket, sign) => (total = addDrawn(total, this.cell(level, bucket), sign)));
    const [headHour, tailHour] = [startOfHour(start), startOfHour(end)];
    if (headHour !== start) total = addDrawn(total, this.insideHour(start, Math.min(headHour + MS_PER_HOUR, end) as Instant));
    if (tailHour !== end && (tailHour !== headHour || headHour === start)) total = addDrawn(total, this.untilInHour(tailHour, end));
    return total;
  }

  /** Instants at which something was posted in [from, to), with the totals: for the intervals of a Continuous commitment. */
  cells(level: Level, from: Instant, to: Instant): ReadonlyMap<Instant, Drawn> {
    return latest(this.database.sql(CELLS).iterate<CellRow>(this.commitment, level, from, to, this.position));
  }

  /** The next date after `t` at which anything is posted, at whatever position, or null: until then a total as of `t` stands. */
  nextPosting(t: Instant): Instant | null {
    const hour = startOfHour(t);
    if (hour === t) return this.nextCell(LEVELS.hour, t);
    // What this hour's cell holds before `t` is behind; the rest of the hour is looked for by the instant.
    const nextHour = (hour + MS_PER_HOUR) as Instant;
    const inside = this.nextCell(LEVELS.instant, t);
    return inside !== null && inside < nextHour ? inside : this.nextCell(LEVELS.hour, nextHour);
  }

  private nextCell(level: Level, from: Instant): Instant | null {
    const row = this.database
      .sql('SELECT bucket FROM drawdown WHERE commitment = ? AND level = ? AND bucket >= ? ORDER BY bucket LIMIT 1')
      .get<[number]>(this.commitment, level, from);
    return row ? (row[0] as Instant) : null;
  }

  private bounds(): readonly [number, number] {
    const [first] = this.database
      .sql('SELECT bucket FROM drawdown WHERE commitment = ? AND level = ? ORDER BY bucket LIMIT 1')
      .get<[number]>(this.commitment, LEVELS.month) ?? [0];
    const row = this.database
      .sql('SELECT bucket FROM drawdown WHERE commitment = ? AND level = ? ORDER BY bucket DESC LIMIT 1')
      .get<[number]>(this.commitment, LEVELS.month);
    return row ? [first, addMonths(row[0] as Instant, 1)] : [0, 0];
  }

  private cell(level: Level, bucket: Instant): Drawn {
    if (level !== LEVELS.month) return cellAt(this.database, this.commitment, level, bucket, this.position) ?? NOTHING;
    let month = this.months.get(bucket);
    if (month === undefined) this.months.set(bucket, (month = cellAt(this.database, this.commitment, level, bucket, this.position) ?? NOTHING));
    return month;
  }

  /** Part of an hour that begins after the hour's start: postings at single instants. */
  private insideHour(from: Instant, to: Instant): Drawn {
    const rows = this.database.sql(CELLS).all<CellRow>(this.commitment, LEVELS.instant, from, to, this.position);
    let total = NOTHING;
    for (const cell of latest(rows).values()) total = addDrawn(total, cell);
    return total;
  }

  /** From the hour's start: the whole hour less what stands at later instants in it. */
  private untilInHour(hour: Instant, to: Instant): Drawn {
    return addDrawn(this.cell(LEVELS.hour, hour), this.insideHour(to, (hour + MS_PER_HOUR) as Instant), -1);
  }
}

/** Of each instant's totals the last. */
function latest(rows: Iterable<CellRow>): ReadonlyMap<Instant, Drawn> {
  const found = new Map<Instant, Drawn>();
  for (const [bucket, ...cell] of rows) found.set(bucket as Instant, drawnOf(cell));
  return found;
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
