import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Amount, MadeCommitment, Terms } from '#commitments/domain';
import { add, type Decimal, decimal, formatDecimal, type Instant, MS_PER_HOUR, sum } from '#kernel';
import { charge, rowOf } from '../../../../test/support/charges.js';
import { at, clause, commitment, known, period, spendTerms } from '../../../../test/support/commitments.js';
import type { Charge } from '../charge.js';
import { coverageOf } from './coverage.js';
import type { Decision, Drawn, Posting } from './decision.js';
import { AllocationEngine } from './engine.js';

const SCALE = 10n ** 18n;
const units = (n: number): Decimal => (BigInt(n) * SCALE) as Decimal;
const bookOf = (commitments: readonly MadeCommitment[]) =>
  commitments.map((each, index) => ({ commitment: each, number: index + 1, spellings: ['AWS'] }));
const engineOf = (commitments: readonly MadeCommitment[], ...rest: [ConstructorParameters<typeof AllocationEngine>[1]?]) =>
  new AllocationEngine(bookOf(commitments), ...rest);

/** How a commitment of a drawn book looks; `parent` is an index below its own. */
interface Shape {
  readonly amount: number;
  /** Given: the amount is unknown between `amount` and this (null: without bound). */
  readonly atMost?: number | null;
  readonly priority: number;
  readonly parent: number | null;
  readonly continuous: boolean;
  readonly marketplace: number | null;
  readonly sku: string | null;
  readonly end: number;
}

function termsOf(shape: Shape, amount: Amount): Terms {
  const { priority, parent, continuous, marketplace, sku, end } = shape;
  return spendTerms(amount, {
    priority,
    parent: parent === null ? null : `C${parent}`,
    ...(continuous ? { model: 'Continuous' as const, interval: { unit: 'hour' as const, count: 1 } } : {}),
    schedule: {
      kind: 'tranches',
      tranches: [{ id: 't1', start: period('2025-02-01', '2026-01-01').start, end: { notBefore: hour(end), notAfter: hour(end) }, amount }],
    },
    marketplace: marketplace === null ? null : { share: decimal(`0.${marketplace}`), rows: [] },
    eligibility:
      sku === null ? { kind: 'rules', inclusions: [], exclusions: [] } : { kind: 'rules', inclusions: [clause({ sku: [sku] })], exclusions: [] },
  });
}

const START = at('2025-02-01');
const hour = (n: number): Instant => (START + n * MS_PER_HOUR) as Instant;
const build = (shapes: readonly Shape[], amountOf: (shape: Shape) => Amount): MadeCommitment[] =>
  shapes.map((shape, index) => commitment(`C${index}`, termsOf(shape, amountOf(shape))));
const exactBook = (shapes: readonly Shape[]): MadeCommitment[] => build(shapes, ({ amount }) => known(`${amount}`));

