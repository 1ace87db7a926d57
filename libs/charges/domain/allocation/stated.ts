import { type Decimal, ZERO } from '#kernel';
import type { AppliedElement } from '../charge.js';
import { exactPosting } from './balances.js';
import { type BookCommitment, periodAt } from './book.js';
import type { Entry, Posting, ReasonCode } from './decision.js';
import type { AllocatableRow } from './row.js';
import { isRefused, type Plan } from './plan.js';
import { spreadAmount, spreadOver } from './spread.js';

type Find = (contractId: string, commitmentId: string) => BookCommitment | null;

/**
 * What the provider states stands, even beyond the commitment, also for its parents; the rest of that charge draws nothing.
 * An ancestor that the same row states itself gets its own statement only, or it would count the charge twice.
 */
export function statedEntries(row: AllocatableRow, plan: Plan, book: ReadonlyMap<string, BookCommitment>, find: Find): Entry[] {
  const entries: Entry[] = [];
  const statedIds = new Set(row.contractApplied.map((element) => find(element.contractId, element.commitmentId)?.id));
  for (const element of row.contractApplied) {
    const commitment = find(element.contractId, element.commitmentId);
    if (!commitment) {
      entries.push(unallocated(row, element, 'STATED_CONTRACT_UNKNOWN'));
      continue;
    }
    const standing = plan.standings.get(commitment.id);
    // Recorded as refused already; a statement does not overrule what never draws.
    if (standing && isRefused(standing) && standing.never) continue;
    const amount = statedAmount(commitment, element);
    if (typeof amount === 'string') {
      entries.push(unallocated(row, element, amount));
      continue;
    }
    const { postings, outside } = place(row, commitment, amount);
    if (postings.length > 0) entries.push({ commitment: commitment.id, reason: 'PROVIDER_STATED', postings });
    if (outside !== 0n) entries.push(unallocated(row, element, 'STATED_OUTSIDE_TERM', outside as Decimal));
    if (postings.length > 0) entries.push(...ancestors(row, commitment, (amount - outside) as Decimal, book, statedIds));
  }
  return entries;
}

function* lineage(commitment: BookCommitment, book: ReadonlyMap<string, BookCommitment>): Generator<BookCommitment> {
  const seen = new Set([commitment.id]);
  let current = commitment.parent === null ? undefined : book.get(commitment.parent);
  while (current && !seen.has(current.id) && current.waterfall === commitment.waterfall) {
    yield current;
    seen.add(current.id);
    current = current.parent === null ? undefined : book.get(current.parent);
  }
}

function ancestors(row: AllocatableRow, commitment: BookCommitment, amount: Decimal, book: ReadonlyMap<string, BookCommitment>, stated: ReadonlySet<string | undefined>): Entry[] {
  const entries: Entry[] = [];
  for (const parent of lineage(commitment, book)) {
    if (stated.has(parent.id)) break;
    const { postings } = place(row, parent, amount);
    if (postings.length > 0) entries.push({ commitment: parent.id, reason: 'PROVIDER_STATED_CHILD', postings });
  }
  return entries;
}

/** In the commitment's unit: of cost and quantity together Spend takes the cost, Usage the quantity. */
function statedAmount({ measure }: BookCommitment, { cost, quantity, unit }: AppliedElement): Decimal | ReasonCode {
  if (measure.kind === 'cost') return cost ?? 'STATED_QUANTITY_ONLY';
  if (quantity === null) return 'STATED_COST_ONLY';
  return unit === null || unit === measure.unit ? quantity : 'STATED_UNIT_DIFFERS';
}

function place(row: AllocatableRow, commitment: BookCommitment, amount: Decimal): { postings: Posting[]; outside: bigint } {
  if (commitment.final.model === 'Continuous') return spreadStated(row, commitment, amount);
  const at = { ChargePeriodStart: row.start, ChargePeriodEnd: row.end, BillingPeriodStart: row.billingPeriodStart }[commitment.final.periodDate];
  const period = periodAt(commitment, at);
  if (period.in === 'no') return { postings: [], outside: amount };
  if (period.in === 'yes') return { postings: amount === 0n ? [] : [exactPosting(at, amount, false)], outside: 0n };
  const [low, high] = amount < 0n ? [amount, ZERO] : [ZERO, amount];
  return { postings: [{ at, certain: ZERO, low, high, open: 0, marketplace: ZERO }], outside: 0n };
}

function spreadStated(row: AllocatableRow, commitment: BookCommitment, amount: Decimal): { postings: Posting[]; outside: bigint } {
  const postings: Posting[] = [];
  let outside = 0n;
  for (const { at, share } of spreadAmount(amount, spreadOver(commitment, row.start, row.end))) {
    if (at === null) outside += share;
    else if (share !== 0n) postings.push(exactPosting(at, share, false));
  }
  return { postings, outside };
}

const unallocated = (row: AllocatableRow, element: AppliedElement, reason: ReasonCode, part?: Decimal): Entry => ({
  commitment: null,
  reason,
  stated: { contractId: element.contractId, commitmentId: element.commitmentId },
  postings: [exactPosting(row.start, part ?? element.cost ?? element.quantity ?? ZERO, false)],
});
