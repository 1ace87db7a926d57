import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#event-store';
import type { CanonicalObject } from '#kernel';
import type { ContractCommand } from '../domain/contract.js';
import { type ContractOutcome, Contracts } from './contracts.js';

/** Evidence is confirmed, disputed or withdrawn. */
export class ChangeContractEvidence {
  constructor(
    readonly context: CommandContext,
    readonly contractId: string,
    readonly command: Extract<ContractCommand, { type: 'ChangeContractEvidence' }>,
    /** The caller's input as given: what "same key, same input" compares. */
    readonly input: CanonicalObject,
  ) {}
}

@CommandHandler(ChangeContractEvidence)
export class ChangeContractEvidenceHandler implements ICommandHandler<ChangeContractEvidence, ContractOutcome> {
  constructor(private readonly contracts: Contracts) {}

  execute({ context, contractId, command, input }: ChangeContractEvidence): Promise<ContractOutcome> {
    return this.contracts.execute(context, contractId, command, input);
  }
}
