import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSorter } from './line-sorter.js';
import { Scratch } from './testing/focus-fixture.js';

function sorted(lines: readonly string[], runChars: number, path: string): string[] {
  const sorter = new LineSorter(path, runChars);
  for (const line of lines) sorter.add(line);
  sorter.finish();
  const first = [...sorter.sorted()].flat();
  expect([...sorter.sorted()].flat()).toEqual(first);
  sorter.close();
  return first;
}

describe('the line sorter', () => {
  it('sorts any lines by their text, whether they fit in memory or not', () => {
    using scratch = new Scratch();
    const line = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀', ' ', '\x1f'), minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 200 }), fc.constantFrom(10, 200, 1e6), (lines, runChars) => {
        expect(sorted(lines, runChars, join(scratch.path, 'runs'))).toEqual([...lines].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
      }),
    );
  });

  it('reads back lines that are longer than its buffer', () => {
    using scratch = new Scratch();
    const lines = Array.from({ length: 40 }, (_, i) => `${99 - i}${'x'.repeat(400_000)}`);
    expect(sorted(lines, 1_000_000, join(scratch.path, 'runs'))).toEqual([...lines].sort());
  });

  it('answers FOCUS-110 when the disk is full', () => {
    const sorter = new LineSorter('/dev/full', 10);
    expect(() => sorter.add('a line longer than a run')).toThrow(/FOCUS-110/);
    sorter.close();
  });
});
