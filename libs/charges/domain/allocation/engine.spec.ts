import { describe, expect, it } from 'vitest';
import { decimal, exactly, formatDecimal, type Decimal, sum } from '#kernel';
import type { MadeCommitment } from '#commitments/domain';
import { charge, rowOf } from '../../../../test/support/charges.js';
import { at, clause, commitment, known, period, spendTerms, unknown } from '../../../../test/support/commitments.js';
import type { Charge } from '../charge.js';
import { coverageOf } from './coverage.js';
import type { Decision } from './decision.js';
import { AllocationEngine } from './engine.js';

const engineOf = (...commitments: MadeCommitment[]) =>
  new AllocationEngine(commitments.map((each, index) => ({ commitment: each, number: index + 1, spellings: ['AWS'] })));
const show = (decision: Decision): string[] =>
  decision.map(
    ({ commitment: id, reason, postings }) =>
      `${id ?? '-'} ${reason}${postings.map((p) => ` ${formatDecimal(p.certain)}${p.high || p.low || p.open ? `[${p.open === -1 ? '-∞' : formatDecimal(p.low)},${p.open === 1 ? '∞' : formatDecimal(p.high)}]` : ''}`).join('')}`,
  );
const run = (engine: AllocationEngine, ...charges: Charge[]) => charges.map((each) => show(engine.allocate(rowOf(each))));

describe('waterfall', () => {
  const a = commitment('A', spendTerms('100', { priority: 1 }));
  const b = commitment('B', spendTerms('1000', { priority: 2 }));

  it('spills what the first cannot take to the next', () => {
    expect(run(engineOf(a, b), charge('2025-02-01', '60'), charge('2025-02-02', '60'), charge('2025-02-03', '5'))).toEqual([
      ['A DREW 60', 'B REACHED_NOTHING'],
      ['A DREW_IN_PART 40', 'B DREW 20'],
      ['A FULL', 'B DREW 5'],
    ]);
  });

  it('lets the last one take the rest, beyond its amount', () => {
    expect(run(engineOf(a), charge('2025-02-01', '150'))).toEqual([['A DREW_OVER 150']]);
  });

  it('example 7: a reversal moves nothing else', () => {
    const engine = engineOf(a, b);
    const x = engine.allocate(rowOf(charge('2025-02-01', '100')));
    expect(show(x)).toEqual(['A DREW 100', 'B REACHED_NOTHING']);
    expect(run(engine, charge('2025-02-02', '50'))).toEqual([['A FULL', 'B DREW 50']]);
    engine.reverse(x);
    expect(run(engine, charge('2025-02-03', '7'))).toEqual([['A DREW 7', 'B REACHED_NOTHING']]);
  });

  it('example 8: a row of 100 delivered again as 90 leaves A 90, B 0', () => {
    const engine = engineOf(a, b);
    engine.reverse(engine.allocate(rowOf(charge('2025-02-01', '100'))));
    expect(run(engine, charge('2025-02-01', '90'))).toEqual([['A DREW 90', 'B REACHED_NOTHING']]);
  });

  it('releases negative rows in reverse priority and reduces the first below zero', () => {
    const engine = engineOf(a, b);
    run(engine, charge('2025-02-01', '120'));
    expect(run(engine, charge('2025-02-02', '-50'), charge('2025-02-03', '-100'))).toEqual([
      ['A RELEASED -30', 'B RELEASED -20'],
      ['A REDUCED_BELOW -100', 'B REACHED_NOTHING'],
    ]);
  });

  it('keeps columns apart and offers each the whole charge', () => {
    const effective = commitment('E', spendTerms('500', { measure: { kind: 'cost', column: 'EffectiveCost', currency: 'USD' } }));
    expect(run(engineOf(a, effective), charge('2025-02-01', '60', { effectiveCost: decimal('40') }))).toEqual([['A DREW 60', 'E DREW 40']]);
  });

  it('leaves an unknown amount unknown, and says so of the split', () => {
    const vague = commitment('U', spendTerms(unknown(), { priority: 0 }));
    expect(run(engineOf(vague, b), charge('2025-02-01', '60'))).toEqual([['U AMOUNT_UNKNOWN 0[0,60]', 'B AMOUNT_UNKNOWN 0[0,60]']]);
    expect(run(engineOf(vague), charge('2025-02-01', '60'))).toEqual([['U DREW 60']]);
  });

  it('makes a charge in another currency an unknown posting while no rate is recorded', () => {
    expect(run(engineOf(a, b), charge('2025-02-01', '60', { billingCurrency: 'EUR' }))).toEqual([['A NO_RATE 0[0,100]', 'B NO_RATE 0[0,∞]']]);
  });
});

