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
  let text = '';
  let before = '';
  // Most objects are written down in order: to go on until one is not costs less than to sort all.
  for (const key in value) {
    const member = value[key];
    if (member === undefined) continue;
    // By UTF-16 code units, which is what RFC 8785 section 3.2.3 asks for.
    if (key < before) return sorted(value);
    before = key;
    text += `${text === '' ? '{' : ','}${quote(key)}:${canonicalJson(member)}`;
  }
  return text === '' ? '{}' : `${text}}`;
}

function sorted(value: JsonObject): string {
  const members: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member !== undefined) members.push(`${quote(key)}:${canonicalJson(member)}`);
  }
  return `{${members.join(',')}}`;
}

/** Nearly all texts are short and plain, and then this costs a third of a regular expression. */
function quote(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return escaped(text);
  }
  return `"${text}"`;
}

function escaped(text: string): string {
  if (!text.isWellFormed()) throw new RangeProblem('JSON_SURROGATE', 'a lone surrogate cannot be stored');
  return JSON.stringify(text);
}
