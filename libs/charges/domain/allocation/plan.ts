import type { Terms } from '#commitments/domain';
import type { Instant, Trilean } from '#kernel';
import { type BookCommitment, decidingTerms, sharedParent } from './book.js';
import type { ReasonCode } from './decision.js';
import { anyMatch, eligible, type Facets, isMarketplace, purchases, unitOf } from './match.js';

/** What can be said of a row and a commitment before any amount or date is looked at. */
export interface Candidate {
  readonly book: BookCommitment;
  readonly admits: 'yes' | 'maybe';
  /** Why `admits` is only maybe. */
  readonly doubt: ReasonCode | null;
  /** The doubt is whether the row never draws, so that it is one about what the provider states as well. */
  readonly mayNever: boolean;
  readonly terms: Terms;
  readonly cancelled: boolean;
  readonly marketplace: boolean;
  readonly foreignCurrency: boolean;
}

export interface Refused {
  readonly book: BookCommitment;
  readonly reason: ReasonCode;
  /** True where the refusal also bars what the provider states (a purchase, a fee, an unused row). */
  readonly never: boolean;
}

export type Standing = Candidate | Refused;
export const isRefused = (standing: Standing): standing is Refused => 'reason' in standing;

export interface TreeNode {
  readonly book: BookCommitment;
  readonly children: readonly TreeNode[];
}

/** Trees of nested commitments, in waterfall order. A child of a voided or absent parent, or of one in another waterfall, is a root. */
export function buildTrees(book: ReadonlyMap<string, BookCommitment>): ReadonlyMap<string, readonly TreeNode[]> {
  const children = new Map<string, BookCommitment[]>();
  const roots: BookCommitment[] = [];
  for (const commitment of book.values()) {
    const parent = sharedParent(commitment, book);
    if (!parent || isInCycle(book, commitment)) roots.push(commitment);
    else children.set(parent.id, [...(children.get(parent.id) ?? []), commitment]);
  }
  const node = (commitment: BookCommitment): TreeNode => ({
    book: commitment,
    children: (children.get(commitment.id) ?? []).sort(byPriority).map(node),
  });
  const waterfalls = new Map<string, TreeNode[]>();
  for (const root of roots.sort(byPriority)) {
    const list = waterfalls.get(root.waterfall) ?? [];
    list.push(node(root));
    waterfalls.set(root.waterfall, list);
  }
  return waterfalls;
}

const byPriority = (a: BookCommitment, b: BookCommitment): number => a.final.priority - b.final.priority || a.number - b.number;

function isInCycle(book: ReadonlyMap<string, BookCommitment>, start: BookCommitment): boolean {
  const seen = new Set<string>();
  let current: BookCommitment | undefined = start;
  while (current?.parent) {
    if (seen.has(current.id)) return true;
    seen.add(current.id);
    current = book.get(current.parent);
  }
  return false;
}

/** The verdict that holds for every row of these facets at `t`; fee rules bar a row from the whole tree. */
export function standing(book: BookCommitment, fee: Trilean, facets: Facets, t: Instant): Standing {
  const variants = decidingTerms(book.commitment, t);
  const verdict = overVariants(variants.map(({ terms, cancelled }) => verdictOf(book, terms, cancelled, fee === 'yes', facets)));
  return fee === 'maybe' && !isRefused(verdict) ? { ...verdict, admits: 'maybe', doubt: 'TERMS_UNCERTAIN', mayNever: true } : verdict;
}

function overVariants(verdicts: readonly Standing[]): Standing {
  const first = verdicts[0] as Standing;
  if (verdicts.length === 1) return first;
  const refusals = verdicts.filter(isRefused);
  if (refusals.length === verdicts.length) return first;
  const admitted = verdicts.find((verdict): verdict is Candidate => !isRefused(verdict)) as Candidate;
  if (refusals.length === 0) return admitted;
  return { ...admitted, admits: 'maybe', doubt: 'TERMS_UNCERTAIN', mayNever: refusals.some(({ never }) => never) };
}

