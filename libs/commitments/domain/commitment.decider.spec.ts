import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, type Evidence, exactly, fold, uncertain } from '#kernel';
import { at, clause, known, makeCommitment, period, spendTerms, unknown } from '../../../test/support/commitments.js';
import type { CommitmentCommand, CommitmentEvent, MadeCommitment } from './commitment.js';
import { commitmentDecider } from './commitment.decider.js';
import { COMMITMENT_REJECTIONS } from './rejections.js';
import type { MeasureChange, TermChanges, Terms } from './terms.js';
import { finalTerms } from './timeline.js';

const given = (...events: CommitmentEvent[]) => ({
  when: (command: CommitmentCommand) => {
    const decision = commitmentDecider.decide(command, fold(commitmentDecider, events));
    return {
      then: (...expected: CommitmentEvent[]) => void expect(decision).toEqual({ accepted: expected }),
      rejected: (expected: { code: string; [fact: string]: unknown }) => void expect(decision).toEqual({ rejected: expected }),
    };
  },
});

const evidence = (id: string): Evidence => ({ id, document: 'A.pdf', sha256: null, uri: null, quotation: null, status: 'REPORTED' });
const signed = exactly(at('2025-01-01'));
const terms = spendTerms('100');
const made = { ...makeCommitment('c1', terms), evidence: [evidence('e1')] };
const make = (changes: Partial<Terms> = {}): CommitmentCommand => ({ ...made, type: 'MakeCommitment', terms: { ...terms, ...changes } });
const amend = (changes: TermChanges): CommitmentCommand => ({ type: 'AmendCommitment', effectiveAt: signed, changes, reason: 'r', evidence: [] });
const correct = (fact: number, changes: TermChanges, effectiveAt: ReturnType<typeof exactly> | null = null): CommitmentCommand => ({
  type: 'CorrectCommitment',
  fact,
  changes,
  effectiveAt,
  reason: 'r',
  evidence: [],
});
const voids = (fact: number): CommitmentCommand => ({ type: 'VoidCommitment', fact, reason: 'r', evidence: [] });
const cancel: CommitmentCommand = { type: 'CancelCommitment', effectiveAt: exactly(at('2025-06-01')), reason: 'r', evidence: [] };
const reclassify: CommitmentCommand = { type: 'ReclassifyCommitment', kind: 'investment', effectiveAt: null, reason: 'r', evidence: [] };
const addEvidence = (fact: number, id: string): CommitmentCommand => ({ type: 'AddCommitmentEvidence', fact, evidence: [evidence(id)] });
const confirm = (evidenceId: string): CommitmentCommand => ({ type: 'ChangeCommitmentEvidence', evidenceId, status: 'CONFIRMED', reason: 'r' });

const event = (command: CommitmentCommand, type: CommitmentEvent['type']): CommitmentEvent =>
  ({ ...command, type, commitmentId: 'c1' }) as CommitmentEvent;
const amended = (changes: TermChanges): CommitmentEvent => event(amend(changes), 'CommitmentAmended');
const voided = (fact: number): CommitmentEvent => event(voids(fact), 'CommitmentVoided');
const cancelled = event(cancel, 'CommitmentCancelled');
const tranche = (id: string, from: string, to: string, amount = known('1')) => ({ id, ...period(from, to), amount });
const tranches = (...list: ReturnType<typeof tranche>[]) => ({ schedule: { kind: 'tranches' as const, tranches: list } });

describe('each command on a commitment that stands', () => {
  it.each<[CommitmentCommand, CommitmentEvent['type']]>([
    [amend({ name: 'B' }), 'CommitmentAmended'],
    [correct(0, { name: 'B' }), 'CommitmentCorrected'],
    [correct(0, {}, exactly(at('2024-01-01'))), 'CommitmentCorrected'],
    [voids(0), 'CommitmentVoided'],
    [reclassify, 'CommitmentReclassified'],
    [cancel, 'CommitmentCancelled'],
    [addEvidence(0, 'e2'), 'CommitmentEvidenceAdded'],
    [confirm('e1'), 'CommitmentEvidenceStatusChanged'],
  ])('%o is recorded whole', (command, type) => given(made).when(command).then(event(command, type)));

  it('is made whole, once', () => {
    given().when(make()).then(made);
    given(made).when(make()).rejected({ code: 'COMMITMENT_EXISTS', commitmentId: 'c1' });
    given(made, voided(0)).when(make()).rejected({ code: 'COMMITMENT_EXISTS', commitmentId: 'c1' });
  });
});

