import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#event-store';
import type { CanonicalObject } from '#kernel';
import type { ContractCommand } from '../domain/contract.js';
import { type ContractOutcome, Contracts } from './contracts.js';
import { Parties } from './parties.js';

/** A contract becomes known, with its parties and terms. */
export class SignContract {
  constructor(
    readonly context: CommandContext,
    readonly contractId: string,
    readonly command: Extract<ContractCommand, { type: 'SignContract' }>,
    /** The caller's input as given: what "same key, same input" compares. */
    readonly input: CanonicalObject,
  ) {}
}

@CommandHandler(SignContract)
export class SignContractHandler implements ICommandHandler<SignContract, ContractOutcome> {
  constructor(
    private readonly contracts: Contracts,
    private readonly parties: Parties,
  ) {}

  async execute({ context, contractId, command, input }: SignContract): Promise<ContractOutcome> {
    const partyId = await this.parties.firstUnknown(context.organization, command.terms.parties);
    if (partyId !== null) return this.contracts.refuse(context, contractId, command, input, { code: 'CONTRACT_PARTY_UNKNOWN', partyId });
    return this.contracts.execute(context, contractId, command, input);
  }
}
