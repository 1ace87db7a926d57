import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { Instant } from '#kernel';
import { DateTimeScalar, FigureType, PeriodType } from '#platform/graphql';

@ObjectType('Utilization', { description: 'Figures of one commitment period: arithmetic by the definitions in docs/figures.md.' })
export class UtilizationType {
  @Field({ description: 'Id of the period in the schedule.' })
  period!: string;
  @Field(() => PeriodType)
  bounds!: PeriodType;
  @Field(() => FigureType, {
    description: 'The amount in force; of a Continuous commitment the sum over the whole intervals of the window that have ended.',
  })
  committed!: FigureType;
  @Field(() => FigureType, { description: 'Drawn by charges that begin before the instant asked for.' })
  drawn!: FigureType;
  @Field(() => FigureType, { nullable: true, description: 'max(0, committed − drawn). A Continuous commitment has none: what is not used expires.' })
  remaining!: FigureType | null;
  @Field(() => FigureType)
  overage!: FigureType;
  @Field(() => FigureType, { description: 'drawn ÷ committed; Continuous: used ÷ committed over ended intervals of the window.' })
  utilization!: FigureType;
  @Field(() => FigureType, { nullable: true, description: 'Share of the period that is over, exact to the second.' })
  elapsed!: FigureType | null;
  @Field(() => FigureType, { nullable: true, description: 'utilization ÷ elapsed; 1 is on plan.' })
  pace!: FigureType | null;
  @Field(() => FigureType, {
    nullable: true,
    description: 'Drawn by the period’s end at the rate of the forecast window (default: the whole period so far).',
  })
  forecast!: FigureType | null;
  @Field(() => FigureType, { description: 'max(0, committed − forecast); Continuous: expired in the period so far.' })
  projectedShortfall!: FigureType;
  @Field(() => FigureType, { nullable: true, description: 'What must be drawn per day from now on.' })
  requiredRate!: FigureType | null;
  @Field(() => FigureType, { nullable: true, description: 'Continuous: Σ min(drawn, committed) of ended intervals of the window.' })
  used!: FigureType | null;
  @Field(() => FigureType, { nullable: true, description: 'Continuous: what was not used of ended intervals of the window.' })
  expired!: FigureType | null;
  @Field(() => Int, { nullable: true })
  intervalsEnded!: number | null;
  @Field(() => Int, { nullable: true })
  intervalsTotal!: number | null;
}

@ObjectType('DrawnBucket', { description: 'One bucket of time, half-open.' })
export class DrawnBucketType {
  @Field(() => DateTimeScalar)
  start!: Instant;
  @Field(() => DateTimeScalar)
  end!: Instant;
  @Field(() => FigureType)
  drawn!: FigureType;
  @Field(() => FigureType, { description: 'Drawn from the series’ start to the bucket’s end.' })
  cumulative!: FigureType;
}
