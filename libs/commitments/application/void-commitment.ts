import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#event-store';
import type { CanonicalObject } from '#kernel';
import type { CommitmentCommand } from '../domain/commitment.js';
import { type CommitmentOutcome, Commitments } from './commitments.js';

/** A fact recorded by mistake is withdrawn; fact 0 withdraws the commitment. */
export class VoidCommitment {
  constructor(
    readonly context: CommandContext,
    readonly commitmentId: string,
    readonly command: Extract<CommitmentCommand, { type: 'VoidCommitment' }>,
    /** The caller's input as given: what "same key, same input" compares. */
    readonly input: CanonicalObject,
  ) {}
}

@CommandHandler(VoidCommitment)
export class VoidCommitmentHandler implements ICommandHandler<VoidCommitment, CommitmentOutcome> {
  constructor(private readonly commitments: Commitments) {}

  execute({ context, commitmentId, command, input }: VoidCommitment): Promise<CommitmentOutcome> {
    return this.commitments.execute(context, commitmentId, command, input);
  }
}
