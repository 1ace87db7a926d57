import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#event-store';
import type { CanonicalObject } from '#kernel';
import type { CommitmentCommand } from '../domain/commitment.js';
import { type CommitmentOutcome, Commitments } from './commitments.js';

/** The same undertaking is of another kind. */
export class ReclassifyCommitment {
  constructor(
    readonly context: CommandContext,
    readonly commitmentId: string,
    readonly command: Extract<CommitmentCommand, { type: 'ReclassifyCommitment' }>,
    /** The caller's input as given: what "same key, same input" compares. */
    readonly input: CanonicalObject,
  ) {}
}

@CommandHandler(ReclassifyCommitment)
export class ReclassifyCommitmentHandler implements ICommandHandler<ReclassifyCommitment, CommitmentOutcome> {
  constructor(private readonly commitments: Commitments) {}

  execute({ context, commitmentId, command, input }: ReclassifyCommitment): Promise<CommitmentOutcome> {
    return this.commitments.execute(context, commitmentId, command, input);
  }
}
