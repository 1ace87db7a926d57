import { Injectable } from '@nestjs/common';
import type { CommandContext, EntityCommand } from '#event-store';
import type { CanonicalObject } from '#kernel';
import { commitmentDecider } from '../domain/commitment.decider.js';
import type { Commitment, CommitmentCommand } from '../domain/commitment.js';
import { waterfallOf } from '../domain/terms.js';
import type { CommitmentRejection } from '../domain/rejections.js';
import { type CommitmentOutcome, Commitments } from './commitments.js';

/** A command that sets terms. */
type TermsCommand = Extract<CommitmentCommand, { type: 'MakeCommitment' | 'AmendCommitment' | 'CorrectCommitment' }>;

/** Do its terms say anything of who is nested in whom, or of what has to be alike there? */
function concernsNesting(command: TermsCommand): boolean {
  if (command.type === 'MakeCommitment') return command.terms.parent !== null;
  const { parent, measure } = command.changes;
  return measure !== undefined || (parent !== undefined && parent !== null);
}

/** A parent must be there, count the same column or unit, and not be nested in its own child: rules that span two commitments. */
@Injectable()
export class Nesting {
  constructor(private readonly commitments: Commitments) {}

  /** Executes a command, if the terms that it sets may be. */
  execute(context: CommandContext, commitmentId: string, command: TermsCommand, input: CanonicalObject): Promise<CommitmentOutcome> {
    if (!concernsNesting(command)) return this.commitments.execute(context, commitmentId, command, input);
    return this.refusal(context.organization, commitmentId, command).then((rejection) =>
      rejection
        ? this.commitments.refuse(context, commitmentId, command, input, rejection)
        : this.commitments.execute(context, commitmentId, command, input),
    );
  }

  /** Several, each as `execute`, answered in their order. */
  executeAll(commands: readonly EntityCommand<TermsCommand>[]): Promise<readonly CommitmentOutcome[]> {
    if (!commands.some(({ command }) => concernsNesting(command))) return this.commitments.executeAll(commands);
    // Those of one commitment one after the other: each may ask what the one before it has made.
    const last = new Map<string, Promise<CommitmentOutcome>>();
    return Promise.all(
      commands.map(({ context, id, command, input }) => {
        const run = (): Promise<CommitmentOutcome> => this.execute(context, id, command, input);
        const answer = last.get(id)?.then(run, run) ?? run();
        last.set(id, answer);
        return answer;
      }),
    );
  }

  /** Of what the commitment would be with this command; one that its own rules refuse is theirs to answer. */
  private async refusal(organization: string, commitmentId: string, command: CommitmentCommand): Promise<CommitmentRejection | null> {
    const after = wouldBe(await this.commitments.state(organization, commitmentId), command);
    if (after.status === 'none' || after.final.parent === null) return null;
    const { parent, measure } = after.final;
    let ancestor: string | null = parent;
    for (const seen = new Set<string>(); ancestor !== null && !seen.has(ancestor);) {
      seen.add(ancestor);
      const state = await this.commitments.state(organization, ancestor);
      if (state.status === 'none') return { code: 'PARENT_NOT_FOUND', parent: ancestor };
      if (ancestor === parent && waterfallOf(measure) !== waterfallOf(state.final.measure)) return { code: 'PARENT_MEASURE_DIFFERS', parent };
      if (state.final.parent === commitmentId) return { code: 'PARENT_CYCLE', parent };
      ancestor = state.final.parent;
    }
    return null;
  }
}

function wouldBe(commitment: Commitment, command: CommitmentCommand): Commitment {
  const decision = commitmentDecider.decide(command, commitment);
  return 'rejected' in decision ? { status: 'none' } : decision.accepted.reduce(commitmentDecider.evolve, commitment);
}
