import { type Terms, waterfallOf } from '#commitments/domain';
import { amountFigure, type Decimal, exact, excessOver, type Figure, type Instant, plus, type Quantity, unknownBetween, ZERO } from '#kernel';
import { ratio } from '../domain/utilization.js';
import type { CommitmentView } from './commitment-view.js';

export const GROUPINGS = ['PROVIDER', 'CONTRACT', 'CATEGORY'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface Total {
  readonly provider: string | null;
  readonly contract: string | null;
  readonly category: string | null;
  /** Currency or unit: amounts of different ones are never added. */
  readonly unit: string;
  readonly commitments: number;
  readonly figures: Readonly<Record<'committed' | 'drawn' | 'remaining' | 'overage' | 'utilization', Figure>>;
  /** Committed amounts whose evidence is disputed: listed apart, and the reason why the total is indeterminate. */
  readonly disputed: Decimal;
}

interface Sum extends Omit<Total, 'commitments' | 'figures' | 'disputed'> {
  commitments: number;
  parts: Parts;
  disputed: bigint;
}

/** What a commitment adds to its total. */
interface Parts {
  readonly committed: Quantity;
  readonly drawn: Quantity;
  readonly remaining: Quantity;
  readonly overage: Quantity;
  /** What of the amount is used, for the ratio: of a Continuous commitment what was used in time, else what was drawn. */
  readonly counted: Quantity;
}

const NOTHING: Parts = { committed: exact(ZERO), drawn: exact(ZERO), remaining: exact(ZERO), overage: exact(ZERO), counted: exact(ZERO) };

/**
 * Totals over the roots of nested commitments: what a child counts its parent counts already. One total for each currency or unit,
 * and for each value of what it is grouped by. Remaining and overage are sums as well: what one commitment drew too much is not
 * drawn of another. Of a Continuous commitment the intervals that have ended count.
 */
export function totalsOf(
  views: Iterable<CommitmentView>,
  find: (id: string) => CommitmentView | null,
  t: Instant,
  groupBy: ReadonlySet<Grouping>,
): readonly Total[] {
  const sums = new Map<string, Sum>();
  for (const view of views) {
    const parts = countsAt(view, t) ? partsOf(view, t) : null;
    if (parts === null || hasCountedAncestor(view, find, t)) continue;
    const { commitment } = view;
    const { category, measure } = view.termsFor(t);
    const unit = measure.kind === 'cost' ? measure.currency : measure.unit;
    const sum = sumFor(sums, groupBy, commitment.provider, commitment.contractId, category, unit);
    sum.commitments++;
    sum.parts = add(sum.parts, parts);
    if (view.disputed(t) && parts.committed.high !== null) sum.disputed += parts.committed.high;
  }
  return [...sums.values()].map(toTotal);
}

const countsAt = (view: CommitmentView, t: Instant): boolean =>
  view.commitment.status === 'made' && view.termsFor(t).kind === 'commitment' && view.figures(t) !== null;

/** A parent that was voided, is of another kind or has no period at `t` counts nothing, so the child stands in its place. */
function hasCountedAncestor(view: CommitmentView, find: (id: string) => CommitmentView | null, t: Instant): boolean {
  const seen = new Set([view.id]);
  const own = waterfallOf(view.termsFor(t).measure);
  for (let { parent }: Terms = view.termsFor(t); parent !== null && !seen.has(parent);) {
    seen.add(parent);
    const above = find(parent);
    if (above?.commitment.status !== 'made' || waterfallOf(above.termsFor(t).measure) !== own) return false;
    if (countsAt(above, t)) return true;
    parent = above.termsFor(t).parent;
  }
  return false;
}

function partsOf(view: CommitmentView, t: Instant): Parts | null {
  const figures = view.figures(t);
  if (figures === null) return null;
  if (figures.balance) {
    const { committed, drawn } = figures.balance.input;
    return { committed, drawn, remaining: excessOver(committed, drawn), overage: excessOver(drawn, committed), counted: drawn };
  }
  if (!figures.continuous) return { ...NOTHING, committed: unknownBetween(ZERO, null, ZERO, [{ code: 'PERIOD_UNCERTAIN', entity: view.id }]) };
  const { committed, drawn, used, overage } = figures.continuous.sums;
  return { committed, drawn, remaining: exact(ZERO), overage, counted: used };
}

const add = (a: Parts, b: Parts): Parts => ({
  committed: plus(a.committed, b.committed),
  drawn: plus(a.drawn, b.drawn),
  remaining: plus(a.remaining, b.remaining),
  overage: plus(a.overage, b.overage),
  counted: plus(a.counted, b.counted),
});

function sumFor(sums: Map<string, Sum>, groupBy: ReadonlySet<Grouping>, provider: string, contract: string, category: string, unit: string): Sum {
  const by = {
    provider: groupBy.has('PROVIDER') ? provider : null,
    contract: groupBy.has('CONTRACT') ? contract : null,
    category: groupBy.has('CATEGORY') ? category : null,
    unit,
  };
  const key = JSON.stringify(by);
  let sum = sums.get(key);
  if (!sum) sums.set(key, (sum = { ...by, commitments: 0, parts: NOTHING, disputed: 0n }));
  return sum;
}

const toTotal = ({ parts: { committed, drawn, remaining, overage, counted }, disputed, ...rest }: Sum): Total => ({
  ...rest,
  disputed: disputed as Decimal,
  figures: {
    committed: amountFigure(committed),
    drawn: amountFigure(drawn),
    remaining: amountFigure(remaining),
    overage: amountFigure(overage),
    utilization: ratio(counted, committed, null),
  },
});
