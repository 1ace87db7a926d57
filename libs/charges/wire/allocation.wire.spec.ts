import { expect, it } from 'vitest';
import { decimal, parseInstant } from '#kernel';
import type { CoverageDelta } from '../domain/allocation/coverage.js';
import { AllocationBuilder, AllocationReader, type StoredAllocation } from './allocation.wire.js';

it('keeps the margins of coverage, and writes none where there are none', () => {
  const plain: CoverageDelta = {
    provider: 'AWS',
    currency: 'USD',
    column: 'BilledCost',
    hour: parseInstant('2025-02-01'),
    usage: decimal('5'),
    covered: decimal('1.5'),
  };
  const deltas = [plain, { ...plain, high: decimal('3.5') }, { ...plain, covered: decimal('-1.5'), low: decimal('-0.000000000000000001') }];
  const builder = new AllocationBuilder();
  for (const delta of deltas) builder.cover(delta);
  const stored = JSON.parse(JSON.stringify(builder.build({}, null))) as StoredAllocation;
  expect(Object.keys(stored.coverage?.[0] ?? {})).not.toContain('high');
  expect(new AllocationReader(stored).coverage).toEqual(deltas);
});
