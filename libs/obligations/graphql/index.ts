import { Module } from '@nestjs/common';
import { ENTITIES } from '#platform';
import { ChargesModule } from '#charges/graphql';
import type { Entities } from '#read-store';
import { CommitmentsReader } from '../read/commitments.reader.js';
import { CommitmentsQueries } from './commitments.query.js';
import { ContractsQueries } from './contracts.query.js';
import { DecisionFields } from './decision.fields.js';
import { ReasonFields } from './reason.fields.js';
import { TotalsQueries } from './totals.query.js';

@Module({
  imports: [ChargesModule],
  providers: [
    { provide: CommitmentsReader, inject: [ENTITIES], useFactory: (entities: Entities) => new CommitmentsReader(entities) },
    CommitmentsQueries,
    ContractsQueries,
    TotalsQueries,
    ReasonFields,
    DecisionFields,
  ],
})
export class ObligationsModule {}
