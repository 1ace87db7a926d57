import { formatInstant, tryParseInstant, utc, type Instant } from '#kernel';
import { startKey } from '../wire/charge-row.js';
import { isAbsent } from './decimal-field.js';
import type { WarningCode } from './row-problem.js';

export interface InstantReading {
  /** Canonical ISO text, "" when absent. */
  readonly text: string;
  readonly instant: Instant | null;
  /** Sorts as text like the instants do. */
  readonly key: string;
  readonly malformed: boolean;
  readonly warning: WarningCode | null;
}

const MEMO_MAX = 20_000;
const AMERICAN = /^(\d{1,2})\/(\d{1,2})\/(\d{4}|\d{2})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;
const ZONED = /(?:Z|[+-]\d{2}:?\d{2})$/;

/** Reads instants; a file repeats few of them, so each text is read once. */
export class InstantReader {
  private readonly memo = new Map<string, InstantReading>();

  read(raw: string): InstantReading {
    let reading = this.memo.get(raw);
    if (reading === undefined) {
      reading = readInstant(raw);
      if (this.memo.size >= MEMO_MAX) this.memo.clear();
      this.memo.set(detached(raw), reading);
    }
    return reading;
  }
}

/** A copy that does not keep alive the piece of the file that it was cut from. */
export const detached = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le');

function readInstant(raw: string): InstantReading {
  const text = raw.trim();
  if (isAbsent(text)) return { text: '', instant: null, key: '', malformed: false, warning: null };
  const american = AMERICAN.exec(text);
  const instant = american ? fromAmerican(american) : tryParseInstant(text);
  if (instant === null) return { text: '', instant: null, key: '', malformed: true, warning: null };
  const warning = american ? 'FOCUS-302' : ZONED.test(text) && text.includes(':') ? null : 'FOCUS-301';
  return { text: formatInstant(instant), instant, key: startKey(instant), malformed: false, warning };
}

/** 4/1/25 as the FOCUS specification's own examples write 1 April 2025; two digits mean this century. */
function fromAmerican(match: RegExpExecArray): Instant | null {
  const [month, day, year, hour, minute, second] = match.slice(1).map((part) => (part === undefined ? 0 : parseInt(part, 10))) as [number, number, number, number, number, number];
  return utc((match[3] as string).length === 2 ? 2000 + year : year, month, day, hour, minute, second);
}