describe('no commitment, or a withdrawn one', () => {
  const commands = [amend({ name: 'B' }), correct(0, { name: 'B' }), voids(0), reclassify, cancel, addEvidence(0, 'e2'), confirm('e1')];
  it.each(commands)('is not found by %o', (command) => given().when(command).rejected({ code: 'COMMITMENT_NOT_FOUND' }));
  it.each(commands)('takes no %o', (command) => given(made, voided(0)).when(command).rejected({ code: 'COMMITMENT_VOIDED', commitmentId: 'c1' }));
});

describe('facts', () => {
  it.each([-1, 1, 1.5, NaN])('number %s is not there', (fact) => {
    for (const command of [correct(fact, { name: 'B' }), voids(fact), addEvidence(fact, 'e2')])
      given(made).when(command).rejected({ code: 'FACT_NOT_FOUND', fact });
  });

  it('that are no binding ones cannot be corrected or voided', () => {
    const corrected = event(correct(0, { name: 'B' }), 'CommitmentCorrected');
    for (const command of [correct(1, { name: 'C' }), voids(1), addEvidence(1, 'e2')])
      given(made, corrected).when(command).rejected({ code: 'FACT_NOT_CORRECTABLE', fact: 1 });
  });

  it('that are voided take no more', () => {
    for (const command of [correct(1, {}), voids(1), addEvidence(1, 'e2')])
      given(made, amended({ name: 'B' }), voided(1))
        .when(command)
        .rejected({ code: 'FACT_VOIDED', fact: 1 });
  });

  it('a voided amendment leaves the terms as they were before it', () => {
    const state = fold(commitmentDecider, [made, amended({ name: 'B', priority: 7 }), amended({ name: 'C' }), voided(1)]);
    expect(state).toMatchObject({ status: 'made', final: { name: 'C', priority: 1 }, events: 4 });
  });
});

describe('cancellation', () => {
  it('stops amendments and a second cancellation, until it is voided', () => {
    given(made, cancelled).when(amend({})).rejected({ code: 'COMMITMENT_CANCELLED', commitmentId: 'c1' });
    given(made, cancelled).when(cancel).rejected({ code: 'COMMITMENT_CANCELLED', commitmentId: 'c1' });
    given(made, cancelled, voided(1))
      .when(amend({ name: 'B' }))
      .then(amended({ name: 'B' }));
    given(made, cancelled)
      .when(correct(0, { name: 'B' }))
      .then(event(correct(0, { name: 'B' }), 'CommitmentCorrected'));
  });
});

describe('evidence', () => {
  it('has one id on a commitment, and is changed by it', () => {
    given(made).when(addEvidence(0, 'e1')).rejected({ code: 'EVIDENCE_EXISTS', evidenceId: 'e1' });
    given(made).when(confirm('e9')).rejected({ code: 'EVIDENCE_NOT_FOUND', evidenceId: 'e9' });
    const { facts } = fold(commitmentDecider, [made, event(confirm('e1'), 'CommitmentEvidenceStatusChanged')]) as MadeCommitment;
    expect([...facts]).toMatchObject([{ evidence: [{ id: 'e1', status: 'CONFIRMED' }] }]);
  });

  it('that is withdrawn is gone, and may come again', () => {
    const withdrawn: CommitmentEvent = {
      type: 'CommitmentEvidenceStatusChanged',
      commitmentId: 'c1',
      evidenceId: 'e1',
      status: 'WITHDRAWN',
      reason: 'r',
    };
    given(made, withdrawn).when(confirm('e1')).rejected({ code: 'EVIDENCE_NOT_FOUND', evidenceId: 'e1' });
    given(made, withdrawn)
      .when(addEvidence(0, 'e1'))
      .then(event(addEvidence(0, 'e1'), 'CommitmentEvidenceAdded'));
  });
});

const vagueEnd = { id: 't', start: exactly(at('2025-01-01')), end: uncertain(at('2025-06-01'), null), amount: known('1') };

