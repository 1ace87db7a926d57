import { CsvRows } from './csv-rows.js';
import { IntakeProblem } from './intake-problem.js';

/** A record of more characters than this is an unclosed quote, not a row. */
const RECORD_MAX = 1_048_576;
const QUOTE = 34;
const CR = 13;

/**
 * RFC 4180, fed piece by piece; blank lines are skipped, `\n` and `\r\n` may mix. Own code because Papa Parse tells no physical line,
 * keeps an unclosed quote in memory without bound, and cuts out every field; a property test holds the two to the same answer.
 */
export class CsvTokenizer {
  private readonly rows = new CsvRows();
  private rest = '';
  private line = 1;

  constructor(
    private readonly delimiter: string,
    private readonly file: string,
  ) {}

  /** The rows that `text` completes, good until the next call. With `last`, also the one at its end that no newline closes. */
  push(text: string, last: boolean): CsvRows {
    const input = this.rest === '' ? text : this.rest + text;
    const { rows } = this;
    rows.begin(input);
    let at = 0;
    while (at < input.length) {
      const next = this.record(input, at, last);
      if (next < 0) {
        rows.forget();
        break;
      }
      at = next;
    }
    this.rest = at >= input.length ? '' : input.slice(at);
    if (this.rest.length > RECORD_MAX) throw this.endless();
    return rows;
  }

  /** Reads one record. Answers where the next one begins, -1 when this one is not complete yet. */
  private record(input: string, from: number, last: boolean): number {
    const { rows, delimiter } = this;
    let fault = false;
    let newlines = 0;
    let newline = newlineFrom(input, from);
    let at = from;
    for (;;) {
      const open = input.charCodeAt(at) === QUOTE ? at : -1;
      let close = -1;
      if (open >= 0) {
        close = closingQuote(input, open + 1);
        // The quote at the very end may turn out to be the first half of a doubled one.
        if ((close < 0 || close + 1 >= input.length) && !last) return -1;
        if (close < 0) {
          fault = true;
          close = input.length;
        }
        for (; newline < close; newline = newlineFrom(input, newline + 1)) newlines++;
        at = close + 1;
      }
      // What follows a closing quote must be nothing; what begins without one reaches to the next delimiter.
      const delimited = input.indexOf(delimiter, at);
      const isEnd = delimited < 0 || delimited > newline;
      const stop = isEnd ? newline : delimited;
      if (stop >= input.length && !last) return -1;
      const end = isEnd && stop > at && input.charCodeAt(stop - 1) === CR ? stop - 1 : stop;
      if (open < 0) rows.add(at, end);
      else fault = this.quoted(input, open + 1, close, input.slice(at, end)) || fault;
      at = stop + 1;
      if (isEnd) break;
    }
    rows.end(this.line, fault);
    this.line += newlines + 1;
    return at;
  }

  /** A field between quotes, and what came between the closing one and the delimiter. True when that is a fault. */
  private quoted(input: string, from: number, to: number, tail: string): boolean {
    const fault = tail !== '' && tail.trim() !== '';
    const doubled = input.indexOf('"', from);
    if (!fault && (doubled < 0 || doubled >= to)) this.rows.add(from, to);
    else this.rows.addApart(input.slice(from, to).replaceAll('""', '"') + (fault ? tail : ''));
    return fault;
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

/** The next one, or the end. */
function newlineFrom(input: string, from: number): number {
  const at = input.indexOf('\n', from);
  return at < 0 ? input.length : at;
}

/** The delimiter that occurs most in a header line; a comma when none does. */
export function detectDelimiter(header: string): string {
  const counts = [',', ';', '\t', '|'].map((delimiter) => [header.split(delimiter).length, delimiter] as const);
  return counts.reduce((best, each) => (each[0] > best[0] ? each : best))[1];
}
