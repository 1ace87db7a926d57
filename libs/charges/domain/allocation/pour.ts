import { type Instant, multiply, ZERO } from '#kernel';
import type { Balances } from './balances.js';
import { type BookCommitment, type Capacity, periodAt } from './book.js';
import type { ReasonCode } from './decision.js';
import type { Candidate, PlannedNode } from './plan.js';
import { spreadAmount, spreadOver, type Spread, unsplitOver } from './spread.js';

/** A candidate on one row: its dates are known, its room is looked up. */
export interface Vessel {
  readonly candidate: Candidate;
  readonly id: string;
  /** Whether it stands in the waterfall at all: maybe in an uncertainty. */
  readonly present: 'yes' | 'maybe';
  readonly doubt: ReasonCode | null;
  readonly slots: readonly Slot[];
  /** Continuous: how an amount is spread; null: one slot takes it whole. */
  readonly spread: Spread | null;
  /** Continuous: over too many intervals to be split, and whether all of the charge lies in its term. Its slots are days then, each of unknown room. */
  readonly unsplit: 'whole' | 'in part' | null;
  readonly children: readonly Vessel[];
}

export interface Slot {
  readonly at: Instant;
  readonly capacity: Capacity;
}

export interface Outside {
  readonly book: BookCommitment;
  readonly reason: ReasonCode;
}

/** Dates a plan for one row: candidates outside their term or period drop out, their admitted children stand in their place. */
export function dateVessels(
  nodes: readonly PlannedNode[],
  row: { start: Instant; end: Instant; billingPeriodStart: Instant },
  outside: Outside[],
): readonly Vessel[] {
  return nodes.flatMap((node): readonly Vessel[] => {
    const { standing } = node;
    const children = (): readonly Vessel[] => dateVessels(node.children, row, outside);
    const { book } = standing;
    const date = dateOf(book, row);
    // Without a known schedule there are no intervals to spread over: one slot of unknown room.
    if (book.final.model === 'Continuous' && book.final.schedule.kind === 'tranches') {
      const unsplit = unsplitOver(book, row.start, row.end);
      if (unsplit) {
        const slots = unsplit.days.flatMap((at) => unknownSlot(book, at));
        if (slots.length === 0) return drop(book, 'OUTSIDE_TERM', outside, children());
        const vessel = { candidate: standing, id: book.id, present: standing.admits, doubt: standing.doubt, slots, spread: null };
        return [{ ...vessel, unsplit: unsplit.isWhole && slots.length === unsplit.days.length ? 'whole' : 'in part', children: children() }];
      }
      const whole = spreadOver(book, row.start, row.end);
      const slots = slotsOf(book, whole);
      const spread = within(whole, slots);
      if (slots.length === 0) return drop(book, 'OUTSIDE_TERM', outside, children());
      return [
        { candidate: standing, id: book.id, present: standing.admits, doubt: standing.doubt, slots, spread, unsplit: null, children: children() },
      ];
    }
    const period = periodAt(book, date);
    if (period.in === 'no') return drop(book, period.outside === 'term' ? 'OUTSIDE_TERM' : 'OUTSIDE_PERIOD', outside, children());
    const present = standing.admits === 'yes' ? period.in : 'maybe';
    const doubt = standing.doubt ?? (period.in === 'maybe' ? 'TERM_UNCERTAIN' : null);
    const slots = [{ at: date, capacity: period.capacity }];
    return [{ candidate: standing, id: book.id, present, doubt, slots, spread: null, unsplit: null, children: children() }];
  });
}

function drop(book: BookCommitment, reason: ReasonCode, outside: Outside[], children: readonly Vessel[]): readonly Vessel[] {
  outside.push({ book, reason });
  return children;
}

/** The date that says in which period the charge counts: as the schedule itself, by the terms as known today. */
export function dateOf({ final }: BookCommitment, row: { start: Instant; end: Instant; billingPeriodStart: Instant }): Instant {
  switch (final.periodDate) {
    case 'ChargePeriodStart':
      return row.start;
    case 'ChargePeriodEnd':
      return row.end;
    case 'BillingPeriodStart':
      return row.billingPeriodStart;
  }
}

function unknownSlot(book: BookCommitment, at: Instant): readonly Slot[] {
  const period = periodAt(book, at);
  return period.in === 'no' ? [] : [{ at, capacity: { ...period.capacity, low: ZERO, high: null } }];
}

function slotsOf(book: BookCommitment, spread: Spread): readonly Slot[] {
  const slots: Slot[] = [];
  for (const { at } of spread.parts) {
    if (at === null) continue;
    const period = periodAt(book, at);
    if (period.in !== 'no') slots.push({ at, capacity: period.capacity });
  }
  return slots;
}

/** Parts without a slot lie outside the term: so pieces and slots stand in the same order. */
const within = ({ parts, total }: Spread, slots: readonly Slot[]): Spread => {
  const held = new Set(slots.map(({ at }) => at));
  return { parts: parts.map(({ at, seconds }) => ({ at: at !== null && held.has(at) ? at : null, seconds })), total };
};

/** Whether the uncertain are present, and at which end of their bounds: one of the cases that may turn out true. */
export interface World {
  readonly present: (vessel: Vessel) => boolean;
  /** 'low': as full as it may be (least room); 'high': as empty as it may be. */
  readonly room: (vessel: Vessel) => 'low' | 'high';
}

export const CERTAIN: World = { present: () => true, room: () => 'low' };

/** vessel id → amount per slot. */
export type Poured = Map<string, bigint[]>;

