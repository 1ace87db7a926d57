import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decimal, formatDecimal, parseInstant } from '#kernel';
import { AllocationBuilder, AllocationReader, type StoredAllocation } from '../../libs/charges/wire/allocation.wire.js';
import { ChargeChunkBuilder, type ChargeChunkData, decodeChargeChunk } from '../../libs/charges/wire/charge-chunk.js';
import { encodeCharge } from '../../libs/charges/wire/charge-row.js';
import { Drawdown } from '../../libs/charges/read/drawdown.js';
import { DecimalScalar } from '../../libs/platform/graphql/scalars.js';
import { charge } from '../support/charges.js';
import { at, spendTerms } from '../support/commitments.js';
import { make, testCore } from '../support/core.js';

// More digits than a double has, so that one conversion anywhere shows.
const beyond = fc
  .tuple(fc.bigInt({ min: 10n ** 30n, max: 10n ** 38n - 1n }), fc.boolean())
  .map(([value, negative]) => (negative ? -value : value) as Decimal)
  .filter((value) => BigInt(Number.parseInt(`${value}`, 10)) !== value);

describe('values that no double can hold', () => {
  it('survive chunks, allocations and the GraphQL scalar', () => {
    fc.assert(
      fc.property(beyond, (value) => {
        const chunk = new ChargeChunkBuilder('d');
        chunk.add({
          row: 1,
          values: encodeCharge(charge('2025-02-01', formatDecimal(value), { effectiveCost: value, consumedQuantity: value })),
          spelling: null,
        });
        const read = decodeChargeChunk(JSON.parse((chunk.flush() as { text: string }).text) as ChargeChunkData);
        expect([read.decimal('billedCost', 0), read.decimal('effectiveCost', 0), read.charge(0).consumedQuantity]).toEqual([value, value, value]);

        const builder = new AllocationBuilder();
        const posting = { at: at('2025-02-01'), certain: value, low: value, high: value, open: 0 as const, marketplace: value };
        builder.decide(0, [{ commitment: 'c', reason: 'DREW', postings: [posting] }]);
        builder.undo({ commitment: 'c', posting });
        const stored = new AllocationReader(JSON.parse(JSON.stringify(builder.build({}, 1))) as StoredAllocation);
        expect(stored.decision(0)?.[0]?.postings).toEqual([posting]);
        expect(stored.undone).toEqual([{ commitment: 'c', posting }]);

        expect(DecimalScalar.parseValue(DecimalScalar.serialize(value))).toBe(value);
      }),
    );
  });

  it('survive the whole way from a billing file to the running totals', async () => {
    const ledger = await testCore();
    const files = mkdtempSync(join(tmpdir(), 'tenor-floats-'));
    try {
      const costs = ['12345678901234567890.000000000000000001', '9007199254740993', '-0.000000000000000003', '0.1', '0.2'];
      const header =
        'BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargePeriodEnd,ChargePeriodStart,ProviderName,ServiceName';
      const rows = costs.map((cost) => `${cost},acct,USD,,2025-02-01T00:00:00Z,Usage,2025-02-01T01:00:00Z,2025-02-01T00:00:00Z,AWS,Compute`);
      writeFileSync(join(files, 'a.csv'), [header, ...rows, ''].join('\n'));
      await make(ledger.core, 'o1', 'c', spendTerms('1'));
      const caller = { organization: 'o1', actor: 'tester' };
      await ledger.core.imports.run({ path: join(files, 'a.csv'), name: 'a.csv', feed: 'aws', caller });
      await ledger.core.settle();
      const { certain } = new Drawdown(ledger.core.database, 'c', Number.MAX_SAFE_INTEGER).between(
        parseInstant('2025-01-01'),
        parseInstant('2026-01-01'),
      );
      expect(formatDecimal(certain)).toBe('12354686100489308883.299999999999999998');
    } finally {
      rmSync(files, { recursive: true });
      await ledger.close();
    }
  });
});
