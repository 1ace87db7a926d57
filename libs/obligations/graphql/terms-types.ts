import { Field, ObjectType } from '@nestjs/graphql';
import type { Clause, Eligibility, MarketplaceLimit } from '#commitments/domain';
import type { Decimal } from '#kernel';
import { DecimalScalar } from '#platform/graphql';

@ObjectType('ClauseTag')
export class ClauseTagType {
  @Field()
  key!: string;
  @Field(() => [String], { description: 'None: the tag need only be there.' })
  values!: readonly string[];
}

@ObjectType('Clause', { description: 'Dimensions are ANDed; the values of one are alternatives, spelled as in the files. Null: any.' })
export class ClauseType {
  @Field(() => [String], { nullable: true })
  provider?: readonly string[];
  @Field(() => [String], { nullable: true })
  publisher?: readonly string[];
  @Field(() => [String], { nullable: true })
  service?: readonly string[];
  @Field(() => [String], { nullable: true })
  serviceCategory?: readonly string[];
  @Field(() => [String], { nullable: true })
  sku?: readonly string[];
  @Field(() => [String], { nullable: true })
  region?: readonly string[];
  @Field(() => [String], { nullable: true, description: 'SubAccountId or BillingAccountId.' })
  account?: readonly string[];
  @Field(() => [String], { nullable: true })
  chargeCategory?: readonly string[];
  @Field(() => [ClauseTagType])
  tags!: readonly ClauseTagType[];
}

@ObjectType('Eligibility', { description: 'Clauses are ORed, exclusions win, no inclusion means all charges of every provider.' })
export class EligibilityType {
  @Field(() => String, { nullable: true, description: 'Why it is not known what the commitment covers.' })
  unknown!: string | null;
  @Field(() => [ClauseType])
  inclusions!: readonly ClauseType[];
  @Field(() => [ClauseType])
  exclusions!: readonly ClauseType[];
}

@ObjectType('Marketplace', { description: 'Marketplace rows count in full until they reach this share of the period’s amount.' })
export class MarketplaceType {
  @Field(() => DecimalScalar, { description: '0.25 is 25 %.' })
  share!: Decimal;
  @Field(() => [ClauseType], { description: 'Further marketplace rows, besides those of a foreign publisher.' })
  rows!: readonly ClauseType[];
}

@ObjectType('ContractCommitmentReference')
export class ContractCommitmentReferenceType {
  @Field({ description: 'FOCUS ContractId.' })
  contractId!: string;
  @Field({ description: 'FOCUS ContractCommitmentId.' })
  commitmentId!: string;
}

@ObjectType('ProviderReference', { description: 'How the provider’s files name the commitment.' })
export class ProviderReferenceType {
  @Field(() => [ContractCommitmentReferenceType])
  contractCommitments!: readonly ContractCommitmentReferenceType[];
  @Field(() => [String], { description: 'FOCUS CommitmentDiscountId.' })
  commitmentDiscountIds!: readonly string[];
}

export const clauseType = ({ dimensions, tags }: Clause): ClauseType => ({ ...dimensions, tags });

export const eligibilityType = (eligibility: Eligibility): EligibilityType =>
  eligibility.kind === 'unknown'
    ? { unknown: eligibility.reason, inclusions: [], exclusions: [] }
    : { unknown: null, inclusions: eligibility.inclusions.map(clauseType), exclusions: eligibility.exclusions.map(clauseType) };

export const marketplaceType = (limit: MarketplaceLimit | null): MarketplaceType | null =>
  limit && { share: limit.share, rows: limit.rows.map(clauseType) };