/** Broken terms, each by one rule, in the order in which the rules are tried. */
const BROKEN: readonly (readonly [string, Partial<Terms>, Record<string, unknown>])[] = [
  ['TRANCHE_DUPLICATE', tranches(tranche('t1', '2025-01-01', '2025-02-01'), tranche('t1', '2025-02-01', '2025-03-01')), { tranche: 't1' }],
  ['TRANCHE_END_BEFORE_START', tranches(tranche('t1', '2025-01-01', '2025-01-01')), { tranche: 't1' }],
  [
    'TRANCHES_OVERLAP',
    tranches(tranche('t2', '2025-01-31', '2025-03-01'), tranche('t1', '2025-01-01', '2025-02-01')),
    { tranche: 't1', other: 't2' },
  ],
  ['TERM_END_BEFORE_START', { term: period('2025-01-01', '2025-01-01') }, {}],
  ['TRANCHE_OUTSIDE_TERM', { term: period('2025-01-02', '2026-01-01') }, { tranche: 't1' }],
  ['AMOUNT_NEGATIVE', tranches(tranche('t1', '2025-01-01', '2026-01-01', known('-0.000000000000000001'))), { tranche: 't1' }],
  [
    'AMOUNT_BOUNDS',
    tranches(tranche('t1', '2025-01-01', '2026-01-01', { kind: 'unknown', reason: '', atLeast: decimal('2'), atMost: decimal('1') })),
    { tranche: 't1' },
  ],
  ['MEASURE_CATEGORY_MISMATCH', { category: 'Usage' }, { category: 'Usage', measure: 'BilledCost' }],
  ['PREPAID_NEEDS_COST_COLUMN', { prepaid: true }, { column: 'BilledCost' }],
  ['CONTINUOUS_NEEDS_INTERVAL', { model: 'Continuous' }, {}],
  ['INTERVAL_OUT_OF_RANGE', { model: 'Continuous', interval: { unit: 'hour', count: 0 } }, {}],
  ['INTERVAL_ONLY_CONTINUOUS', { interval: { unit: 'hour', count: 1 } }, {}],
  [
    'CONTINUOUS_NEEDS_EXACT_DATES',
    { model: 'Continuous', interval: { unit: 'hour', count: 1 }, schedule: { kind: 'tranches', tranches: [vagueEnd] } },
    { tranche: 't' },
  ],
  ['CLAUSE_EMPTY', { feeRows: [clause({ sku: [] })] }, { where: 'feeRows' }],
  ['MARKETPLACE_SHARE_OUT_OF_RANGE', { marketplace: { share: decimal('1.000000000000000001'), rows: [] } }, { share: '1.000000000000000001' }],
  ['PARENT_IS_SELF', { parent: 'c1' }, { commitmentId: 'c1' }],
];

