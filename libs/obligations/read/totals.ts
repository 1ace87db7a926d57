import { type Decimal, exact, plus, type Quantity, ZERO, type Instant } from '#kernel';
import { BalanceUtilization } from '../domain/utilization.js';
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
  readonly figures: BalanceUtilization;
  /** Committed amounts whose evidence is disputed: listed apart, and the reason why the total is indeterminate. */
  readonly disputed: Decimal;
}

interface Sum {
  readonly provider: string | null;
  readonly contract: string | null;
  readonly category: string | null;
  readonly unit: string;
  commitments: number;
  committed: Quantity;
  drawn: Quantity;
  disputed: bigint;
}

/**
 * Totals over the roots of nested commitments: what a child counts its parent counts already. One total for each currency or unit,
 * and for each value of what it is grouped by. Of a Continuous commitment the intervals that have ended count.
 */
export function totalsOf(views: Iterable<CommitmentView>, t: Instant, groupBy: ReadonlySet<Grouping>): readonly Total[] {
  const sums = new Map<string, Sum>();
  for (const view of views) {
    const terms = view.termsFor(t);
    if (view.commitment.status !== 'made' || terms.kind !== 'commitment' || terms.parent !== null) continue;
    const figures = view.figures(t);
    if (!figures) continue;
    const { commitment } = view;
    const sum = sumFor(
      sums,
      groupBy,
      commitment.provider,
      commitment.contractId,
      terms.category,
      terms.measure.kind === 'cost' ? terms.measure.currency : terms.measure.unit,
    );
    sum.commitments++;
    const { committed, drawn } = figures.balance?.input ?? continuousSums(view.id, figures.continuous);
    sum.committed = plus(sum.committed, committed);
    sum.drawn = plus(sum.drawn, drawn);
    if (view.disputed(t) && committed.high !== null) sum.disputed += committed.high;
  }
  return [...sums.values()].map(toTotal(t));
}

function sumFor(sums: Map<string, Sum>, groupBy: ReadonlySet<Grouping>, provider: string, contract: string, category: string, unit: string): Sum {
  const by = {
    provider: groupBy.has('PROVIDER') ? provider : null,
    contract: groupBy.has('CONTRACT') ? contract : null,
    category: groupBy.has('CATEGORY') ? category : null,
    unit,
  };
  const key = JSON.stringify(by);
  let sum = sums.get(key);
  if (!sum) sums.set(key, (sum = { ...by, commitments: 0, committed: exact(ZERO), drawn: exact(ZERO), disputed: 0n }));
  return sum;
}

function continuousSums(
  entity: string,
  continuous: { readonly sums: { readonly committed: Quantity; readonly drawn: Quantity } } | null,
): {
  committed: Quantity;
  drawn: Quantity;
} {
  return continuous?.sums ?? { committed: unknownTotal(entity), drawn: exact(ZERO) };
}

const unknownTotal = (entity: string): Quantity => ({
  low: ZERO,
  high: null,
  known: ZERO,
  reasons: [{ code: 'PERIOD_UNCERTAIN', entity }],
  provisional: [],
});

const toTotal =
  (t: Instant) =>
  ({ provider, contract, category, unit, commitments, committed, drawn, disputed }: Sum): Total => ({
    provider,
    contract,
    category,
    unit,
    commitments,
    disputed: disputed as Decimal,
    figures: new BalanceUtilization({ entity: '', start: null, end: null, t, committed, drawn, window: { start: null, drawn } }),
  });
