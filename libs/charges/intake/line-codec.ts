import {
  digestValues,
  FIELD_SEPARATOR,
  FIRST_DECIMAL,
  FIRST_INSTANT,
  INSTANT_COLUMNS,
  rowKey,
  SPELLING_COUNT,
  VALUE_COUNT,
  type EncodedRow,
} from '../wire/charge-row.js';
import { detached } from './instant-field.js';

const SECTION_SEPARATOR = '\x1e';
const START = FIRST_INSTANT + INSTANT_COLUMNS.indexOf('start');
const END = FIRST_INSTANT + INSTANT_COLUMNS.indexOf('end');
/** Twenty-three characters of the start, seven base-36 digits of the row: (ChargePeriodStart, row) order is plain text order. */
const START_LENGTH = 23;
const KEY_LENGTH = 30;

// What the dictionary may hold; beyond it values are written out, so that memory stays bounded whatever the file holds.
const ENTRIES_MAX = 100_000;
const CHARS_MAX = 8_000_000;
const LITERAL = '~';
const LITERAL_CODE = 126;

const startKey = (iso: string): string => (iso.length === 20 ? `${iso.slice(0, 19)}    ` : iso.slice(0, START_LENGTH));
// Blanks stand for a fraction that is not there, because they sort before its point.
const startOfKey = (line: string): string => (line.charCodeAt(19) === 32 ? `${line.slice(0, 19)}Z` : `${line.slice(0, START_LENGTH)}Z`);

export const rowOfLine = (line: string): number => parseInt(line.slice(START_LENGTH, KEY_LENGTH), 36);

/**
 * Rows of one file as lines that are cheap to sort and to spill: values that repeat are tokens of a dictionary that lives as long as
 * the codec. Decoded values are the dictionary's own strings, so that comparing and hashing them again costs next to nothing.
 */
export class LineCodec {
  private readonly indexes = new Map<string, number>();
  private readonly texts: string[] = [];
  private readonly tokens: string[] = [];
  private chars = 0;
  private readonly lastText = new Array<string>(FIRST_DECIMAL).fill('');
  private readonly lastToken = new Array<string>(FIRST_DECIMAL).fill('');
  private readonly parts: string[] = [];

  encode(row: number, values: readonly string[], spelling: readonly string[] | null): string {
    const { parts } = this;
    parts.length = 0;
    parts.push(startKey(values[START] as string) + rowKey(row) + this.token(0, values[0] as string));
    for (let c = 1; c < FIRST_DECIMAL; c++) {
      const value = values[c] as string;
      // The start is in the key already, and ends are too many to be worth remembering.
      parts.push(c === START ? '' : c === END ? value : value === this.lastText[c] ? (this.lastToken[c] as string) : this.token(c, value));
    }
    for (let c = FIRST_DECIMAL; c < VALUE_COUNT; c++) parts.push(values[c] as string);
    if (spelling !== null) {
      parts.push(SECTION_SEPARATOR + (spelling[0] as string));
      for (let i = 1; i < SPELLING_COUNT; i++) parts.push(spelling[i] as string);
    }
    return parts.join(FIELD_SEPARATOR);
  }

  decode(line: string): EncodedRow {
    const values = line.slice(KEY_LENGTH).split(FIELD_SEPARATOR);
    let spelling: string[] | null = null;
    if (values.length > VALUE_COUNT) {
      spelling = values.splice(VALUE_COUNT);
      spelling[0] = (spelling[0] as string).slice(1);
    }
    for (let c = 0; c < FIRST_DECIMAL; c++) if (c !== END) values[c] = this.text(values[c] as string);
    values[START] = startOfKey(line);
    return { row: rowOfLine(line), values, spelling };
  }

  /** As `rowDigest` of the row's charge. */
  digest = ({ values }: EncodedRow): string => digestValues(values.join(FIELD_SEPARATOR));

  private token(c: number, value: string): string {
    if (value === '') return '';
    let index = this.indexes.get(value);
    if (index === undefined) {
      if (this.texts.length >= ENTRIES_MAX || this.chars + value.length > CHARS_MAX) return LITERAL + value;
      const text = detached(value);
      index = this.texts.length;
      this.indexes.set(text, index);
      this.texts.push(text);
      this.tokens.push(tokenOf(index));
      this.chars += value.length;
    }
    this.lastText[c] = this.texts[index] as string;
    return (this.lastToken[c] = this.tokens[index] as string);
  }

  private text(token: string): string {
    if (token === '') return '';
    if (token.charCodeAt(0) === LITERAL_CODE) return token.slice(1);
    let index = 0;
    for (let i = 0; i < token.length; i++) index = index * 64 + token.charCodeAt(i) - 48;
    return this.texts[index] as string;
  }
}

/** Base 64 in the characters 0 to o. */
function tokenOf(index: number): string {
  let token = '';
  for (let rest = index; ; rest = Math.floor(rest / 64)) {
    token = String.fromCharCode(48 + (rest % 64)) + token;
    if (rest < 64) return token;
  }
}
