import { Inject, Injectable } from '@nestjs/common';
import { type CommandResult, type Decisions, EntityCommands } from '#event-store';
import { DECISIONS, LEDGER_ID } from '#platform';
import { contractDecider, type Contract, type ContractCommand, type ContractEvent } from '../domain/contract.js';
import type { ContractRejection } from '../domain/contract-rejections.js';
import { contractCodec } from '../wire/contract.wire.js';

export type ContractOutcome = CommandResult<ContractEvent, ContractRejection>;

@Injectable()
export class Contracts extends EntityCommands<Contract, ContractCommand, ContractEvent, ContractRejection> {
  constructor(@Inject(DECISIONS) decisions: Decisions, @Inject(LEDGER_ID) ledger: string) {
    super(decisions, ledger, { kind: 'contract', decider: contractDecider, codec: contractCodec, ruleVersion: 'contract-1' });
  }
}
