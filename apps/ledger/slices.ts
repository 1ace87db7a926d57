import type { DynamicModule, Provider } from '@nestjs/common';
import { ChargesModule } from '#charges/graphql';
import { CommitmentsModule } from '#commitments/graphql';
import { ContractsModule } from '#contracts/graphql';
import { ObligationsModule } from '#obligations/graphql';
import { OrganizationsModule } from '#organizations/graphql';
import { DECISIONS, ENTITIES, EVENT_STORE, LEDGER_ID, PROJECTOR } from '#platform';
import type { SliceModule } from './app.module.js';
import type { Core } from './core.js';

/** The slices, and what of the core they ask for. */
export function slices({ store, ledger, decisions, entities, projector }: Core): readonly SliceModule[] {
  const providers: Provider[] = [
    { provide: EVENT_STORE, useValue: store },
    { provide: LEDGER_ID, useValue: ledger },
    { provide: DECISIONS, useValue: decisions },
    { provide: ENTITIES, useValue: entities },
    { provide: PROJECTOR, useValue: projector },
  ];
  const core: DynamicModule = { module: class CoreModule {}, global: true, providers, exports: providers };
  return [core, OrganizationsModule, ContractsModule, CommitmentsModule, ChargesModule, ObligationsModule];
}
