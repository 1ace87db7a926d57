import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Contracts, Parties } from '#contracts';
import type { CommandContext } from '#event-store';
import type { CanonicalObject } from '#kernel';
import type { CommitmentCommand } from '../domain/commitment.js';
import type { CommitmentOutcome } from './commitments.js';
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
    private readonly contracts: Contracts,
    private readonly parties: Parties,
  ) {}

  async execute({ context, command, input }: MakeCommitment): Promise<CommitmentOutcome> {
    const { organization } = context;
    const { commitmentId, contractId, provider, terms } = command;
    const contract = await this.contracts.state(organization, contractId);
    if (contract.status === 'none') return { status: 'rejected', rejection: { code: 'CONTRACT_UNKNOWN', contractId } };
    const party = await this.parties.state(organization, provider);
    if (party.status === 'none') return { status: 'rejected', rejection: { code: 'PROVIDER_UNKNOWN', provider } };
    return this.nesting.execute(context, commitmentId, terms, command, input);
  }
}
