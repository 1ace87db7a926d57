import { Field, ID, InputType, Int, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsIn, IsInt, IsNotEmpty, IsOptional, MaxLength, Min, ValidateNested } from 'class-validator';
import { EVIDENCE_STATUSES, type EvidenceVerdict } from '#kernel';
import { CommandInput } from './command-types.js';
import { EvidenceInput, UncertainInstantInput } from './ledger-types.js';

export enum EvidenceChange {
  REPORTED = 'REPORTED',
  CONFIRMED = 'CONFIRMED',
  DISPUTED = 'DISPUTED',
  WITHDRAWN = 'WITHDRAWN',
}
registerEnumType(EvidenceChange, { name: 'EvidenceChange' });

/** More evidence for a fact of whatever the command names. */
@InputType({ isAbstract: true })
export abstract class AddEvidenceInput extends CommandInput {
  @Field(() => Int, { defaultValue: 0, description: 'The fact that it is evidence of: its number in the history; 0 is the first.' })
  @IsInt()
  @Min(0)
  fact = 0;
  @Field(() => [EvidenceInput])
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => EvidenceInput)
  evidence!: EvidenceInput[];
  @Field(() => UncertainInstantInput, { nullable: true, description: 'From when on it counts; left out: from always.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => UncertainInstantInput)
  effectiveAt?: UncertainInstantInput | null;
}

/** An item is confirmed, disputed or withdrawn. */
@InputType({ isAbstract: true })
export abstract class ChangeEvidenceInput extends CommandInput {
  @Field(() => ID)
  evidence!: string;
  @Field(() => EvidenceChange)
  @IsIn([...EVIDENCE_STATUSES, 'WITHDRAWN'])
  status!: EvidenceVerdict;
  @Field()
  @IsNotEmpty()
  @MaxLength(1_000)
  reason!: string;
  @Field(() => UncertainInstantInput, { nullable: true, description: 'From when on it counts; left out: from always, in place of all before.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => UncertainInstantInput)
  effectiveAt?: UncertainInstantInput | null;
}