const shapesOf = (options: { continuous: boolean; marketplace: boolean; nested: boolean }) =>
  fc
    .array(
      fc.record({
        amount: fc.integer({ min: 0, max: 12 }),
        priority: fc.integer({ min: 0, max: 3 }),
        parent: fc.option(fc.nat(2)),
        continuous: options.continuous ? fc.boolean() : fc.constant(false),
        marketplace: options.marketplace ? fc.option(fc.constantFrom(25, 5)) : fc.constant(null),
        sku: fc.constantFrom(null, null, 'sku1'),
        end: fc.integer({ min: 3, max: 8 }),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((shapes): Shape[] =>
      shapes.map((shape, index) => ({ ...shape, parent: options.nested && shape.parent !== null && shape.parent < index ? shape.parent : null })),
    );

const rowArbitrary = fc
  .record({
    amount: fc.integer({ min: -15, max: 20 }),
    from: fc.integer({ min: 0, max: 6 }),
    hours: fc.integer({ min: 0, max: 3 }),
    foreign: fc.boolean(),
    sku: fc.constantFrom('sku1', 'sku2'),
    odd: fc.nat(9),
  })
  .map(({ amount, from, hours, foreign, sku, odd }): Charge => {
    const cost = add(units(amount), BigInt(odd) as Decimal);
    return charge('2025-02-01', '0', { billedCost: cost, start: hour(from), end: hour(from + hours), publisher: foreign ? 'Else' : 'AWS', sku });
  });
const rowsArbitrary = (maxLength: number) => fc.array(rowArbitrary, { minLength: 1, maxLength });

const postedOn = (decision: Decision, id: string): Posting[] => decision.filter(({ commitment: c }) => c === id).flatMap(({ postings }) => postings);
const certainOn = (decision: Decision, id: string): bigint => sum(postedOn(decision, id).map((p) => p.certain));

describe('conservation', () => {
  const options = { continuous: false, marketplace: false, nested: false };

  it('of a waterfall without limits: its postings sum to the charge, to the last digit, or nobody admits it', () => {
    fc.assert(
      fc.property(shapesOf(options), rowsArbitrary(12), (shapes, rows) => {
        const engine = engineOf(exactBook(shapes));
        for (const row of rows) {
          const decision = engine.allocate(rowOf(row));
          const admitted = shapes.some(({ sku, end }) => (sku === null || sku === row.sku) && row.start < hour(end));
          expect(sum(decision.flatMap(({ postings }) => postings.map((p) => p.certain)))).toBe(admitted ? row.billedCost : 0n);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('of any waterfall: roots never take more than the charge nor against its sign, and children never more than their parent', () => {
    fc.assert(
      fc.property(shapesOf({ continuous: true, marketplace: true, nested: true }), rowsArbitrary(12), (shapes, rows) => {
        const engine = engineOf(exactBook(shapes));
        for (const row of rows) {
          const decision = engine.allocate(rowOf(row));
          const sign = row.billedCost < 0n ? -1n : 1n;
          const admitted = new Set(decision.map((entry) => entry.commitment));
          // A child whose parent is not in the waterfall stands in its place.
          const outermost = shapes.flatMap((_, i) => (admitted.has(`C${i}`) && !hasAdmittedAncestor(shapes, i, decision) ? [`C${i}`] : []));
          const taken = sum(outermost.map((id) => certainOn(decision, id) as Decimal));
          expect(sign * taken).toBeGreaterThanOrEqual(0n);
          expect(sign * taken).toBeLessThanOrEqual(sign * row.billedCost);
          shapes.forEach((_, i) => {
            const children = shapes.flatMap(({ parent }, j) => (parent === i && drawsIn(decision, `C${i}`) ? [`C${j}`] : []));
            const below = sum(children.map((id) => certainOn(decision, id) as Decimal));
            if (children.length > 0) expect(sign * below).toBeLessThanOrEqual(sign * certainOn(decision, `C${i}`));
          });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('of coverage: never more than the charge, never against its sign', () => {
    fc.assert(
      fc.property(shapesOf({ continuous: true, marketplace: true, nested: true }), rowsArbitrary(8), (shapes, rows) => {
        const engine = engineOf(exactBook(shapes));
        for (const each of rows) {
          const row = rowOf(each);
          for (const { usage, covered } of coverageOf(row, engine.allocate(row), engine)) {
            expect(usage).toBe(each.billedCost);
            const sign = usage < 0n ? -1n : 1n;
            expect(sign * covered).toBeGreaterThanOrEqual(0n);
            expect(sign * covered).toBeLessThanOrEqual(sign * usage);
          }
        }
      }),
    );
  });
});

const outsideReasons = new Set(['OUTSIDE_TERM', 'OUTSIDE_PERIOD']);
const drawsIn = (decision: Decision, id: string): boolean => decision.some(({ commitment: c, reason }) => c === id && !outsideReasons.has(reason));
function hasAdmittedAncestor(shapes: readonly Shape[], index: number, decision: Decision): boolean {
  for (let parent = shapes[index]?.parent ?? null; parent !== null; parent = shapes[parent]?.parent ?? null)
    if (drawsIn(decision, `C${parent}`)) return true;
  return false;
}

it('never fills a commitment beyond its amount, except the last of a waterfall', () => {
  fc.assert(
    fc.property(shapesOf({ continuous: false, marketplace: false, nested: false }), rowsArbitrary(20), (shapes, rows) => {
      const engine = engineOf(exactBook(shapes));
      const drawn = shapes.map(() => 0n);
      for (const row of rows) {
        const decision = engine.allocate(rowOf(row));
        const last = decision.filter(({ reason }) => !outsideReasons.has(reason)).at(-1)?.commitment;
        shapes.forEach(({ amount }, i) => {
          const posted = certainOn(decision, `C${i}`);
          drawn[i] = (drawn[i] as bigint) + posted;
          if (posted > 0n && last !== `C${i}`) expect(drawn[i]).toBeLessThanOrEqual(units(amount));
        });
      }
    }),
    { numRuns: 300 },
  );
});

it('never lets marketplace rows count beyond their share, last or not', () => {
  fc.assert(
    fc.property(shapesOf({ continuous: false, marketplace: true, nested: true }), rowsArbitrary(20), (shapes, rows) => {
      const engine = engineOf(exactBook(shapes));
      const counted = shapes.map(() => 0n);
      for (const row of rows) {
        const decision = engine.allocate(rowOf(row));
        shapes.forEach(({ amount, marketplace }, i) => {
          const share = sum(postedOn(decision, `C${i}`).map((p) => p.marketplace));
          counted[i] = (counted[i] as bigint) + share;
          if (marketplace !== null && share > 0n)
            expect((counted[i] as bigint) * 100n).toBeLessThanOrEqual(BigInt(marketplace === 5 ? 50 : 25) * units(amount));
        });
      }
    }),
    { numRuns: 300 },
  );
});

describe('same facts, same postings', () => {
  const everything = { continuous: true, marketplace: true, nested: true };

  /** A store of postings such as the read model is: totals by commitment between two dates. */
  const sourceOf = (decisions: readonly { decision: Decision; sign: 1 | -1 }[]) => ({
    drawn: (id: string, from: Instant, to: Instant): Drawn => {
      const total = { certain: 0n, low: 0n, high: 0n, openUp: 0, openDown: 0, marketplace: 0n };
      for (const { decision, sign } of decisions) {
        for (const posting of postedOn(decision, id)) {
          if (posting.at < from || posting.at >= to) continue;
          total.certain += BigInt(sign) * posting.certain;
          total.low += BigInt(sign) * posting.low;
          total.high += BigInt(sign) * posting.high;
          total.marketplace += BigInt(sign) * posting.marketplace;
          if (posting.open === 1) total.openUp += sign;
          if (posting.open === -1) total.openDown += sign;
        }
      }
      return total as Drawn;
    },
  });

  it('whatever the batching, reversals included', () => {
    const steps = fc.array(
      fc.oneof({ weight: 4, arbitrary: rowArbitrary.map((row) => ({ row })) }, { weight: 1, arbitrary: fc.nat(30).map((undo) => ({ undo })) }),
      { minLength: 1, maxLength: 16 },
    );
    fc.assert(
      fc.property(shapesOf(everything), fc.boolean(), steps, fc.integer({ min: 1, max: 5 }), (shapes, vague, script, batch) => {
        const book = build(shapes, ({ amount }) =>
          vague ? { kind: 'unknown', reason: 'x', atLeast: units(amount), atMost: units(amount + 3) } : known(`${amount}`),
        );
        const run = (size: number): Decision[] => {
          const recorded: { decision: Decision; sign: 1 | -1 }[] = [];
          const standing: (Decision | null)[] = [];
          let engine = engineOf(book);
          script.forEach((step, index) => {
            // A new batch knows only what was recorded.
            if (index % size === 0) engine = engineOf(book, sourceOf([...recorded]));
            if ('row' in step) {
              const decision = engine.allocate(rowOf(step.row));
              standing.push(decision);
              recorded.push({ decision, sign: 1 });
            } else {
              const target = standing[step.undo % Math.max(1, standing.length)];
              if (!target) return;
              engine.reverse(target);
              recorded.push({ decision: target, sign: -1 });
              standing[step.undo % standing.length] = null;
            }
          });
          return recorded.map(({ decision }) => decision);
        };
        expect(run(batch)).toEqual(run(1000));
      }),
      { numRuns: 200 },
    );
  });

  it('rows of equal facets share a plan without any difference', () => {
    fc.assert(
      fc.property(shapesOf(everything), rowsArbitrary(10), (shapes, rows) => {
        const [planned, fresh] = [engineOf(exactBook(shapes)), engineOf(exactBook(shapes))];
        for (const row of rows) {
          const facetKey = planned.facets.map((facet) => JSON.stringify(row[facet])).join('|');
          expect(planned.allocate({ ...rowOf(row), facetKey })).toEqual(fresh.allocate(rowOf(row)));
        }
      }),
    );
  });
});

const within = (value: bigint, posting: { certain: bigint; low: bigint; high: bigint; openUp: boolean; openDown: boolean }): boolean =>
  (posting.openDown || value >= posting.certain + posting.low) && (posting.openUp || value <= posting.certain + posting.high);
const boundsOn = (decision: Decision, id: string) => {
  const postings = postedOn(decision, id);
  return {
    certain: sum(postings.map((p) => p.certain)) as bigint,
    low: sum(postings.map((p) => p.low)) as bigint,
    high: sum(postings.map((p) => p.high)) as bigint,
    openUp: postings.some(({ open }) => open === 1),
    openDown: postings.some(({ open }) => open === -1),
  };
};
const explain = (decisions: readonly Decision[]): string =>
  decisions
    .map((d) =>
      d
        .map(
          ({ commitment: c, reason, postings }) =>
            `${c} ${reason} ${postings.map((p) => `${formatDecimal(p.certain)}[${formatDecimal(p.low)},${formatDecimal(p.high)}]${p.open}`).join(' ')}`,
        )
        .join('; '),
    )
    .join('\n');

describe('what is unknown', () => {
  /** One commitment of the book has an amount that is not known: for every value that it may have, the exact postings lie in the bounds given. */
  const assertSound = (shapes: readonly Shape[], vague: number, rows: readonly Charge[]): void => {
    const { amount, atMost = null } = shapes[vague] as Shape;
    const unknownAmount = (shape: Shape): Amount => ({
      kind: 'unknown',
      reason: 'x',
      atLeast: units(shape.amount),
      atMost: atMost === null ? null : units(atMost),
    });
    const bounded = engineOf(
      shapes.map((shape, i) => commitment(`C${i}`, termsOf(shape, i === vague ? unknownAmount(shape) : known(`${shape.amount}`)))),
    );
    const decisions = rows.map((row) => bounded.allocate(rowOf(row)));
    for (let value = amount; value <= (atMost ?? amount + 40); value++) {
      const certain = engineOf(shapes.map((shape, i) => commitment(`C${i}`, termsOf(shape, known(`${i === vague ? value : shape.amount}`)))));
      rows.forEach((row, r) => {
        const truth = certain.allocate(rowOf(row));
        shapes.forEach((_, i) => {
          const bounds = boundsOn(decisions[r] as Decision, `C${i}`);
          const posted = certainOn(truth, `C${i}`);
          if (!within(posted, bounds))
            throw new Error(`amount ${value}: row ${r} posts ${formatDecimal(posted as Decimal)} on C${i}\n${explain(decisions)}`);
        });
        const [bound] = coverageOf(rowOf(row), decisions[r] as Decision, bounded);
        const [exact] = coverageOf(rowOf(row), truth, certain);
        if (!bound || !exact) return;
        expect(exact).toMatchObject({ low: 0n, high: 0n });
        expect(exact.covered).toBeGreaterThanOrEqual(bound.covered + bound.low);
        expect(exact.covered).toBeLessThanOrEqual(bound.covered + bound.high);
      });
    }
  };
  const vagueShapes = (options: Parameters<typeof shapesOf>[0]) =>
    fc.tuple(shapesOf(options), fc.nat(3), fc.option(fc.nat(8))).map(([shapes, pick, more]): [Shape[], number] => {
      const vague = pick % shapes.length;
      return [shapes.map((shape, i) => (i === vague ? { ...shape, atMost: more === null ? null : shape.amount + more } : shape)), vague];
    });

  it.each([
    ['a plain waterfall', { continuous: false, marketplace: false, nested: false }],
    ['nested commitments', { continuous: false, marketplace: false, nested: true }],
    ['marketplace shares', { continuous: false, marketplace: true, nested: true }],
    ['Continuous commitments', { continuous: true, marketplace: true, nested: true }],
  ])('in %s: the postings for every possible amount lie within the bounds', (_, options) => {
    fc.assert(
      fc.property(vagueShapes(options), fc.array(rowArbitrary, { minLength: 1, maxLength: 5 }), ([shapes, vague], rows) =>
        assertSound(shapes, vague, rows),
      ),
      { numRuns: 200 },
    );
  });

  it('a scope that is not known: each row draws or does not', () => {
    fc.assert(
      fc.property(
        shapesOf({ continuous: false, marketplace: false, nested: true }),
        fc.nat(3),
        fc.array(rowArbitrary, { minLength: 1, maxLength: 4 }),
        (shapes, pick, rows) => {
          const vague = pick % shapes.length;
          const book = (eligibility: Terms['eligibility']) =>
            engineOf(
              shapes.map((shape, i) => commitment(`C${i}`, { ...termsOf(shape, known(`${shape.amount}`)), ...(i === vague ? { eligibility } : {}) })),
            );
          const bounded = book({ kind: 'unknown', reason: 'not disclosed' });
          const named = rows.map((row, r) => ({ ...row, sku: `row${r}` }));
          const decisions = named.map((row) => bounded.allocate(rowOf(row)));
          for (let bits = 0; bits < 2 ** rows.length; bits++) {
            const skus = named.flatMap(({ sku }, r) => ((bits >> r) % 2 === 1 ? [sku] : []));
            const certain = book({ kind: 'rules', inclusions: [clause({ sku: ['none', ...skus] })], exclusions: [] });
            named.forEach((row, r) => {
              const truth = certain.allocate(rowOf(row));
              shapes.forEach((_, i) => {
                const posted = certainOn(truth, `C${i}`);
                if (!within(posted, boundsOn(decisions[r] as Decision, `C${i}`)))
                  throw new Error(`scope ${skus.join()}: row ${r} posts ${formatDecimal(posted as Decimal)} on C${i}\n${explain(decisions)}`);
              });
            });
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('an end that is not certain: the charge lies in the term or does not', () => {
    fc.assert(
      fc.property(
        shapesOf({ continuous: false, marketplace: false, nested: true }),
        fc.nat(3),
        fc.array(rowArbitrary, { minLength: 1, maxLength: 5 }),
        (shapes, pick, rows) => {
          const vague = pick % shapes.length;
          const book = (from: number, to: number) =>
            engineOf(
              shapes.map((shape, i) => {
                const terms = termsOf(shape, known(`${shape.amount}`));
                if (i !== vague) return commitment(`C${i}`, terms);
                const tranche = {
                  id: 't1',
                  start: period('2025-02-01', '2026-01-01').start,
                  end: { notBefore: hour(from), notAfter: hour(to) },
                  amount: known(`${shape.amount}`),
                };
                return commitment(`C${i}`, { ...terms, schedule: { kind: 'tranches', tranches: [tranche] } });
              }),
            );
          const bounded = book(2, 5);
          const decisions = rows.map((row) => bounded.allocate(rowOf(row)));
          for (let end = 2; end <= 5; end++) {
            const certain = book(end, end);
            rows.forEach((row, r) => {
              const truth = certain.allocate(rowOf(row));
              shapes.forEach((_, i) => {
                const posted = certainOn(truth, `C${i}`);
                if (!within(posted, boundsOn(decisions[r] as Decision, `C${i}`)))
                  throw new Error(`end ${end}: row ${r} posts ${formatDecimal(posted as Decimal)} on C${i}\n${explain(decisions)}`);
              });
            });
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('a rate that is not recorded: whatever the charge is worth, the postings lie within the bounds', () => {
    fc.assert(
      fc.property(
        shapesOf({ continuous: false, marketplace: false, nested: false }),
        fc.array(fc.tuple(rowArbitrary, fc.boolean()), { minLength: 1, maxLength: 5 }),
        (shapes, script) => {
          // Every commitment is in USD; a charge in EUR is worth any multiple of itself.
          const bounded = engineOf(exactBook(shapes));
          const rows = script.map(([row, euro]) => ({ ...row, billingCurrency: euro ? 'EUR' : 'USD' }));
          const decisions = rows.map((row) => bounded.allocate(rowOf(row)));
          for (const rate of [1n, 2n, 7n]) {
            const certain = engineOf(exactBook(shapes));
            rows.forEach((row, r) => {
              const worth = {
                ...row,
                billingCurrency: 'USD',
                billedCost: (row.billingCurrency === 'EUR' ? row.billedCost * rate : row.billedCost) as Decimal,
              };
              const truth = certain.allocate(rowOf(worth));
              shapes.forEach((_, i) => {
                const posted = certainOn(truth, `C${i}`);
                if (!within(posted, boundsOn(decisions[r] as Decision, `C${i}`)))
                  throw new Error(`rate ${rate}: row ${r} posts ${formatDecimal(posted as Decimal)} on C${i}\n${explain(decisions)}`);
              });
            });
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