describe('terms', () => {
  it.each(BROKEN)('%s', (code, changes, facts) => {
    given()
      .when(make(changes))
      .rejected({ code, ...facts });
    given(made)
      .when(amend(changes))
      .rejected({ code, ...facts });
    given(made)
      .when(correct(0, changes))
      .rejected({ code, ...facts });
  });

  it('broken twice are refused by the rule that comes first in the catalogue', () => {
    const order = Object.keys(COMMITMENT_REJECTIONS);
    const independent = BROKEN.filter(([code]) => !/TRANCHE|AMOUNT|INTERVAL|CONTINUOUS|TERM|MEASURE/.test(code));
    for (const [first, a] of BROKEN) {
      for (const [second, b] of independent) {
        if (order.indexOf(first) >= order.indexOf(second)) continue;
        const decision = commitmentDecider.decide(make({ ...b, ...a }), { status: 'none' });
        expect(decision).toMatchObject({ rejected: { code: first } });
      }
    }
  });

  it('of two broken tranches the rule that comes first decides, not the tranche', () => {
    const both = tranches(
      tranche('t1', '2025-02-01', '2025-01-01'),
      tranche('t2', '2025-03-01', '2025-04-01'),
      tranche('t2', '2025-05-01', '2025-06-01'),
    );
    given().when(make(both)).rejected({ code: 'TRANCHE_DUPLICATE', tranche: 't2' });
  });

  it.each<[string, Partial<Terms>]>([
    ['tranches that touch', tranches(tranche('t1', '2025-01-01', '2025-02-01'), tranche('t2', '2025-02-01', '2025-03-01'))],
    ['a tranche as long as the term', { term: period('2025-01-01', '2026-01-01') }],
    ['an amount of zero', tranches(tranche('t1', '2025-01-01', '2026-01-01', known('0')))],
    ['an unknown amount', tranches(tranche('t1', '2025-01-01', '2026-01-01', unknown()))],
    ['an unknown schedule', { schedule: { kind: 'unknown', reason: 'not published' } }],
    ['a prepaid one on EffectiveCost', { prepaid: true, measure: { kind: 'cost', column: 'EffectiveCost', currency: 'USD' } }],
    ['a marketplace share of all', { marketplace: { share: decimal('1'), rows: [] } }],
    [
      'dates that only may overlap',
      {
        schedule: {
          kind: 'tranches',
          tranches: [{ ...vagueEnd, end: uncertain(at('2025-05-01'), at('2025-07-01')) }, tranche('t2', '2025-06-01', '2026-01-01')],
        },
      },
    ],
  ])('with %s are taken', (_, changes) =>
    given()
      .when(make(changes))
      .then({ ...made, terms: { ...terms, ...changes } }),
  );

  it('change by at least one field, and by tranches that are there', () => {
    given(made).when(amend({})).rejected({ code: 'CHANGES_EMPTY' });
    given(made).when(correct(0, {})).rejected({ code: 'CHANGES_EMPTY' });
    given(made)
      .when(amend({ trancheAmounts: [{ id: 't9', amount: known('1') }] }))
      .rejected({ code: 'TRANCHE_NOT_FOUND', tranche: 't9' });
    given(made)
      .when(amend({ trancheAmounts: ['1', '2'].map((value) => ({ id: 't1', amount: known(value) })) }))
      .rejected({ code: 'TRANCHE_AMOUNT_TWICE', tranche: 't1' });
  });

  it('keep of a measure that is named in part what is not named, and say when that is not enough', () => {
    const cost = (column: 'BilledCost' | 'ListCost', currency: string) => ({ measure: { kind: 'cost' as const, column, currency } });
    const inPart = (measure: MeasureChange, more: TermChanges = {}): CommitmentCommand =>
      ({ ...amend(more), changes: { ...more, measure } }) as never;
    given(made)
      .when(inPart({ kind: 'cost', column: 'ListCost' }))
      .then(amended(cost('ListCost', 'USD')));
    given(made, amended(cost('ListCost', 'USD')))
      .when(inPart({ kind: 'cost', currency: 'EUR' }))
      .then(amended(cost('ListCost', 'EUR')));
    given(made)
      .when(inPart({ kind: 'quantity', unit: 'Hours' }, { category: 'Usage' }))
      .then(amended({ category: 'Usage', measure: { kind: 'quantity', column: 'ConsumedQuantity', unit: 'Hours' } }));
    given(made)
      .when(inPart({ kind: 'quantity', column: 'PricingQuantity' }, { category: 'Usage' }))
      .rejected({ code: 'MEASURE_INCOMPLETE', category: 'Usage' });
    const usage = amended({ category: 'Usage', measure: { kind: 'quantity', column: 'PricingQuantity', unit: 'Hours' } });
    given(made, usage)
      .when(inPart({ kind: 'cost', column: 'ListCost' }, { category: 'Spend' }))
      .rejected({ code: 'MEASURE_INCOMPLETE', category: 'Spend' });
    // A correction is one of what its fact says, whatever a later amendment has made of it.
    given(made, amended(cost('BilledCost', 'EUR')))
      .when({ ...correct(0, {}), changes: { measure: { kind: 'cost', column: 'ListCost' } } } as CommitmentCommand)
      .then(event(correct(0, cost('ListCost', 'USD')), 'CommitmentCorrected'));
  });

  it('have a schedule that commits to something, or say that it is not known', () => {
    given().when(make(tranches())).rejected({ code: 'SCHEDULE_EMPTY' });
    given(made).when(amend(tranches())).rejected({ code: 'SCHEDULE_EMPTY' });
  });

  it('that a correction would break only together with a later amendment are refused', () => {
    const later = amended({ model: 'Continuous', interval: { unit: 'hour', count: 1 } });
    given(made, later)
      .when(correct(0, { schedule: { kind: 'tranches', tranches: [vagueEnd] } }))
      .rejected({ code: 'CONTINUOUS_NEEDS_EXACT_DATES', tranche: 't' });
  });
});

it('folds the same whatever the order in which it was asked', () => {
  const events = [
    made,
    amended({ priority: 3 }),
    amended({ trancheAmounts: [{ id: 't1', amount: known('7') }] }),
    event(correct(1, { priority: 4 }), 'CommitmentCorrected'),
    cancelled,
    voided(4),
  ];
  const whole = fold(commitmentDecider, events);
  expect(events.reduce((state, each) => commitmentDecider.evolve(state, each), commitmentDecider.initialState)).toEqual(whole);
  expect(whole).toMatchObject({ final: { priority: 4, schedule: { tranches: [{ amount: known('7') }] } }, events: 6 });
});

it('keeps what all its facts give, in whatever order they come', () => {
  const dated = fc.integer({ min: 1, max: 9 }).map((month) => exactly(at(`2025-0${month}-01`)));
  const step = fc.oneof(
    fc
      .record({ priority: fc.nat(), effectiveAt: dated })
      .map(({ priority, effectiveAt }) => ({ ...amended({ priority }), effectiveAt }) as CommitmentEvent),
    fc.record({ fact: fc.nat(8), priority: fc.nat() }).map(({ fact, priority }) => event(correct(fact, { priority }), 'CommitmentCorrected')),
    fc.integer({ min: 1, max: 8 }).map(voided),
    fc.constant(cancelled),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (events) => {
      const state = fold(commitmentDecider, [made, ...events]) as MadeCommitment;
      expect(state.final).toEqual(finalTerms(state).terms);
      expect(state.cancelled).toBe([...state.facts].some(({ kind, voided: gone }) => kind === 'cancelled' && !gone));
    }),
  );
});
