import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#event-store';
import type { CanonicalObject } from '#kernel';
import type { ContractCommand } from '../domain/contract.js';
import { type ContractOutcome, Contracts } from './contracts.js';

/** The term is prolonged. */
export class RenewContract {
  constructor(
    readonly context: CommandContext,
    readonly contractId: string,
    readonly command: Extract<ContractCommand, { type: 'RenewContract' }>,
    /** The caller's input as given: what "same key, same input" compares. */
    readonly input: CanonicalObject,
  ) {}
}

@CommandHandler(RenewContract)
export class RenewContractHandler implements ICommandHandler<RenewContract, ContractOutcome> {
  constructor(private readonly contracts: Contracts) {}

  execute({ context, contractId, command, input }: RenewContract): Promise<ContractOutcome> {
    return this.contracts.execute(context, contractId, command, input);
  }
}
