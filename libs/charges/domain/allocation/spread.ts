import { intervalIndex, intervalStart, type Tranche } from '#commitments/domain';
import { divideHalfEven, type Instant } from '#kernel';
import type { BookCommitment } from './book.js';

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

const MAX_PARTS = 100_000;

export function spreadOver({ final }: BookCommitment, start: Instant, end: Instant): Spread {
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
      if (parts.length > MAX_PARTS) break;
    }
  }
  push(null, end);
  return { parts, total: BigInt(end - start) };
}

function intervalOf(tranches: readonly Tranche[], interval: NonNullable<BookCommitment['final']['interval']>, t: Instant): Instant | null {
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
