import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ContractsModule } from '#contracts/graphql';
import { COMMITMENT_HANDLERS } from '../application/index.js';
import { CommitmentsResolver } from './commitments.resolver.js';

@Module({ imports: [CqrsModule, ContractsModule], providers: [...COMMITMENT_HANDLERS, CommitmentsResolver] })
export class CommitmentsModule {}
export {
  AmountKindEnum,
  CommitmentCategoryEnum,
  CommitmentModelEnum,
  CostColumnEnum,
  IntervalUnitEnum,
  PeriodDateEnum,
  QuantityColumnEnum,
} from './terms.input.js';
