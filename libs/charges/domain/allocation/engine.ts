import type { Decimal, Instant } from '#kernel';
import { Balances, type BalanceSource, exactPosting } from './balances.js';
import { allChangePoints, type BookCommitment, bookCommitment, type BookEntry, periodAt } from './book.js';
import type { Decision, Entry, ReasonCode } from './decision.js';
import { facetsUsed } from './facet-key.js';
import { foreignEntries } from './foreign.js';
import type { Facets } from './match.js';
import { buildTrees, type Plan, planRow, type TreeNode } from './plan.js';
import { CERTAIN, dateVessels, forEach, type Outside, pour, type Poured, release, type Vessel } from './pour.js';
import type { AllocatableRow } from './row.js';
import { statedEntries } from './stated.js';
import { boundsOver, doubtsOf, marginPosting } from './worlds.js';

/** Plans kept; files with more combinations of facets pay for making them again. */
const PLANS_MAX = 20_000;

/**
 * Decides what each charge draws: arithmetic.md sections 2 and 3. Deterministic: same rows in the same order, same postings.
 * Keeps the running totals of the periods it has touched; knows neither clock nor store.
 */
export class AllocationEngine {
  readonly book: ReadonlyMap<string, BookCommitment>;
  readonly balances: Balances;
  private readonly trees: ReadonlyMap<string, readonly TreeNode[]>;
  /** What rows must agree in to share a plan. */
  readonly facets: readonly (keyof Facets)[];
  private readonly points: readonly Instant[];
  /** By segment of time, then by facets: the keys are the rows' own strings, whose hashes are known already. */
  private readonly plans = new Map<number, Map<string, Plan>>();
  private planCount = 0;
  private readonly byStatedId = new Map<string, BookCommitment>();

  constructor(entries: Iterable<BookEntry>, source: BalanceSource | null = null) {
    this.book = new Map([...entries].map((entry) => [entry.commitment.commitmentId, bookCommitment(entry)]));
    this.balances = new Balances(source);
    this.trees = buildTrees(this.book);
    this.facets = facetsUsed(this.book.values());
    this.points = allChangePoints(this.book.values());
    for (const commitment of this.book.values()) {
      for (const { contractId, commitmentId } of commitment.final.reference.contractCommitments)
        this.byStatedId.set(statedKey(contractId, commitmentId), commitment);
    }
  }

  allocate(row: AllocatableRow): Decision {
    if (this.book.size === 0 && row.contractApplied.length === 0) return [];
    const plan = this.plan(row);
    const decision: Entry[] = plan.refused.map(({ book, reason }) => ({ commitment: book.id, reason, postings: [] }));
    if (row.contractApplied.length > 0) {
      decision.push(
        ...statedEntries(row, plan, this.book, (contractId, commitmentId) => this.byStatedId.get(statedKey(contractId, commitmentId)) ?? null),
      );
    } else {
      for (const { column, roots } of plan.waterfalls) {
        const outside: Outside[] = [];
        const vessels = dateVessels(roots, row, outside);
        for (const { book, reason } of outside) decision.push({ commitment: book.id, reason, postings: [] });
        this.waterfall(vessels, row.amount(column), row, decision);
      }
    }
    for (const entry of decision) this.record(entry, 1);
    return decision;
  }

  /** Undoes exactly the postings of a decision, and moves no other. */
  reverse(decision: Decision): void {
    for (const entry of decision) this.record(entry, -1);
  }

  /** Takes a decision recorded earlier into the running totals. */
  replay(decision: Decision): void {
    for (const entry of decision) this.record(entry, 1);
  }

  /** The reason that follows from the terms alone, for a pair that no allocation had to record. */
  explain(row: AllocatableRow, commitment: string): ReasonCode | null {
    const standing = this.plan(row).standings.get(commitment) ?? planRow(this.trees, row, row.start, 'all').standings.get(commitment);
    if (!standing) return null;
    if ('reason' in standing) return standing.reason;
    return row.contractApplied.length > 0 ? 'STATED_ELSEWHERE' : null;
  }

  /** Is the whole of a charge posted in this waterfall whatever the unknowns? Somebody is there, and nobody there is bounded but by its amount. */
  postsWhole(row: AllocatableRow, waterfall: string): boolean {
    if (row.contractApplied.length > 0) return false;
    const planned = this.plan(row).waterfalls.find(({ roots }) => roots[0]?.standing.book.waterfall === waterfall);
    const vessels = planned ? dateVessels(planned.roots, row, []) : [];
    return vessels.some(isThere) && vessels.every(takesTheRest);
  }

  private plan(row: AllocatableRow): Plan {
    const key = row.facetKey;
    if (key === null) return planRow(this.trees, row, row.start);
    const segment = segmentOf(this.points, row.start);
    let plan = this.plans.get(segment)?.get(key);
    if (!plan) {
      if (this.planCount++ >= PLANS_MAX) {
        this.plans.clear();
        this.planCount = 1;
      }
      const plans = this.plans.get(segment) ?? new Map<string, Plan>();
      this.plans.set(segment, plans.set(key, (plan = planRow(this.trees, row, row.start))));
    }
    return plan;
  }