describe('nesting', () => {
  const parent = commitment('P', spendTerms('100', { priority: 1 }));
  const child = (id: string, amount: string, changes = {}) => commitment(id, spendTerms(amount, { parent: 'P', ...changes }));
  it('offers the children what the parent takes', () => {
    const other = commitment('O', spendTerms('1000', { priority: 9 }));
    expect(run(engineOf(parent, child('C1', '30', { priority: 1 }), child('C2', '30', { priority: 2 }), other), charge('2025-02-01', '120'))).toEqual(
      [['P DREW_IN_PART 100', 'C1 DREW_IN_PART 30', 'C2 DREW_OVER 70', 'O DREW 20']],
    );
  });

  it('lets a child stand in its parent’s place outside the parent’s term', () => {
    const long = child('C', '30', {
      schedule: { kind: 'tranches', tranches: [{ id: 't', ...period('2024-01-01', '2027-01-01'), amount: { kind: 'known', value: decimal('30') } }] },
    });
    const next = commitment(
      'N',
      spendTerms('50', {
        priority: 5,
        schedule: {
          kind: 'tranches',
          tranches: [{ id: 't', ...period('2024-01-01', '2027-01-01'), amount: { kind: 'known', value: decimal('50') } }],
        },
      }),
    );
    expect(run(engineOf(parent, long, next), charge('2026-02-01', '40'))).toEqual([['P OUTSIDE_TERM', 'C DREW_IN_PART 30', 'N DREW 10']]);
  });
});

describe('what never draws, and who says so', () => {
  it('keeps Tax and Credit out unless an inclusion names them', () => {
    const named = commitment(
      'A',
      spendTerms('100', { eligibility: { kind: 'rules', inclusions: [clause({ chargeCategory: ['Tax', 'Usage'] })], exclusions: [] } }),
    );
    const silent = commitment('B', spendTerms('100'));
    expect(run(engineOf(named), charge('2025-02-01', '5', { category: 'Tax' }))).toEqual([['A DREW 5']]);
    expect(run(engineOf(silent), charge('2025-02-01', '5', { category: 'Tax' }))).toEqual([[]]);
    expect(engineOf(silent).explain(rowOf(charge('2025-02-01', '5', { category: 'Tax' })), 'B')).toBe('CATEGORY_NOT_NAMED');
  });

  it('bars a fee row from the whole tree, and a purchase from the commitment it buys', () => {
    const parent = commitment('P', spendTerms('100'));
    const child = commitment(
      'C',
      spendTerms('50', { parent: 'P', feeRows: [clause({ sku: ['FEE'] })], reference: { contractCommitments: [], commitmentDiscountIds: ['sp-1'] } }),
    );
    expect(run(engineOf(parent, child), charge('2025-02-01', '9', { sku: 'FEE' }))).toEqual([['C FEE', 'P FEE']]);
    expect(run(engineOf(parent, child), charge('2025-02-01', '9', { category: 'Purchase', commitmentDiscountId: 'sp-1' }))).toEqual([
      ['C PURCHASE_OF_COMMITMENT', 'P DREW 9'],
    ]);
  });

  it('lets the provider’s statement stand, also for the parent, and draws nothing else', () => {
    const parent = commitment('P', spendTerms('100'));
    const child = commitment(
      'C',
      spendTerms('10', { parent: 'P', reference: { contractCommitments: [{ contractId: 'K', commitmentId: 'KC' }], commitmentDiscountIds: [] } }),
    );
    const other = commitment('O', spendTerms('100', { priority: 7 }));
    const stated = (contractId: string, cost: string | null) => [
      {
        contractId,
        commitmentId: 'KC',
        cost: cost === null ? null : decimal(cost),
        quantity: cost === null ? decimal('3') : null,
        unit: cost === null ? 'h' : null,
      },
    ];
    const engine = engineOf(parent, child, other);
    expect(run(engine, charge('2025-02-01', '40', { contractApplied: stated('K', '25') }))).toEqual([
      ['C PROVIDER_STATED 25', 'P PROVIDER_STATED_CHILD 25'],
    ]);
    expect(run(engine, charge('2025-02-01', '40', { contractApplied: stated('X', '25') }))).toEqual([['- STATED_CONTRACT_UNKNOWN 25']]);
    expect(run(engine, charge('2025-02-01', '40', { contractApplied: stated('K', null) }))).toEqual([['- STATED_QUANTITY_ONLY 3']]);
    expect(run(engine, charge('2027-02-01', '40', { contractApplied: stated('K', '25') }))).toEqual([['- STATED_OUTSIDE_TERM 25']]);
  });

  it('counts marketplace rows up to their share, the rest spills on, and a refund frees it', () => {
    const a = commitment('A', spendTerms('100', { marketplace: { share: decimal('0.25'), rows: [] } }));
    const b = commitment('B', spendTerms('100', { priority: 2 }));
    const foreign = (amount: string) => charge('2025-02-01', amount, { publisher: 'Datastore Inc' });
    expect(run(engineOf(a, b), foreign('40'), foreign('5'), foreign('-20'), foreign('3'))).toEqual([
      ['A DREW_IN_PART 25', 'B DREW 15'],
      ['A MARKETPLACE_LIMIT', 'B DREW 5'],
      ['A REACHED_NOTHING', 'B RELEASED -20'],
      ['A MARKETPLACE_LIMIT', 'B DREW 3'],
    ]);
    expect(run(engineOf(a), foreign('40'))).toEqual([['A MARKETPLACE_LIMIT 25']]);
  });
});

