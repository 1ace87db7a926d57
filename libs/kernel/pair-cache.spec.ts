import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PairCache } from './pair-cache.js';

it('a cache of pairs holds what was added last, never more than it may, and nothing of another pair', () => {
  const text = fc.constantFrom('a', 'b', 'ab', '');
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(fc.tuple(text, text)), (max, pairs) => {
      const cache = new PairCache<string>(max);
      const added = new Set<string>();
      for (const [first, second] of pairs) {
        const value = JSON.stringify([first, second]);
        if (cache.get(first, second) === undefined) expect(cache.add(first, second, value)).toBe(value);
        added.add(value);
        expect(cache.get(first, second)).toBe(value);
        const held = [...added].filter((each) => {
          const found = cache.get(...(JSON.parse(each) as [string, string]));
          return found !== undefined && expect(found).toBe(each) === undefined;
        });
        expect(held.length).toBeLessThanOrEqual(max);
      }
    }),
  );
});
