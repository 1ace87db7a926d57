import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { CommandBus } from '@nestjs/cqrs';
import { type CommandContext, deriveId } from '#event-store';
import {
  AnswersInputRefusals,
  type CallContext,
  type CommandAcceptedType,
  type CommandRejectedType,
  CommandResultType,
  contextOf,
  Costs,
  digestible,
  lengthOf,
  ofItems,
  readEvidence,
  readInstant,
  requireId,
  ShapePipe,
  together,
  toCommandResult,
} from '#platform/graphql';
import {
  AddCommitmentEvidence,
  AmendCommitment,
  AmendCommitments,
  CancelCommitment,
  ChangeCommitmentEvidence,
  type CommitmentOutcome,
  CorrectCommitment,
  MakeCommitment,
  ReclassifyCommitment,
  VoidCommitment,
} from '../application/index.js';
import { COMMITMENT_REJECTIONS } from '../domain/rejections.js';
import {
  AddCommitmentEvidenceInput,
  AmendCommitmentInput,
  AmendCommitmentsInput,
  CancelCommitmentInput,
  ChangeCommitmentEvidenceInput,
  CorrectCommitmentInput,
  MakeCommitmentInput,
  MakeCommitmentsInput,
  ReclassifyCommitmentInput,
  VoidCommitmentInput,
} from './commitments.input.js';
import { readChanges, readTerms, warningsOf } from './read-terms.js';

type Answer = Promise<CommandAcceptedType | CommandRejectedType>;

/** Translates in, dispatches, translates out. */
@AnswersInputRefusals()
@Resolver()
export class CommitmentsResolver {
  constructor(private readonly commands: CommandBus) {}

  @Mutation(() => CommandResultType, { description: 'Records an undertaking to buy.' })
  async makeCommitment(@Args('input', ShapePipe) input: MakeCommitmentInput, @Context() context: CallContext): Answer {
    const key = input.idempotencyKey;
    const id = deriveId(context.caller.organization, key, 'commitment');
    const terms = readTerms(input.terms, context);
    const contractId = requireId(context, 'Contract', input.contract);
    const provider = requireId(context, 'Party', input.provider);
    const command = {
      type: 'MakeCommitment' as const,
      commitmentId: id,
      contractId,
      provider,
      effectiveAt: readInstant(input.effectiveAt),
      terms,
      evidence: readEvidence(input, context),
    };
    const outcome = await this.commands.execute<MakeCommitment, CommitmentOutcome>(
      new MakeCommitment(contextOf(context, input), command, digestible(input)),
    );
    return toCommandResult(outcome, { type: 'Commitment', id, key, context, messages: COMMITMENT_REJECTIONS, warnings: warningsOf(terms) });
  }

  @Mutation(() => CommandResultType, { description: 'Both sides changed the terms, from `effectiveAt` on.' })
  async amendCommitment(@Args('input', ShapePipe) input: AmendCommitmentInput, @Context() context: CallContext): Answer {
    return this.run(this.amendment(input, context), context);
  }

  @Mutation(() => [CommandResultType], {
    description: 'Up to 100 amendments, each with its own key and outcome: one refused does not hold up the others.',
  })
  @Costs({ times: ({ input }) => lengthOf((input as { items?: unknown }).items) })
  async amendCommitments(
    @Args('input', ShapePipe) { items }: AmendCommitmentsInput,
    @Context() context: CallContext,
  ): Promise<readonly (CommandAcceptedType | CommandRejectedType)[]> {
    const read = await ofItems(AmendCommitmentInput, items, (item) => this.amendment(item, context));
    const amendments = read.filter((item) => item instanceof AmendCommitment);
    const outcomes = await this.commands.execute<AmendCommitments, readonly CommitmentOutcome[]>(new AmendCommitments(amendments));
    let next = 0;
    return together(
      read.map((item) =>
        item instanceof AmendCommitment ? this.answer(outcomes[next++] as CommitmentOutcome, item.commitmentId, item.context.key, context) : item,
      ),
    );
  }

  @Mutation(() => [CommandResultType], { description: 'Up to 100 commitments, each with its own key and outcome.' })
  @Costs({ times: ({ input }) => lengthOf((input as { items?: unknown }).items) })
  async makeCommitments(
    @Args('input', ShapePipe) { items }: MakeCommitmentsInput,
    @Context() context: CallContext,
  ): Promise<readonly (CommandAcceptedType | CommandRejectedType)[]> {
    return together(await ofItems(MakeCommitmentInput, items, (item) => this.makeCommitment(item, context)));
  }

