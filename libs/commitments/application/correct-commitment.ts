import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#event-store';
import type { CanonicalObject } from '#kernel';
import type { CommitmentCommand } from '../domain/commitment.js';
import type { CommitmentOutcome } from './commitments.js';
import { Nesting } from './nesting.js';

/** The record was wrong from its original effectiveAt; the old answer survives on the recorded axis only. */
export class CorrectCommitment {
  constructor(
    readonly context: CommandContext,
    readonly commitmentId: string,
    readonly command: Extract<CommitmentCommand, { type: 'CorrectCommitment' }>,
    /** The caller's input as given: what "same key, same input" compares. */
    readonly input: CanonicalObject,
  ) {}
}

@CommandHandler(CorrectCommitment)
export class CorrectCommitmentHandler implements ICommandHandler<CorrectCommitment, CommitmentOutcome> {
  constructor(private readonly nesting: Nesting) {}

  execute({ context, commitmentId, command, input }: CorrectCommitment): Promise<CommitmentOutcome> {
    return this.nesting.execute(context, commitmentId, command, input);
  }
}
