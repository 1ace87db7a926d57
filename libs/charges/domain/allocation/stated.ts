import { type Decimal, ZERO } from '#kernel';
import type { AppliedElement } from '../charge.js';
import { exactPosting } from './balances.js';
import { type BookCommitment, decidingTerms, periodAt, sharedParent } from './book.js';
import type { Entry, Posting, ReasonCode } from './decision.js';
import type { AllocatableRow } from './row.js';
import { isMarketplace } from './match.js';
import { isRefused, type Plan, type Standing } from './plan.js';
import { dateOf } from './pour.js';
import { spreadAmount, spreadOver, unsplitOver } from './spread.js';

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
      // Of cost and quantity together the quantity counts here, so that is what nobody got.
      entries.push(unallocated(row, element, amount, amount === 'STATED_UNIT_DIFFERS' ? element.quantity : null));
      continue;
    }
    const { postings, outside, doubt, standsWhole } = ifItDraws(standing, place(row, commitment, amount));
    if (postings.length > 0) entries.push({ commitment: commitment.id, reason: doubt ?? 'PROVIDER_STATED', postings });
    if (outside !== 0n) entries.push(unallocated(row, element, 'STATED_OUTSIDE_TERM', outside as Decimal));
    if (postings.length > 0)
      entries.push(...ancestors(row, commitment, (amount - outside) as Decimal, standsWhole ? null : doubt, plan, book, statedIds));
  }
  return entries;
}

function* lineage(commitment: BookCommitment, book: ReadonlyMap<string, BookCommitment>): Generator<BookCommitment> {
  const seen = new Set([commitment.id]);
  let current = sharedParent(commitment, book);
  while (current && !seen.has(current.id)) {
    yield current;
    seen.add(current.id);
    current = sharedParent(current, book);
  }
}

function ancestors(
  row: AllocatableRow,
  commitment: BookCommitment,
  amount: Decimal,
  inherited: ReasonCode | null,
  plan: Plan,
  book: ReadonlyMap<string, BookCommitment>,
  stated: ReadonlySet<string | undefined>,
): Entry[] {
  const entries: Entry[] = [];
  for (const parent of lineage(commitment, book)) {
    if (stated.has(parent.id)) break;
    const standing = plan.standings.get(parent.id);
    if (standing && isRefused(standing) && standing.never) continue;
    const { postings, doubt } = ifItDraws(standing, place(row, parent, amount));
    // Where it is not certain that the statement stands at all, it is not for the parents either.
    const reached = inherited === null || doubt !== null ? postings : postings.map((posting) => marginOf(posting));
    if (postings.length > 0) entries.push({ commitment: parent.id, reason: doubt ?? inherited ?? 'PROVIDER_STATED_CHILD', postings: reached });
  }
  return entries;
}

/** In the commitment's unit: of cost and quantity together Spend takes the cost, Usage the quantity. */
function statedAmount({ measure }: BookCommitment, { cost, quantity, unit }: AppliedElement): Decimal | ReasonCode {
  if (measure.kind === 'cost') return cost ?? 'STATED_QUANTITY_ONLY';
  if (quantity === null) return 'STATED_COST_ONLY';
  return unit === null || unit === measure.unit ? quantity : 'STATED_UNIT_DIFFERS';
}

interface Placed {
  readonly postings: readonly Posting[];
  readonly outside: bigint;
  /** Why the postings are not certain; null: they are. */
  readonly doubt: ReasonCode | null;
  /** Only where in the term it stands is unknown, so that it stands for the parents all the same. */
  readonly standsWhole?: boolean;
}

function place(row: AllocatableRow, commitment: BookCommitment, amount: Decimal): Placed {
  const { model, schedule } = commitment.final;
  if (model === 'Continuous' && schedule.kind === 'tranches') return inCurrency(row, commitment, spreadStated(row, commitment, amount));
  const at = dateOf(commitment, row);
  const period = periodAt(commitment, at);
  if (period.in === 'no') return { postings: [], outside: amount, doubt: null };
  const posting = exactPosting(at, amount, isMarketplaceRow(row, commitment));
  if (amount === 0n) return { postings: [], outside: 0n, doubt: null };
  return inCurrency(row, commitment, {
    postings: [period.in === 'yes' ? posting : marginOf(posting)],
    outside: 0n,
    doubt: period.in === 'yes' ? null : 'TERM_UNCERTAIN',
  });
}

/** Where an uncertain version of the terms says that the row never draws, the statement may not stand. */
function ifItDraws(standing: Standing | undefined, placed: Placed): Placed {
  if (!standing || isRefused(standing) || !standing.mayNever) return placed;
  if (placed.doubt !== null) return { ...placed, standsWhole: false };
  return { ...placed, postings: placed.postings.map(marginOf), doubt: 'TERMS_UNCERTAIN' };
}

/** What is stated of a marketplace row stands beyond the share too, and is part of what later ones count against it. */
const isMarketplaceRow = (row: AllocatableRow, { commitment, spellings }: BookCommitment): boolean =>
  decidingTerms(commitment, row.start).every(({ terms }) => isMarketplace(terms, spellings, row));

/** A cost is stated in the row's billing currency: on a commitment in another one it is unknown until a rate is recorded. */
function inCurrency({ billingCurrency }: AllocatableRow, { measure }: BookCommitment, placed: Placed): Placed {
  if (measure.kind !== 'cost' || measure.currency === billingCurrency) return placed;
  const postings = placed.postings.map(({ at, certain, low }): Posting => ({
    at,
    certain: ZERO,
    low: ZERO,
    high: ZERO,
    open: certain + low < 0n ? -1 : 1,
    marketplace: ZERO,
  }));
  return { ...placed, postings, doubt: 'NO_RATE', standsWhole: false };
}

function spreadStated(row: AllocatableRow, commitment: BookCommitment, amount: Decimal): Placed {
  const unsplit = unsplitOver(commitment, row.start, row.end);
  if (unsplit) {
    const days = amount === 0n ? [] : unsplit.days;
    const postings = days.map((at) => marginOf(exactPosting(at, amount, false)));
    return { postings, outside: unsplit.days.length === 0 ? amount : 0n, doubt: 'SPREAD_TOO_FINE', standsWhole: unsplit.isWhole };
  }
  const postings: Posting[] = [];
  const counts = isMarketplaceRow(row, commitment);
  let outside = 0n;
  for (const { at, share } of spreadAmount(amount, spreadOver(commitment, row.start, row.end))) {
    if (at === null) outside += share;
    else if (share !== 0n) postings.push(exactPosting(at, share, counts));
  }
  return { postings, outside, doubt: null };
}

/** The same posting where it may stand or not. One that is unbounded may be nothing already. */
const marginOf = ({ at, certain, low, high, open }: Posting): Posting => ({
  at,
  certain: ZERO,
  low: (certain + low < 0n ? certain + low : 0n) as Decimal,
  high: (certain + high > 0n ? certain + high : 0n) as Decimal,
  open,
  marketplace: ZERO,
});

const unallocated = (row: AllocatableRow, element: AppliedElement, reason: ReasonCode, part: Decimal | null = null): Entry => ({
  commitment: null,
  reason,
  stated: { contractId: element.contractId, commitmentId: element.commitmentId },
  postings: [exactPosting(row.start, part ?? element.cost ?? element.quantity ?? ZERO, false)],
});
