import { describe, expect, it } from 'vitest';
import { exactly, type Instant, MS_PER_DAY, MS_PER_HOUR, uncertain, type UncertainInstant } from '#kernel';
import { at, commitment, known, period, spendTerms } from '../../../test/support/commitments.js';
import type { CommitmentCommand } from './commitment.js';
import { intervalIndex, intervalStart } from './intervals.js';
import type { TermChanges } from './terms.js';
import { termOf } from './terms.js';
import { changePoints, finalTerms, termsAt } from './timeline.js';

const common = { reason: 'r', evidence: [] };
const amend = (effectiveAt: UncertainInstant, changes: TermChanges): CommitmentCommand => ({
  type: 'AmendCommitment',
  effectiveAt,
  changes,
  ...common,
});
const on = (day: string): UncertainInstant => exactly(at(day));
const terms = spendTerms('100', { name: 'first' });
const shown = (of: ReturnType<typeof commitment>, t: number) =>
  termsAt(of, t).variants.map(({ terms: { name, priority, kind, schedule }, cancelled, binding }) => ({
    name,
    priority,
    kind,
    amount: schedule.kind === 'tranches' ? schedule.tranches[0]?.amount : schedule.kind,
    ...(cancelled ? { cancelled } : {}),
    ...(binding ? {} : { binding }),
  }));
const first = { name: 'first', priority: 1, kind: 'commitment', amount: known('100') };

describe('the terms at an instant', () => {
  it('are the first version’s before it became binding', () => {
    const made = commitment('c', terms);
    expect(shown(made, at('2024-12-31'))).toEqual([{ ...first, binding: false }]);
    expect(shown(made, at('2025-01-01'))).toEqual([first]);
  });

  it('are either of two that set the same field where an uncertain date may lie before or after the other, also when both are over', () => {
    const march = uncertain(at('2025-03-01'), at('2025-03-30'));
    const one = (amount: string): TermChanges => ({ trancheAmounts: [{ id: 't1', amount: known(amount) }] });
    const amounts = (of: ReturnType<typeof commitment>, t: string) => shown(of, at(t)).map(({ amount }) => amount);
    const both = commitment('c', terms, amend(march, one('10')), amend(on('2025-03-10'), one('20')));
    expect(amounts(both, '2025-02-28')).toEqual([known('100')]);
    expect(amounts(both, '2025-06-01')).toEqual([known('20'), known('10')]);
    expect(finalTerms(both).terms).toMatchObject({ schedule: { tranches: [{ amount: known('10') }] } });
    // Another field, the same terms either way, or a third one that settles it: nothing is uncertain after all.
    expect(amounts(commitment('c', terms, amend(march, one('10')), amend(on('2025-03-10'), { priority: 3 })), '2025-06-01')).toEqual([known('10')]);
    expect(amounts(commitment('c', terms, amend(march, one('10')), amend(on('2025-03-10'), one('10'))), '2025-06-01')).toEqual([known('10')]);
    const settled = commitment('c', terms, amend(march, one('10')), amend(on('2025-03-10'), one('20')), amend(on('2025-05-01'), one('30')));
    expect(amounts(settled, '2025-06-01')).toEqual([known('30')]);
  });

  it('keep of a later version only the fields that it set, from its date on', () => {
    const amended = commitment(
      'c',
      terms,
      amend(on('2025-06-01'), { name: 'second' }),
      amend(on('2025-03-01'), { priority: 5 }),
      amend(on('2025-09-01'), { trancheAmounts: [{ id: 't1', amount: known('7') }] }),
    );
    expect(shown(amended, at('2025-02-28'))).toEqual([first]);
    expect(shown(amended, at('2025-03-01'))).toEqual([{ ...first, priority: 5 }]);
    expect(shown(amended, (at('2025-06-01') - 1) as Instant)).toEqual([{ ...first, priority: 5 }]);
    expect(shown(amended, at('2025-06-01'))).toEqual([{ ...first, name: 'second', priority: 5 }]);
    expect(finalTerms(amended).terms).toMatchObject({ name: 'second', priority: 5, schedule: { tranches: [{ amount: known('7') }] } });
    expect(changePoints(amended)).toEqual(['2025-01-01', '2025-03-01', '2025-06-01', '2025-09-01'].map(at));
  });

  it('of two amendments of one date take the later recorded', () => {
    const amended = commitment('c', terms, amend(on('2025-06-01'), { name: 'a' }), amend(on('2025-06-01'), { name: 'b' }));
    expect(shown(amended, at('2025-06-01'))).toEqual([{ ...first, name: 'b' }]);
  });

  it('are corrected from the original date, also under an amendment that left the field alone', () => {
    const corrected = commitment('c', terms, amend(on('2025-06-01'), { name: 'second' }), {
      type: 'CorrectCommitment',
      fact: 0,
      changes: { priority: 9, name: 'right' },
      effectiveAt: null,
      ...common,
    });
    expect(shown(corrected, at('2025-01-01'))).toEqual([{ ...first, priority: 9, name: 'right' }]);
    expect(shown(corrected, at('2025-06-01'))).toEqual([{ ...first, priority: 9, name: 'second' }]);
  });

  it('move with the date of an amendment that is corrected', () => {
    const moved = commitment('c', terms, amend(on('2025-06-01'), { name: 'second' }), {
      type: 'CorrectCommitment',
      fact: 1,
      changes: {},
      effectiveAt: on('2025-03-01'),
      ...common,
    });
    expect(shown(moved, at('2025-03-01'))).toEqual([{ ...first, name: 'second' }]);
  });

  it('are reclassified from the original date unless another is given', () => {
    const reclassify = (effectiveAt: UncertainInstant | null): CommitmentCommand => ({
      type: 'ReclassifyCommitment',
      kind: 'investment',
      effectiveAt,
      ...common,
    });
    expect(shown(commitment('c', terms, reclassify(null)), at('2025-01-01'))).toEqual([{ ...first, kind: 'investment' }]);
    expect(shown(commitment('c', terms, reclassify(on('2025-03-01'))), at('2025-02-01'))).toEqual([first]);
  });

  it('end with a cancellation, which can be voided', () => {
    const cancel: CommitmentCommand = { type: 'CancelCommitment', effectiveAt: on('2025-06-01'), ...common };
    const cancelled = commitment('c', terms, cancel);
    expect(shown(cancelled, (at('2025-06-01') - 1) as Instant)).toEqual([first]);
    expect(shown(cancelled, at('2025-06-01'))).toEqual([{ ...first, cancelled: true }]);
    expect(shown(commitment('c', terms, cancel, { type: 'VoidCommitment', fact: 1, ...common }), at('2025-06-01'))).toEqual([first]);
  });

  it('are several inside an uncertainty, and certain outside it', () => {
    const vague = commitment('c', terms, amend(uncertain(at('2025-03-01'), at('2025-06-01')), { name: 'second' }));
    expect(shown(vague, (at('2025-03-01') - 1) as Instant)).toEqual([first]);
    expect(shown(vague, at('2025-03-01'))).toEqual([first, { ...first, name: 'second' }]);
    expect(shown(vague, at('2025-06-01'))).toEqual([{ ...first, name: 'second' }]);
    const open = commitment('c', terms, amend({ notBefore: null, notAfter: null }, { name: 'second' }));
    expect(shown(open, at('2025-01-01'))).toEqual([first, { ...first, name: 'second' }]);
    expect(finalTerms(open).terms.name).toBe('second');
  });
});

