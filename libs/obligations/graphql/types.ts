import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { AmountKindEnum, CommitmentCategoryEnum, CommitmentModelEnum, IntervalUnitEnum, PeriodDateEnum } from '#commitments/graphql';
import { PartyRoleEnum, EarlyTerminationKind, RenewalKind } from '#contracts/graphql';
import { LIFECYCLES } from '#commitments/domain';
import type { Decimal, Instant } from '#kernel';
import { ClauseType, EligibilityType, MarketplaceType, ProviderReferenceType } from './terms-types.js';
import { UtilizationType } from './utilization-types.js';
import {
  AnsweredAtType,
  connectionOf,
  DateTimeScalar,
  DecimalScalar,
  EvidenceType,
  NodeType,
  PeriodType,
  UncertainInstantType,
} from '#platform/graphql';

export const LifecycleEnum = Object.fromEntries(LIFECYCLES.map((each) => [each, each]));
registerEnumType(LifecycleEnum, { name: 'Lifecycle', description: 'FOCUS 1.4 lifecycle of a contract commitment.' });

@ObjectType('Party', { implements: () => [NodeType], description: 'An organisation that contracts name.' })
export class PartyType extends NodeType {
  @Field(() => Int, { description: 'Human number in your organization.' })
  number!: number;
  @Field()
  name!: string;
  @Field(() => [String], { description: 'Spellings by which billing files name it.' })
  names!: readonly string[];
  @Field(() => [PartyRoleEnum])
  roles!: readonly string[];
}
export const PartyConnection = connectionOf(PartyType, 'Party');

@ObjectType('ContractParty')
export class ContractPartyType {
  @Field(() => PartyType, { nullable: true })
  party!: PartyType | null;
  @Field(() => PartyRoleEnum)
  role!: string;
}

@ObjectType('Renewal')
export class RenewalType {
  @Field(() => RenewalKind)
  kind!: string;
  @Field(() => Int, { nullable: true })
  months!: number | null;
  @Field(() => Int, { nullable: true })
  noticeDays!: number | null;
}

@ObjectType('EarlyTermination')
export class EarlyTerminationType {
  @Field(() => EarlyTerminationKind)
  kind!: string;
  @Field(() => String, { nullable: true, description: 'Decimal between 0 and 1.' })
  share?: string | null;
  @Field(() => String, { nullable: true })
  reason?: string | null;
}

@ObjectType('HistoryEntry', {
  description: 'One recorded fact: what happened, when it took effect, when and on which evidence the ledger learned it.',
})
export class HistoryEntryType {
  @Field(() => Int, { description: 'Number of the fact in its stream: what a correction or a void names.' })
  fact!: number;
  @Field({ description: 'Stored event type.' })
  type!: string;
  @Field(() => ID, { description: 'The contract or commitment.' })
  subject!: string;
  @Field(() => UncertainInstantType, { nullable: true })
  effectiveAt!: UncertainInstantType | null;
  @Field(() => DateTimeScalar)
  recordedAt!: Instant;
  @Field({ description: 'Opaque id of who recorded it.' })
  actor!: string;
  @Field(() => String, { nullable: true })
  onBehalfOf!: string | null;
  @Field(() => String, { nullable: true })
  reason!: string | null;
  @Field(() => [EvidenceType])
  evidence!: readonly EvidenceType[];
  @Field({ description: 'The stored data of the event, as canonical JSON.' })
  data!: string;
  @Field({ description: 'Consistency token of the position just after it.' })
  position!: string;
}
export const HistoryConnection = connectionOf(HistoryEntryType, 'History');

@ObjectType('Amount', { description: 'Known, or why not and what is certain of it.' })
export class AmountType {
  @Field(() => DecimalScalar, { nullable: true })
  value!: Decimal | null;
  @Field(() => String, { nullable: true, description: 'Why it is not known, in the words recorded.' })
  unknown!: string | null;
  @Field(() => DecimalScalar, { nullable: true })
  atLeast!: Decimal | null;
  @Field(() => DecimalScalar, { nullable: true })
  atMost!: Decimal | null;
}

@ObjectType('Interval')
export class IntervalType {
  @Field(() => IntervalUnitEnum)
  unit!: string;
  @Field(() => Int)
  count!: number;
}

@ObjectType('CommitmentPeriod', { description: 'A period of the schedule with its amount and figures.' })
export class CommitmentPeriodType {
  @Field()
  id!: string;
  @Field(() => PeriodType)
  bounds!: PeriodType;
  @Field(() => AmountType)
  amount!: AmountType;
  @Field(() => UtilizationType)
  utilization!: UtilizationType;
}

