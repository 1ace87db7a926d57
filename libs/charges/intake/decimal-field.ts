import { formatDecimal, tryParseDecimal } from '#kernel';
import type { RowProblemCode } from './row-problem.js';

/** One amount read: canonical text ("" absent) and how the source spelled it (see EncodedRow), or what is wrong with it. */
export interface DecimalReading {
  canonical: string;
  spelling: string;
  problem: RowProblemCode | null;
  /** Currency sign, thousands separators or blanks were ignored. */
  lenient: boolean;
}

const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const WHOLE_MAX = 20;
const PLACES_MAX = 18;

/**
 * Reads an amount from text to text; no JavaScript number takes part. `into` is reused, a million rows hold seven amounts each.
 * Plain decimals, nearly all of them, are recognised by one pass over their characters; the rest goes the long way.
 */
export function readDecimal(raw: string, into: DecimalReading): void {
  into.problem = null;
  into.lenient = false;
  into.spelling = '';
  const length = raw.length;
  if (length === 0) {
    into.canonical = '';
    return;
  }
  const first = raw.charCodeAt(0) === MINUS ? 1 : 0;
  let at = first;
  while (at < length && isDigit(raw.charCodeAt(at))) at++;
  const whole = at - first;
  // "007" and "-0" are right, but not canonical: the long way knows.
  if (whole === 0 || whole > WHOLE_MAX || (whole > 1 && raw.charCodeAt(first) === ZERO)) return readUnusual(raw, into);
  if (at === length) {
    if (first === 1 && raw.charCodeAt(1) === ZERO) return readUnusual(raw, into);
    into.canonical = raw;
    return;
  }
  if (raw.charCodeAt(at) !== POINT || at + 1 === length) return readUnusual(raw, into);
  const point = at;
  let significant = point;
  for (at++; at < length; at++) {
    const c = raw.charCodeAt(at);
    if (!isDigit(c)) return readUnusual(raw, into);
    if (c !== ZERO) significant = at;
  }
  if (significant - point > PLACES_MAX) return readUnusual(raw, into);
  if (significant === point && first === 1 && whole === 1 && raw.charCodeAt(1) === ZERO) return readUnusual(raw, into);
  if (significant === length - 1) into.canonical = raw;
  else {
    into.canonical = raw.slice(0, significant === point ? point : significant + 1);
    into.spelling = String(length - point - 1);
  }
}

const isDigit = (code: number): boolean => code >= ZERO && code <= NINE;

const GROUPED = /^([+-]?)(?:[$€£¥]\s?)?([+-]?)(\d{1,3}(?:,\d{3})*|\d+)(\.\d*)?$/;
const PROBLEMS = { DECIMAL_MALFORMED: 'FOCUS-211', DECIMAL_TOO_LARGE: 'FOCUS-212', DECIMAL_TOO_PRECISE: 'FOCUS-213' } as const;

function readUnusual(raw: string, into: DecimalReading): void {
  const trimmed = raw.trim();
  into.canonical = '';
  if (isAbsent(trimmed)) return;
  let value = tryParseDecimal(trimmed);
  into.lenient = trimmed !== raw;
  if (value === 'DECIMAL_MALFORMED') {
    const grouped = GROUPED.exec(trimmed);
    if (grouped === null || (grouped[1] !== '' && grouped[2] !== '')) return refuse(into, 'FOCUS-211');
    const [, outer, inner, whole = '', fraction] = grouped;
    // "1,234" may be a thousand or one and a bit; "1,234.00" and "1,234,567" cannot be misread.
    if (whole.split(',').length === 2 && fraction === undefined) return refuse(into, 'FOCUS-214');
    value = tryParseDecimal(`${outer}${inner}${whole.replaceAll(',', '')}${fraction ?? ''}`);
    into.lenient = true;
  }
  if (typeof value === 'string') return refuse(into, PROBLEMS[value]);
  into.canonical = formatDecimal(value);
  into.spelling = into.canonical === raw ? '' : `=${raw}`;
}

function refuse(into: DecimalReading, problem: RowProblemCode): void {
  into.problem = problem;
  into.lenient = false;
}

/** An empty field, `NULL` and `null` all mean absent. */
export const isAbsent = (trimmed: string): boolean =>
  trimmed === '' || (trimmed.length === 4 && (trimmed === 'NULL' || trimmed === 'null' || trimmed === 'Null'));
