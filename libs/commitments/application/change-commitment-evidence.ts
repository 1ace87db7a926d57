import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#event-store';
import type { CanonicalObject } from '#kernel';
import type { CommitmentCommand } from '../domain/commitment.js';
import { type CommitmentOutcome, Commitments } from './commitments.js';

/** Evidence is confirmed, disputed or withdrawn. */
export class ChangeCommitmentEvidence {
  constructor(
    readonly context: CommandContext,
    readonly commitmentId: string,
    readonly command: Extract<CommitmentCommand, { type: 'ChangeCommitmentEvidence' }>,
    /** The caller's input as given: what "same key, same input" compares. */
    readonly input: CanonicalObject,
  ) {}
}

@CommandHandler(ChangeCommitmentEvidence)
export class ChangeCommitmentEvidenceHandler implements ICommandHandler<ChangeCommitmentEvidence, CommitmentOutcome> {
  constructor(private readonly commitments: Commitments) {}

  execute({ context, commitmentId, command, input }: ChangeCommitmentEvidence): Promise<CommitmentOutcome> {
    return this.commitments.execute(context, commitmentId, command, input);
  }
}
