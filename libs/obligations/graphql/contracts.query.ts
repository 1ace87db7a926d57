import { Args, Context, Field, ID, InputType, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Answers } from '#charges/graphql';
import { contractTermsAt, type PartyRole, type SignedContract, spellings } from '#contracts/domain';
import { PartyRoleEnum } from '#contracts/graphql';
import { type Instant, reachedAt } from '#kernel';
import { AskedAtArgs, type CallContext, NodeRegistry, numberAfter, type Page, PageArgs, pageOf, pageRequest, requireId } from '#platform/graphql';
import { CommitmentsReader, type KnownParty } from '../read/commitments.reader.js';
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

@InputType({ description: 'All given conditions must hold.' })
class ContractFilterInput {
  @Field(() => ID, { nullable: true, description: 'One of its parties.' })
  party?: string | null;
  @Field(() => String, { nullable: true, description: 'The identifier that the parties or the billing files use.' })
  reference?: string | null;
  @Field(() => Boolean, { nullable: true, description: 'Ended by the instant asked for; false: not, or not certainly.' })
  terminated?: boolean | null;
}

@InputType({ description: 'All given conditions must hold.' })
class PartyFilterInput {
  @Field(() => PartyRoleEnum, { nullable: true })
  role?: PartyRole | null;
  @Field(() => String, { nullable: true, description: 'Its name, or a spelling of it in billing files.' })
  name?: string | null;
}

@Resolver(() => ContractType)
export class ContractsQueries {
  constructor(
    private readonly reader: CommitmentsReader,
    private readonly answers: Answers,
    nodes: NodeRegistry,
  ) {
    nodes.register('Contract', async (id, context, at) => this.contractNode(await this.asked(context, at), id));
    nodes.register('Party', async (id, context, at) => partyNode(await this.asked(context, at), id));
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
  async contracts(
    @Args() page: PageArgs,
    @Args() args: AskedAtArgs,
    @Args('filter', { type: () => ContractFilterInput, nullable: true }) filter: ContractFilterInput | null,
    @Context() context: CallContext,
  ): Promise<Page<ContractType>> {
    const matches = filter ? contractMatcher(filter, context) : null;
    const asked = await this.asked(context, args);
    const request = pageRequest(page, context, 'contracts');
    const rows = this.reader.contractPage(
      asked.moment,
      numberAfter(request),
      request.limit,
      matches && (({ state }) => matches(state, asked.moment.effective)),
    );
    return pageOf(request, rows, context, {
      node: (known) => new ContractNode(asked, known),
      keyset: ({ entity }) => [entity.number],
      answeredAt: this.answers.answeredAt(context, asked.moment),
    });
  }

  @Query(() => PartyConnection, { description: 'Parties in order of number.' })
  async parties(
    @Args() page: PageArgs,
    @Args() args: AskedAtArgs,
    @Args('filter', { type: () => PartyFilterInput, nullable: true }) filter: PartyFilterInput | null,
    @Context() context: CallContext,
  ): Promise<Page<PartyType>> {
    const asked = await this.asked(context, args);
    const request = pageRequest(page, context, 'parties');
    const rows = this.reader.partyPage(asked.moment, numberAfter(request), request.limit, filter ? ({ state }) => partyMatches(state, filter) : null);
    return pageOf(request, rows, context, {
      node: (known) => new PartyNode(asked, known),
      keyset: ({ entity }) => [entity.number],
      answeredAt: this.answers.answeredAt(context, asked.moment),
    });
  }

  @ResolveField(() => CommitmentConnection, { description: 'Commitments under the contract, in order of number.' })
  commitments(@Parent() { asked, known }: ContractNode, @Args() page: PageArgs): Page<CommitmentType> {
    const request = pageRequest(page, asked.context, 'commitments of a contract');
    const after = numberAfter(request);
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

function contractMatcher(
  { party, reference, terminated }: ContractFilterInput,
  context: CallContext,
): (contract: SignedContract, t: Instant) => boolean {
  const partyId = party ? requireId(context, 'Party', party) : null;
  return (contract, t) => {
    const terms = contractTermsAt(contract, t);
    if (partyId !== null && !terms.parties.some((each) => each.partyId === partyId)) return false;
    if (reference && terms.reference !== reference) return false;
    if (typeof terminated !== 'boolean') return true;
    return terminated === (contract.terminatedAt !== null && reachedAt(contract.terminatedAt, t) === 'yes');
  };
}

const partyMatches = (party: KnownParty, { role, name }: PartyFilterInput): boolean =>
  (!role || party.roles.includes(role)) && (!name || spellings(party).includes(name));
