import { RangeProblem } from './problem.js';

/** Milliseconds since 1970-01-01T00:00:00Z. An integer, and time only: no amount is ever a JavaScript number. */
export type Instant = number & { readonly __instant: true };

export const MS_PER_SECOND = 1000;
export const MS_PER_HOUR = 3_600_000;
export const MS_PER_DAY = 86_400_000;

export const EARLIEST = Date.parse('0001-01-01T00:00:00Z') as Instant;
export const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999) as Instant;

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?(Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?$/;

/** The spelling that nearly all have: read without the strings that a match is made of. */
const WHOLE_SECONDS_UTC = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/**
 * Reads an ISO 8601 instant or calendar day (its first moment, UTC).
 * @throws RangeProblem `INSTANT_MALFORMED` for anything that is no real moment (30 February, hour 30).
 */
export function parseInstant(text: string): Instant {
  const instant = tryParseInstant(text);
  if (instant === null) throw new RangeProblem('INSTANT_MALFORMED', `"${text.slice(0, 60)}" is no instant: expected e.g. 2025-04-11T00:00:00Z`);
  return instant;
}

export function tryParseInstant(text: string): Instant | null {
  if (WHOLE_SECONDS_UTC.test(text))
    return within(utc(at(text, 0, 4), at(text, 5, 7), at(text, 8, 10), at(text, 11, 13), at(text, 14, 16), at(text, 17, 19)));
  const match = ISO.exec(text);
  if (!match) return null;
  const [, y, mo, d, h = '0', mi = '0', s = '0', fraction = '', zone = 'Z'] = match;
  // Below the millisecond nothing is kept, so nothing is accepted: an instant is never rounded.
  if (fraction.length > 3 && /[1-9]/.test(fraction.slice(3))) return null;
  const ms = fraction === '' ? 0 : whole(fraction.slice(0, 3).padEnd(3, '0'));
  const time = utc(whole(y as string), whole(mo as string), whole(d as string), whole(h), whole(mi), whole(s), ms);
  return time === null ? null : within(zone === 'Z' ? time : time - offsetOf(zone));
}

const within = (time: number | null): Instant | null => (time === null || time < EARLIEST || time > LATEST ? null : (time as Instant));

/** The number that the digits of a text say, from one place to before another. */
function at(text: string, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i++) number = number * 10 + text.charCodeAt(i) - ZERO;
  return number;
}

const ZERO = '0'.charCodeAt(0);

const whole = (digits: string): number => parseInt(digits, 10);

/** The instant of these UTC fields (month 1 to 12), or null when no such moment exists. */
export function utc(year: number, month: number, day: number, hour = 0, minute = 0, second = 0, ms = 0): Instant | null {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  // Date.UTC would take year 1 for 1901.
  if (year > 99) return Date.UTC(year, month - 1, day, hour, minute, second, ms) as Instant;
  const shifted = new Date(0);
  shifted.setUTCFullYear(year, month - 1, day);
  shifted.setUTCHours(hour, minute, second, ms);
  return shifted.getTime() as Instant;
}

const offsetOf = (zone: string): number => {
  const sign = zone.startsWith('-') ? -1 : 1;
  const digits = zone.slice(1).replace(':', '');
  return sign * (parseInt(digits.slice(0, 2), 10) * 60 + parseInt(digits.slice(2), 10)) * 60_000;
};

export const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
export const daysInMonth = (year: number, month: number): number => (month === 2 && isLeapYear(year) ? 29 : (MONTH_DAYS[month - 1] as number));

// Neighbours mostly share their instants, and a comparison costs a hundredth of a formatting.
let lastFormatted: Instant | null = null;
let lastSpelling = '';

/** Canonical spelling: `2025-04-11T00:00:00Z`, milliseconds only where there are any. */
export const formatInstant = (instant: Instant): string => {
  if (instant === lastFormatted) return lastSpelling;
  const iso = new Date(instant).toISOString();
  lastSpelling = iso.endsWith('.000Z') ? `${iso.slice(0, -5)}Z` : iso;
  lastFormatted = instant;
  return lastSpelling;
};

export const formatDay = (instant: Instant): string => new Date(instant).toISOString().slice(0, 10);

/**
 * `months` after `anchor`, the day clamped to the month's end and counted from the anchor, never from a clamped day:
 * 31 January + 1 month is 28 (29) February, + 2 months is 31 March.
 */
export function addMonths(anchor: Instant, months: number): Instant {
  const date = new Date(anchor);
  const index = date.getUTCFullYear() * 12 + date.getUTCMonth() + months;
  const year = Math.floor(index / 12);
  const month = index - year * 12;
  const day = Math.min(date.getUTCDate(), daysInMonth(year, month + 1));
  const shifted = new Date(anchor);
  shifted.setUTCFullYear(year, month, day);
  return shifted.getTime() as Instant;
}

export const startOfDay = (instant: Instant): Instant => (Math.floor(instant / MS_PER_DAY) * MS_PER_DAY) as Instant;
export const startOfHour = (instant: Instant): Instant => (Math.floor(instant / MS_PER_HOUR) * MS_PER_HOUR) as Instant;
export const startOfMonth = (instant: Instant): Instant => {
  const date = new Date(instant);
  date.setUTCDate(1);
  date.setUTCHours(0, 0, 0, 0);
  return date.getTime() as Instant;
};
