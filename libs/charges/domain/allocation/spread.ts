import { intervalIndex, intervalStart, type Terms, type Tranche } from '#commitments/domain';
import { divideHalfEven, type Instant, MS_PER_DAY, startOfDay } from '#kernel';

interface Spreading {
  readonly final: Terms;
}

export interface Piece {
  /** Null: the part outside the term, which is not offered and spills on. */
  readonly at: Instant | null;
  readonly share: bigint;
}

/** Seconds of [start, end) per interval of a Continuous commitment, and outside its schedule, in order of time. */
export interface Spread {
  readonly parts: readonly { readonly at: Instant | null; readonly seconds: bigint }[];
  readonly total: bigint;
}

/** A charge over more intervals is not split: a month has 2.6 million seconds. */
export const MAX_PARTS = 100_000;

/** Of a charge over too many intervals nothing says how much each of them got: it stands unknown in every UTC day that it touches in the term. */
export interface Unsplit {
  /** Where it begins on each of these days. */
  readonly days: readonly Instant[];
  /** Nothing of it lies outside the term. */
  readonly isWhole: boolean;
}

/** Has the schedule so many intervals that a charge may lie over too many? Then what is unknown on a day may be any of the day's intervals'. */
export function isFine({ schedule, interval }: Terms): boolean {
  if (schedule.kind === 'unknown' || interval === null) return false;
  return sumOf(schedule.tranches, (tranche) => countOf(tranche, interval, -Infinity, Infinity)) > MAX_PARTS;
}

/** Null: the charge is split as any other. */
export function unsplitOver({ final, isFine: fine }: Spreading & { readonly isFine: boolean }, start: Instant, end: Instant): Unsplit | null {
  const { schedule, interval } = final;
  if (!fine || schedule.kind === 'unknown' || interval === null || end <= start) return null;
  if (sumOf(schedule.tranches, (tranche) => countOf(tranche, interval, start, end)) <= MAX_PARTS) return null;
  const days = new Set<Instant>();
  for (const tranche of schedule.tranches) {
    const [from, to] = cut(tranche, start, end);
    for (let at = from; at < to; at = startOfDay(at as Instant) + MS_PER_DAY) days.add(at as Instant);
  }
  const inside = sumOf(schedule.tranches, (tranche) => lengthOf(cut(tranche, start, end)));
  return { days: [...days].sort((a, b) => a - b), isWhole: inside === end - start };
}

type Interval = NonNullable<Terms['interval']>;
const sumOf = (tranches: readonly Tranche[], of: (tranche: Tranche) => number): number => tranches.reduce((sum, each) => sum + of(each), 0);
const cut = ({ start, end }: Tranche, from: number, to: number): [number, number] => [
  Math.max(start.notBefore as number, from),
  Math.min(end?.notBefore as number, to),
];
const lengthOf = ([from, to]: [number, number]): number => Math.max(0, to - from);

function countOf(tranche: Tranche, interval: Interval, start: number, end: number): number {
  const [from, to] = cut(tranche, start, end);
  const anchor = tranche.start.notBefore as Instant;
  return to > from ? intervalIndex(anchor, interval, to - 1) - intervalIndex(anchor, interval, from) + 1 : 0;
}

export function spreadOver({ final }: Spreading, start: Instant, end: Instant): Spread {
  const parts: { at: Instant | null; seconds: bigint }[] = [];
  if (final.schedule.kind === 'unknown' || !final.interval) return { parts: [{ at: null, seconds: 1n }], total: 1n };
  const tranches = [...final.schedule.tranches].sort((a, b) => (a.start.notBefore ?? 0) - (b.start.notBefore ?? 0));
  // A charge without length belongs whole to the interval that contains it.
  if (end <= start) return { parts: [{ at: intervalOf(tranches, final.interval, start), seconds: 1n }], total: 1n };
  let cursor = start as number;
  const push = (at: Instant | null, until: number): void => {
    if (until <= cursor) return;
    parts.push({ at, seconds: BigInt(until - cursor) });
    cursor = until;
  };
  for (const { start: from, end: to } of tranches) {
    const [s, e] = [from.notBefore as Instant, to?.notBefore as Instant];
    if (e <= cursor || s >= end) continue;
    push(null, s);
    let index = intervalIndex(s, final.interval, cursor);
    while (cursor < Math.min(e, end)) {
      const [at, next] = [intervalStart(s, final.interval, index), intervalStart(s, final.interval, index + 1)];
      push(at, Math.min(next, e, end));
      index++;
    }
  }
  push(null, end);
  return { parts, total: BigInt(end - start) };
}

function intervalOf(tranches: readonly Tranche[], interval: Interval, t: Instant): Instant | null {
  const tranche = tranches.find(({ start, end }) => (start.notBefore as number) <= t && t < (end?.notBefore as number));
  if (!tranche) return null;
  const anchor = tranche.start.notBefore as Instant;
  return intervalStart(anchor, interval, intervalIndex(anchor, interval, t));
}

/**
 * Splits `amount` by the second, each part at 18 places half-even: the parts sum to the amount. The residue stands in the last
 * interval; where a part lies outside the term, before or after it, that one spills on with the residue.
 */
export function spreadAmount(amount: bigint, { parts, total }: Spread): readonly Piece[] {
  const outside = parts.findLastIndex(({ at }) => at === null);
  const bearer = outside === -1 ? parts.length - 1 : outside;
  const shares = parts.map(({ seconds }, index) => (index === bearer ? 0n : divideHalfEven(amount * seconds, total)));
  const residue = shares.reduce((rest, share) => rest - share, amount);
  return parts.map(({ at }, index) => ({ at, share: index === bearer ? residue : (shares[index] as bigint) }));
}