  @Mutation(() => CommandResultType, {
    description: 'The record was wrong from its original date; the old answer survives on the recorded axis only.',
  })
  async correctCommitment(@Args('input', ShapePipe) input: CorrectCommitmentInput, @Context() context: CallContext): Answer {
    const id = requireId(context, 'Commitment', input.commitment);
    const effectiveAt = input.effectiveAt ? readInstant(input.effectiveAt) : null;
    const command = {
      type: 'CorrectCommitment' as const,
      fact: input.fact,
      changes: readChanges(input.changes ?? {}, input.trancheAmounts, context),
      effectiveAt,
      reason: input.reason,
      evidence: readEvidence(input, context),
    };
    return this.run(new CorrectCommitment(contextOf(context, input), id, command, digestible(input)), context);
  }

  @Mutation(() => CommandResultType, { description: 'A fact recorded by mistake is withdrawn.' })
  async voidCommitment(@Args('input', ShapePipe) input: VoidCommitmentInput, @Context() context: CallContext): Answer {
    const id = requireId(context, 'Commitment', input.commitment);
    const command = {
      type: 'VoidCommitment' as const,
      fact: input.fact,
      reason: input.reason,
      evidence: readEvidence(input, context),
    };
    return this.run(new VoidCommitment(contextOf(context, input), id, command, digestible(input)), context);
  }

  @Mutation(() => CommandResultType, { description: 'The same undertaking is of another kind: an "investment" turns out to be a commitment.' })
  async reclassifyCommitment(@Args('input', ShapePipe) input: ReclassifyCommitmentInput, @Context() context: CallContext): Answer {
    const id = requireId(context, 'Commitment', input.commitment);
    const effectiveAt = input.effectiveAt ? readInstant(input.effectiveAt) : null;
    const command = {
      type: 'ReclassifyCommitment' as const,
      kind: input.kind,
      effectiveAt,
      reason: input.reason,
      evidence: readEvidence(input, context),
    };
    return this.run(new ReclassifyCommitment(contextOf(context, input), id, command, digestible(input)), context);
  }

  @Mutation(() => CommandResultType, { description: 'The commitment ends before its term: charges after `effectiveAt` draw on it no more.' })
  async cancelCommitment(@Args('input', ShapePipe) input: CancelCommitmentInput, @Context() context: CallContext): Answer {
    const id = requireId(context, 'Commitment', input.commitment);
    const command = {
      type: 'CancelCommitment' as const,
      effectiveAt: readInstant(input.effectiveAt),
      reason: input.reason,
      evidence: readEvidence(input, context),
    };
    return this.run(new CancelCommitment(contextOf(context, input), id, command, digestible(input)), context);
  }

  @Mutation(() => CommandResultType, { description: 'Adds evidence to a fact of a commitment.' })
  async addCommitmentEvidence(@Args('input', ShapePipe) input: AddCommitmentEvidenceInput, @Context() context: CallContext): Answer {
    const id = requireId(context, 'Commitment', input.commitment);
    const command = {
      type: 'AddCommitmentEvidence' as const,
      fact: input.fact,
      evidence: readEvidence(input, context),
      ...(input.effectiveAt && { effectiveAt: readInstant(input.effectiveAt) }),
    };
    return this.run(new AddCommitmentEvidence(contextOf(context, input), id, command, digestible(input)), context);
  }

  @Mutation(() => CommandResultType, {
    description: 'Confirms, disputes or withdraws an item of evidence. A disputed one makes what rests on it indeterminate.',
  })
  async changeCommitmentEvidence(@Args('input', ShapePipe) input: ChangeCommitmentEvidenceInput, @Context() context: CallContext): Answer {
    const id = requireId(context, 'Commitment', input.commitment);
    const { evidence: evidenceId, status, reason, effectiveAt } = input;
    const command = {
      type: 'ChangeCommitmentEvidence' as const,
      evidenceId,
      status,
      reason,
      ...(effectiveAt && { effectiveAt: readInstant(effectiveAt) }),
    };
    return this.run(new ChangeCommitmentEvidence(contextOf(context, input), id, command, digestible(input)), context);
  }

  private amendment(input: AmendCommitmentInput, context: CallContext): AmendCommitment {
    const id = requireId(context, 'Commitment', input.commitment);
    const command = {
      type: 'AmendCommitment' as const,
      effectiveAt: readInstant(input.effectiveAt),
      changes: readChanges(input.changes ?? {}, input.trancheAmounts, context),
      reason: input.reason,
      evidence: readEvidence(input, context),
    };
    return new AmendCommitment(contextOf(context, input), id, command, digestible(input));
  }

  private async run(command: { readonly context: CommandContext; readonly commitmentId: string }, context: CallContext): Answer {
    return this.answer(await this.commands.execute(command), command.commitmentId, command.context.key, context);
  }

  private answer(outcome: CommitmentOutcome, id: string, key: string, context: CallContext): CommandAcceptedType | CommandRejectedType {
    return toCommandResult(outcome, { type: 'Commitment', id, key, context, messages: COMMITMENT_REJECTIONS });
  }
}
