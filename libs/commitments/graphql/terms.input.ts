import { Field, ID, InputType, Int, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsInt, IsNotEmpty, IsOptional, Matches, Max, MaxLength, Min, ValidateNested } from 'class-validator';
import type { Decimal, Instant } from '#kernel';
import { DateTimeScalar, DecimalScalar, PeriodInput, UncertainInstantInput } from '#platform/graphql';
import { ClauseInput, EligibilityInput } from './clause.input.js';
import {
  AMOUNT_KINDS,
  COMMITMENT_CATEGORIES,
  COMMITMENT_MODELS,
  COST_COLUMNS,
  INTERVAL_UNITS,
  PERIOD_DATES,
  QUANTITY_COLUMNS,
} from '../domain/terms.js';
import type { AmountKind, CommitmentCategory, CommitmentModel, CostColumn, Interval, PeriodDate, QuantityColumn } from '../domain/terms.js';

const enumOf = <T extends string>(name: string, values: readonly T[], description: string): Record<string, string> => {
  const made = Object.fromEntries(values.map((value) => [value.replaceAll('-', '_'), value]));
  registerEnumType(made, { name, description });
  return made;
};
export const CommitmentCategoryEnum = enumOf('CommitmentCategory', COMMITMENT_CATEGORIES, 'FOCUS 1.4 ContractCommitmentCategory.');
export const CommitmentModelEnum = enumOf(
  'CommitmentModel',
  COMMITMENT_MODELS,
  'FOCUS 1.4 ContractCommitmentModel: expires each interval, or a balance over the whole period.',
);
export const CostColumnEnum = enumOf('CostColumn', COST_COLUMNS, 'FOCUS cost columns.');
export const QuantityColumnEnum = enumOf('QuantityColumn', QUANTITY_COLUMNS, 'FOCUS quantity columns.');
export const AmountKindEnum = enumOf('AmountKind', AMOUNT_KINDS, 'What an undertaking is; kinds are never summed across.');
export const IntervalUnitEnum = enumOf('IntervalUnit', INTERVAL_UNITS, 'Calendar units count from the start, month-end clamped.');
export const PeriodDateEnum = enumOf('PeriodDate', PERIOD_DATES, 'The date of a charge that says in which period it counts.');

@InputType({ description: 'A known amount, or why it is not known and what is certain of it.' })
export class AmountInput {
  @Field(() => DecimalScalar, { nullable: true })
  value?: Decimal | null;
  @Field(() => String, { nullable: true, description: 'Why the amount is not known. Absence never means unknown.' })
  @IsOptional()
  @IsNotEmpty()
  @MaxLength(500)
  unknown?: string | null;
  @Field(() => DecimalScalar, { nullable: true, description: 'Of an unknown amount: what it is at least.' })
  atLeast?: Decimal | null;
  @Field(() => DecimalScalar, { nullable: true, description: 'Of an unknown amount: what it is at most.' })
  atMost?: Decimal | null;
}

@InputType()
export class IntervalInput {
  @Field(() => IntervalUnitEnum)
  @IsIn(INTERVAL_UNITS)
  unit!: Interval['unit'];
  @Field(() => Int, { defaultValue: 1 })
  @IsInt()
  @Min(1)
  @Max(10_000)
  count = 1;
}

