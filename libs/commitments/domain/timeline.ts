import {
  earliest,
  type Evidence,
  evidenceAt,
  evidenceDates,
  type GrowingList,
  type Instant,
  isExact,
  latest,
  mayBeDisputed,
  reachedAt,
} from '#kernel';
import type { Fact, MadeCommitment } from './commitment.js';
import type { Amount, TermChanges, Terms, Tranche } from './terms.js';

/** The terms that may be in force at an instant: one where it is certain, several inside an uncertainty. */
export interface TermsInForce {
  readonly variants: readonly TermsVersion[];
}

export interface TermsVersion {
  readonly terms: Terms;
  /** Cancelled on or before the instant asked for. */
  readonly cancelled: boolean;
  /** Not binding yet: before the making's effectiveAt, where the first version's terms stand in. */
  readonly binding: boolean;
}

const MAX_VARIANTS = 16;

/**
 * The terms at `t` (an instant; Infinity: every amendment applied). An amendment overrides the fields it names from its
 * effectiveAt on; a correction has changed its fact already. Inside an amendment's uncertainty both versions stand.
 */
export function termsAt(commitment: MadeCommitment, t: number): TermsInForce {
  const [making, ...later] = inForce(commitment.facts);
  if (!making) return { variants: [{ terms: commitment.terms, cancelled: false, binding: false }] };
  const bound = reachedAt(making.effectiveAt, t);
  const first: TermsVersion[] =
    bound === 'maybe'
      ? [
          { terms: commitment.terms, cancelled: false, binding: true },
          { terms: commitment.terms, cancelled: false, binding: false },
        ]
      : [{ terms: commitment.terms, cancelled: false, binding: bound === 'yes' }];
  const [order, ...others] = ordersAt(later, t);
  const variants = applyAll(first, order as readonly Fact[], t);
  if (others.length === 0) return { variants };
  // The usual order stands last: it is the one that is shown.
  const known = new Set(variants.map(textOf));
  const further = others.flatMap((other) => applyAll(first, other, t)).filter((version) => !known.has(textOf(version)) && known.add(textOf(version)));
  return { variants: [...further, ...variants].slice(-MAX_VARIANTS) };
}

const textOf = (version: TermsVersion): string => JSON.stringify(version, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));

function applyAll(first: readonly TermsVersion[], facts: readonly Fact[], t: number): readonly TermsVersion[] {
  let variants = first;
  for (const fact of facts) {
    const reached = reachedAt(fact.effectiveAt, t);
    if (reached === 'no') continue;
    const changed = variants.map((version) => apply(version, fact));
    variants = reached === 'yes' ? changed : [...variants, ...changed].slice(0, MAX_VARIANTS);
  }
  return variants;
}

/**
 * The orders in which the facts reached at `t` may have taken effect, the usual one first: of two that set the same field, one of an
 * uncertain date may have come before or after the other, also when both are over.
 */
function ordersAt(later: readonly Fact[], t: number): readonly (readonly Fact[])[] {
  if (later.length < 2 || later.every(({ effectiveAt }) => isExact(effectiveAt))) return [later];
  const orders = [later];
  const reached = later.filter(({ effectiveAt }) => reachedAt(effectiveAt, t) !== 'no');
  reached.forEach((fact, index) => {
    for (const other of reached.slice(0, index)) {
      if (isExact(fact.effectiveAt) && isExact(other.effectiveAt)) continue;
      if (earliest(fact.effectiveAt) >= latest(other.effectiveAt) || !setTheSame(fact.changes, other.changes)) continue;
      if (orders.length < MAX_VARIANTS)
        orders.push(reached.filter((each) => each !== fact).flatMap((each) => (each === other ? [fact, each] : [each])));
    }
  });
  return orders;
}

function setTheSame(a: TermChanges, b: TermChanges): boolean {
  const fields = (changes: TermChanges): readonly string[] =>
    Object.keys(changes).flatMap((field) =>
      field === 'trancheAmounts' ? (changes.trancheAmounts ?? []).map(({ id }) => `schedule ${id}`) : [field],
    );
  const [own, others] = [fields(a), fields(b)];
  const meets = (field: string, other: string): boolean =>
    field === other || (field === 'schedule' && other.startsWith('schedule ')) || (other === 'schedule' && field.startsWith('schedule '));
  return own.some((field) => others.some((other) => meets(field, other)));
}

/** Every amendment applied: the terms as known today, for whatever date. */
export const finalTerms = (commitment: MadeCommitment): TermsVersion => termsAt(commitment, Infinity).variants.at(-1) as TermsVersion;