describe('the term', () => {
  it('is as stated, else that of the tranches, else unknown', () => {
    const [t1, t2] = [
      { id: 'a', ...period('2025-01-01', '2026-01-01'), amount: known('1') },
      { id: 'b', ...period('2026-01-01', '2027-01-01'), amount: known('1') },
    ];
    expect(termOf({ ...terms, term: period('2024-01-01', '2028-01-01') })).toEqual(period('2024-01-01', '2028-01-01'));
    expect(termOf({ ...terms, schedule: { kind: 'tranches', tranches: [t2, t1] } })).toEqual(period('2025-01-01', '2027-01-01'));
    expect(termOf({ ...terms, schedule: { kind: 'tranches', tranches: [] } })).toBeNull();
    expect(termOf({ ...terms, schedule: { kind: 'unknown', reason: '' } })).toBeNull();
  });
});

describe('intervals', () => {
  it('count from the anchor, clamped at the month’s end', () => {
    const starts = Array.from({ length: 5 }, (_, i) => intervalStart(at('2024-01-31'), { unit: 'month', count: 1 }, i));
    expect(starts).toEqual(['2024-01-31', '2024-02-29', '2024-03-31', '2024-04-30', '2024-05-31'].map(at));
    expect(intervalStart(at('2024-02-29'), { unit: 'year', count: 1 }, 4)).toBe(at('2028-02-29'));
    expect(intervalStart(at('2024-02-29'), { unit: 'year', count: 1 }, 1)).toBe(at('2025-02-28'));
    expect(intervalStart(at('2025-01-31'), { unit: 'quarter', count: 1 }, 1)).toBe(at('2025-04-30'));
  });

  it.each([['2025', 8760], ['2024', 8784], ['2100', 8760], ['2000', 8784]] as const)('a year of hours: %s has %i', (year, hours) => {
    const [from, to] = [at(`${year}-01-01`), at(`${parseInt(year, 10) + 1}-01-01`)];
    expect(intervalIndex(from, { unit: 'hour', count: 1 }, to)).toBe(hours);
    expect((to - from) / MS_PER_HOUR).toBe(hours);
  }); // prettier-ignore

  it('example 3: 36 months from 2026-02-01 are 1,096 days', () => {
    const [from, to] = [at('2026-02-01'), intervalStart(at('2026-02-01'), { unit: 'month', count: 36 }, 1)];
    expect((to - from) / MS_PER_DAY).toBe(1096);
    expect(((to - from) / MS_PER_HOUR) * 10_000).toBe(263_040_000);
  });

  it('are found again at their first and last instant, for every unit', () => {
    for (const unit of ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const) {
      for (const anchor of ['2024-01-31', '2024-02-29', '2025-06-15'].map(at)) {
        for (const index of [0, 1, 2, 11, 12, 13, 47]) {
          const interval = { unit, count: 2 };
          const [start, next] = [intervalStart(anchor, interval, index), intervalStart(anchor, interval, index + 1)];
          expect([intervalIndex(anchor, interval, start), intervalIndex(anchor, interval, next - 1), intervalIndex(anchor, interval, next)]).toEqual([
            index,
            index,
            index + 1,
          ]);
        }
      }
    }
  });
});
