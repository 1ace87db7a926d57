import { type Decimal, ZERO } from '#kernel';
import type { Balances } from './balances.js';
import type { Entry, Posting, ReasonCode } from './decision.js';
import { forEach, roomOf, type Slot, type Vessel } from './pour.js';

/**
 * A waterfall that a charge of another currency reaches, without a recorded rate: what the first commitment that needs the
 * rate takes is unknown, and so is every split after it. What is full takes nothing whatever the rate, and stays exact.
 */
export function foreignEntries(vessels: readonly Vessel[], amount: bigint, balances: Balances): Entry[] {
  const entries: Entry[] = [];
  let reached = amount;
  let doubt: ReasonCode | null = null;
  vessels.forEach((vessel, index) => {
    const isLast = index === vessels.length - 1;
    const full = amount > 0n && vessel.slots.every((slot) => roomOf(vessel, slot, isLast, balances, 'high') === 0n);
    if (full) {
      forEach([vessel], ({ id }) => entries.push({ commitment: id, reason: 'FULL', postings: [] }));
      return;
    }
    if (vessel.candidate.foreignCurrency || doubt !== null) {
      const reason = (doubt ??= 'NO_RATE');
      forEach([vessel], (each) => entries.push({ commitment: each.id, reason, postings: each.slots.map((slot) => unknownPosting(each, slot, reached, isLast, balances)) }));
      return;
    }
    // Ahead of the first that needs a rate everything is exact: it takes what it has room for.
    reached = takeExactly(vessel, reached, isLast, balances, entries);
  });
  return entries;
}

function unknownPosting(vessel: Vessel, slot: Slot, amount: bigint, isLast: boolean, balances: Balances): Posting {
  const room = amount > 0n ? roomOf(vessel, slot, isLast, balances, 'high') : null;
  const posting = { at: slot.at, certain: ZERO, low: ZERO, high: ZERO, open: 0 as const, marketplace: ZERO };
  if (!vessel.candidate.foreignCurrency) {
    // Same currency as the charge, but behind one that needs the rate: at most the charge itself.
    const most = room !== null && room < amount ? room : amount;
    return amount > 0n ? { ...posting, high: most as Decimal } : { ...posting, low: amount as Decimal };
  }
  // In its own currency a converted amount has no bound but the commitment's room.
  if (room !== null) return { ...posting, high: room as Decimal };
  return { ...posting, open: amount > 0n ? 1 : -1 };
}

function takeExactly(vessel: Vessel, offered: bigint, isLast: boolean, balances: Balances, entries: Entry[]): bigint {
  if (offered === 0n || vessel.slots.length === 0) {
    forEach([vessel], ({ id }) => entries.push({ commitment: id, reason: 'REACHED_NOTHING', postings: [] }));
    return offered;
  }
  const slot = vessel.slots[0] as Slot;
  const room = offered > 0n ? roomOf(vessel, slot, isLast, balances, 'low') : null;
  const taken = room === null || offered <= room ? offered : room;
  entries.push({
    commitment: vessel.id,
    reason: taken === offered ? 'DREW' : 'DREW_IN_PART',
    postings: [{ at: slot.at, certain: taken as Decimal, low: ZERO, high: ZERO, open: 0, marketplace: ZERO }],
  });
  entries.push(...(vessel.children.length > 0 && taken !== 0n ? foreignEntries(vessel.children, taken, balances) : []));
  return offered - taken;
}
