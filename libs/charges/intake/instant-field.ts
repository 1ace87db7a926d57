import { daysInMonth, formatInstant, isLeapYear, tryParseInstant, utc, type Instant } from '#kernel';
import { isAbsent } from './decimal-field.js';
import type { WarningCode } from './row-problem.js';

export interface InstantReading {
  /** Canonical ISO text, "" when absent. */
  readonly text: string;
  readonly instant: Instant | null;
  readonly malformed: boolean;
  readonly warning: WarningCode | null;
}

const MEMO_MAX = 20_000;
const AMERICAN = /^(\d{1,2})\/(\d{1,2})\/(\d{4}|\d{2})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;
const ZONED = /(?:Z|[+-]\d{2}:?\d{2})$/;

/** Reads instants. The canonical form, nearly all there are, is read digit by digit; a file repeats few others, so each is read once. */
export class InstantReader {
  private readonly memo = new Map<string, InstantReading>();

  read(raw: string): InstantReading {
    const canonical = raw.length === 20 ? canonicalInstant(raw) : -1;
    if (canonical >= 0) return { text: raw, instant: canonical as Instant, malformed: false, warning: null };
    let reading = this.memo.get(raw);
    if (reading === undefined) {
      reading = readInstant(raw);
      if (this.memo.size >= MEMO_MAX) this.memo.clear();
      this.memo.set(detached(raw), reading);
    }
    return reading;
  }
}

const DASH = 45;
const COLON = 58;
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/** Milliseconds of `YYYY-MM-DDThh:mm:ssZ` from 1970 on; -1 for anything else, which the careful way then looks at. */
function canonicalInstant(text: string): number {
  if (
    text.charCodeAt(4) !== DASH ||
    text.charCodeAt(7) !== DASH ||
    text.charCodeAt(10) !== 84 ||
    text.charCodeAt(13) !== COLON ||
    text.charCodeAt(16) !== COLON ||
    text.charCodeAt(19) !== 90
  )
    return -1;
  const year = two(text, 0) * 100 + two(text, 2);
  const month = two(text, 5);
  const day = two(text, 8);
  const hour = two(text, 11);
  const minute = two(text, 14);
  const second = two(text, 17);
  // NaN fails every one of these comparisons.
  if (!(year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) && hour <= 23 && minute <= 59 && second <= 59))
    return -1;
  const leapDays = Math.floor((year - 1969) / 4) - Math.floor((year - 1901) / 100) + Math.floor((year - 1601) / 400);
  const days = (year - 1970) * 365 + leapDays + (DAYS_BEFORE[month - 1] as number) + (month > 2 && isLeapYear(year) ? 1 : 0) + day - 1;
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000;
}

function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

/** A copy that does not keep alive the piece of the file that it was cut from. */
export const detached = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le');

function readInstant(raw: string): InstantReading {
  const text = raw.trim();
  if (isAbsent(text)) return { text: '', instant: null, malformed: false, warning: null };
  const american = AMERICAN.exec(text);
  const instant = american ? fromAmerican(american) : tryParseInstant(text);
  if (instant === null) return { text: '', instant: null, malformed: true, warning: null };
  const warning = american ? 'FOCUS-302' : ZONED.test(text) && text.includes(':') ? null : 'FOCUS-301';
  return { text: formatInstant(instant), instant, malformed: false, warning };
}

/** 4/1/25 as the FOCUS specification's own examples write 1 April 2025; two digits mean this century. */
function fromAmerican(match: RegExpExecArray): Instant | null {
  const [month, day, year, hour, minute, second] = match.slice(1).map((part) => (part === undefined ? 0 : parseInt(part, 10))) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return utc((match[3] as string).length === 2 ? 2000 + year : year, month, day, hour, minute, second);
}
