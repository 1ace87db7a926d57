import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { sorted } from './entry-order.js';
import { nameHash } from './places.js';

type Entry = readonly [hash: number, revision: number, position: number];

const byAll = (a: Entry, b: Entry): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
const entry = fc.record({
  // Streams of many events, hashes that begin alike or are the same, and keys' streams of one event each.
  hash: fc.oneof(fc.constantFrom('a', 'b', 'c').map(nameHash), fc.nat(3), fc.uuid().map(nameHash), fc.constant(2 ** 52 - 1)),
  revision: fc.nat(300),
});

describe('The order of index entries', () => {
  it('is by hash, revision and position, of those beyond a position, whatever their hashes have in common', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 400, size: 'max' }), fc.nat(420), (given, beyond) => {
        const entries = given.map(({ hash, revision }, index): Entry => [hash, revision, index + 1]);
        const expected = entries.filter(([, , position]) => position > beyond).sort(byAll);
        expect([...sorted(Float64Array.from(entries.flat()), beyond)]).toEqual(expected.flat());
      }),
    );
  });
});
