import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#event-store';
import type { CanonicalObject } from '#kernel';
import type { CommitmentCommand } from '../domain/commitment.js';
import { type CommitmentOutcome, Commitments } from './commitments.js';

/** More evidence for a fact. */
export class AddCommitmentEvidence {
  constructor(
    readonly context: CommandContext,
    readonly commitmentId: string,
    readonly command: Extract<CommitmentCommand, { type: 'AddCommitmentEvidence' }>,
    /** The caller's input as given: what "same key, same input" compares. */
    readonly input: CanonicalObject,
  ) {}
}

@CommandHandler(AddCommitmentEvidence)
export class AddCommitmentEvidenceHandler implements ICommandHandler<AddCommitmentEvidence, CommitmentOutcome> {
  constructor(private readonly commitments: Commitments) {}

  execute({ context, commitmentId, command, input }: AddCommitmentEvidence): Promise<CommitmentOutcome> {
    return this.commitments.execute(context, commitmentId, command, input);
  }
}