describe('a Continuous commitment', () => {
  const hourly = (changes = {}) =>
    commitment(
      'H',
      spendTerms('1', {
        model: 'Continuous',
        interval: { unit: 'hour', count: 1 },
        schedule: {
          kind: 'tranches',
          tranches: [{ id: 't', ...period('2025-01-01', '2025-01-02'), amount: { kind: 'known', value: decimal('1') } }],
        },
        ...changes,
      }),
    );
  const next = commitment(
    'N',
    spendTerms('1000', {
      priority: 2,
      schedule: {
        kind: 'tranches',
        tranches: [{ id: 't', ...period('2024-01-01', '2026-01-01'), amount: { kind: 'known', value: decimal('1000') } }],
      },
    }),
  );

  it('spreads a charge over its intervals by the second, residue in the last, and spills what is outside its term', () => {
    const engine = engineOf(hourly(), next);
    const [decision] = run(engine, charge('2024-12-31T23:00:00Z', '4', { end: Date.parse('2025-01-01T02:00:00Z') as never }));
    const third = '1.333333333333333333';
    expect(decision).toEqual([`H DREW_IN_PART 1 1`, `N DREW 2`]);
    const alone = run(engineOf(hourly()), charge('2025-01-01T00:00:00Z', '4', { end: Date.parse('2025-01-01T03:00:00Z') as never }));
    expect(alone).toEqual([[`H DREW_OVER ${third} ${third} 1.333333333333333334`]]);
  });
});

it('conserves: what a waterfall posts and what it leaves sum to the charge', () => {
  const engine = engineOf(commitment('A', spendTerms('10.000000000000000001')), commitment('B', spendTerms('7', { priority: 2 })));
  let posted = 0n;
  let charged = 0n;
  for (let i = 0; i < 50; i++) {
    const amount = (BigInt(((i * 7919) % 41) - 13) * 10n ** 17n + BigInt(i)) as Decimal;
    charged += amount;
    for (const entry of engine.allocate(rowOf(charge('2025-03-01', formatDecimal(amount))))) posted += sum(entry.postings.map((p) => p.certain));
  }
  expect(posted).toBe(charged);
});