@InputType({ description: 'A commitment period with its own amount (of a Continuous commitment: per interval).' })
export class TrancheInput {
  @Field({ description: 'Unique in the schedule, for example "2025".' })
  @Matches(/^[A-Za-z0-9_.:-]{1,64}$/, { message: 'expected 1 to 64 letters, digits, and _.:-' })
  id!: string;
  @Field(() => UncertainInstantInput)
  @ValidateNested()
  @Type(() => UncertainInstantInput)
  start!: UncertainInstantInput;
  @Field(() => UncertainInstantInput, { nullable: true, description: 'Exclusive; leave it out where there is no end.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => UncertainInstantInput)
  end?: UncertainInstantInput | null;
  @Field(() => AmountInput)
  @ValidateNested()
  @Type(() => AmountInput)
  amount!: AmountInput;
}

@InputType({ description: 'Periods one after another from a start: one amount for all, or a ramp with one for each.' })
export class RecurringInput {
  @Field(() => DateTimeScalar)
  start!: Instant;
  @Field(() => IntervalInput)
  @ValidateNested()
  @Type(() => IntervalInput)
  every!: IntervalInput;
  @Field(() => Int, { nullable: true, description: 'How many periods; of a ramp as many as amounts.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1_200)
  periods?: number | null;
  @Field(() => [AmountInput])
  @ArrayMaxSize(1_200)
  @ValidateNested({ each: true })
  @Type(() => AmountInput)
  amounts!: AmountInput[];
}

@InputType({ description: 'Exactly one of the three.' })
export class ScheduleInput {
  @Field(() => [TrancheInput], { nullable: true })
  @IsOptional()
  @ArrayMaxSize(1_200)
  @ValidateNested({ each: true })
  @Type(() => TrancheInput)
  tranches?: TrancheInput[] | null;
  @Field(() => RecurringInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => RecurringInput)
  recurring?: RecurringInput | null;
  @Field(() => String, { nullable: true, description: 'Why the schedule is not known.' })
  @IsOptional()
  @IsNotEmpty()
  @MaxLength(500)
  unknown?: string | null;
}

@InputType()
export class ContractCommitmentReferenceInput {
  @Field({ description: 'FOCUS ContractId.' })
  @IsNotEmpty()
  contractId!: string;
  @Field({ description: 'FOCUS ContractCommitmentId.' })
  @IsNotEmpty()
  commitmentId!: string;
}

@InputType({ description: 'How the provider’s files name the commitment.' })
export class ReferenceInput {
  @Field(() => [ContractCommitmentReferenceInput], { defaultValue: [] })
  @ValidateNested({ each: true })
  @Type(() => ContractCommitmentReferenceInput)
  contractCommitments: ContractCommitmentReferenceInput[] = [];
  @Field(() => [String], { defaultValue: [], description: 'FOCUS CommitmentDiscountId.' })
  commitmentDiscountIds: string[] = [];
}

@InputType({ description: 'Marketplace rows count in full until they reach this share of the period’s amount.' })
export class MarketplaceInput {
  @Field(() => DecimalScalar, { description: '0.25 is 25 %.' })
  share!: Decimal;
  @Field(() => [ClauseInput], { defaultValue: [], description: 'Further rows that are marketplace rows, besides those of a foreign publisher.' })
  @ValidateNested({ each: true })
  @Type(() => ClauseInput)
  rows: ClauseInput[] = [];
}

@InputType({
  description: 'Terms of a commitment. In an amendment or a correction only the fields that change; null where a field is to be cleared.',
})
export class CommitmentTermsInput {
  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsNotEmpty()
  @MaxLength(200)
  name?: string | null;
  @Field(() => CommitmentCategoryEnum, { nullable: true })
  category?: CommitmentCategory | null;
  @Field(() => CommitmentModelEnum, { nullable: true, description: 'Default Discontinuous.' })
  model?: CommitmentModel | null;
  @Field(() => String, { nullable: true, description: 'Spend: ISO 4217, or a virtual currency.' })
  @IsOptional()
  @Matches(/^[A-Za-z][A-Za-z0-9 _-]{0,31}$/, { message: 'expected a currency code such as USD' })
  currency?: string | null;
  @Field(() => CostColumnEnum, { nullable: true, description: 'Spend: the column that draws; default BilledCost.' })
  costColumn?: CostColumn | null;
  @Field(() => String, { nullable: true, description: 'Usage: as the files spell it, for example "GPU-Hours".' })
  @IsOptional()
  @IsNotEmpty()
  unit?: string | null;
  @Field(() => QuantityColumnEnum, { nullable: true, description: 'Usage: the column that draws; default ConsumedQuantity.' })
  quantityColumn?: QuantityColumn | null;
  @Field(() => Boolean, { nullable: true, description: 'A prepaid commitment must name EffectiveCost or ContractedCost.' })
  prepaid?: boolean | null;
  @Field(() => PeriodInput, { nullable: true, description: 'Default: from the first tranche to the last.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => PeriodInput)
  term?: PeriodInput | null;
  @Field(() => ScheduleInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => ScheduleInput)
  schedule?: ScheduleInput | null;
  @Field(() => IntervalInput, { nullable: true, description: 'Continuous: how often it expires.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => IntervalInput)
  interval?: IntervalInput | null;
  @Field(() => EligibilityInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => EligibilityInput)
  eligibility?: EligibilityInput | null;
  @Field(() => Int, { nullable: true, description: 'Waterfall order: the lowest draws first.' })
  @IsOptional()
  @IsInt()
  priority?: number | null;
  @Field(() => ID, { nullable: true, description: 'Commitment that it is nested in.' })
  parent?: string | null;
  @Field(() => ReferenceInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => ReferenceInput)
  reference?: ReferenceInput | null;
  @Field(() => [ClauseInput], { nullable: true, description: 'Rows that purchase or prepay it: they never draw.' })
  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => ClauseInput)
  purchaseRows?: ClauseInput[] | null;
  @Field(() => [ClauseInput], { nullable: true, description: 'Rows that bill its shortfall or floor fee: they never draw.' })
  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => ClauseInput)
  feeRows?: ClauseInput[] | null;
  @Field(() => MarketplaceInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => MarketplaceInput)
  marketplace?: MarketplaceInput | null;
  @Field(() => PeriodDateEnum, { nullable: true, description: 'Default ChargePeriodStart.' })
  periodDate?: PeriodDate | null;
}

@InputType({ description: 'The amount of one tranche, changed by itself.' })
export class TrancheAmountInput {
  @Field()
  @IsNotEmpty()
  tranche!: string;
  @Field(() => AmountInput)
  @ValidateNested()
  @Type(() => AmountInput)
  amount!: AmountInput;
}

export type { AmountKind };
