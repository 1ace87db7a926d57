import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#event-store';
import type { CanonicalObject } from '#kernel';
import type { ContractCommand } from '../domain/contract.js';
import { type ContractOutcome, Contracts } from './contracts.js';

/** The contract ends before its term. */
export class TerminateContract {
  constructor(
    readonly context: CommandContext,
    readonly contractId: string,
    readonly command: Extract<ContractCommand, { type: 'TerminateContract' }>,
    /** The caller's input as given: what "same key, same input" compares. */
    readonly input: CanonicalObject,
  ) {}
}

@CommandHandler(TerminateContract)
export class TerminateContractHandler implements ICommandHandler<TerminateContract, ContractOutcome> {
  constructor(private readonly contracts: Contracts) {}

  execute({ context, contractId, command, input }: TerminateContract): Promise<ContractOutcome> {
    return this.contracts.execute(context, contractId, command, input);
  }
}
