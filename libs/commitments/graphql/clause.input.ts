import { Field, InputType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsNotEmpty, IsOptional, MaxLength, ValidateNested } from 'class-validator';
import { CHARGE_CATEGORIES } from '../domain/terms.js';

@InputType()
export class TagInput {
  @Field()
  @IsNotEmpty()
  @MaxLength(256)
  key!: string;
  @Field(() => [String], { defaultValue: [], description: 'None: the tag need only be there.' })
  @ArrayMaxSize(1_000)
  values: string[] = [];
}

@InputType({ description: 'Dimensions are ANDed; the values of one are alternatives, spelled as in the files.' })
export class ClauseInput {
  @Field(() => [String], { nullable: true })
  provider?: string[] | null;
  @Field(() => [String], { nullable: true })
  publisher?: string[] | null;
  @Field(() => [String], { nullable: true })
  service?: string[] | null;
  @Field(() => [String], { nullable: true })
  serviceCategory?: string[] | null;
  @Field(() => [String], { nullable: true })
  sku?: string[] | null;
  @Field(() => [String], { nullable: true })
  region?: string[] | null;
  @Field(() => [String], { nullable: true, description: 'SubAccountId or BillingAccountId.' })
  account?: string[] | null;
  // Any other word would match no charge, without a sound.
  @Field(() => [String], { nullable: true, description: `${CHARGE_CATEGORIES.join(', ')}.` })
  @IsOptional()
  @IsIn(CHARGE_CATEGORIES, { each: true })
  chargeCategory?: string[] | null;
  @Field(() => [TagInput], { nullable: true })
  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => TagInput)
  tags?: TagInput[] | null;
}

@InputType({
  description:
    'Clauses are ORed, exclusions win, no inclusion means all charges of every provider; Tax and Credit count only where an inclusion names them.',
})
export class EligibilityInput {
  @Field(() => [ClauseInput], { defaultValue: [] })
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => ClauseInput)
  inclusions: ClauseInput[] = [];
  @Field(() => [ClauseInput], { defaultValue: [] })
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => ClauseInput)
  exclusions: ClauseInput[] = [];
  @Field(() => String, { nullable: true, description: 'Why it is not known what the commitment covers; then give no clause.' })
  @IsOptional()
  @IsNotEmpty()
  unknown?: string | null;
}
