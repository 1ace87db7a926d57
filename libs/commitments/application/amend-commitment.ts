import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, EntityCommand } from '#event-store';
import type { CanonicalObject } from '#kernel';
import type { CommitmentCommand } from '../domain/commitment.js';
import type { CommitmentOutcome } from './commitments.js';
import { Nesting } from './nesting.js';

type Amending = Extract<CommitmentCommand, { type: 'AmendCommitment' }>;

/** Both sides changed the terms, from its effectiveAt on. */
export class AmendCommitment implements EntityCommand<Amending> {
  constructor(
    readonly context: CommandContext,
    readonly commitmentId: string,
    readonly command: Amending,
    /** The caller's input as given: what "same key, same input" compares. */
    readonly input: CanonicalObject,
  ) {}

  get id(): string {
    return this.commitmentId;
  }
}

@CommandHandler(AmendCommitment)
export class AmendCommitmentHandler implements ICommandHandler<AmendCommitment, CommitmentOutcome> {
  constructor(private readonly nesting: Nesting) {}

  execute({ context, commitmentId, command, input }: AmendCommitment): Promise<CommitmentOutcome> {
    return this.nesting.execute(context, commitmentId, command, input);
  }
}

/** Several at once, each with a key and an outcome of its own. */
export class AmendCommitments {
  constructor(readonly amendments: readonly AmendCommitment[]) {}
}

@CommandHandler(AmendCommitments)
export class AmendCommitmentsHandler implements ICommandHandler<AmendCommitments, readonly CommitmentOutcome[]> {
  constructor(private readonly nesting: Nesting) {}

  execute({ amendments }: AmendCommitments): Promise<readonly CommitmentOutcome[]> {
    return this.nesting.executeAll(amendments);
  }
}
