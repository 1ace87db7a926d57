import { describe, expect, it } from 'vitest';
import type { EventStore } from '#event-store';
import { spendTerms } from '../../../test/support/commitments.js';
import { drawnIn2025, importUnallocated, make, testCore } from '../../../test/support/core.js';
import { charge, Folder } from '../../../test/support/import-journey.js';
import { allocationStream, Allocator } from './allocator.js';

const ORG = 'o1';

describe('two allocators at the same charges', () => {
  it.each([
    ['alike', '40', '50'],
    ['otherwise', '80', '15'],
  ])('what one decides %s after the other had recorded it counts for nothing, also for what it decides next', async (_, first, second) => {
    const { core, close } = await testCore();
    const folder = new Folder();
    try {
      await make(core, ORG, 'a', spendTerms('100'));
      const faults: unknown[] = [];
      const allocator = (store: EventStore) => new Allocator({ ...core, store, onFault: (error) => faults.push(error) });
      await importUnallocated(core, ORG, folder.file([charge(first, '2025-02-01')]));

      // The slow one knows what is to be done, and gets to read the rows only when the other one has done it.
      const gate = Promise.withResolvers<undefined>();
      const reached = Promise.withResolvers<undefined>();
      const slow = allocator(
        new Proxy(core.store, {
          get: (store, name) =>
            name === 'readStream'
              ? async (...parameters: Parameters<EventStore['readStream']>) => {
                  reached.resolve(undefined);
                  await gate.promise;
                  return store.readStream(...parameters);
                }
              : (Reflect.get(store, name) as (() => unknown) | undefined)?.bind?.(store),
        }),
      );
      slow.wake();
      await reached.promise;
      const fast = allocator(core.store);
      await fast.settle();
      await fast.close();
      expect(drawnIn2025(core)).toBe(first);
      gate.resolve(undefined);
      await slow.settle();

      await importUnallocated(core, ORG, folder.file([charge(first, '2025-02-01'), charge(second, '2025-02-02')]));
      await slow.settle();
      await slow.close();
      expect(faults).toEqual([]);
      const events = await core.store.readStream(allocationStream(core.ledger, ORG));
      const reasons = events.flatMap(({ data }) => (data as { patterns?: { entries: { reason: string }[] }[] }).patterns ?? []);
      expect(reasons.flatMap(({ entries }) => entries.map(({ reason }) => reason))).toEqual(['DREW', 'DREW']);
      expect(drawnIn2025(core)).toBe(`${Number(first) + Number(second)}`);
    } finally {
      folder.remove();
      await close();
    }
  });
});
