import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GrowingList } from './growing-list.js';

describe('a growing list', () => {
  it('leaves every earlier version as it was, whichever of them grows', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), (from) => {
        const versions = [GrowingList.of<number>()];
        const expected: number[][] = [[]];
        from.forEach((choice, item) => {
          const index = choice % versions.length;
          versions.push((versions[index] as GrowingList<number>).add(item));
          expected.push([...(expected[index] as number[]), item]);
        });
        expect(versions.map((list) => [...list])).toEqual(expected);
        expect(versions.map((list) => list.toArray())).toEqual(expected);
        expect(versions.map((list) => list.length)).toEqual(expected.map((list) => list.length));
      }),
    );
  });

  it('ends where it ended for every way of looking at it', () => {
    const short = GrowingList.of('a');
    short.add('b');
    expect([short.at(0), short.at(1), short.find((item) => item === 'b')]).toEqual(['a', undefined, undefined]);
    expect([...short.map((item) => item.toUpperCase())]).toEqual(['A']);
  });
});
