import type { Measure } from '#commitments/domain';
import type { Decimal, Instant } from '#kernel';
import type { AppliedElement } from '../charge.js';
import type { Facets } from './match.js';

/** A row as the allocation reads it. `amount` answers the column's value, null where the row leaves it empty. */
export interface AllocatableRow extends Facets {
  readonly start: Instant;
  readonly end: Instant;
  readonly billingPeriodStart: Instant;
  readonly contractApplied: readonly AppliedElement[];
  amount(column: Measure['column']): Decimal | null;
  /** Equal for rows with equal facets, so that a plan is made once; null: never reuse. */
  readonly facetKey: string | null;
}
