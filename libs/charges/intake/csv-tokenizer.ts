import { IntakeProblem } from './intake-problem.js';

/** Rows cut from a text, side by side. `faults` marks rows whose quoting is broken. */
export interface CsvRows {
  readonly fields: string[][];
  /** Physical line on which each row starts, from 1. */
  readonly lines: number[];
  readonly faults: boolean[];
}

/** A record of more characters than this is an unclosed quote, not a row. */
const RECORD_MAX = 1_048_576;
const QUOTE = 34;
const CR = 13;

/**
 * RFC 4180, fed piece by piece; blank lines are skipped, `\n` and `\r\n` may mix. Own code because Papa Parse tells no physical line,
 * keeps an unclosed quote in memory without bound, and takes twice the time; a property test holds the two to the same answer.
 */
export class CsvTokenizer {
  private rest = '';
  private line = 1;

  constructor(
    private readonly delimiter: string,
    private readonly file: string,
  ) {}

  /** The rows that `text` completes. With `last`, also the one at its end that no newline closes. */
  push(text: string, last: boolean): CsvRows {
    const input = this.rest === '' ? text : this.rest + text;
    const rows: CsvRows = { fields: [], lines: [], faults: [] };
    let at = 0;
    let quote = input.indexOf('"');
    while (at < input.length) {
      const newline = input.indexOf('\n', at);
      if (newline < 0 && !last) break;
      const end = newline < 0 ? input.length : newline;
      if (quote >= 0 && quote < at) quote = input.indexOf('"', at);
      if (quote < 0 || quote > end) {
        this.plain(input, at, end, rows);
        at = end + 1;
        continue;
      }
      const next = this.quoted(input, at, newline, last, rows);
      if (next < 0) break;
      at = next;
    }
    this.rest = at >= input.length ? '' : input.slice(at);
    if (this.rest.length > RECORD_MAX) throw this.endless();
    return rows;
  }

  private plain(input: string, from: number, end: number, rows: CsvRows): void {
    const stop = end > from && input.charCodeAt(end - 1) === CR ? end - 1 : end;
    if (stop > from) {
      rows.fields.push(input.slice(from, stop).split(this.delimiter));
      rows.lines.push(this.line);
      rows.faults.push(false);
    }
    this.line++;
  }

  /** Reads one record that holds a quote. Answers where the next one begins, -1 when this one is not complete yet. */
  private quoted(input: string, from: number, firstNewline: number, last: boolean, rows: CsvRows): number {
    const fields: string[] = [];
    let fault = false;
    let newlines = 0;
    let newline = firstNewline;
    let at = from;
    for (;;) {
      let value = '';
      const opened = input.charCodeAt(at) === QUOTE;
      if (opened) {
        const close = closingQuote(input, at + 1);
        // The quote at the very end may turn out to be the first half of a doubled one.
        if ((close < 0 || close + 1 >= input.length) && !last) return -1;
        const end = close < 0 ? input.length : close;
        value = input.slice(at + 1, end);
        newlines += countNewlines(value);
        if (value.includes('"')) value = value.replaceAll('""', '"');
        if (close < 0) fault = true;
        at = end + 1;
      }
      // What follows a closing quote must be nothing; what begins without one reaches to the next delimiter.
      const delimited = input.indexOf(this.delimiter, at);
      if (newline >= 0 && newline < at) newline = input.indexOf('\n', at);
      const line = newline < 0 ? input.length : newline;
      const stop = delimited < 0 || delimited > line ? line : delimited;
      if (stop >= input.length && !last) return -1;
      const tail = input.slice(at, stop === line && stop > at && input.charCodeAt(stop - 1) === CR ? stop - 1 : stop);
      if (!opened) value = tail;
      else if (tail.trim() !== '') {
        fault = true;
        value += tail;
      }
      fields.push(value);
      at = stop + 1;
      if (stop === line) break;
    }
    if (fields.length > 1 || fields[0] !== '') {
      rows.fields.push(fields);
      rows.lines.push(this.line);
      rows.faults.push(fault);
    }
    this.line += newlines + 1;
    return at;
  }

  private endless(): IntakeProblem {
    return new IntakeProblem(
      'FOCUS-108',
      `The record that begins on line ${this.line} of ${this.file} has more than ${RECORD_MAX} characters.`,
      `Look for a quote on line ${this.line} that is never closed.`,
    );
  }
}

function closingQuote(input: string, from: number): number {
  let at = input.indexOf('"', from);
  while (at >= 0 && input.charCodeAt(at + 1) === QUOTE) at = input.indexOf('"', at + 2);
  return at;
}

function countNewlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** The delimiter that occurs most in a header line; a comma when none does. */
export function detectDelimiter(header: string): string {
  const counts = [',', ';', '\t', '|'].map((delimiter) => [header.split(delimiter).length, delimiter] as const);
  return counts.reduce((best, each) => (each[0] > best[0] ? each : best))[1];
}
