import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addEvidence,
  type CarriedEvidence,
  type Evidence,
  type EvidenceVerdict,
  evidenceAt,
  evidenceDates,
  judgeEvidence,
  mayBeDisputed,
} from './evidence.js';
import { type Instant, parseInstant } from './instant.js';
import { exactly, uncertain } from './uncertain.js';

const at = parseInstant;
const on = (day: string) => exactly(at(day));
const item = (id: string): Evidence => ({ id, document: 'A.pdf', sha256: null, uri: null, quotation: null, status: 'REPORTED' });
const statusAt = (items: readonly CarriedEvidence[], day: string) => evidenceAt(items, at(day)).map(({ id, status }) => `${id} ${status}`);

describe('evidence on the effective axis', () => {
  const carried = [item('e1')];

  it('says what it says from always on while nothing is dated, and is not copied to be read', () => {
    const confirmed = judgeEvidence(carried, 'e1', 'CONFIRMED', undefined);
    expect(evidenceAt(confirmed, -Infinity)).toBe(confirmed);
    expect(statusAt(confirmed, '2000-01-01')).toEqual(['e1 CONFIRMED']);
    expect(judgeEvidence(confirmed, 'e1', 'WITHDRAWN', undefined)).toEqual([]);
  });

  it('is disputed, confirmed and withdrawn from a date on, whichever was recorded first', () => {
    const verdicts: readonly (readonly [EvidenceVerdict, string])[] = [
      ['DISPUTED', '2025-03-01'],
      ['CONFIRMED', '2025-06-01'],
      ['WITHDRAWN', '2025-09-01'],
    ];
    for (const order of [verdicts, [...verdicts].reverse()]) {
      const judged = order.reduce<readonly CarriedEvidence[]>((items, [verdict, day]) => judgeEvidence(items, 'e1', verdict, on(day)), carried);
      expect(['2025-02-28', '2025-03-01', '2025-06-01', '2025-09-01'].map((day) => statusAt(judged, day))).toEqual([
        ['e1 REPORTED'],
        ['e1 DISPUTED'],
        ['e1 CONFIRMED'],
        [],
      ]);
      expect(['2025-02-28', '2025-03-01', '2025-06-01'].map((day) => mayBeDisputed(judged, at(day)))).toEqual([false, true, false]);
    }
  });

  it('of one date says what was recorded last; what has no date takes the place of all before', () => {
    const both = judgeEvidence(judgeEvidence(carried, 'e1', 'DISPUTED', on('2025-03-01')), 'e1', 'CONFIRMED', on('2025-03-01'));
    expect(statusAt(both, '2025-03-01')).toEqual(['e1 CONFIRMED']);
    const undated = judgeEvidence(both, 'e1', 'DISPUTED', undefined);
    expect(statusAt(undated, '2025-01-01')).toEqual(['e1 DISPUTED']);
    expect(evidenceDates(undated)).toEqual([]);
  });

  it('belongs to the fact from the date on from which it was added', () => {
    const added = addEvidence(carried, [item('e2')], on('2025-06-01'));
    expect(statusAt(added, '2025-05-31')).toEqual(['e1 REPORTED']);
    expect(statusAt(added, '2025-06-01')).toEqual(['e1 REPORTED', 'e2 REPORTED']);
    expect(evidenceAt(added, at('2025-06-01'))[1]).toEqual(item('e2'));
  });

  it('may be disputed inside an uncertain date, whether the dispute began or ended then', () => {
    const when = uncertain(at('2025-03-01'), at('2025-04-01'));
    const begun = judgeEvidence(carried, 'e1', 'DISPUTED', when);
    const ended = judgeEvidence(judgeEvidence(carried, 'e1', 'DISPUTED', undefined), 'e1', 'CONFIRMED', when);
    const days = ['2025-02-28', '2025-03-15', '2025-04-01'].map(at);
    expect(days.map((t) => mayBeDisputed(begun, t))).toEqual([false, true, true]);
    expect(days.map((t) => mayBeDisputed(ended, t))).toEqual([true, true, false]);
  });

  it('may be disputed for good where the order of a dispute and its end is open', () => {
    const [spring, half] = [uncertain(at('2025-02-01'), at('2025-05-01')), uncertain(at('2025-01-01'), at('2025-06-30'))];
    const disputed = judgeEvidence(carried, 'e1', 'DISPUTED', spring);
    expect(mayBeDisputed(judgeEvidence(disputed, 'e1', 'CONFIRMED', half), at('2026-01-01'))).toBe(true);
    expect(mayBeDisputed(judgeEvidence(disputed, 'e1', 'CONFIRMED', on('2025-05-01')), at('2026-01-01'))).toBe(false);
  });

  it('changes at its dates and nowhere else', () => {
    const days = fc.integer({ min: 0, max: 20 });
    const verdict = fc.constantFrom<EvidenceVerdict>('REPORTED', 'CONFIRMED', 'DISPUTED', 'WITHDRAWN');
    fc.assert(
      fc.property(fc.array(fc.tuple(verdict, days, days)), days, (verdicts, since) => {
        const first = addEvidence([], [item('e')], exactly(since as Instant));
        const judged = verdicts.reduce<readonly CarriedEvidence[]>(
          (items, [said, a, b]) => judgeEvidence(items, 'e', said, uncertain(Math.min(a, b) as Instant, Math.max(a, b) as Instant)),
          first,
        );
        const dates = new Set(evidenceDates(judged));
        for (let t = 0; t <= 21; t++) {
          if (dates.has(t)) continue;
          expect(evidenceAt(judged, t)).toEqual(evidenceAt(judged, t - 1));
          // An uncertain date has come for certain at its last instant, and may have come from its first on.
          expect(mayBeDisputed(judged, t)).toBe(mayBeDisputed(judged, t - 1));
        }
      }),
    );
  });
});
