import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#event-store';
import type { CanonicalObject } from '#kernel';
import type { ContractCommand } from '../domain/contract.js';
import { type ContractOutcome, Contracts } from './contracts.js';
import { Parties } from './parties.js';

/** Both sides changed the terms. */
export class AmendContract {
  constructor(
    readonly context: CommandContext,
    readonly contractId: string,
    readonly command: Extract<ContractCommand, { type: 'AmendContract' }>,
    /** The caller's input as given: what "same key, same input" compares. */
    readonly input: CanonicalObject,
  ) {}
}

@CommandHandler(AmendContract)
export class AmendContractHandler implements ICommandHandler<AmendContract, ContractOutcome> {
  constructor(
    private readonly contracts: Contracts,
    private readonly parties: Parties,
  ) {}

  async execute({ context, contractId, command, input }: AmendContract): Promise<ContractOutcome> {
    const partyId = await this.parties.firstUnknown(context.organization, command.changes.parties ?? []);
    if (partyId !== null) return this.contracts.refuse(context, contractId, command, input, { code: 'CONTRACT_PARTY_UNKNOWN', partyId });
    return this.contracts.execute(context, contractId, command, input);
  }
}
