import type { Moment } from '#charges';
import type { Answers } from '#charges/graphql';
import { type Fact, type Terms, termOf } from '#commitments/domain';
import type { Contract, Party } from '#contracts/domain';
import type { Figure } from '#kernel';
import type { AnsweredAtType, CallContext } from '#platform/graphql';
import { amountAt, type CommitmentPeriod } from '../domain/periods.js';
import type { CommitmentView, PeriodFigures } from '../read/commitment-view.js';
import type { CommitmentsReader, Known } from '../read/commitments.reader.js';
import { AmountNode } from './amount-node.js';
import type { AmountType, CommitmentPeriodType, CommitmentType, ContractPartyType, ContractType, PartyType } from './types.js';
import type { UtilizationType } from './utilization-types.js';

/** What every node of one answer shares. */
export interface Asked {
  readonly reader: CommitmentsReader;
  readonly answers: Answers;
  readonly context: CallContext;
  readonly moment: Moment;
  readonly forecastWindowMs: number | null;
}

type OpenContract = Exclude<Contract, { status: 'none' }>;
type KnownParty = Exclude<Party, { status: 'none' }>;

/** Classes with getters: a field is worked out when the query asks for it, and a compiled query reads it as a property. */
export class PartyNode implements PartyType {
  readonly __typename = 'Party';
  constructor(
    private readonly asked: Asked,
    private readonly known: Known<KnownParty>,
  ) {}
  get id() {
    return this.asked.context.nodeId('Party', this.known.entity.id);
  }
  get number() {
    return this.known.entity.number;
  }
  get name() {
    return this.known.state.name;
  }
  get names() {
    return this.known.state.names;
  }
  get roles() {
    return this.known.state.roles;
  }
}

export const partyNode = (asked: Asked, id: string): PartyNode | null => {
  const known = asked.reader.party(id, asked.moment);
  return known ? new PartyNode(asked, known) : null;
};

export class ContractNode implements ContractType {
  readonly __typename = 'Contract';
  constructor(
    readonly asked: Asked,
    readonly known: Known<OpenContract>,
  ) {}
  get id() {
    return this.asked.context.nodeId('Contract', this.known.entity.id);
  }
  get number() {
    return this.known.entity.number;
  }
  get revision() {
    return this.known.revision;
  }
  get name() {
    return this.known.state.terms.name;
  }
  get reference() {
    return this.known.state.terms.reference;
  }
  get parties(): readonly ContractPartyType[] {
    return this.known.state.terms.parties.map(({ partyId, role }) => ({ party: partyNode(this.asked, partyId), role }));
  }
  get term() {
    return this.known.state.terms.term;
  }
  get zone() {
    return this.known.state.terms.zone;
  }
  get renewal() {
    return this.known.state.terms.renewal;
  }
  get earlyTermination() {
    return this.known.state.terms.earlyTermination;
  }
  get effectiveAt() {
    return (this.known.state.facts[0] as OpenContract['facts'][number]).effectiveAt;
  }
  get terminatedAt() {
    return this.known.state.terminatedAt;
  }
  get evidence() {
    return this.known.state.facts.flatMap(({ evidence }) => evidence);
  }
  get answeredAt(): AnsweredAtType {
    return this.asked.answers.answeredAt(this.asked.context, this.asked.moment);
  }
}

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
    return new AmountNode(amountAt(this.view.commitment, this.period, this.asked.moment.effective));
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
    return this.view.lifecycle(this.asked.moment.effective);
  }
  get voided() {
    return this.view.commitment.status === 'voided';
  }
  get disputed() {
    return this.view.disputed;
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
  get effectiveAt() {
    return (this.view.commitment.facts.at(0) as Fact).effectiveAt;
  }
  get evidence() {
    return this.view.commitment.facts.toArray().flatMap(({ evidence }) => evidence);
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