describe('doubts that a waterfall must carry through', () => {
  const year = (from: string, to: string, amount: string) => ({
    kind: 'tranches' as const,
    tranches: [{ id: 't', ...period(from, to), amount: { kind: 'known' as const, value: decimal(amount) } }],
  });

  it('lets the child of a parent that may be absent stand in its place', () => {
    const parent = commitment('P', spendTerms('0', { eligibility: { kind: 'unknown', reason: 'not disclosed' } }));
    const child = commitment('C', spendTerms('5', { parent: 'P' }));
    const next = commitment('N', spendTerms('100', { priority: 2 }));
    expect(run(engineOf(parent, child, next), charge('2025-02-01', '8'))).toEqual([
      ['P REACHED_NOTHING', 'C SCOPE_UNKNOWN 0[0,5]', 'N SCOPE_UNKNOWN 3[0,5]'],
    ]);
  });

  it('does not know whether a row bills a fee where the fee rule begins on an uncertain date, in the tree or stated', () => {
    const reference = { contractCommitments: [{ contractId: 'K', commitmentId: 'P' }], commitmentDiscountIds: [] };
    const parent = commitment('P', spendTerms('100', { reference }));
    const child = commitment('C', spendTerms('50', { parent: 'P' }), {
      type: 'AmendCommitment',
      effectiveAt: { notBefore: at('2025-02-01'), notAfter: at('2025-04-01') },
      changes: { feeRows: [clause({ sku: ['FEE'] })] },
      reason: 'a floor from spring on',
      evidence: [],
    });
    const fee = (start: string, contractApplied: Charge['contractApplied'] = []) => charge(start, '9', { sku: 'FEE', contractApplied });
    const stated = [{ contractId: 'K', commitmentId: 'P', cost: decimal('9'), quantity: null, unit: null }];
    expect(run(engineOf(parent, child), fee('2025-01-15'), fee('2025-03-01'), fee('2025-03-01', stated), fee('2025-05-01'))).toEqual([
      ['P DREW 9', 'C DREW 9'],
      ['P TERMS_UNCERTAIN 0[0,9]', 'C TERMS_UNCERTAIN 0[0,9]'],
      ['P TERMS_UNCERTAIN 0[0,9]'],
      ['C FEE', 'P FEE'],
    ]);
  });

  it('does not know whether unknown rules name Tax', () => {
    const vague = commitment('A', spendTerms('100', { eligibility: { kind: 'unknown', reason: 'not disclosed' } }));
    expect(run(engineOf(vague), charge('2025-02-01', '5', { category: 'Tax' }))).toEqual([['A SCOPE_UNKNOWN 0[0,5]']]);
  });

  it('takes an unknown schedule for unknown room, Continuous or not', () => {
    const schedule = { kind: 'unknown' as const, reason: 'not published' };
    const hourly = commitment(
      'H',
      spendTerms('1', { model: 'Continuous', interval: { unit: 'hour', count: 1 }, schedule, term: period('2025-01-01', '2026-01-01') }),
    );
    const next = commitment('N', spendTerms('100', { priority: 2 }));
    expect(run(engineOf(hourly, next), charge('2025-02-01', '5'))).toEqual([['H AMOUNT_UNKNOWN 0[0,5]', 'N AMOUNT_UNKNOWN 0[0,5]']]);
  });

  it('counts what may have been marketplace rows against the share', () => {
    const first = commitment('U', spendTerms(unknown(), { priority: 0 }));
    const limited = commitment('A', spendTerms('100', { priority: 1, marketplace: { share: decimal('0.5'), rows: [] } }));
    const last = commitment('B', spendTerms('1000', { priority: 2 }));
    const foreign = charge('2025-02-01', '40', { publisher: 'Datastore Inc' });
    expect(run(engineOf(first, limited, last), foreign, foreign)).toEqual([
      ['U AMOUNT_UNKNOWN 0[0,40]', 'A AMOUNT_UNKNOWN 0[0,40]', 'B REACHED_NOTHING'],
      ['U AMOUNT_UNKNOWN 0[0,40]', 'A AMOUNT_UNKNOWN 0[0,40]', 'B AMOUNT_UNKNOWN 0[0,30]'],
    ]);
  });

  it('keeps a date between two uncertain periods open for both', () => {
    const turn = { notBefore: at('2025-06-01'), notAfter: at('2025-07-01') };
    const [start, end] = [
      { notBefore: at('2025-01-01'), notAfter: at('2025-01-01') },
      { notBefore: at('2026-01-01'), notAfter: at('2026-01-01') },
    ];
    const amount = { kind: 'known' as const, value: decimal('10') };
    const two = commitment(
      'A',
      spendTerms('0', {
        schedule: {
          kind: 'tranches',
          tranches: [
            { id: 't1', start, end: turn, amount },
            { id: 't2', start: turn, end, amount },
          ],
        },
      }),
    );
    const next = commitment('N', spendTerms('100', { priority: 2 }));
    expect(run(engineOf(two, next), charge('2025-06-10', '4'), charge('2025-08-01', '8'))).toEqual([
      ['A TERM_UNCERTAIN 0[0,4]', 'N TERM_UNCERTAIN 0[0,4]'],
      ['A UPSTREAM_UNKNOWN 6[0,2]', 'N UPSTREAM_UNKNOWN 0[0,2]'],
    ]);
  });

  it('knows nothing exactly of a waterfall that needs a rate behind an unknown amount', () => {
    const vague = commitment('U', spendTerms(unknown(), { priority: 0, measure: { kind: 'cost', column: 'BilledCost', currency: 'EUR' } }));
    const dollars = commitment('D', spendTerms('100', { priority: 1 }));
    expect(run(engineOf(vague, dollars), charge('2025-02-01', '60', { billingCurrency: 'EUR' }))).toEqual([
      ['U AMOUNT_UNKNOWN 0[0,60]', 'D AMOUNT_UNKNOWN 0[0,∞]'],
    ]);
  });

  it('releases from the last, so a negative row in another currency is unknown from the first on', () => {
    const euros = commitment('E', spendTerms('10', { priority: 0, measure: { kind: 'cost', column: 'BilledCost', currency: 'EUR' } }));
    const dollars = commitment('D', spendTerms('100', { priority: 1 }));
    const engine = engineOf(euros, dollars);
    run(engine, charge('2025-02-01', '7', { billingCurrency: 'EUR' }));
    expect(run(engine, charge('2025-02-02', '-3', { billingCurrency: 'EUR' }))).toEqual([['E NO_RATE 0[-3,0]', 'D REACHED_NOTHING']]);
  });

  it('leaves the residue with the part outside the term, whether that lies before or after it', () => {
    const schedule = { kind: 'tranches' as const, tranches: [{ id: 't', ...period('2025-01-01', '2025-01-02'), amount: known('9') }] };
    const hourly = commitment('H', spendTerms('9', { model: 'Continuous', interval: { unit: 'hour', count: 1 }, schedule }));
    const rest = commitment('R', spendTerms('100', { priority: 2 }));
    const third = '0.666666666666666667';
    expect(run(engineOf(hourly, rest), charge('2025-01-01T23:00:00Z', '2', { end: at('2025-01-02T02:00:00Z') }))).toEqual([
      [`H DREW_IN_PART ${third}`, 'R DREW 1.333333333333333333'],
    ]);
    const early = spendTerms('100', {
      priority: 2,
      schedule: { kind: 'tranches', tranches: [{ id: 't', ...period('2024-01-01', '2026-01-01'), amount: known('100') }] },
    });
    expect(run(engineOf(hourly, commitment('R', early)), charge('2024-12-31T23:00:00Z', '2', { end: at('2025-01-01T02:00:00Z') }))).toEqual([
      [`H DREW_IN_PART ${third} ${third}`, 'R DREW 0.666666666666666666'],
    ]);
  });

  it('spreads a negative charge by the second too, whatever each interval has drawn', () => {
    const hourly = commitment(
      'H',
      spendTerms('9', { model: 'Continuous', interval: { unit: 'hour', count: 1 }, schedule: year('2025-01-01', '2025-01-02', '9') }),
    );
    const engine = engineOf(hourly);
    run(engine, charge('2025-01-01T00:00:00Z', '5'));
    expect(run(engine, charge('2025-01-01T00:00:00Z', '-4', { end: at('2025-01-01T02:00:00Z') }))).toEqual([['H REDUCED_BELOW -2 -2']]);
  });
});

