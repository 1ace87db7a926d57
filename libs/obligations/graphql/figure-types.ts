import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { CommitmentCategoryEnum } from '#commitments/graphql';
import type { Decimal } from '#kernel';
import { AnsweredAtType, DecimalScalar, FigureType } from '#platform/graphql';
import { PartyType } from './types.js';

@ObjectType('UtilizationTotal', { description: 'A total over commitments of one currency or unit; nested ones count once, with their root.' })
export class UtilizationTotalType {
  @Field(() => PartyType, { nullable: true })
  provider!: PartyType | null;
  @Field(() => ID, { nullable: true })
  contract!: string | null;
  @Field(() => CommitmentCategoryEnum, { nullable: true })
  category!: string | null;
  @Field({ description: 'Currency or unit.' })
  unit!: string;
  @Field(() => Int)
  commitments!: number;
  @Field(() => FigureType)
  committed!: FigureType;
  @Field(() => FigureType)
  drawn!: FigureType;
  @Field(() => FigureType)
  remaining!: FigureType;
  @Field(() => FigureType)
  overage!: FigureType;
  @Field(() => FigureType)
  utilization!: FigureType;
  @Field(() => DecimalScalar, { description: 'Committed amounts whose evidence is disputed, listed apart.' })
  disputed!: Decimal;
}

@ObjectType('UtilizationTotals')
export class UtilizationTotalsType {
  @Field(() => [UtilizationTotalType])
  totals!: readonly UtilizationTotalType[];
  @Field(() => Int, { description: 'How many commitments the filter’s figure conditions could not decide: they are in no total.' })
  undecided!: number;
  @Field(() => AnsweredAtType)
  answeredAt!: AnsweredAtType;
}

@ObjectType('Coverage', { description: 'Which part of usage charges is posted to at least one commitment.' })
export class CoverageType {
  @Field()
  currency!: string;
  @Field(() => String, { nullable: true, description: 'As the files spell it; null where not grouped by provider.' })
  provider!: string | null;
  @Field(() => DecimalScalar)
  usage!: Decimal;
  @Field(() => DecimalScalar, { description: 'What is posted for certain.' })
  covered!: Decimal;
  @Field(() => FigureType)
  coverage!: FigureType;
}

@ObjectType('Coverages')
export class CoveragesType {
  @Field(() => [CoverageType])
  coverages!: readonly CoverageType[];
  @Field({ description: 'Charges recorded by then still wait to be allocated: their usage is in no coverage yet.' })
  pending!: boolean;
  @Field(() => AnsweredAtType)
  answeredAt!: AnsweredAtType;
}
