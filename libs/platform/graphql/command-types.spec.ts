import { canonicalJson } from '#kernel';
import { describe, expect, it } from 'vitest';
import { CommandInput, digestible } from './command-types.js';

class Input extends CommandInput {
  reason?: string;
  amount?: bigint | null;
  about?: { readonly b: number; readonly a: number };
}
const given = (fields: Partial<Input>): string => canonicalJson(digestible(Object.assign(new Input(), { idempotencyKey: 'k' }, fields)));

describe('what counts for "same key, same input"', () => {
  it('is all that was given, also what the first input of its class did not give', () => {
    expect(given({})).toBe('{}');
    expect(given({ reason: 'r', onBehalfOf: 'o' })).toBe('{"onBehalfOf":"o","reason":"r"}');
    expect(given({ amount: null })).toBe('{"amount":null}');
  });

  it('is amounts as text, and members in whatever order they were given', () => {
    expect(given({ reason: 'r', about: { b: 2, a: 1 }, amount: 5n })).toBe('{"about":{"a":1,"b":2},"amount":"5","reason":"r"}');
  });

  it('is neither the key nor the expected revision', () => {
    expect(given({ expectedRevision: 3 })).toBe('{}');
  });
});