describe('a charge over more intervals than are told apart', () => {
  const days = (to: string) => ({ kind: 'tranches' as const, tranches: [{ id: 't', ...period('2025-01-01', to), amount: known('1') }] });
  const perSecond = (to: string, changes = {}) =>
    commitment('S', spendTerms('1', { model: 'Continuous', interval: { unit: 'second', count: 1 }, schedule: days(to), ...changes }));
  const rest = commitment('R', spendTerms('1000', { priority: 2 }));
  const long = (amount: string, changes: Partial<Charge> = {}) => charge('2025-01-01', amount, { end: at('2025-01-03'), ...changes });
  const second = (amount: string, start = '2025-01-02T12:00:00Z') => charge(start, amount, { end: (Date.parse(start) + 1000) as never });
  const fine = 'SPREAD_TOO_FINE';

  it('is unknown in every day that it touches, also as the last; what it may leave is unknown for the next', () => {
    expect(run(engineOf(perSecond('2025-02-01')), long('9'))).toEqual([[`S ${fine} 0[0,9] 0[0,9]`]]);
    expect(run(engineOf(perSecond('2025-02-01'), rest), long('9'))).toEqual([[`S ${fine} 0[0,9] 0[0,9]`, `R ${fine} 0[0,9]`]]);
    expect(run(engineOf(perSecond('2025-01-02T12:00:00Z'), rest), long('9'))).toEqual([[`S ${fine} 0[0,9] 0[0,9]`, `R ${fine} 0[0,9]`]]);
    expect(run(engineOf(rest, perSecond('2025-02-01', { priority: 3 })), long('9'))).toEqual([['R DREW 9', 'S REACHED_NOTHING']]);
  });

  it('begins at 100,001 intervals', () => {
    const hours = (seconds: number) => ({ end: (at('2025-01-01') + seconds * 1000) as never });
    const decided = [100_000, 100_001].map((seconds) => engineOf(perSecond('2025-02-01')).allocate(rowOf(long('100000', hours(seconds))))[0]);
    expect(decided.map((entry) => [entry?.reason, entry?.postings.length])).toEqual([
      ['DREW', 100_000],
      [fine, 2],
    ]);
  });

  it('leaves no room certain on its days, and does on others; undone, it leaves no trace', () => {
    const engine = engineOf(perSecond('2025-02-01'), rest);
    const decision = engine.allocate(rowOf(long('9')));
    const [unknown, drew] = [
      ['S UPSTREAM_UNKNOWN 0[0,1]', 'R UPSTREAM_UNKNOWN 0[0,1]'],
      ['S DREW 1', 'R REACHED_NOTHING'],
    ];
    expect(run(engine, second('1', '2025-01-20T00:00:00Z'))).toEqual([drew]);
    const later = engine.allocate(rowOf(second('1')));
    expect(show(later)).toEqual(unknown);
    for (const each of [decision, later]) engine.reverse(each);
    expect(run(engine, second('1'))).toEqual([drew]);
  });

  it('is known as a whole where it takes the rest, so that children and coverage are exact', () => {
    const engine = engineOf(perSecond('2025-02-01'), commitment('C', spendTerms('100', { parent: 'S' })));
    const row = rowOf(long('9'));
    const decision = engine.allocate(row);
    expect(show(decision)).toEqual([`S ${fine} 0[0,9] 0[0,9]`, 'C DREW 9']);
    expect(coverageOf(row, decision, engine)[0]).toMatchObject({ covered: decimal('9'), low: 0n, high: 0n });
  });

  it('releases as little as nothing and as much as the whole', () => {
    const engine = engineOf(perSecond('2025-02-01'), rest);
    run(engine, long('9'));
    expect(run(engine, long('-4'))).toEqual([[`S ${fine} 0[-4,0] 0[-4,0]`, `R ${fine} 0[-4,0]`]]);
    expect(run(engineOf(perSecond('2025-02-01')), long('-4'))).toEqual([[`S ${fine} 0[-4,0] 0[-4,0]`]]);
  });

  it('is unknown in another currency too, in front of or behind one that needs the rate', () => {
    const euros = { measure: { kind: 'cost' as const, column: 'BilledCost' as const, currency: 'EUR' } };
    const foreign = long('9', { billingCurrency: 'EUR' });
    expect(run(engineOf(perSecond('2025-02-01', euros), rest), foreign)).toEqual([[`S ${fine} 0[0,9] 0[0,9]`, `R ${fine} 0[0,∞]`]]);
    expect(run(engineOf(commitment('R', spendTerms('1000')), perSecond('2025-02-01', { ...euros, priority: 2 })), foreign)).toEqual([
      ['R NO_RATE 0[0,1000]', 'S NO_RATE 0[0,9] 0[0,9]'],
    ]);
  });

  it('is so as the provider states it, and stands for the parents all the same', () => {
    const reference = { contractCommitments: [{ contractId: 'K', commitmentId: 'S' }], commitmentDiscountIds: [] };
    const stated = (cost: string) =>
      long(cost, { contractApplied: [{ contractId: 'K', commitmentId: 'S', cost: decimal(cost), quantity: null, unit: null }] });
    const parent = commitment('P', spendTerms('100'));
    const within = engineOf(perSecond('2025-02-01', { parent: 'P', reference }), parent);
    expect(run(within, stated('9'), stated('-9'))).toEqual([
      [`S ${fine} 0[0,9] 0[0,9]`, 'P PROVIDER_STATED_CHILD 9'],
      [`S ${fine} 0[-9,0] 0[-9,0]`, 'P PROVIDER_STATED_CHILD -9'],
    ]);
    expect(run(engineOf(perSecond('2025-01-02T12:00:00Z', { parent: 'P', reference }), parent), stated('9'))).toEqual([
      [`S ${fine} 0[0,9] 0[0,9]`, `P ${fine} 0[0,9]`],
    ]);
  });
});

