import { carriedEvidence, type Fact, type Terms, termOf } from '#commitments/domain';
import type { Figure } from '#kernel';
import type { AnsweredAtType } from '#platform/graphql';
import { amountAt, amountInstant, type CommitmentPeriod, statedUnknown } from '../domain/periods.js';
import type { CommitmentView, PeriodFigures } from '../read/commitment-view.js';
import { AmountNode } from './amount-node.js';
import type { Asked } from './asked.js';
import { partyNode } from './contract-nodes.js';
import { clauseType, eligibilityType, marketplaceType } from './terms-types.js';
import type { AmountType, CommitmentPeriodType, CommitmentType, PartyType } from './types.js';
import type { UtilizationType } from './utilization-types.js';

export class UtilizationNode {
  constructor(private readonly figures: PeriodFigures) {}
  get period() {
    return this.figures.period.id;
  }
  get bounds() {
    return this.figures.period.bounds;
  }
  private get either() {
    return this.figures.balance ?? this.figures.continuous;
  }
  get committed(): Figure {
    return (this.either as NonNullable<typeof this.either>).committed;
  }
  get drawn(): Figure {
    return (this.either as NonNullable<typeof this.either>).drawn;
  }
  get overage(): Figure {
    return (this.either as NonNullable<typeof this.either>).overage;
  }
  get utilization(): Figure {
    return (this.either as NonNullable<typeof this.either>).utilization;
  }
  get remaining(): Figure | null {
    return this.figures.balance?.remaining ?? null;
  }
  get elapsed(): Figure | null {
    return this.figures.balance?.elapsed ?? this.figures.continuous?.elapsed ?? null;
  }
  get pace(): Figure | null {
    return this.figures.balance?.pace ?? null;
  }
  get forecast(): Figure | null {
    return this.figures.balance?.forecast ?? null;
  }
  get projectedShortfall(): Figure {
    return this.figures.balance?.projectedShortfall ?? (this.figures.continuous as NonNullable<PeriodFigures['continuous']>).shortfall;
  }
  get requiredRate(): Figure | null {
    return this.figures.balance?.requiredRate ?? null;
  }
  get used(): Figure | null {
    return this.figures.continuous?.used ?? null;
  }
  get expired(): Figure | null {
    return this.figures.continuous?.expired ?? null;
  }
  get intervalsEnded() {
    return this.figures.continuous?.intervalsEnded ?? null;
  }
  get intervalsTotal() {
    return this.figures.continuous?.intervalsTotal ?? null;
  }
}

const utilizationNode = (figures: PeriodFigures | null): UtilizationType | null =>
  figures && (figures.balance ?? figures.continuous) ? (new UtilizationNode(figures) as unknown as UtilizationType) : null;

class PeriodNode {
  private figures: UtilizationType | undefined;

  constructor(
    private readonly asked: Asked,
    private readonly view: CommitmentView,
    private readonly period: CommitmentPeriod,
  ) {}
  get id() {
    return this.period.id;
  }
  get bounds() {
    return this.period.bounds;
  }
  /** As in force at the instant asked for: of an ended period, at its last instant. */
  get amount(): AmountType {
    const { view, period } = this;
    const t = this.asked.moment.effective;
    return new AmountNode(amountAt(view.commitment, period, t), () => statedUnknown(view.termsFor(amountInstant(period, t)), period));
  }
  get utilization(): UtilizationType {
    return (this.figures ??= utilizationNode(
      this.view.figuresOfListed(this.period, this.asked.moment.effective, this.asked.forecastWindowMs),
    ) as UtilizationType);
  }
}

export class CommitmentNode {
  readonly __typename = 'Commitment';
  private resolved: Terms | null = null;
  private figures: UtilizationType | null | undefined;

  constructor(
    readonly asked: Asked,
    readonly view: CommitmentView,
  ) {}
  private get terms(): Terms {
    return (this.resolved ??= this.view.termsFor(this.asked.moment.effective));
  }
  get id() {
    return (this.view.nodeId ??= this.asked.context.nodeId('Commitment', this.view.id));
  }
  get number() {
    return this.view.entity.number;
  }
  get revision() {
    return this.view.commitment.events - 1;
  }
  get name() {
    return this.terms.name;
  }
  get kind() {
    return this.terms.kind;
  }
  get category() {
    return this.terms.category;
  }
  get model() {
    return this.terms.model;
  }
  get unit() {
    const { measure } = this.terms;
    return measure.kind === 'cost' ? measure.currency : measure.unit;
  }
  get column() {
    return this.terms.measure.column;
  }
  get prepaid() {
    return this.terms.prepaid;
  }
  get lifecycle() {
    return this.voided ? null : this.view.lifecycle(this.asked.moment.effective);
  }
  get voided() {
    return this.view.commitment.status === 'voided';
  }
  get disputed() {
    return this.view.disputed(this.asked.moment.effective);
  }
  get priority() {
    return this.terms.priority;
  }
  get provider(): PartyType | null {
    return partyNode(this.asked, this.view.commitment.provider);
  }
  get term() {
    return termOf(this.terms);
  }
  get interval() {
    return this.terms.interval;
  }
  get eligibility() {
    return eligibilityType(this.terms.eligibility);
  }
  get purchaseRows() {
    return this.terms.purchaseRows.map(clauseType);
  }
  get feeRows() {
    return this.terms.feeRows.map(clauseType);
  }
  get marketplace() {
    return marketplaceType(this.terms.marketplace);
  }
  get reference() {
    return this.terms.reference;
  }
  get periodDate() {
    return this.terms.periodDate;
  }
  get effectiveAt() {
    return (this.view.commitment.facts.at(0) as Fact).effectiveAt;
  }
  get evidence() {
    return carriedEvidence(this.view.commitment, this.asked.moment.effective);
  }
  /** Kept: the executor reads a member once for each field below it. */
  get utilization(): UtilizationType | null {
    if (this.figures !== undefined) return this.figures;
    const { moment, forecastWindowMs } = this.asked;
    if (this.voided) return (this.figures = null);
    return (this.figures = utilizationNode(
      forecastWindowMs === null ? this.view.figures(moment.effective) : this.view.figuresWithin(moment.effective, forecastWindowMs),
    ));
  }
  get periods(): readonly CommitmentPeriodType[] {
    return this.view.periods(this.asked.moment.effective).map((period) => new PeriodNode(this.asked, this.view, period));
  }
  get answeredAt(): AnsweredAtType {
    return this.asked.answers.answeredAt(this.asked.context, this.asked.moment);
  }
}

export const commitmentNode = (asked: Asked, view: CommitmentView): CommitmentType => new CommitmentNode(asked, view) as unknown as CommitmentType;
