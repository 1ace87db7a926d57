import { earliest, type Evidence, evidenceAt, latest, reachedAt } from '#kernel';
import type { ContractFact, ContractTerms, SignedContract } from './contract.js';

/**
 * The terms to show at `t`: an amendment or a renewal counts from its own date on, whenever it was recorded; of several that may
 * be in force inside an uncertainty the latest stands. Before the contract was binding its first version stands in.
 */
export function contractTermsAt({ facts }: SignedContract, t: number): ContractTerms {
  const [signing, ...later] = facts as [ContractFact, ...ContractFact[]];
  const reached = later.filter(({ effectiveAt }) => reachedAt(effectiveAt, t) !== 'no').sort(inOrder);
  return reached.reduce(applied, signing.changes as ContractTerms);
}

/** What the facts rest on at `t`. */
export const contractEvidenceAt = ({ facts }: SignedContract, t: number): readonly Evidence[] =>
  facts.flatMap(({ evidence }) => evidenceAt(evidence, t));

/** A renewal moves the end and leaves the start as an amendment may have set it. */
function applied(terms: ContractTerms, { kind, changes }: ContractFact): ContractTerms {
  if (kind !== 'renewed' || !changes.term || !terms.term) return { ...terms, ...changes };
  return { ...terms, term: { start: terms.term.start, end: changes.term.end } };
}

const inOrder = (a: ContractFact, b: ContractFact): number =>
  compare(latest(a.effectiveAt), latest(b.effectiveAt)) || compare(earliest(a.effectiveAt), earliest(b.effectiveAt)) || a.fact - b.fact;
// Subtracting would make NaN of two open ends.
const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
