import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#event-store';
import type { CanonicalObject } from '#kernel';
import type { CommitmentCommand } from '../domain/commitment.js';
import { type CommitmentOutcome, Commitments } from './commitments.js';

/** The commitment ends before its term. */
export class CancelCommitment {
  constructor(
    readonly context: CommandContext,
    readonly commitmentId: string,
    readonly command: Extract<CommitmentCommand, { type: 'CancelCommitment' }>,
    /** The caller's input as given: what "same key, same input" compares. */
    readonly input: CanonicalObject,
  ) {}
}

@CommandHandler(CancelCommitment)
export class CancelCommitmentHandler implements ICommandHandler<CancelCommitment, CommitmentOutcome> {
  constructor(private readonly commitments: Commitments) {}

  execute({ context, commitmentId, command, input }: CancelCommitment): Promise<CommitmentOutcome> {
    return this.commitments.execute(context, commitmentId, command, input);
  }
}
