import { type Lifecycle, type MadeCommitment, termOf, termsAt } from '#commitments/domain';
import { containsInstant, type Figure, reachedAt, type Instant } from '#kernel';

/**
 * FOCUS 1.4 lifecycle at `t`; null where it is uncertain. Canceled from its cancellation on, Pending before its term, Expired
 * after it, Exhausted when nothing remains of a Discontinuous one in its last period, else Active; Proposed before it is binding.
 */
export function lifecycleAt(commitment: MadeCommitment, t: Instant, remainingOfLast: Figure | null): Lifecycle | null {
  const { variants } = termsAt(commitment, t);
  const cancelled = variants.map((version) => version.cancelled);
  if (cancelled.every(Boolean)) return 'Canceled';
  if (cancelled.some(Boolean)) return null;
  const binding = variants.map((version) => version.binding);
  if (!binding.every((each) => each === binding[0])) return null;
  if (binding[0] === false) return 'Proposed';
  const term = termOf(variants.at(-1)?.terms ?? commitment.final);
  if (term === null) return null;
  const within = containsInstant(term, t);
  if (within === 'maybe') return null;
  if (within === 'no') return reachedAt(term.start, t) === 'yes' ? 'Expired' : 'Pending';
  if (remainingOfLast === null) return 'Active';
  if (remainingOfLast.status === 'INDETERMINATE') return null;
  return remainingOfLast.value === 0n ? 'Exhausted' : 'Active';
}
