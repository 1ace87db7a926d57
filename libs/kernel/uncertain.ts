import type { Instant } from './instant.js';
import { RangeProblem } from './problem.js';

/** An instant known to lie within [notBefore, notAfter], both inclusive; equal when exact; null: that side is open. */
export interface UncertainInstant {
  readonly notBefore: Instant | null;
  readonly notAfter: Instant | null;
  /** The source's own wording and zone ("through 31 December 2027, 23:59:59 Pacific"). */
  readonly wording?: string;
}

export type Trilean = 'yes' | 'no' | 'maybe';

export const exactly = (instant: Instant): UncertainInstant => ({ notBefore: instant, notAfter: instant });
export const isExact = (when: UncertainInstant): boolean => when.notBefore !== null && when.notBefore === when.notAfter;
export const exactValue = (when: UncertainInstant): Instant | null => (isExact(when) ? when.notBefore : null);

/** @throws RangeProblem `INSTANT_ORDER` when notAfter lies before notBefore. */
export function uncertain(notBefore: Instant | null, notAfter: Instant | null, wording?: string): UncertainInstant {
  if (notBefore !== null && notAfter !== null && notAfter < notBefore) throw new RangeProblem('INSTANT_ORDER', 'notAfter lies before notBefore');
  return wording === undefined ? { notBefore, notAfter } : { notBefore, notAfter, wording };
}

export const earliest = (when: UncertainInstant): number => when.notBefore ?? -Infinity;
export const latest = (when: UncertainInstant): number => when.notAfter ?? Infinity;

/** Has `when` come at `t`? (`when` ≤ t) */
export function reachedAt(when: UncertainInstant, t: number): Trilean {
  if (latest(when) <= t) return 'yes';
  return earliest(when) > t ? 'no' : 'maybe';
}

/** A half-open interval whose ends may be uncertain. An end that is null has no end. */
export interface UncertainPeriod {
  readonly start: UncertainInstant;
  readonly end: UncertainInstant | null;
}

export function containsInstant(period: UncertainPeriod, t: number): Trilean {
  const begun = reachedAt(period.start, t);
  const ended = period.end === null ? 'no' : reachedAt(period.end, t);
  if (begun === 'no' || ended === 'yes') return 'no';
  return begun === 'yes' && ended === 'no' ? 'yes' : 'maybe';
}

/** Do the two share an instant whatever their uncertain ends turn out to be? */
export function certainlyOverlap(a: UncertainPeriod, b: UncertainPeriod): boolean {
  const aEnd = a.end === null ? Infinity : earliest(a.end);
  const bEnd = b.end === null ? Infinity : earliest(b.end);
  return latest(a.start) < bEnd && latest(b.start) < aEnd;
}