describe('what the provider states', () => {
  const named = (id: string, changes = {}) =>
    commitment(
      id,
      spendTerms('100', { reference: { contractCommitments: [{ contractId: 'K', commitmentId: id }], commitmentDiscountIds: [] }, ...changes }),
    );
  const states = (commitmentId: string, cost: string) => [{ contractId: 'K', commitmentId, cost: decimal(cost), quantity: null, unit: null }];

  it('is unknown on a commitment in another currency', () => {
    expect(
      run(
        engineOf(named('A')),
        charge('2025-02-01', '40', { billingCurrency: 'EUR', contractApplied: states('A', '25') }),
        charge('2025-02-01', '-40', { billingCurrency: 'EUR', contractApplied: states('A', '-25') }),
      ),
    ).toEqual([['A NO_RATE 0[0,∞]'], ['A NO_RATE 0[-∞,0]']]);
  });

  it('never draws on a parent that the row purchases', () => {
    const parent = commitment('P', spendTerms('100', { reference: { contractCommitments: [], commitmentDiscountIds: ['sp-1'] } }));
    const row = charge('2025-02-01', '9', { category: 'Purchase', commitmentDiscountId: 'sp-1', contractApplied: states('C', '9') });
    expect(run(engineOf(parent, named('C', { parent: 'P' })), row)).toEqual([['P PURCHASE_OF_COMMITMENT', 'C PROVIDER_STATED 9']]);
  });

  it('counts for an ancestor once, also where the row states the ancestor itself', () => {
    const row = charge('2025-02-01', '9', { contractApplied: [...states('C', '4'), ...states('P', '6')] });
    expect(run(engineOf(named('P'), named('C', { parent: 'P' })), row)).toEqual([['C PROVIDER_STATED 4', 'P PROVIDER_STATED 6']]);
  });

  it('is a margin, for the parents too, where it is uncertain whether the charge lies in the term', () => {
    const vague = {
      start: { notBefore: at('2025-01-01'), notAfter: at('2025-03-01') },
      end: { notBefore: at('2026-01-01'), notAfter: at('2026-01-01') },
    };
    const child = named('C', {
      parent: 'P',
      schedule: { kind: 'tranches', tranches: [{ id: 't', ...vague, amount: { kind: 'known', value: decimal('10') } }] },
    });
    expect(run(engineOf(named('P'), child), charge('2025-02-01', '9', { contractApplied: states('C', '9') }))).toEqual([
      ['C TERM_UNCERTAIN 0[0,9]', 'P TERM_UNCERTAIN 0[0,9]'],
    ]);
  });

  it('counts against the marketplace share, which it may exceed', () => {
    const a = named('A', { marketplace: { share: decimal('0.25'), rows: [] } });
    const foreign = (amount: string, contractApplied: Charge['contractApplied']) =>
      charge('2025-02-01', amount, { publisher: 'Datastore Inc', contractApplied });
    expect(
      run(engineOf(a), foreign('10', states('A', '10')), foreign('20', []), foreign('40', states('A', '40')), foreign('5', []), foreign('-45', [])),
    ).toEqual([['A PROVIDER_STATED 10'], ['A MARKETPLACE_LIMIT 15'], ['A PROVIDER_STATED 40'], ['A MARKETPLACE_LIMIT'], ['A RELEASED -45']]);
  });

  it('counts in the period of the date that the terms name today, as what draws by the rules does', () => {
    const schedule = {
      kind: 'tranches' as const,
      tranches: [
        { id: 'jan', ...period('2025-01-01', '2025-02-01'), amount: known('10') },
        { id: 'feb', ...period('2025-02-01', '2025-03-01'), amount: known('10') },
      ],
    };
    const reference = { contractCommitments: [{ contractId: 'K', commitmentId: 'A' }], commitmentDiscountIds: [] };
    const byEnd = commitment('A', spendTerms('10', { reference, schedule }), {
      type: 'AmendCommitment',
      effectiveAt: exactly(at('2025-06-01')),
      changes: { periodDate: 'ChargePeriodEnd' },
      reason: 'counted by the end',
      evidence: [],
    });
    const night = { end: at('2025-02-01T00:00:00Z') };
    const engine = engineOf(byEnd);
    const dates = [night, { ...night, contractApplied: states('A', '5') }].flatMap((changes) =>
      engine.allocate(rowOf(charge('2025-01-31T23:00:00Z', '5', changes))).flatMap(({ postings }) => postings.map((posting) => posting.at)),
    );
    expect(dates).toEqual([at('2025-02-01'), at('2025-02-01')]);
  });

  it('in quantity and cost together: Spend takes the cost, Usage the quantity in its unit', () => {
    const usage = named('G', { category: 'Usage', measure: { kind: 'quantity', column: 'ConsumedQuantity', unit: 'GPU-h' } });
    const both = (unit: string) => [{ contractId: 'K', commitmentId: 'G', cost: decimal('5'), quantity: decimal('2'), unit }];
    expect(
      run(
        engineOf(usage),
        charge('2025-02-01', '9', { contractApplied: both('GPU-h') }),
        charge('2025-02-01', '9', { contractApplied: both('h') }),
        charge('2025-02-01', '9', { contractApplied: states('G', '5') }),
      ),
    ).toEqual([['G PROVIDER_STATED 2'], ['- STATED_UNIT_DIFFERS 2'], ['- STATED_COST_ONLY 5']]);
  });

  it('keeps for its interval what lies in the term of a Continuous commitment, and leaves the rest unallocated', () => {
    const hourly = named('H', {
      model: 'Continuous',
      interval: { unit: 'hour', count: 1 },
      schedule: { kind: 'tranches', tranches: [{ id: 't', ...period('2025-01-01', '2025-01-02'), amount: { kind: 'known', value: decimal('1') } }] },
    });
    expect(
      run(engineOf(hourly), charge('2024-12-31T23:00:00Z', '9', { end: at('2025-01-01T02:00:00Z'), contractApplied: states('H', '9') })),
    ).toEqual([['H PROVIDER_STATED 3 3', '- STATED_OUTSIDE_TERM 3']]);
  });
});
