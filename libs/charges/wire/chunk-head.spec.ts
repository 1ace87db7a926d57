import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RecordedEvent } from '#event-store';
import { canonicalJson, type Json, type JsonObject } from '#kernel';
import { chunkHead } from './chunk-head.js';

const head = (data: JsonObject, withText: boolean) => {
  const event = { data, ...(withText ? { text: canonicalJson(data) } : {}) } as unknown as RecordedEvent;
  const { deliveryId, chunk, count, instants, start, end } = chunkHead(event);
  return { deliveryId, chunk, count, instants, start, end };
};

it('reads the same from the text as from the whole, whatever the strings hold', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('"start":[1]', ',"end":', 'instants', '"count":9,', '{"chunk":1}', '\\"start":'),
  );
  const index = fc.array(fc.nat(9), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(nasty, fc.array(nasty), fc.nat(), fc.nat(), index, index, index, (account, strings, chunk, count, start, end, row) => {
      const data = {
        billedCost: ['1.5'],
        category: row,
        chunk,
        count,
        deliveryId: 'd1',
        end,
        instants: ['2025-01-01T00:00:00Z'],
        row,
        spelling: { billedCost: { places: 2 } },
        start,
        strings: ['', account, ...strings],
      } satisfies Record<string, Json>;
      if (![account, ...strings].every((text) => text.isWellFormed())) return;
      expect(head(data, true)).toEqual(head(data, false));
    }),
  );
});
