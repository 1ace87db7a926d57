import { type Decimal, ZERO } from '#kernel';
import type { Balances } from './balances.js';
import type { Posting, ReasonCode } from './decision.js';
import { forEach, pour, type Poured, release, type Slot, type Vessel, type World } from './pour.js';

/** What is not certain about a row's vessels: presences, and rooms whose two ends differ. */
interface Doubt {
  readonly vessel: Vessel;
  readonly about: 'presence' | 'room';
  readonly reason: ReasonCode;
}

const MAX_DOUBTS = 8;

export function doubtsOf(vessels: readonly Vessel[], balances: Balances): readonly Doubt[] {
  const doubts: Doubt[] = [];
  const visit = (vessel: Vessel, isOnly: boolean): void => {
    if (vessel.present === 'maybe') doubts.push({ vessel, about: 'presence', reason: vessel.doubt ?? 'TERM_UNCERTAIN' });
    if (vessel.unsplit) doubts.push({ vessel, about: 'room', reason: 'SPREAD_TOO_FINE' });
    else if (!isOnly || vessel.candidate.marketplace) {
      const reason = vessel.slots.map((slot) => roomDoubt(vessel, slot, balances)).find((found) => found !== null);
      if (reason) doubts.push({ vessel, about: 'room', reason });
    }
    // Children of one that may be absent then stand among its neighbours.
    const alone = vessel.children.length === 1 && (isOnly || vessel.present === 'yes');
    for (const child of vessel.children) visit(child, alone);
  };
  for (const vessel of vessels) visit(vessel, vessels.length === 1);
  return doubts;
}

export function roomDoubt(vessel: Vessel, { capacity }: Slot, balances: Balances): ReasonCode | null {
  if (capacity.high !== capacity.low) return 'AMOUNT_UNKNOWN';
  return balances.seen(vessel.candidate.book, capacity).isExact ? null : 'UPSTREAM_UNKNOWN';
}

/** Every vessel's least and greatest amounts over the cases that may turn out true. Exact where they agree. */
export interface Bounds {
  readonly least: readonly bigint[];
  readonly most: readonly bigint[];
}

export function boundsOver(vessels: readonly Vessel[], amount: bigint, balances: Balances, doubts: readonly Doubt[]): Map<string, Bounds> {
  const results = worlds(doubts.slice(0, MAX_DOUBTS)).map((world): Poured => {
    const poured: Poured = new Map();
    (amount >= 0n ? pour : release)(vessels, amount, balances, world, poured);
    return poured;
  });
  const bounds = new Map<string, Bounds>();
  const visit = (vessel: Vessel): void => {
    const none = vessel.slots.map(() => 0n);
    const each = results.map((poured) => poured.get(vessel.id) ?? none);
    // Beyond the cases that are tried the split may be anything up to the whole.
    const beyond = doubts.length > MAX_DOUBTS ? [none, vessel.slots.map(() => amount)] : [];
    const all = [...each, ...beyond];
    const pick = (choose: (a: bigint, b: bigint) => bigint): bigint[] =>
      vessel.slots.map((_, i) => all.map((amounts) => amounts[i] ?? 0n).reduce(choose));
    bounds.set(vessel.id, { least: pick((a, b) => (a < b ? a : b)), most: pick((a, b) => (a > b ? a : b)) });
    vessel.children.forEach(visit);
  };
  vessels.forEach(visit);
  widenSpreads(vessels, amount, bounds);
  widenUnsplit(vessels, amount, bounds);
  return bounds;
}

/**
 * The extremes lie at corners but for one thing: how a spread rounds. Where what reaches a spread is not certain, each piece may
 * differ by the last digit of every piece beside it.
 */
function widenSpreads(vessels: readonly Vessel[], amount: bigint, bounds: Map<string, Bounds>): void {
  const isVague = ({ least, most }: Bounds): boolean => least.some((each, i) => each !== most[i]);
  // A release begins with the last, so there any other one may be the cause.
  let vague = amount < 0n && [...bounds.values()].some(isVague);
  const visit = (vessel: Vessel): void => {
    const own = bounds.get(vessel.id) as Bounds;
    const pieces = vessel.spread?.parts.length ?? 1;
    if (vague && pieces > 1) bounds.set(vessel.id, widened(own, BigInt(pieces), amount));
    vague ||= isVague(own);
    vessel.children.forEach(visit);
  };
  vessels.forEach(visit);
}

/** What an unsplit charge draws may stand in any of its slots. */
function widenUnsplit(vessels: readonly Vessel[], amount: bigint, bounds: Map<string, Bounds>): void {
  forEach(vessels, ({ id, unsplit, slots }) => {
    if (unsplit === null) return;
    const { least, most } = bounds.get(id) as Bounds;
    const [low, high] = amount < 0n ? [least[0] as bigint, 0n] : [0n, most[0] as bigint];
    bounds.set(id, { least: slots.map(() => low), most: slots.map(() => high) });
  });
}

function widened({ least, most }: Bounds, by: bigint, amount: bigint): Bounds {
  const [from, to] = amount < 0n ? [amount, 0n] : [0n, amount];
  const within = (value: bigint): bigint => (value < from ? from : value > to ? to : value);
  return { least: least.map((each) => within(each - by)), most: most.map((each) => within(each + by)) };
}

/** Every corner of the doubts: what a vessel takes is monotone in each, so its extremes lie at corners. */
function worlds(doubts: readonly Doubt[]): World[] {
  return Array.from({ length: 2 ** doubts.length }, (_, bits) => {
    const lucky = new Set<string>();
    const absent = new Set<string>();
    doubts.forEach(({ vessel, about }, index) => {
      if ((bits >> index) % 2 === 1) (about === 'presence' ? absent : lucky).add(vessel.id);
    });
    return { present: (vessel) => !absent.has(vessel.id), room: (vessel) => (lucky.has(vessel.id) ? 'high' : 'low') };
  });
}

/** Certain is what is drawn in every case; the rest is the margin around it. */
export function marginPosting(slot: Slot, least: bigint, most: bigint, marketplace: boolean): Posting {
  const certain = least > 0n ? least : most < 0n ? most : 0n;
  return {
    at: slot.at,
    certain: certain as Decimal,
    low: (least - certain) as Decimal,
    high: (most - certain) as Decimal,
    open: 0,
    marketplace: marketplace ? (certain as Decimal) : ZERO,
  };
}
