import { Args, Context, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Answers, AskedAtArgs } from '#charges/graphql';
import { type CallContext, NodeRegistry, type Page, PageArgs, pageOf, pageRequest } from '#platform/graphql';
import { CommitmentsReader } from '../read/commitments.reader.js';
import type { Asked } from './asked.js';
import { ContractNode, partyNode, PartyNode } from './contract-nodes.js';
import { historyPage } from './commitments.query.js';
import { commitmentNode } from './nodes.js';
import {
  CommitmentConnection,
  type CommitmentType,
  ContractConnection,
  ContractType,
  HistoryConnection,
  type HistoryEntryType,
  PartyConnection,
  PartyType,
} from './types.js';

@Resolver(() => ContractType)
export class ContractsQueries {
  constructor(
    private readonly reader: CommitmentsReader,
    private readonly answers: Answers,
    nodes: NodeRegistry,
  ) {
    nodes.register('Contract', async (id, context) => this.contractNode(await this.asked(context, {}), id));
    nodes.register('Party', async (id, context) => partyNode(await this.asked(context, {}), id));
  }

  @Query(() => ContractType, { nullable: true, description: 'One contract; null for an id that is not there or not yours.' })
  async contract(
    @Args('id', { type: () => ID }) id: string,
    @Args() args: AskedAtArgs,
    @Context() context: CallContext,
  ): Promise<ContractType | null> {
    const plain = context.idOf('Contract', id);
    return plain === null ? null : this.contractNode(await this.asked(context, args), plain);
  }

  @Query(() => ContractConnection, { description: 'Contracts in order of number.' })
  async contracts(@Args() page: PageArgs, @Args() args: AskedAtArgs, @Context() context: CallContext): Promise<Page<ContractType>> {
    const asked = await this.asked(context, args);
    const request = pageRequest(page, context, 'contracts');
    const rows = this.reader.contractPage(asked.moment, (request.after?.[0] as number | undefined) ?? 0, request.limit);
    return pageOf(request, rows, context, {
      node: (known) => new ContractNode(asked, known),
      keyset: ({ entity }) => [entity.number],
      answeredAt: this.answers.answeredAt(context, asked.moment),
    });
  }

  @Query(() => PartyConnection, { description: 'Parties in order of number.' })
  async parties(@Args() page: PageArgs, @Args() args: AskedAtArgs, @Context() context: CallContext): Promise<Page<PartyType>> {
    const asked = await this.asked(context, args);
    const request = pageRequest(page, context, 'parties');
    const rows = this.reader.partyPage(asked.moment, (request.after?.[0] as number | undefined) ?? 0, request.limit);
    return pageOf(request, rows, context, {
      node: (known) => new PartyNode(asked, known),
      keyset: ({ entity }) => [entity.number],
      answeredAt: this.answers.answeredAt(context, asked.moment),
    });
  }

  @ResolveField(() => CommitmentConnection, { description: 'Commitments under the contract, in order of number.' })
  commitments(@Parent() { asked, known }: ContractNode, @Args() page: PageArgs): Page<CommitmentType> {
    const request = pageRequest(page, asked.context, 'commitments of a contract');
    const after = (request.after?.[0] as number | undefined) ?? 0;
    const views = this.reader.under(known.entity.id, asked.moment).filter((view) => view.entity.number > after);
    return pageOf(request, views.slice(0, request.limit), asked.context, {
      node: (view) => commitmentNode(asked, view),
      keyset: (view) => [view.entity.number],
      answeredAt: this.answers.answeredAt(asked.context, asked.moment),
    });
  }

  @ResolveField(() => HistoryConnection, { description: 'What was recorded of the contract and of all its commitments, in recorded order.' })
  history(@Parent() { asked, known }: ContractNode, @Args() page: PageArgs): Page<HistoryEntryType> {
    const commitments = this.reader.under(known.entity.id, asked.moment).map((view) => ({ seq: view.entity.seq, type: 'Commitment', id: view.id }));
    return historyPage(asked, page, this.reader, [{ seq: known.entity.seq, type: 'Contract', id: known.entity.id }, ...commitments]);
  }

  private contractNode(asked: Asked, id: string): ContractNode | null {
    const known = this.reader.contract(id, asked.moment);
    return known && new ContractNode(asked, known);
  }

  private async asked(context: CallContext, args: Partial<AskedAtArgs>): Promise<Asked> {
    return { reader: this.reader, answers: this.answers, context, moment: await this.answers.moment(context, args), forecastWindowMs: null };
  }
}
