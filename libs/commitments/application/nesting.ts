import { Injectable } from '@nestjs/common';
import type { CommandContext, EntityCommand } from '#event-store';
import type { CanonicalObject } from '#kernel';
import type { CommitmentCommand } from '../domain/commitment.js';
import { type Measure, type TermChanges, waterfallOf } from '../domain/terms.js';
import type { CommitmentRejection } from '../domain/rejections.js';
import { type CommitmentOutcome, Commitments } from './commitments.js';

/** One that names itself is refused by its own rules. */
const namesParent = (terms: TermChanges, id: string): terms is TermChanges & { readonly parent: string } =>
  terms.parent !== undefined && terms.parent !== null && terms.parent !== id;

/** A parent must be there, count the same column or unit, and not be nested in its own child: rules that span two commitments. */
@Injectable()
export class Nesting {
  constructor(private readonly commitments: Commitments) {}

  /** Executes a command that sets these terms, if they may be. */
  execute(
    context: CommandContext,
    commitmentId: string,
    terms: TermChanges,
    command: CommitmentCommand,
    input: CanonicalObject,
  ): Promise<CommitmentOutcome> {
    if (!namesParent(terms, commitmentId)) return this.commitments.execute(context, commitmentId, command, input);
    return this.refusal(context.organization, commitmentId, terms.parent, terms.measure).then((rejection) =>
      rejection
        ? this.commitments.refuse(context, commitmentId, command, input, rejection)
        : this.commitments.execute(context, commitmentId, command, input),
    );
  }

  /** Several, each as `execute`, answered in their order. */
  executeAll(commands: readonly (EntityCommand<CommitmentCommand> & { readonly terms: TermChanges })[]): Promise<readonly CommitmentOutcome[]> {
    if (!commands.some(({ id, terms }) => namesParent(terms, id))) return this.commitments.executeAll(commands);
    return Promise.all(commands.map(({ context, id, terms, command, input }) => this.execute(context, id, terms, command, input)));
  }

  private async refusal(
    organization: string,
    commitmentId: string,
    parent: string,
    measure: Measure | undefined,
  ): Promise<CommitmentRejection | null> {
    const own = measure ?? (await this.measureOf(organization, commitmentId));
    let ancestor: string | null = parent;
    for (const seen = new Set<string>(); ancestor !== null && !seen.has(ancestor);) {
      seen.add(ancestor);
      const state = await this.commitments.state(organization, ancestor);
      if (state.status === 'none') return { code: 'PARENT_NOT_FOUND', parent: ancestor };
      if (ancestor === parent && own && waterfallOf(own) !== waterfallOf(state.final.measure)) return { code: 'PARENT_MEASURE_DIFFERS', parent };
      if (state.final.parent === commitmentId) return { code: 'PARENT_CYCLE', parent };
      ancestor = state.final.parent;
    }
    return null;
  }

  private async measureOf(organization: string, id: string): Promise<Measure | null> {
    const state = await this.commitments.state(organization, id);
    return state.status === 'none' ? null : state.final.measure;
  }
}
