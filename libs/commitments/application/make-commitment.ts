import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Contracts, Parties } from '#contracts';
import type { CommandContext } from '#event-store';
import { type CanonicalObject, earliest, reachedAt } from '#kernel';
import type { CommitmentCommand } from '../domain/commitment.js';
import type { CommitmentRejection } from '../domain/rejections.js';
import { type CommitmentOutcome, Commitments } from './commitments.js';
import { Nesting } from './nesting.js';

/** An undertaking to buy is recorded, under a contract and from a party that provides. */
export class MakeCommitment {
  constructor(
    readonly context: CommandContext,
    readonly command: Extract<CommitmentCommand, { type: 'MakeCommitment' }>,
    /** The caller's input as given: what "same key, same input" compares. */
    readonly input: CanonicalObject,
  ) {}
}

@CommandHandler(MakeCommitment)
export class MakeCommitmentHandler implements ICommandHandler<MakeCommitment, CommitmentOutcome> {
  constructor(
    private readonly nesting: Nesting,
    private readonly commitments: Commitments,
    private readonly contracts: Contracts,
    private readonly parties: Parties,
  ) {}

  async execute({ context, command, input }: MakeCommitment): Promise<CommitmentOutcome> {
    const { commitmentId } = command;
    const rejection = await this.refusal(context.organization, command);
    return rejection === null
      ? this.nesting.execute(context, commitmentId, command, input)
      : this.commitments.refuse(context, commitmentId, command, input, rejection);
  }

  private async refusal(organization: string, { contractId, provider, effectiveAt }: MakeCommitment['command']): Promise<CommitmentRejection | null> {
    const contract = await this.contracts.state(organization, contractId);
    if (contract.status === 'none') return { code: 'CONTRACT_UNKNOWN', contractId };
    // One that was binding before, or may have been, is recorded late: that is no fault.
    if (contract.terminatedAt !== null && reachedAt(contract.terminatedAt, earliest(effectiveAt)) === 'yes')
      return { code: 'CONTRACT_TERMINATED', contractId };
    return (await this.parties.firstUnknown(organization, [{ partyId: provider }])) === null ? null : { code: 'PROVIDER_UNKNOWN', provider };
  }
}
