import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { AllocationDecisionType, Answers } from '#charges/graphql';
import type { CallContext } from '#platform/graphql';
import { CommitmentsReader } from '../read/commitments.reader.js';
import { commitmentNode } from './nodes.js';
import { CommitmentType } from './types.js';

/** Charges stand below this slice and know a commitment by its id only; whoever asks why wants its name. */
@Resolver(() => AllocationDecisionType)
export class DecisionFields {
  constructor(
    private readonly reader: CommitmentsReader,
    private readonly answers: Answers,
  ) {}

  @ResolveField(() => CommitmentType, { nullable: true, description: 'The commitment that the decision is about.' })
  about(@Parent() { commitment, moment }: AllocationDecisionType, @Context() context: CallContext): CommitmentType | null {
    const id = commitment === null ? null : context.idOf('Commitment', commitment);
    const view = id === null ? null : this.reader.commitment(id, moment);
    return view && commitmentNode({ reader: this.reader, answers: this.answers, context, moment, forecastWindowMs: null }, view);
  }
}
