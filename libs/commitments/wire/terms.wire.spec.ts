import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventRegistry } from '#event-schema';
import { canonicalJson, type Decimal, type Instant, type JsonObject } from '#kernel';
import { makeCommitment } from '../../../test/support/commitments.js';
import type { CommitmentEvent } from '../domain/commitment.js';
import { type Amount, AMOUNT_KINDS, type Clause, DIMENSIONS, INTERVAL_UNITS, type TermChanges, type Terms } from '../domain/terms.js';
import { COMMITMENT_EVENTS, commitmentCodec } from './commitment.wire.js';
import { amountFromJson, amountToJson, changesFromJson, changesToJson } from './terms.wire.js';

const text = fc.string({ unit: 'grapheme', maxLength: 6 });
const value = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }).map((v) => v as Decimal);
const instant = fc.integer({ min: 0, max: 4_000_000_000_000 }).map((t) => t as Instant);
const vague = fc.record({ notBefore: fc.option(instant), notAfter: fc.option(instant), wording: text }, { requiredKeys: ['notBefore', 'notAfter'] });
const periodOf = fc.record({ start: vague, end: fc.option(vague) });
const amount: fc.Arbitrary<Amount> = fc.oneof(
  value.map((v): Amount => ({ kind: 'known', value: v })),
  fc.record({ kind: fc.constant('unknown' as const), reason: text, atLeast: value, atMost: fc.option(value) }),
);
const clause: fc.Arbitrary<Clause> = fc.record({
  dimensions: fc
    .uniqueArray(fc.constantFrom(...DIMENSIONS))
    .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, fc.array(text, { maxLength: 2 })])), { noNullPrototype: true })),
  tags: fc.array(fc.record({ key: text, values: fc.array(text, { maxLength: 2 }) }), { maxLength: 2 }),
});
const clauses = fc.array(clause, { maxLength: 2 });
const unknown = fc.record({ kind: fc.constant('unknown' as const), reason: text });
const fields = {
  name: text,
  kind: fc.constantFrom(...AMOUNT_KINDS),
  category: fc.constantFrom('Spend' as const, 'Usage' as const),
  model: fc.constantFrom('Continuous' as const, 'Discontinuous' as const),
  measure: fc.oneof(
    fc.record({ kind: fc.constant('cost' as const), column: fc.constantFrom('BilledCost' as const, 'EffectiveCost' as const), currency: text }),
    fc.record({
      kind: fc.constant('quantity' as const),
      column: fc.constantFrom('ConsumedQuantity' as const, 'PricingQuantity' as const),
      unit: text,
    }),
  ),
  prepaid: fc.boolean(),
  term: fc.option(periodOf),
  schedule: fc.oneof(
    unknown,
    fc.record({
      kind: fc.constant('tranches' as const),
      tranches: fc.array(
        fc.tuple(text, periodOf, amount).map(([id, p, a]) => ({ id, ...p, amount: a })),
        { maxLength: 2 },
      ),
    }),
  ),
  interval: fc.option(fc.record({ unit: fc.constantFrom(...INTERVAL_UNITS), count: fc.integer({ min: 1, max: 10_000 }) })),
  eligibility: fc.oneof(unknown, fc.record({ kind: fc.constant('rules' as const), inclusions: clauses, exclusions: clauses })),
  priority: fc.integer({ min: -1000, max: 1000 }),
  parent: fc.option(text),
  reference: fc.record({
    contractCommitments: fc.array(fc.record({ contractId: text, commitmentId: text }), { maxLength: 2 }),
    commitmentDiscountIds: fc.array(text, { maxLength: 2 }),
  }),
  purchaseRows: clauses,
  feeRows: clauses,
  marketplace: fc.option(fc.record({ share: value, rows: clauses })),
  periodDate: fc.constantFrom('ChargePeriodStart' as const, 'ChargePeriodEnd' as const),
};
const terms: fc.Arbitrary<Terms> = fc.record(fields, { noNullPrototype: true });
const changes: fc.Arbitrary<TermChanges> = fc.record(
  { ...fields, trancheAmounts: fc.array(fc.record({ id: text, amount }), { minLength: 1, maxLength: 2 }) },
  { requiredKeys: [], noNullPrototype: true },
) as fc.Arbitrary<TermChanges>;

const stored = (data: JsonObject): JsonObject => JSON.parse(canonicalJson(data)) as JsonObject;
const registry = new EventRegistry(COMMITMENT_EVENTS);
const throughStore = (event: CommitmentEvent): CommitmentEvent | null => {
  const { type, data } = commitmentCodec.toStored(event);
  registry.verify(type, stored(data));
  return commitmentCodec.fromStored({ position: 0, stream: 's', revision: 0, id: '', type, data: stored(data), metadata: {} });
};

describe('terms through their stored form', () => {
  it('come back as they were, whatever they are, and fit the schema', () => {
    fc.assert(
      fc.property(terms, (all) => {
        const event = makeCommitment('c1', all);
        expect(throughStore(event)).toEqual(event);
      }),
      { numRuns: 300 },
    );
  });

  it('changes keep apart what they set, what they set to nothing, and what they do not name', () => {
    fc.assert(
      fc.property(changes, (some) => {
        const back = changesFromJson(stored(changesToJson(some)));
        expect(back).toEqual(some);
        expect(Object.keys(back).sort()).toEqual(Object.keys(some).sort());
        const event: CommitmentEvent = {
          type: 'CommitmentAmended',
          commitmentId: 'c1',
          effectiveAt: { notBefore: null, notAfter: null },
          changes: some,
          reason: '',
          evidence: [],
        };
        expect(throughStore(event)).toEqual(event);
      }),
      { numRuns: 300 },
    );
  });

  it('different changes never fall together', () => {
    fc.assert(
      fc.property(changes, changes, (a, b) => {
        const same = canonicalJson(changesToJson(a)) === canonicalJson(changesToJson(b));
        if (same) expect(a).toEqual(b);
      }),
    );
    const distinct: TermChanges[] = [
      {},
      { term: null },
      { parent: null },
      { parent: '' },
      { interval: null },
      { marketplace: null },
      { purchaseRows: [] },
      { feeRows: [] },
      { prepaid: false },
      { priority: 0 },
      { name: '' },
    ];
    expect(new Set(distinct.map((each) => canonicalJson(changesToJson(each)))).size).toBe(distinct.length);
  });

  it('zero, empty and unknown stay apart', () => {
    const zero = 0n as Decimal;
    const amounts: Amount[] = [
      { kind: 'known', value: zero },
      { kind: 'unknown', reason: '', atLeast: zero, atMost: null },
      { kind: 'unknown', reason: '', atLeast: zero, atMost: zero },
      { kind: 'unknown', reason: '0', atLeast: zero, atMost: null },
    ];
    expect(new Set(amounts.map((each) => canonicalJson(amountToJson(each)))).size).toBe(amounts.length);
    for (const each of amounts) expect(amountFromJson(stored(amountToJson(each)))).toEqual(each);
  });
});
