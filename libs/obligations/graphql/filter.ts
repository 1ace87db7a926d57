import { Field, ID, InputType, registerEnumType } from '@nestjs/graphql';
import { AmountKindEnum, CommitmentCategoryEnum } from '#commitments/graphql';
import type { Decimal, Figure } from '#kernel';
import { type CallContext, DecimalScalar, EvidenceStatusEnum, requireId } from '#platform/graphql';
import type { CommitmentView } from '../read/commitment-view.js';
import type { CommitmentNode } from './nodes.js';
import { LifecycleEnum } from './types.js';

@InputType({ description: 'A bound on a figure. An indeterminate figure neither matches nor fails: it is counted as undecided.' })
export class FigureFilter {
  @Field(() => DecimalScalar, { nullable: true, description: 'At least.' })
  gte?: Decimal | null;
  @Field(() => DecimalScalar, { nullable: true, description: 'Below.' })
  lt?: Decimal | null;
}

@InputType({ description: 'All given conditions must hold.' })
export class CommitmentFilter {
  @Field(() => ID, { nullable: true })
  provider?: string | null;
  @Field(() => ID, { nullable: true })
  contract?: string | null;
  @Field(() => CommitmentCategoryEnum, { nullable: true })
  category?: string | null;
  @Field(() => String, { nullable: true, description: 'Currency or unit.' })
  unit?: string | null;
  @Field(() => [AmountKindEnum], { nullable: true, description: 'Kinds stand beside each other in a list and are never added.' })
  kind?: string[] | null;
  @Field(() => [LifecycleEnum], { nullable: true })
  lifecycle?: string[] | null;
  @Field(() => [EvidenceStatusEnum], { nullable: true, description: 'Rests on an item of evidence with one of these.' })
  evidence?: string[] | null;
  @Field(() => Boolean, { nullable: true, description: 'False leaves out what was withdrawn, true lists nothing else.' })
  voided?: boolean | null;
  @Field(() => FigureFilter, { nullable: true })
  utilization?: FigureFilter | null;
  @Field(() => FigureFilter, { nullable: true })
  remaining?: FigureFilter | null;
  @Field(() => FigureFilter, { nullable: true })
  pace?: FigureFilter | null;
  @Field(() => FigureFilter, { nullable: true })
  projectedShortfall?: FigureFilter | null;
  @Field(() => Boolean, { nullable: true, description: 'True: list those that the figure conditions could not decide, instead of those that match.' })
  undecided?: boolean | null;
}

export enum CommitmentOrder {
  NUMBER = 'NUMBER',
  UTILIZATION = 'UTILIZATION',
  UTILIZATION_DESC = 'UTILIZATION_DESC',
  REMAINING = 'REMAINING',
  REMAINING_DESC = 'REMAINING_DESC',
  PACE = 'PACE',
  PACE_DESC = 'PACE_DESC',
  PROJECTED_SHORTFALL = 'PROJECTED_SHORTFALL',
  PROJECTED_SHORTFALL_DESC = 'PROJECTED_SHORTFALL_DESC',
}
registerEnumType(CommitmentOrder, {
  name: 'CommitmentOrder',
  description: 'Figures without a value come last in both directions; equal ones by number.',
});

const FIGURES = ['utilization', 'remaining', 'pace', 'projectedShortfall'] as const;
type Named = (typeof FIGURES)[number];

export type Verdict = 'yes' | 'no' | 'undecided';

/** Does a commitment match? A definite mismatch decides, whatever else is unknown. */
export function matcher(
  filter: CommitmentFilter | null | undefined,
  context: CallContext,
): ((view: CommitmentView, node: () => CommitmentNode) => Verdict) | null {
  if (!filter || Object.values(filter).every((value) => value === undefined || value === null)) return null;
  const provider = filter.provider ? requireId(context, 'Party', filter.provider) : null;
  const contract = filter.contract ? requireId(context, 'Contract', filter.contract) : null;
  const bounds = FIGURES.flatMap((name) => (filter[name] ? [[name, filter[name]] as const] : []));
  return (view, node) => {
    if (provider !== null && view.commitment.provider !== provider) return 'no';
    if (contract !== null && view.commitment.contractId !== contract) return 'no';
    if (filter.category && node().category !== filter.category) return 'no';
    if (filter.unit && node().unit !== filter.unit) return 'no';
    if (filter.kind && !filter.kind.includes(node().kind)) return 'no';
    if (filter.evidence && !node().evidence.some(({ status }) => filter.evidence?.includes(status))) return 'no';
    if (typeof filter.voided === 'boolean' && node().voided !== filter.voided) return 'no';
    let undecided = false;
    if (filter.lifecycle) {
      if (node().voided) return 'no';
      const { lifecycle } = node();
      if (lifecycle === null) undecided = true;
      else if (!filter.lifecycle.includes(lifecycle)) return 'no';
    }
    for (const [name, bound] of bounds) {
      const verdict = within(figureOf(node(), name), bound);
      if (verdict === 'no') return 'no';
      if (verdict === 'undecided') undecided = true;
    }
    return undecided ? 'undecided' : 'yes';
  };
}

function within(figure: Figure | null, { gte, lt }: FigureFilter): Verdict {
  if (figure === null) return 'no';
  if (figure.status === 'INDETERMINATE') return 'undecided';
  if (figure.value === null) return 'no';
  if (gte !== undefined && gte !== null && figure.value < gte) return 'no';
  return lt !== undefined && lt !== null && figure.value >= lt ? 'no' : 'yes';
}

export const figureOf = (node: CommitmentNode, name: Named): Figure | null => (node.utilization?.[name] as Figure | null | undefined) ?? null;

const ORDERED: Partial<Record<CommitmentOrder, { readonly figure: Named; readonly descending: boolean }>> = {
  UTILIZATION: { figure: 'utilization', descending: false },
  UTILIZATION_DESC: { figure: 'utilization', descending: true },
  REMAINING: { figure: 'remaining', descending: false },
  REMAINING_DESC: { figure: 'remaining', descending: true },
  PACE: { figure: 'pace', descending: false },
  PACE_DESC: { figure: 'pace', descending: true },
  PROJECTED_SHORTFALL: { figure: 'projectedShortfall', descending: false },
  PROJECTED_SHORTFALL_DESC: { figure: 'projectedShortfall', descending: true },
};

export const isByFigure = (order: CommitmentOrder): boolean => ORDERED[order] !== undefined;

/** The order's figure of a commitment: what the keyset holds. Null: no value, last. */
export function sortValue(node: CommitmentNode, order: CommitmentOrder): Decimal | null {
  const by = ORDERED[order];
  return by ? (figureOf(node, by.figure)?.value ?? null) : null;
}

export interface Sorted {
  readonly view: CommitmentView;
  readonly value: Decimal | null;
}

export function byOrder(order: CommitmentOrder): (a: Sorted, b: Sorted) => number {
  const descending = ORDERED[order]?.descending ?? false;
  return (a, b) => {
    if (a.value !== b.value) {
      if (a.value === null) return 1;
      if (b.value === null) return -1;
      return (a.value < b.value ? -1 : 1) * (descending ? -1 : 1);
    }
    return a.view.entity.number - b.view.entity.number;
  };
}
