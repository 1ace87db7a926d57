import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Decimal, Instant } from '#kernel';
import { connectionOf, DateTimeScalar, DecimalScalar, FigureType, NodeType } from '#platform/graphql';
import { COVERAGE_COLUMNS } from '../domain/allocation/coverage.js';
import { REASONS } from '../domain/allocation/decision.js';
import { CHARGE_CATEGORIES } from '../domain/charge.js';
import type { Moment } from '../read/moment.js';

export const CoverageColumnEnum = Object.fromEntries(COVERAGE_COLUMNS.map((each) => [each, each]));
registerEnumType(CoverageColumnEnum, { name: 'CoverageColumn' });
export const AllocationReasonEnum = Object.fromEntries(Object.keys(REASONS).map((each) => [each, each]));
registerEnumType(AllocationReasonEnum, {
  name: 'AllocationReason',
  description: 'Why a charge drew on a commitment, or did not.',
  valuesMap: Object.fromEntries(Object.entries(REASONS).map(([code, description]) => [code, { description }])),
});
export const ChargeCategoryEnum = Object.fromEntries(CHARGE_CATEGORIES.map((each) => [each, each]));
registerEnumType(ChargeCategoryEnum, { name: 'ChargeCategory', description: 'FOCUS ChargeCategory.' });

@ObjectType('Posting', { description: 'The part of a charge that draws down a commitment.' })
export class PostingType {
  @Field(() => DateTimeScalar, {
    description:
      'The date at which it counts; of a Continuous commitment the start of the interval, or a day where the charge is not split (SPREAD_TOO_FINE).',
  })
  at!: Instant;
  @Field(() => FigureType)
  amount!: FigureType;
}

@ObjectType('AllocationDecision', { description: 'What a commitment got of a charge, or why nothing.' })
export class AllocationDecisionType {
  @Field(() => ID, { nullable: true, description: 'Null: an unallocated posting that the provider states.' })
  commitment!: string | null;
  @Field(() => AllocationReasonEnum)
  reason!: string;
  @Field({ description: 'The reason in words.' })
  explanation!: string;
  @Field(() => [PostingType])
  postings!: readonly PostingType[];
  @Field(() => String, { nullable: true, description: 'Of an unallocated posting: the ContractId that the file states.' })
  statedContract!: string | null;
  @Field(() => String, { nullable: true, description: 'Of an unallocated posting: the ContractCommitmentId that the file states.' })
  statedCommitment!: string | null;
  /** Where the answer stands, for fields that slices above resolve. */
  readonly moment!: Moment;
}

@ObjectType('Tag')
export class TagType {
  @Field()
  key!: string;
  @Field()
  value!: string;
}

@ObjectType('Charge', { implements: () => [NodeType], description: 'One row of a delivered billing file, as far as a figure or a rule can use it.' })
export class ChargeType extends NodeType {
  @Field(() => ID)
  delivery!: string;
  @Field(() => Int, { description: 'Number of the row in its file.' })
  row!: number;
  @Field(() => DateTimeScalar)
  billingPeriodStart!: Instant;
  @Field(() => DateTimeScalar, { description: 'ChargePeriodStart.' })
  start!: Instant;
  @Field(() => DateTimeScalar, { description: 'ChargePeriodEnd, exclusive.' })
  end!: Instant;
  @Field(() => ChargeCategoryEnum)
  category!: string;
  @Field({ description: 'ChargeClass is Correction.' })
  correction!: boolean;
  @Field(() => String, { nullable: true })
  provider!: string | null;
  @Field(() => String, { nullable: true })
  publisher!: string | null;
  @Field(() => String, { nullable: true })
  service!: string | null;
  @Field(() => String, { nullable: true })
  sku!: string | null;
  @Field(() => String, { nullable: true })
  region!: string | null;
  @Field(() => String, { nullable: true })
  billingAccount!: string | null;
  @Field(() => String, { nullable: true })
  subAccount!: string | null;
  @Field()
  billingCurrency!: string;
  @Field(() => DecimalScalar)
  billedCost!: Decimal;
  @Field(() => DecimalScalar, { nullable: true })
  effectiveCost!: Decimal | null;
  @Field(() => DecimalScalar, { nullable: true })
  contractedCost!: Decimal | null;
  @Field(() => DecimalScalar, { nullable: true })
  listCost!: Decimal | null;
  @Field(() => DecimalScalar, { nullable: true })
  consumedQuantity!: Decimal | null;
  @Field(() => String, { nullable: true })
  consumedUnit!: string | null;
  @Field(() => DecimalScalar, { nullable: true })
  pricingQuantity!: Decimal | null;
  @Field(() => String, { nullable: true })
  pricingUnit!: string | null;
  @Field(() => String, { nullable: true })
  commitmentDiscountId!: string | null;
  @Field(() => String, { nullable: true })
  commitmentDiscountStatus!: string | null;
  @Field(() => [TagType])
  tags!: readonly TagType[];
  @Field(() => [AllocationDecisionType], {
    nullable: true,
    description: 'Decisions worth recording, in order; null: not allocated yet. Ask `why` for any other commitment.',
  })
  decisions!: readonly AllocationDecisionType[] | null;
}
export const ChargeConnection = connectionOf(ChargeType, 'Charge');

@InputType({ description: 'All given conditions must hold.' })
export class ChargeFilterInput {
  @Field(() => ID, { nullable: true })
  delivery?: string | null;
  @Field(() => ID, { nullable: true, description: 'Charges with a recorded decision about this commitment.' })
  commitment?: string | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'ChargePeriodStart at or after.' })
  from?: Instant | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'ChargePeriodStart before.' })
  to?: Instant | null;
  @Field(() => String, { nullable: true })
  provider?: string | null;
  @Field(() => String, { nullable: true })
  service?: string | null;
  @Field(() => AllocationReasonEnum, { nullable: true })
  reason?: string | null;
  @Field(() => Boolean, { nullable: true, description: 'True: drew on a commitment; false: drew on none.' })
  drew?: boolean | null;
}
