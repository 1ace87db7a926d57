import { RangeProblem } from './problem.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

/**
 * RFC 8785 (JSON Canonicalization Scheme) over JSON whose numbers are integers below 2^53 in absolute value.
 * `undefined` members are left out, as JSON.stringify does.
 * @throws RangeProblem `JSON_NUMBER` for any other number, `JSON_SURROGATE` for text that UTF-8 cannot hold, `JSON_TYPE`.
 */
export function canonicalJson(value: Json): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      if (!Number.isSafeInteger(value) || Object.is(value, -0))
        throw new RangeProblem('JSON_NUMBER', `${value} is no integer below 2^53: write decimals as text`);
      return `${value}`;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? array(value as readonly Json[]) : object(value as JsonObject);
    default:
      throw new RangeProblem('JSON_TYPE', `${typeof value} has no JSON form`);
  }
}

function array(values: readonly Json[]): string {
  let text = '[';
  for (let i = 0; i < values.length; i++) {
    if (i > 0) text += ',';
    text += canonicalJson(values[i] as Json);
  }
  return `${text}]`;
}

function object(value: JsonObject): string {
  // The default sort compares UTF-16 code units, which is what RFC 8785 section 3.2.3 asks for.
  const keys = members(value);
  if (!isAscending(keys)) keys.sort();
  let text = '{';
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    text += `${i === 0 ? '' : ','}${quote(key)}:${canonicalJson(value[key] as Json)}`;
  }
  return `${text}}`;
}

/** The members that stand: of a set of changes nearly all are absent, and sorting those would be most of the work. */
function members(value: JsonObject): string[] {
  const keys = Object.keys(value);
  let count = 0;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    if (value[key] !== undefined) keys[count++] = key;
  }
  keys.length = count;
  return keys;
}

/** Most objects are written down in order: looking costs less than sorting. */
function isAscending(keys: readonly string[]): boolean {
  for (let i = 1; i < keys.length; i++) if ((keys[i - 1] as string) > (keys[i] as string)) return false;
  return true;
}

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
function quote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new RangeProblem('JSON_SURROGATE', 'a lone surrogate cannot be stored');
  return JSON.stringify(text);
}
