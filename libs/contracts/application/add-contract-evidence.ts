import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#event-store';
import type { CanonicalObject } from '#kernel';
import type { ContractCommand } from '../domain/contract.js';
import { type ContractOutcome, Contracts } from './contracts.js';

/** More evidence for a fact. */
export class AddContractEvidence {
  constructor(
    readonly context: CommandContext,
    readonly contractId: string,
    readonly command: Extract<ContractCommand, { type: 'AddContractEvidence' }>,
    /** The caller's input as given: what "same key, same input" compares. */
    readonly input: CanonicalObject,
  ) {}
}

@CommandHandler(AddContractEvidence)
export class AddContractEvidenceHandler implements ICommandHandler<AddContractEvidence, ContractOutcome> {
  constructor(private readonly contracts: Contracts) {}

  execute({ context, contractId, command, input }: AddContractEvidence): Promise<ContractOutcome> {
    return this.contracts.execute(context, contractId, command, input);
  }
}
