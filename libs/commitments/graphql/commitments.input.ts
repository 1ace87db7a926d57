import { Field, ID, InputType, Int } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsInt, IsNotEmpty, IsOptional, MaxLength, Min, ValidateNested } from 'class-validator';
import { AddEvidenceInput, ChangeEvidenceInput, FactInput, UncertainInstantInput } from '#platform/graphql';
import { AMOUNT_KINDS, type AmountKind } from '../domain/terms.js';
import { AmountKindEnum, CommitmentTermsInput, TrancheAmountInput } from './terms.input.js';

@InputType({ isAbstract: true })
abstract class ChangeInput extends FactInput {
  @Field(() => ID)
  commitment!: string;
  @Field({ description: 'Why.' })
  @IsNotEmpty()
  @MaxLength(1_000)
  reason!: string;
}

@InputType()
export class MakeCommitmentInput extends FactInput {
  @Field(() => ID)
  contract!: string;
  @Field(() => ID, { description: 'The party that provides.' })
  provider!: string;
  @Field(() => UncertainInstantInput, { description: 'When it became binding; its term is separate.' })
  @ValidateNested()
  @Type(() => UncertainInstantInput)
  effectiveAt!: UncertainInstantInput;
  @Field(() => CommitmentTermsInput)
  @ValidateNested()
  @Type(() => CommitmentTermsInput)
  terms!: CommitmentTermsInput;
}

@InputType()
export class AmendCommitmentInput extends ChangeInput {
  @Field(() => UncertainInstantInput, { description: 'From when on the new terms hold.' })
  @ValidateNested()
  @Type(() => UncertainInstantInput)
  effectiveAt!: UncertainInstantInput;
  @Field(() => CommitmentTermsInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => CommitmentTermsInput)
  changes?: CommitmentTermsInput | null;
  @Field(() => [TrancheAmountInput], { nullable: true })
  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => TrancheAmountInput)
  trancheAmounts?: TrancheAmountInput[] | null;
}

const BULK_MAX = 100;

// The shape of the items is judged one by one: of a call with a malformed one the others stand.

@InputType({ description: 'Each item has its own key and outcome.' })
export class AmendCommitmentsInput {
  @Field(() => [AmendCommitmentInput])
  @ArrayMaxSize(BULK_MAX)
  items!: AmendCommitmentInput[];
}

@InputType({ description: 'Each item has its own key and outcome.' })
export class MakeCommitmentsInput {
  @Field(() => [MakeCommitmentInput])
  @ArrayMaxSize(BULK_MAX)
  items!: MakeCommitmentInput[];
}

@InputType()
export class CorrectCommitmentInput extends ChangeInput {
  @Field(() => Int, { defaultValue: 0, description: 'The fact that was wrong: its number in the history; 0 is the making.' })
  @IsInt()
  @Min(0)
  fact = 0;
  @Field(() => UncertainInstantInput, { nullable: true, description: 'The right date, where that was wrong.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => UncertainInstantInput)
  effectiveAt?: UncertainInstantInput | null;
  @Field(() => CommitmentTermsInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => CommitmentTermsInput)
  changes?: CommitmentTermsInput | null;
  @Field(() => [TrancheAmountInput], { nullable: true })
  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => TrancheAmountInput)
  trancheAmounts?: TrancheAmountInput[] | null;
}

@InputType()
export class VoidCommitmentInput extends ChangeInput {
  @Field(() => Int, { defaultValue: 0, description: 'The fact recorded by mistake; 0 withdraws the commitment.' })
  @IsInt()
  @Min(0)
  fact = 0;
}

@InputType()
export class ReclassifyCommitmentInput extends ChangeInput {
  @Field(() => AmountKindEnum)
  @IsIn(AMOUNT_KINDS)
  kind!: AmountKind;
  @Field(() => UncertainInstantInput, { nullable: true, description: 'Default: from its original date.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => UncertainInstantInput)
  effectiveAt?: UncertainInstantInput | null;
}

@InputType()
export class CancelCommitmentInput extends ChangeInput {
  @Field(() => UncertainInstantInput)
  @ValidateNested()
  @Type(() => UncertainInstantInput)
  effectiveAt!: UncertainInstantInput;
}

@InputType()
export class AddCommitmentEvidenceInput extends AddEvidenceInput {
  @Field(() => ID)
  commitment!: string;
}

@InputType()
export class ChangeCommitmentEvidenceInput extends ChangeEvidenceInput {
  @Field(() => ID)
  commitment!: string;
}