  private waterfall(vessels: readonly Vessel[], amount: Decimal | null, row: AllocatableRow, decision: Entry[]): void {
    if (vessels.length === 0) return;
    if (amount === null || amount === 0n) {
      const reason: ReasonCode = amount === null ? 'COLUMN_ABSENT' : 'NOTHING_TO_DRAW';
      forEach(vessels, (vessel) => decision.push({ commitment: vessel.id, reason, postings: [] }));
      return;
    }
    if (vessels.some(hasForeign)) {
      decision.push(...foreignEntries(vessels, amount, this.balances));
      return;
    }
    const doubts = doubtsOf(vessels, this.balances);
    if (doubts.length > 0) {
      const bounds = boundsOver(vessels, amount, this.balances, doubts);
      const reason = (doubts[0] as (typeof doubts)[number]).reason;
      forEach(vessels, (vessel) =>
        decision.push(doubtfulEntry(vessel, bounds.get(vessel.id) as { least: bigint[]; most: bigint[] }, amount, reason)),
      );
      return;
    }
    const poured: Poured = new Map();
    if (amount > 0n) pour(vessels, amount, this.balances, CERTAIN, poured);
    else release(vessels, amount, this.balances, CERTAIN, poured);
    this.describe(vessels, amount, poured, decision);
  }

  private describe(vessels: readonly Vessel[], amount: bigint, poured: Poured, decision: Entry[]): void {
    let offered = amount;
    vessels.forEach((vessel, index) => {
      const amounts = poured.get(vessel.id) ?? [];
      const total = amounts.reduce((a, b) => a + b, 0n);
      const isLast = index === vessels.length - 1;
      decision.push({
        commitment: vessel.id,
        reason: this.reasonFor(vessel, offered, total, amounts, isLast),
        postings: postingsOf(vessel, amounts),
      });
      if (vessel.children.length > 0) this.describe(vessel.children, total, poured, decision);
      if (amount > 0n) offered -= total;
    });
  }

  private reasonFor(vessel: Vessel, offered: bigint, taken: bigint, amounts: readonly bigint[], isLast: boolean): ReasonCode {
    if (offered < 0n) return taken === 0n ? 'REACHED_NOTHING' : this.isReducedBelow(vessel, amounts) ? 'REDUCED_BELOW' : 'RELEASED';
    if (offered === 0n) return 'REACHED_NOTHING';
    if (taken === 0n) return vessel.candidate.marketplace ? 'MARKETPLACE_LIMIT' : 'FULL';
    if (taken < offered) return vessel.candidate.marketplace && isLast ? 'MARKETPLACE_LIMIT' : 'DREW_IN_PART';
    return isLast && this.isBeyond(vessel, amounts) ? 'DREW_OVER' : 'DREW';
  }

  private isBeyond(vessel: Vessel, amounts: readonly bigint[]): boolean {
    return vessel.slots.some(({ capacity }, index) => {
      const { certain } = this.balances.of(vessel.id, capacity.key, capacity.end);
      return capacity.high !== null && certain + (amounts[index] ?? 0n) > capacity.high;
    });
  }

  private isReducedBelow(vessel: Vessel, amounts: readonly bigint[]): boolean {
    return vessel.slots.some(
      ({ capacity }, index) =>
        this.balances.of(vessel.id, capacity.key, capacity.end).certain + (amounts[index] ?? 0n) < 0n && (amounts[index] ?? 0n) < 0n,
    );
  }

  private record({ commitment, postings }: Entry, sign: 1 | -1): void {
    if (commitment === null) return;
    const book = this.book.get(commitment);
    if (!book) return;
    for (const posting of postings) {
      const period = periodAt(book, posting.at);
      if (period.in === 'no') continue;
      this.balances.post(book, [period.capacity, ...(period.others ?? [])], posting, sign);
    }
  }
}

const statedKey = (contractId: string, commitmentId: string): string => JSON.stringify([contractId, commitmentId]);
const isThere = (vessel: Vessel): boolean => vessel.present === 'yes' || vessel.children.some(isThere);
const takesTheRest = ({ candidate, spread, unsplit, children }: Vessel): boolean =>
  !candidate.marketplace && unsplit !== 'in part' && (spread === null || spread.parts.every(({ at }) => at !== null)) && children.every(takesTheRest);
const hasForeign = (vessel: Vessel): boolean => vessel.candidate.foreignCurrency || vessel.children.some(hasForeign);

function postingsOf(vessel: Vessel, amounts: readonly bigint[]): Entry['postings'] {
  const postings: Entry['postings'][number][] = [];
  vessel.slots.forEach(({ at }, index) => {
    const amount = amounts[index] ?? 0n;
    if (amount !== 0n) postings.push(exactPosting(at, amount, vessel.candidate.marketplace));
  });
  return postings;
}

function doubtfulEntry(
  vessel: Vessel,
  { least, most }: { least: readonly bigint[]; most: readonly bigint[] },
  amount: bigint,
  reason: ReasonCode,
): Entry {
  const { marketplace } = vessel.candidate;
  const postings = vessel.slots
    .map((slot, index) => marginPosting(slot, least[index] as bigint, most[index] as bigint, marketplace))
    .filter(({ certain, low, high }) => certain !== 0n || low !== 0n || high !== 0n);
  const isExact = postings.every(({ low, high }) => low === 0n && high === 0n);
  if (!isExact) return { commitment: vessel.id, reason: vessel.unsplit ? 'SPREAD_TOO_FINE' : reason, postings };
  const drew: ReasonCode = amount < 0n ? 'RELEASED' : 'DREW';
  return { commitment: vessel.id, reason: postings.length === 0 ? 'REACHED_NOTHING' : drew, postings };
}

function segmentOf(points: readonly Instant[], t: Instant): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle] as Instant) <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}