/** Instants at which the terms may change, ascending. */
export function changePoints(commitment: MadeCommitment): readonly Instant[] {
  const points = new Set<number>();
  for (const fact of inForce(commitment.facts)) {
    for (const edge of [earliest(fact.effectiveAt), latest(fact.effectiveAt)]) if (Number.isFinite(edge)) points.add(edge);
  }
  return [...points].sort((a, b) => a - b) as Instant[];
}

/** Instants at which what the evidence says may change. */
export const evidencePoints = ({ facts }: MadeCommitment): readonly Instant[] =>
  facts.toArray().flatMap(({ voided, evidence }) => (voided ? [] : evidenceDates(evidence))) as Instant[];

/** What the facts rest on at `t`. */
export const carriedEvidence = ({ facts }: MadeCommitment, t: number): readonly Evidence[] =>
  facts.toArray().flatMap(({ evidence }) => evidenceAt(evidence, t));

/** Does a fact that counts rest on an item that is disputed at `t`, or may be? */
export const isDisputed = ({ facts }: MadeCommitment, t: number): boolean =>
  facts.toArray().some(({ voided, evidence }) => !voided && mayBeDisputed(evidence, t));

/** The making first, then by effectiveAt; facts of one date in recorded order. */
function inForce(facts: GrowingList<Fact>): readonly Fact[] {
  const live = facts.toArray().filter((fact) => !fact.voided);
  const making = live.filter((fact) => fact.kind === 'made');
  const later = live.filter((fact) => fact.kind !== 'made');
  return [...making, ...later.sort(inOrder)];
}

const inOrder = (a: Fact, b: Fact): number =>
  compare(latest(a.effectiveAt), latest(b.effectiveAt)) || compare(earliest(a.effectiveAt), earliest(b.effectiveAt)) || a.fact - b.fact;
// Subtracting would make NaN of two open ends.
const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

/** Is `fact`, which was recorded later, applied after `other`? */
export const sortsAfter = (fact: Fact, other: Fact): boolean => inOrder(other, fact) < 0;

/** The facts after the making in the order in which they apply; the voided ones left out. */
export const laterFacts = ({ facts }: MadeCommitment): readonly Fact[] => inForce(facts).filter(({ kind }) => kind !== 'made');

function apply(version: TermsVersion, fact: Fact): TermsVersion {
  if (fact.kind === 'cancelled') return { ...version, cancelled: true };
  return { ...version, terms: applyChanges(version.terms, fact.changes) };
}

/** A later version keeps only the fields that it set; each tranche's amount is a field of its own. */
export function applyChanges(terms: Terms, changes: TermChanges): Terms {
  const changed = applyFields(terms, changes);
  const { trancheAmounts } = changes;
  if (!trancheAmounts || changed.schedule.kind === 'unknown') return changed;
  const amountOf = lookUp(trancheAmounts);
  const tranches = changed.schedule.tranches.map((tranche): Tranche => {
    const amount = amountOf(tranche.id);
    return amount ? { ...tranche, amount } : tranche;
  });
  return { ...changed, schedule: { kind: 'tranches', tranches } };
}

/** An amendment names one tranche or a few: a Map would cost more than it saves. */
const FEW = 8;

function lookUp(amounts: Exclude<TermChanges['trancheAmounts'], undefined>): (id: string) => Amount | undefined {
  if (amounts.length <= FEW) return (id) => amounts.findLast((each) => each.id === id)?.amount;
  const byId = new Map(amounts.map(({ id, amount }) => [id, amount]));
  return (id) => byId.get(id);
}

function applyFields(terms: Terms, changes: TermChanges): Terms {
  if (changes.trancheAmounts === undefined) return { ...terms, ...changes };
  if (namesOnlyAmounts(changes)) return terms;
  const { trancheAmounts: _amounts, ...fields } = changes;
  return { ...terms, ...fields };
}

function namesOnlyAmounts(changes: TermChanges): boolean {
  for (const field in changes) if (field !== 'trancheAmounts') return false;
  return true;
}

/** What a correction leaves of a fact's changes: its own fields replaced, the others kept. */
export function correctChanges(changes: TermChanges, correction: TermChanges): TermChanges {
  const amounts = [...(changes.trancheAmounts ?? []), ...(correction.trancheAmounts ?? [])];
  const byId = new Map(amounts.map((entry) => [entry.id, entry]));
  const { trancheAmounts: _old, ...before } = changes;
  const { trancheAmounts: _new, ...after } = correction;
  return { ...before, ...after, ...(byId.size === 0 ? {} : { trancheAmounts: [...byId.values()] }) };
}
