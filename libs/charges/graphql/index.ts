import { Module } from '@nestjs/common';
import type { EventStore } from '#event-store';
import { CLOCK, type Clock, ENTITIES, EVENT_STORE, LEDGER_ID, PROJECTOR } from '#platform';
import type { Entities, ReadModels } from '#read-store';
import { Deliveries } from '../read/deliveries.js';
import { Quarantine } from '../read/quarantine.js';
import { ChargesReader } from '../read/charges.reader.js';
import { Moments } from '../read/moment.js';
import { Answers } from './answers.js';
import { ChargesQueries } from './charges.query.js';
import { DeliveriesQueries } from './deliveries.query.js';

@Module({
  providers: [
    {
      provide: Moments,
      inject: [ENTITIES, PROJECTOR, CLOCK],
      useFactory: (entities: Entities, projector: ReadModels, clock: Clock) => new Moments(entities, projector, clock),
    },
    {
      provide: ChargesReader,
      inject: [ENTITIES, EVENT_STORE, LEDGER_ID],
      useFactory: (entities: Entities, store: EventStore, ledger: string) => new ChargesReader(entities, store, ledger),
    },
    { provide: Deliveries, inject: [ENTITIES], useFactory: ({ database }: Entities) => new Deliveries(database) },
    { provide: Quarantine, inject: [ENTITIES], useFactory: ({ database }: Entities) => new Quarantine(database) },
    Answers,
    ChargesQueries,
    DeliveriesQueries,
  ],
  exports: [Answers],
})
export class ChargesModule {}
export { Answers } from './answers.js';
export { AllocationDecisionType, CoverageColumnEnum } from './types.js';