@ObjectType('Commitment', {
  implements: () => [NodeType],
  description: 'An undertaking to buy, of category Spend (currency) or Usage (capacity unit).',
})
export class CommitmentType extends NodeType {
  @Field(() => Int, { description: 'Human number in your organization.' })
  number!: number;
  @Field(() => Int, { description: 'Revision to give as expectedRevision.' })
  revision!: number;
  @Field()
  name!: string;
  @Field(() => AmountKindEnum)
  kind!: string;
  @Field(() => CommitmentCategoryEnum)
  category!: string;
  @Field(() => CommitmentModelEnum)
  model!: string;
  @Field({ description: 'Currency (Spend) or unit (Usage) of all its amounts.' })
  unit!: string;
  @Field({ description: 'The FOCUS column that draws on it.' })
  column!: string;
  @Field()
  prepaid!: boolean;
  @Field(() => LifecycleEnum, { nullable: true, description: 'Null where it is uncertain, and of what was withdrawn.' })
  lifecycle!: string | null;
  @Field({ description: 'Recorded by mistake and withdrawn.' })
  voided!: boolean;
  @Field({ description: 'Some evidence is disputed: its figures are indeterminate.' })
  disputed!: boolean;
  @Field(() => Int)
  priority!: number;
  @Field(() => PartyType, { nullable: true, description: 'The party that provides.' })
  provider!: PartyType | null;
  @Field(() => PeriodType, { nullable: true, description: 'Null: not known.' })
  term!: PeriodType | null;
  @Field(() => IntervalType, { nullable: true })
  interval!: IntervalType | null;
  @Field(() => EligibilityType, { description: 'Which charges may draw on it, in force at the instant asked for.' })
  eligibility!: EligibilityType;
  @Field(() => [ClauseType], { description: 'Rows that purchase or prepay it: they never draw.' })
  purchaseRows!: readonly ClauseType[];
  @Field(() => [ClauseType], { description: 'Rows that bill its shortfall or floor fee: they never draw.' })
  feeRows!: readonly ClauseType[];
  @Field(() => MarketplaceType, { nullable: true })
  marketplace!: MarketplaceType | null;
  @Field(() => ProviderReferenceType)
  reference!: ProviderReferenceType;
  @Field(() => PeriodDateEnum, { description: 'The date of a charge that says in which period it counts.' })
  periodDate!: string;
  @Field(() => UncertainInstantType, { description: 'When it became binding.' })
  effectiveAt!: UncertainInstantType;
  @Field(() => [EvidenceType])
  evidence!: readonly EvidenceType[];
  @Field(() => UtilizationType, {
    nullable: true,
    description: 'Figures of the period that contains the instant asked for; null outside every period.',
  })
  utilization!: UtilizationType | null;
  @Field(() => [CommitmentPeriodType], { description: 'All periods of the schedule in force.' })
  periods!: readonly CommitmentPeriodType[];
  @Field(() => AnsweredAtType)
  answeredAt!: AnsweredAtType;
}
export const CommitmentConnection = connectionOf(CommitmentType, 'Commitment');

@ObjectType('Contract', {
  implements: () => [NodeType],
  description: 'An agreement between parties, with the terms in force at the instant asked for.',
})
export class ContractType extends NodeType {
  @Field(() => Int, { description: 'Human number in your organization.' })
  number!: number;
  @Field(() => Int, { description: 'Revision to give as expectedRevision.' })
  revision!: number;
  @Field()
  name!: string;
  @Field(() => String, { nullable: true })
  reference!: string | null;
  @Field(() => [ContractPartyType])
  parties!: readonly ContractPartyType[];
  @Field(() => PeriodType, { nullable: true, description: 'Null: not known.' })
  term!: PeriodType | null;
  @Field()
  zone!: string;
  @Field(() => RenewalType)
  renewal!: RenewalType;
  @Field(() => EarlyTerminationType)
  earlyTermination!: EarlyTerminationType;
  @Field(() => UncertainInstantType)
  effectiveAt!: UncertainInstantType;
  @Field(() => UncertainInstantType, { nullable: true, description: 'From when on it is ended; told also for an instant before.' })
  terminatedAt!: UncertainInstantType | null;
  @Field(() => [EvidenceType])
  evidence!: readonly EvidenceType[];
  @Field(() => AnsweredAtType)
  answeredAt!: AnsweredAtType;
}
export const ContractConnection = connectionOf(ContractType, 'Contract');
