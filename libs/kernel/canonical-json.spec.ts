import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalBytes, canonicalJson, type Json } from './index.js';

describe('canonical JSON', () => {
  it('sorts members by UTF-16 code units: the example of RFC 8785 section 3.2.3', () => {
    const example = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      1: 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    expect(Object.values(JSON.parse(canonicalJson(example)) as object)).toEqual([
      'One',
      'Carriage Return',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
    expect(canonicalJson(example)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });

  it('writes text and literals as section 3.2.2 does', () => {
    const example = { string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"\/', literals: [null, true, false] };
    expect(canonicalJson(example)).toBe('{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}');
    expect(canonicalJson('\b\t\n\f\r\u001f\u007f\u2028')).toBe('"\\b\\t\\n\\f\\r\\u001f\u007f\u2028"');
  });

  it('holds integers below 2^53 and refuses every other number: amounts are text', () => {
    expect(canonicalJson([0, -1, 9007199254740991])).toBe('[0,-1,9007199254740991]');
    for (const number of [0.1, -0, 9007199254740992, 1e21, NaN, Infinity])
      expect(() => canonicalJson(number)).toThrow(expect.objectContaining({ code: 'JSON_NUMBER' }));
    const units = -(10n ** 37n);
    // The second is composed, since it is no ASCII.
    expect(canonicalJson({ units })).toBe('{"units":"-10000000000000000000000000000000000000"}');
    expect(canonicalJson(['€', units])).toBe('["€","-10000000000000000000000000000000000000"]');
  });

  it('refuses what UTF-8 or JSON cannot hold, and leaves undefined members out', () => {
    expect(() => canonicalJson('\ud800')).toThrow(expect.objectContaining({ code: 'JSON_SURROGATE' }));
    expect(() => canonicalJson({ '\udc00': 1 })).toThrow(expect.objectContaining({ code: 'JSON_SURROGATE' }));
    expect(() => canonicalJson(Symbol('x') as never)).toThrow(expect.objectContaining({ code: 'JSON_TYPE' }));
    expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}');
  });

  const json = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'small' },
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger().filter((n) => !Object.is(n, -0)),
      fc.string({ unit: 'grapheme' }),
      fc.array(tie('json'), { maxLength: 4 }),
      fc.dictionary(fc.string({ unit: 'grapheme' }), tie('json'), { maxKeys: 4 }),
    ),
  })).json;

  it('means what JSON means, has one text for one value, and is stable', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(text) as Json)).toBe(text);
        expect(Buffer.from(canonicalBytes(value)).toString('utf8')).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('writes what is longer than its page as what is shorter', () => {
    for (const length of [32_700, 32_740, 32_750, 32_755, 32_760, 32_764, 32_765, 32_766, 32_767, 32_768, 33_000, 100_000]) {
      const value = { a: ['x'.repeat(length)], b: [], c: {}, d: [1, true] };
      expect(canonicalJson(value)).toBe(JSON.stringify(value));
      const reversed = { d: [1, true], c: {}, b: [], a: ['x'.repeat(length)] };
      expect(canonicalJson(reversed)).toBe(JSON.stringify(value));
    }
  });

  it('does not depend on the order in which members were put in', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.integer()), { maxLength: 8 }), (pairs) => {
        const unique = [...new Map(pairs)].filter(([key]) => key !== '__proto__');
        expect(canonicalJson(Object.fromEntries(unique))).toBe(canonicalJson(Object.fromEntries([...unique].reverse())));
      }),
    );
  });
});