function verdictOf(book: BookCommitment, terms: Terms, cancelled: boolean, treeHasFee: boolean, facets: Facets): Standing {
  const refuse = (reason: ReasonCode, never = false): Refused => ({ book, reason, never });
  if (terms.kind !== 'commitment') return refuse('NOT_A_COMMITMENT', true);
  if (facets.commitmentDiscountStatus === 'Unused') return refuse('UNUSED_COMMITMENT', true);
  if (treeHasFee) return refuse('FEE', true);
  if (purchases(terms, facets)) return refuse('PURCHASE_OF_COMMITMENT', true);
  if (cancelled) return refuse('CANCELLED');
  const verdict = eligible(terms, facets);
  if (verdict.admits === 'no') return refuse(verdict.reason);
  const { measure } = terms;
  if (measure.kind === 'quantity' && unitOf(terms, facets) !== measure.unit)
    return refuse(unitOf(terms, facets) === null ? 'COLUMN_ABSENT' : 'UNIT_DIFFERS');
  return {
    book,
    admits: verdict.admits,
    doubt: verdict.admits === 'maybe' ? 'SCOPE_UNKNOWN' : null,
    mayNever: false,
    terms,
    cancelled,
    marketplace: isMarketplace(terms, book.spellings, facets),
    foreignCurrency: measure.kind === 'cost' && measure.currency !== facets.billingCurrency,
  };
}

/** A row that any commitment of the tree bills as its fee draws on none of that tree: the true-up counts in the gap instead. */
export function feeInTree(node: TreeNode, facets: Facets, t: Instant): Trilean {
  const own = decidingTerms(node.book.commitment, t).map(({ terms }) => anyMatch(terms.feeRows, facets));
  if (own.every(Boolean)) return 'yes';
  const below = node.children.map((child) => feeInTree(child, facets, t));
  if (below.includes('yes')) return 'yes';
  return own.some(Boolean) || below.includes('maybe') ? 'maybe' : 'no';
}

export interface PlannedNode {
  readonly standing: Candidate;
  readonly children: readonly PlannedNode[];
}

export interface Plan {
  readonly waterfalls: readonly { readonly column: BookCommitment['measure']['column']; readonly roots: readonly PlannedNode[] }[];
  /** Refusals worth recording: never-draw rules. The others follow from the terms and are explained on demand. */
  readonly refused: readonly Refused[];
  /** Of those that may draw, and of those that never do: of the others, which are most where there are many, only in a plan of all. */
  readonly standings: ReadonlyMap<string, Standing>;
}

export function planRow(trees: ReadonlyMap<string, readonly TreeNode[]>, facets: Facets, t: Instant, of: 'drawing' | 'all' = 'drawing'): Plan {
  const refused: Refused[] = [];
  const standings = new Map<string, Standing>();
  const place = (node: TreeNode, fee: Trilean): PlannedNode[] => {
    const verdict = standing(node.book, fee, facets, t);
    if (of === 'all' || !isRefused(verdict) || verdict.never) standings.set(node.book.id, verdict);
    const below = node.children.flatMap((child) => place(child, fee));
    if (!isRefused(verdict)) return [{ standing: verdict, children: below }];
    if (verdict.never && verdict.reason !== 'NOT_A_COMMITMENT' && verdict.reason !== 'UNUSED_COMMITMENT') refused.push(verdict);
    // A charge that the parent does not admit still draws on the child, which stands in its parent's place.
    return below;
  };
  const waterfalls: Plan['waterfalls'][number][] = [];
  for (const nodes of trees.values()) {
    const roots = nodes.flatMap((node) => place(node, feeInTree(node, facets, t)));
    const column = (nodes[0] as TreeNode).book.measure.column;
    if (roots.length > 0) waterfalls.push({ column, roots });
  }
  return { waterfalls, refused, standings };
}
