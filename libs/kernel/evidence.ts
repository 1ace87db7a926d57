import { earliest, latest, reachedAt, type UncertainInstant } from './uncertain.js';

export const EVIDENCE_STATUSES = ['REPORTED', 'CONFIRMED', 'DISPUTED'] as const;
export type EvidenceStatus = (typeof EVIDENCE_STATUSES)[number];

/** Where a fact comes from. The document itself stays outside the ledger; its digest names it. */
export interface Evidence {
  readonly id: string;
  /** Name of the document. */
  readonly document: string;
  /** Lower-case hexadecimal SHA-256 of the document's bytes. */
  readonly sha256: string | null;
  readonly uri: string | null;
  /** The words that say it. */
  readonly quotation: string | null;
  readonly status: EvidenceStatus;
}

export type EvidenceVerdict = EvidenceStatus | 'WITHDRAWN';

interface DatedVerdict {
  readonly verdict: EvidenceVerdict;
  readonly effectiveAt: UncertainInstant;
}

/** An item as a fact carries it. Most have no dates: what they say counts from always. */
export interface CarriedEvidence extends Evidence {
  /** From when on it belongs to the fact. */
  readonly since?: UncertainInstant;
  /** What was found of it from which date on, in the order in which it applies; before the first `status` stands. */
  readonly verdicts?: readonly DatedVerdict[];
}
type Items = readonly CarriedEvidence[];

export const addEvidence = (items: Items, added: readonly Evidence[], since: UncertainInstant | undefined): Items => [
  ...items,
  ...(since === undefined ? added : added.map((item) => ({ ...item, since }))),
];

/** A verdict counts from its date on, as an amendment does. Without a date it counts from always, and takes the place of all before it. */
export function judgeEvidence(items: Items, id: string, verdict: EvidenceVerdict, effectiveAt: UncertainInstant | undefined): Items {
  if (effectiveAt !== undefined) {
    const dated = { verdict, effectiveAt };
    return items.map((item) => (item.id === id ? { ...item, verdicts: [...(item.verdicts ?? []), dated].sort(inOrder) } : item));
  }
  if (verdict === 'WITHDRAWN') return items.filter((item) => item.id !== id);
  return items.map((item) => {
    if (item.id !== id) return item;
    const { verdicts: _verdicts, ...rest } = item;
    return { ...rest, status: verdict };
  });
}

/** Stable: of one date the one recorded last applies last. */
const inOrder = ({ effectiveAt: a }: DatedVerdict, { effectiveAt: b }: DatedVerdict): number =>
  compare(latest(a), latest(b)) || compare(earliest(a), earliest(b));
// Subtracting would make NaN of two open ends.
const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

/** The items to show at `t`, each with its status then; of several that may stand inside an uncertainty the last. */
export function evidenceAt(items: Items, t: number): readonly Evidence[] {
  if (!items.some(isDated)) return items;
  return items.flatMap(({ since, verdicts = [], ...item }) => {
    const status = verdicts.findLast(({ effectiveAt }) => reachedAt(effectiveAt, t) !== 'no')?.verdict ?? item.status;
    return status === 'WITHDRAWN' || (since && reachedAt(since, t) === 'no') ? [] : [{ ...item, status }];
  });
}

/** Is an item disputed at `t`, or may it be? What rests on it is indeterminate either way. */
export const mayBeDisputed = (items: Items, t: number): boolean =>
  items.some((item) => (isDated(item) ? datedMayBeDisputed(item, t) : item.status === 'DISPUTED'));

/** A dispute stands until another verdict has come that is certain to be the later one: of two uncertain dates either may be. */
function datedMayBeDisputed({ since, verdicts = [], status }: CarriedEvidence, t: number): boolean {
  if (since && reachedAt(since, t) === 'no') return false;
  const overruledAfter = (from: number, date: number): boolean =>
    verdicts.some(
      ({ verdict, effectiveAt }, index) =>
        index >= from && verdict !== 'DISPUTED' && earliest(effectiveAt) >= date && reachedAt(effectiveAt, t) === 'yes',
    );
  if (status === 'DISPUTED' && !overruledAfter(0, -Infinity)) return true;
  return verdicts.some(
    ({ verdict, effectiveAt }, index) =>
      verdict === 'DISPUTED' && reachedAt(effectiveAt, t) !== 'no' && !overruledAfter(index + 1, latest(effectiveAt)),
  );
}

/** Instants at which what the items say may change, in no order. */
export function evidenceDates(items: Items): readonly number[] {
  const dates = items.flatMap(({ since, verdicts = [] }) => [...(since ? [since] : []), ...verdicts.map(({ effectiveAt }) => effectiveAt)]);
  return dates.flatMap((date) => [earliest(date), latest(date)]).filter(Number.isFinite);
}

const isDated = ({ since, verdicts }: CarriedEvidence): boolean => since !== undefined || verdicts !== undefined;
