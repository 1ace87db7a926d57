import { DIMENSIONS, type Clause, type Terms } from '#commitments/domain';
import type { BookCommitment } from './book.js';
import type { Facets } from './match.js';

type Facet = keyof Facets;
const ALWAYS: readonly Facet[] = ['category', 'commitmentDiscountStatus', 'billingCurrency'];
const BY_DIMENSION: Readonly<Record<(typeof DIMENSIONS)[number], readonly Facet[]>> = {
  provider: ['provider'],
  publisher: ['publisher'],
  service: ['service'],
  serviceCategory: ['serviceCategory'],
  sku: ['sku'],
  region: ['region'],
  account: ['billingAccount', 'subAccount'],
  chargeCategory: [],
};
const UNIT_OF = { ConsumedQuantity: 'consumedUnit', PricingQuantity: 'pricingUnit', CommitmentDiscountQuantity: 'commitmentDiscountUnit' } as const;

/** The facets that any rule of the book looks at: rows that agree in these get the same plan, whatever else they hold. */
export function facetsUsed(book: Iterable<BookCommitment>): readonly Facet[] {
  const used = new Set<Facet>(ALWAYS);
  for (const { commitment, final } of book) {
    const versions: Partial<Terms>[] = [commitment.terms, final, ...commitment.facts.map(({ changes }) => changes)];
    for (const terms of versions) addUsed(terms, used);
  }
  return [...used];
}

function addUsed(terms: Partial<Terms>, used: Set<Facet>): void {
  const { eligibility, measure, marketplace, reference, purchaseRows = [], feeRows = [] } = terms;
  const rules = eligibility?.kind === 'rules' ? [...eligibility.inclusions, ...eligibility.exclusions] : [];
  for (const clause of [...rules, ...purchaseRows, ...feeRows, ...(marketplace?.rows ?? [])]) addClause(clause, used);
  if (marketplace) used.add('publisher');
  if (reference && reference.commitmentDiscountIds.length > 0) used.add('commitmentDiscountId');
  if (measure?.kind === 'quantity') used.add(UNIT_OF[measure.column]);
}

function addClause({ dimensions, tags }: Clause, used: Set<Facet>): void {
  for (const dimension of DIMENSIONS) if (dimensions[dimension] !== undefined) for (const facet of BY_DIMENSION[dimension]) used.add(facet);
  if (tags.length > 0) used.add('tags');
}
