import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, EARLIEST, formatDecimal, LATEST, type Decimal, type Instant, type Json } from '#kernel';
import { CHARGE_CATEGORIES, type Charge } from '../domain/charge.js';
import {
  CHUNK_BYTES_MAX,
  ChargeChunkBuilder,
  decodeChargeChunk,
  rowDigest,
  type ChargeChunk,
  type ChargeChunkData,
  type ChunkText,
} from './charge-chunk.js';
import { encodeCharge } from './charge-row.js';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
const maybe = fc.option(text);
const amount = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }).map((value) => value as Decimal);
const maybeAmount = fc.option(amount);
const instant = fc.integer({ min: EARLIEST, max: LATEST }).map((value) => value as Instant);
const tags = fc
  .dictionary(text, text, { maxKeys: 3, noNullPrototype: true })
  .map((object) => Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
const applied = fc.array(fc.record({ contractId: text, commitmentId: text, cost: maybeAmount, quantity: maybeAmount, unit: maybe }), {
  maxLength: 2,
});

const charge: fc.Arbitrary<Charge> = fc.record({
  row: fc.integer({ min: 1, max: 1e9 }),
  billingPeriodStart: instant, billingPeriodEnd: fc.option(instant), start: instant, end: instant,
  category: fc.constantFrom(...CHARGE_CATEGORIES), correction: fc.boolean(),
  provider: maybe, publisher: maybe, invoiceIssuer: maybe, service: maybe, serviceCategory: maybe, sku: maybe, skuPrice: maybe, region: maybe, billingAccount: maybe, subAccount: maybe,
  commitmentDiscountId: maybe, commitmentDiscountStatus: fc.constantFrom('Used' as const, 'Unused' as const, null), commitmentDiscountQuantity: maybeAmount, commitmentDiscountUnit: maybe,
  billingCurrency: text, billedCost: amount, effectiveCost: maybeAmount, contractedCost: maybeAmount, listCost: maybeAmount,
  consumedQuantity: maybeAmount, consumedUnit: maybe, pricingQuantity: maybeAmount, pricingUnit: maybe,
  tags, contractApplied: applied,
}); // prettier-ignore

function chunksOf(charges: readonly Charge[], spelling: readonly string[] | null = null): ChunkText[] {
  const builder = new ChargeChunkBuilder('delivery', 3);
  const chunks: (ChunkText | null)[] = [];
  for (const each of charges) {
    chunks.push(builder.add({ row: each.row, values: encodeCharge(each), spelling }));
  }
  return [...chunks, builder.flush()].filter((chunk) => chunk !== null);
}
const decode = ({ text }: ChunkText): ChargeChunk => decodeChargeChunk(JSON.parse(text) as ChargeChunkData);
const rows = (chunk: ChargeChunk): Charge[] => Array.from({ length: chunk.count }, (_, i) => chunk.charge(i));

describe('a chunk of charges', () => {
  it('holds what was put in, canonically, with the digest of each row', () => {
    fc.assert(
      fc.property(fc.array(charge, { minLength: 1, maxLength: 5 }), (charges) => {
        const [chunk] = chunksOf(charges) as [ChunkText];
        expect(canonicalJson(JSON.parse(chunk.text) as Json)).toBe(chunk.text);
        const decoded = decode(chunk);
        expect(rows(decoded)).toEqual(charges);
        expect(charges.map((_, i) => decoded.digest(i))).toEqual(charges.map(rowDigest));
        expect([chunk.chunk, chunk.minStart, chunk.maxEnd]).toEqual([
          3,
          Math.min(...charges.map(({ start }) => start)),
          Math.max(...charges.map(({ end }) => end)),
        ]);
      }),
      { numRuns: 60 },
    );
  });

  it('gives rows the same digest whatever their number and spelling', () => {
    const [one] = fc.sample(charge, { numRuns: 1, seed: 5 }) as [Charge];
    expect(rowDigest({ ...one, row: 9 })).toBe(rowDigest(one));
    expect(rowDigest({ ...one, billedCost: (one.billedCost + 1n) as Decimal })).not.toBe(rowDigest(one));
  });

  it('keeps the spelling of the source', () => {
    const [one] = fc.sample(charge, { numRuns: 1, seed: 7 }) as [Charge];
    const two = { ...one, billedCost: 1500000000000000000n as Decimal, effectiveCost: (10n ** 11n) as Decimal };
    const decoded = decode(chunksOf([two, two], ['4', '', '', '', '=1E-7', '', '', ''])[0] as ChunkText);
    expect([decoded.spelling('billedCost', 1), decoded.spelling('effectiveCost', 1), decoded.decimalText('effectiveCost', 1)]).toEqual([
      '1.5000',
      '1E-7',
      '0.0000001',
    ]);
    expect(decoded.spelling('listCost', 0)).toBe(two.listCost === null ? '' : formatDecimal(two.listCost));
  });

  it('stays within 1,000 rows and 512 KiB', () => {
    const [one] = fc.sample(charge, { numRuns: 1, seed: 3 }) as [Charge];
    const many = chunksOf(Array.from({ length: 2500 }, (_, i) => ({ ...one, row: i + 1 })));
    expect(many.map(({ count, chunk }) => [chunk, count])).toEqual([
      [3, 1000],
      [4, 1000],
      [5, 500],
    ]);
    const wide = chunksOf(Array.from({ length: 400 }, (_, i) => ({ ...one, row: i + 1, service: `${i}${'"\u00e9'.repeat(3000)}` })));
    expect(wide.reduce((sum, { count }) => sum + count, 0)).toBe(400);
    for (const { text } of [...many, ...wide]) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(CHUNK_BYTES_MAX);
    expect(wide.length).toBeGreaterThan(5);
  });

  it('refuses a column of another length', () => {
    const data = JSON.parse((chunksOf(fc.sample(charge, 2))[0] as ChunkText).text) as ChargeChunkData;
    expect(() => decodeChargeChunk({ ...data, billedCost: ['1'] })).toThrow(/billedCost holds 1/);
  });
});