/** Those that are present in this world. Of one that is not, its children stand in its place. */
const standingIn = (vessels: readonly Vessel[], world: World): readonly Vessel[] =>
  vessels.flatMap((vessel) => (world.present(vessel) ? [vessel] : standingIn(vessel.children, world)));

/** Each takes at most its room, the last one takes the rest; children share what their parent took. Answers what is left. */
export function pour(vessels: readonly Vessel[], amount: bigint, balances: Balances, world: World, poured: Poured): bigint {
  const standing = standingIn(vessels, world);
  let rest = amount;
  standing.forEach((vessel, index) => {
    const taken = take(vessel, rest, index === standing.length - 1, balances, world, poured);
    rest -= taken;
    if (vessel.children.length > 0) pour(vessel.children, taken, balances, world, poured);
  });
  return rest;
}

export function take(vessel: Vessel, offered: bigint, isLast: boolean, balances: Balances, world: World, poured: Poured): bigint {
  const side = world.room(vessel);
  if (vessel.unsplit) {
    const amounts = unsplitAmounts(vessel, offered, isLast && !vessel.candidate.marketplace, side);
    poured.set(vessel.id, amounts);
    return amounts[0] as bigint;
  }
  const pieces = vessel.spread ? spreadAmount(offered, vessel.spread).filter((piece) => piece.at !== null) : null;
  let total = 0n;
  const amounts = vessel.slots.map((slot, index) => {
    const share = pieces ? (pieces[index]?.share ?? 0n) : offered;
    const room = roomOf(vessel, slot, isLast, balances, side);
    const taken = room === null || share <= room ? share : room;
    total += taken;
    return taken;
  });
  poured.set(vessel.id, amounts);
  return total;
}

/** All or nothing, for all that is known, and all for certain where it takes the rest. It stands in the first slot: nothing says where it belongs. */
function unsplitAmounts({ slots, unsplit }: Vessel, offered: bigint, takesRest: boolean, side: 'low' | 'high'): bigint[] {
  const taken = side === 'high' || (takesRest && unsplit === 'whole') ? offered : 0n;
  return slots.map((_, index) => (index === 0 ? taken : 0n));
}

/** What a slot can take, at the unlucky or the lucky end of what is uncertain. Null: without bound. */
export function roomOf(vessel: Vessel, { capacity }: Slot, isLast: boolean, balances: Balances, side: 'low' | 'high'): bigint | null {
  const balance = balances.seen(vessel.candidate.book, capacity);
  const amount = side === 'low' ? capacity.low : capacity.high;
  // The least room is beside the most that may have been drawn, the most beside the least.
  const margin = side === 'low' ? (balance.openUp > 0 ? null : balance.high) : balance.openDown > 0 ? null : balance.low;
  const limits: bigint[] = [];
  const limit = (whole: bigint | null, certain: bigint): void => {
    if (margin === null && side === 'low') limits.push(0n);
    else if (margin !== null && whole !== null) limits.push(whole - certain - margin);
  };
  if (!isLast) limit(amount, balance.certain);
  const { marketplace, terms } = vessel.candidate;
  // Any part of what is not certain may have been a marketplace row's.
  if (marketplace && terms.marketplace) limit(amount === null ? null : multiply(terms.marketplace.share, amount), balance.marketplace);
  if (limits.length === 0) return null;
  const least = limits.reduce((a, b) => (a < b ? a : b));
  return least > 0n ? least : 0n;
}

/** A negative amount releases in reverse priority; what nothing is left to release reduces the first. Answers what is left. */
export function release(vessels: readonly Vessel[], amount: bigint, balances: Balances, world: World, poured: Poured): bigint {
  const standing = standingIn(vessels, world);
  const released = new Map<Vessel, bigint[]>();
  let rest = amount;
  for (let index = standing.length - 1; index >= 0; index--) {
    const vessel = standing[index] as Vessel;
    // The first one is reduced by all that is left, spread as any charge is, whatever it has drawn.
    const amounts = vessel.unsplit
      ? unsplitAmounts(vessel, rest, index === 0, world.room(vessel))
      : index === 0
        ? place(vessel, rest)
        : releaseFrom(vessel, rest, balances, world);
    released.set(vessel, amounts);
    for (const each of amounts) rest -= each;
  }
  for (const [vessel, amounts] of released) {
    poured.set(vessel.id, amounts);
    const total = amounts.reduce((a, b) => a + b, 0n);
    if (vessel.children.length > 0) release(vessel.children, total, balances, world, poured);
  }
  return rest;
}

const place = (vessel: Vessel, amount: bigint): bigint[] =>
  vessel.spread
    ? spreadAmount(amount, vessel.spread)
        .filter((piece) => piece.at !== null)
        .map(({ share }) => share)
    : [amount];

/** `amount` is negative; so is each answer, bounded by what the slot has drawn. */
function releaseFrom(vessel: Vessel, amount: bigint, balances: Balances, world: World): bigint[] {
  const side = world.room(vessel);
  return place(vessel, amount).map((share, index) => {
    const { capacity } = vessel.slots[index] as Slot;
    const balance = balances.seen(vessel.candidate.book, capacity);
    if (side === 'high' && balance.openUp > 0) return share;
    const drawn = side === 'low' ? (balance.openDown > 0 ? 0n : balance.certain + balance.low) : balance.certain + balance.high;
    const bounded = drawn > 0n ? drawn : 0n;
    return -share > bounded ? -bounded : share;
  });
}

export function forEach(vessels: readonly Vessel[], visit: (vessel: Vessel) => void): void {
  for (const vessel of vessels) {
    visit(vessel);
    forEach(vessel.children, visit);
  }
}
