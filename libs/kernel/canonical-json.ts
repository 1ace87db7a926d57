import { RangeProblem } from './problem.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };
/** JSON, and amounts in their units, which are written as text. */
export type Canonical = Json | bigint | readonly Canonical[] | CanonicalObject;
export type CanonicalObject = { readonly [key: string]: Canonical | undefined };

/**
 * RFC 8785 (JSON Canonicalization Scheme) over JSON whose numbers are integers below 2^53 in absolute value.
 * `undefined` members are left out, as JSON.stringify does.
 * @throws RangeProblem `JSON_NUMBER` for any other number, `JSON_SURROGATE` for text that UTF-8 cannot hold, `JSON_TYPE`.
 */
export function canonicalJson(value: Canonical): string {
  if (typeof value === 'string') return isPlain(value) ? `"${value}"` : quoted(value);
  const end = write(value, 0);
  return end < 0 || end > PAGE.length ? composed(value) : PAGE.toString('latin1', 0, end);
}

/** The same as UTF-8, to be hashed and not kept: the next call may write over it. A third of the time of a short hash is in making text of it. @throws as `canonicalJson` */
export function canonicalBytes(value: Canonical): Uint8Array {
  const end = write(value, 0);
  if (end < 0 || end > PAGE.length) return Buffer.from(composed(value), 'utf8');
  return end < VIEWS_MAX ? (VIEWS[end] ??= PAGE.subarray(0, end)) : PAGE.subarray(0, end);
}

function composed(value: Canonical): string {
  switch (typeof value) {
    case 'bigint':
      return `"${value}"`;
    case 'string':
      return quoted(value);
    case 'number':
      if (!isWhole(value)) throw new RangeProblem('JSON_NUMBER', `${value} is no integer below 2^53: write decimals as text`);
      return `${value}`;
    case 'boolean':
      return `${value}`;
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${(value as readonly Canonical[]).map(composed).join(',')}]`;
      return `{${members(value as CanonicalObject)
        .map(([key, member]) => `${quoted(key)}:${composed(member)}`)
        .join(',')}}`;
    default:
      throw new RangeProblem('JSON_TYPE', `${typeof value} has no JSON form`);
  }
}

/** Those that stand, by the UTF-16 code units of their names, as RFC 8785 section 3.2.3 asks for. */
function members(value: CanonicalObject): [string, Canonical][] {
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  return keys.sort().map((key) => [key, value[key] as Canonical]);
}

function quoted(text: string): string {
  if (!text.isWellFormed()) throw new RangeProblem('JSON_SURROGATE', 'a lone surrogate cannot be stored');
  return JSON.stringify(text);
}

const isWhole = (value: number): boolean => Number.isSafeInteger(value) && !Object.is(value, -0);

/*
 * The same for what nearly all values are: small, of plain ASCII, their members written down in order. Written character by character
 * into one page that serves all, which costs half of putting strings together and leaves no garbage, on the path of every command.
 * Each part answers where it ended, or -1 for a value that is to be composed.
 */
const PAGE = Buffer.allocUnsafeSlow(32 * 1024);
/** Its first bytes, by their number: one less to make for each short value that is hashed. */
const VIEWS: Uint8Array[] = [];
const VIEWS_MAX = 2048;
const NOT_HERE = -1;
/** Longer texts are copied whole. */
const SHORT = 40;

function write(value: Canonical, at: number): number {
  // One question after the other: a switch over `typeof` makes a text of it, and compares that.
  if (typeof value === 'string') return writeText(value, at);
  if (typeof value === 'object') {
    if (value === null) return writeWord('null', at);
    return Array.isArray(value) ? writeArray(value as readonly Canonical[], at) : writeObject(value as CanonicalObject, at);
  }
  if (typeof value === 'number') return isWhole(value) ? writeWord(`${value}`, at) : NOT_HERE;
  if (typeof value === 'bigint') return writeText(`${value}`, at);
  if (typeof value === 'boolean') return writeWord(value ? 'true' : 'false', at);
  return NOT_HERE;
}

function writeArray(values: readonly Canonical[], at: number): number {
  PAGE[at++] = 0x5b;
  for (let i = 0; i < values.length; i++) {
    if (i > 0) PAGE[at++] = 0x2c;
    at = write(values[i] as Canonical, at);
    if (at < 0) return NOT_HERE;
  }
  PAGE[at++] = 0x5d;
  return at;
}

function writeObject(value: CanonicalObject, start: number): number {
  let [at, before] = [start, ''];
  for (const key in value) {
    // To go on until one is out of order costs less than to sort all.
    if (at > start && key < before) return writeSorted(value, start);
    const next = writeMember(value, key, at, start);
    if (next < 0) return NOT_HERE;
    if (next > at) [at, before] = [next, key];
  }
  return writeEnd(at, start);
}

function writeSorted(value: CanonicalObject, start: number): number {
  let at = start;
  for (const key of Object.keys(value).sort()) {
    at = writeMember(value, key, at, start);
    if (at < 0) return NOT_HERE;
  }
  return writeEnd(at, start);
}

/** Behind the brace or the comma; nothing for a member that is left out. */
function writeMember(value: CanonicalObject, key: string, at: number, start: number): number {
  const member = value[key];
  if (member === undefined) return at;
  PAGE[at] = at === start ? 0x7b : 0x2c;
  const named = writeText(key, at + 1);
  if (named < 0) return NOT_HERE;
  PAGE[named] = 0x3a;
  return write(member, named + 1);
}

function writeEnd(at: number, start: number): number {
  if (at === start) PAGE[at++] = 0x7b;
  PAGE[at] = 0x7d;
  return at + 1;
}

function writeText(text: string, at: number): number {
  if (text.length > SHORT) return writeLong(text, at);
  if (at + text.length > PAGE.length) return NOT_HERE;
  PAGE[at++] = 0x22;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isSpecial(code)) return NOT_HERE;
    PAGE[at++] = code;
  }
  PAGE[at++] = 0x22;
  return at;
}

/** Node copies a text for what forty characters of it cost one by one; its bytes are read faster than they are. */
function writeLong(text: string, at: number): number {
  // In UTF-8 a character that is not plain takes more bytes than one.
  if (at + 3 * text.length + 2 > PAGE.length) return NOT_HERE;
  PAGE[at++] = 0x22;
  if (PAGE.write(text, at, 'utf8') !== text.length) return NOT_HERE;
  for (const end = at + text.length; at < end; at++) if (isSpecial(PAGE[at] as number)) return NOT_HERE;
  PAGE[at++] = 0x22;
  return at;
}

function writeWord(word: string, at: number): number {
  for (let i = 0; i < word.length; i++) PAGE[at++] = word.charCodeAt(i);
  return at;
}

function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (isSpecial(text.charCodeAt(i))) return false;
  return true;
}

/** Escaped in JSON, or more than a byte in UTF-8. */
const isSpecial = (code: number): boolean => code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c;
