import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { CONTRACT_HANDLERS, Contracts, Parties } from '../application/index.js';
import { ContractsResolver } from './contracts.resolver.js';

@Module({ imports: [CqrsModule], providers: [...CONTRACT_HANDLERS, ContractsResolver], exports: [Contracts, Parties] })
export class ContractsModule {}
export { PartyRoleEnum, EarlyTerminationKind, RenewalKind } from './contracts.input.js';
