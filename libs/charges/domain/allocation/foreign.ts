import { type Decimal, ZERO } from '#kernel';
import { type Balances, exactPosting } from './balances.js';
import type { Entry, Posting, ReasonCode } from './decision.js';
import { CERTAIN, forEach, type Poured, roomOf, type Slot, take, type Vessel } from './pour.js';
import { roomDoubt } from './worlds.js';

/**
 * A waterfall that a charge of another currency reaches, without a recorded rate: what the first commitment that needs the
 * rate takes is unknown, and so is every split after it. What is full takes nothing whatever the rate, and stays exact.
 */
export function foreignEntries(vessels: readonly Vessel[], amount: bigint, balances: Balances): Entry[] {
  return amount < 0n ? released(vessels, amount, balances) : drawn(vessels, amount, balances);
}

/** The last one takes the rest; so may one after which nothing is certain to stand. */
const mayBeLast = (vessels: readonly Vessel[], index: number): boolean => vessels.slice(index + 1).every(({ present }) => present === 'maybe');

function drawn(vessels: readonly Vessel[], amount: bigint, balances: Balances): Entry[] {
  const entries: Entry[] = [];
  let reached = amount;
  let doubt: ReasonCode | null = null;
  vessels.forEach((vessel, index) => {
    const last = mayBeLast(vessels, index);
    const isCertain = vessel.present === 'yes' || vessel.children.length === 0;
    if (isCertain && vessel.slots.every((slot) => roomOf(vessel, slot, last, balances, 'high') === 0n)) {
      forEach([vessel], ({ id }) => entries.push({ commitment: id, reason: 'FULL', postings: [] }));
      return;
    }
    if (doubt === null && reached === 0n) {
      forEach([vessel], ({ id }) => entries.push({ commitment: id, reason: 'REACHED_NOTHING', postings: [] }));
      return;
    }
    const next = vessels[index + 1];
    doubt ??= vessel.candidate.foreignCurrency ? 'NO_RATE' : last && next ? (next.doubt ?? 'TERM_UNCERTAIN') : ownDoubt(vessel, last, balances);
    // Ahead of the first that needs a rate everything is exact: it takes what it has room for.
    if (doubt === null) reached -= takeExactly(vessel, reached, last, balances, entries);
    else entries.push(...unknownEntries(vessel, reached, last, doubt, balances));
  });
  return entries;
}

const unknownEntries = (vessel: Vessel, reached: bigint, isLast: boolean, reason: ReasonCode, balances: Balances): Entry[] => [
  { commitment: vessel.id, reason, postings: vessel.slots.map((slot) => unknownPosting(vessel, slot, reached, isLast, balances)) },
  ...vessel.children.flatMap((child, index) => unknownEntries(child, reached, mayBeLast(vessel.children, index), reason, balances)),
];

const ownDoubt = (vessel: Vessel, isLast: boolean, balances: Balances): ReasonCode | null => {
  if (vessel.present === 'maybe') return vessel.doubt ?? 'TERM_UNCERTAIN';
  if (vessel.unsplit) return 'SPREAD_TOO_FINE';
  if (isLast && !vessel.candidate.marketplace) return null;
  return vessel.slots.map((slot) => roomDoubt(vessel, slot, balances)).find((found) => found !== null) ?? null;
};

function unknownPosting(vessel: Vessel, slot: Slot, reached: bigint, isLast: boolean, balances: Balances): Posting {
  const room = roomOf(vessel, slot, isLast, balances, 'high');
  const posting = exactPosting(slot.at, 0n, false);
  // In its own currency a converted amount has no bound but the commitment's room.
  if (vessel.candidate.foreignCurrency) return room === null ? { ...posting, open: 1 } : { ...posting, high: room as Decimal };
  // Same currency as the charge, but behind one that needs the rate: at most the charge itself.
  return { ...posting, high: (room !== null && room < reached ? room : reached) as Decimal };
}

function takeExactly(vessel: Vessel, offered: bigint, isLast: boolean, balances: Balances, entries: Entry[]): bigint {
  const poured: Poured = new Map();
  const taken = take(vessel, offered, isLast, balances, CERTAIN, poured);
  const amounts = poured.get(vessel.id) ?? [];
  const postings = vessel.slots
    .map(({ at }, index) => exactPosting(at, amounts[index] ?? 0n, vessel.candidate.marketplace))
    .filter(({ certain }) => certain !== ZERO);
  entries.push({ commitment: vessel.id, reason: taken === 0n ? 'FULL' : taken === offered ? 'DREW' : 'DREW_IN_PART', postings });
  if (taken !== 0n) entries.push(...drawn(vessel.children, taken, balances));
  else forEach(vessel.children, ({ id }) => entries.push({ commitment: id, reason: 'REACHED_NOTHING', postings: [] }));
  return taken;
}

/** The last releases first, so one that needs the rate leaves every split unknown. Only what never drew has nothing to release. */
function released(vessels: readonly Vessel[], amount: bigint, balances: Balances): Entry[] {
  const entries: Entry[] = [];
  const visit = (vessel: Vessel, isFirst: boolean): void => {
    const postings = vessel.slots.flatMap((slot): Posting[] => {
      const { certain, high, openUp } = balances.seen(vessel.candidate.book, slot.capacity);
      if (!isFirst && vessel.unsplit === null && openUp === 0 && certain + high <= 0n) return [];
      const posting = exactPosting(slot.at, 0n, false);
      return [vessel.candidate.foreignCurrency ? { ...posting, open: -1 } : { ...posting, low: amount as Decimal }];
    });
    entries.push({ commitment: vessel.id, reason: postings.length > 0 ? 'NO_RATE' : 'REACHED_NOTHING', postings });
    vessel.children.forEach((child, index) => visit(child, mayBeFirst(vessel.children, index)));
  };
  vessels.forEach((vessel, index) => visit(vessel, mayBeFirst(vessels, index)));
  return entries;
}

const mayBeFirst = (vessels: readonly Vessel[], index: number): boolean => vessels.slice(0, index).every(({ present }) => present === 'maybe');
