import { Args, Context, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { amountFigure, exact, isExactQuantity, type Decimal, type Quantity } from '#kernel';
import { AskedAtArgs, type CallContext, NodeRegistry, type Page, PageArgs, pageOf, pageRequest, requireId } from '#platform/graphql';
import { type Entry, type Posting, type ReasonCode, REASONS } from '../domain/allocation/decision.js';
import { type ChargeAddress, type ChargeKey, ChargesReader, type KnownCharge } from '../read/charges.reader.js';
import type { Moment } from '../read/moment.js';
import { Answers } from './answers.js';
import { AllocationDecisionType, ChargeConnection, ChargeFilterInput, ChargeType } from './types.js';

interface ChargeNode extends ChargeType {
  readonly known: KnownCharge;
  readonly moment: Moment;
}

@Resolver(() => ChargeType)
export class ChargesQueries {
  constructor(
    private readonly reader: ChargesReader,
    private readonly answers: Answers,
    nodes: NodeRegistry,
  ) {
    nodes.register('Charge', (id, context, asked) => this.find(id, asked, context));
  }

  @Query(() => ChargeType, { nullable: true, description: 'One charge with its reasons; null for an id that is not there or not yours.' })
  charge(@Args('id', { type: () => ID }) id: string, @Args() args: AskedAtArgs, @Context() context: CallContext): Promise<ChargeType | null> | null {
    const plain = context.idOf('Charge', id);
    return plain === null ? null : this.find(plain, args, context);
  }

  @Query(() => ChargeConnection, {
    description: 'Charges in recorded order, with why each drew or did not. A reversed charge is gone from the position on that reversed it.',
  })
  async charges(
    @Args() page: PageArgs,
    @Args() args: AskedAtArgs,
    @Args('filter', { type: () => ChargeFilterInput, nullable: true }) filter: ChargeFilterInput | null,
    @Context() context: CallContext,
  ): Promise<Page<ChargeType>> {
    const moment = await this.answers.moment(context, args);
    const request = pageRequest(page, context, 'charges');
    const { delivery, commitment, reason, ...rest } = filter ?? {};
    const wanted = {
      ...rest,
      reason: (reason ?? null) as ReasonCode | null,
      delivery: delivery ? requireId(context, 'Delivery', delivery) : null,
      commitment: commitment ? requireId(context, 'Commitment', commitment) : null,
    };
    const rows = await this.reader.page(moment, wanted, keyOf(request.after), request.limit);
    return pageOf(request, rows, context, {
      node: (known) => chargeNode(known, moment, context),
      keyset: ({ key: { counts, chunk, index } }) => [counts, chunk, index],
      answeredAt: this.answers.answeredAt(context, moment),
    });
  }

  @ResolveField(() => AllocationDecisionType, {
    nullable: true,
    description: 'What this commitment got of the charge, or why nothing; null where there was no such commitment.',
  })
  async why(
    @Parent() { known, moment }: ChargeNode,
    @Args('commitment', { type: () => ID }) token: string,
    @Context() context: CallContext,
  ): Promise<AllocationDecisionType | null> {
    const commitment = requireId(context, 'Commitment', token);
    const recorded = known.decision?.find((entry) => entry.commitment === commitment);
    if (recorded) return decisionType(recorded, moment, context);
    const reason = await this.reader.explain(moment, known, commitment);
    return reason === null ? null : decisionType({ commitment, reason, postings: [] }, moment, context);
  }

  private async find(id: string, args: Partial<AskedAtArgs>, context: CallContext): Promise<ChargeType | null> {
    const moment = await this.answers.moment(context, args);
    const address = addressOf(id);
    const known = address && (await this.reader.charge(moment, address));
    return known && chargeNode(known, moment, context);
  }
}

const idOf = ({ deliveryId, chunk, index }: ChargeAddress): string => `${deliveryId}|${chunk}|${index}`;
function addressOf(id: string): ChargeAddress | null {
  const [deliveryId, chunk, index] = id.split('|');
  return deliveryId && chunk && index ? { deliveryId, chunk: parseInt(chunk, 10), index: parseInt(index, 10) } : null;
}

const keyOf = (after: readonly (string | number | null)[] | null): ChargeKey | null =>
  after && { counts: after[0] as number, chunk: after[1] as number, index: after[2] as number };

function chargeNode(known: KnownCharge, moment: Moment, context: CallContext): ChargeNode {
  const { tags, billingPeriodEnd: _end, contractApplied: _applied, ...charge } = known.charge;
  return {
    ...charge,
    __typename: 'Charge',
    known,
    moment,
    id: context.nodeId('Charge', idOf(known)),
    delivery: context.nodeId('Delivery', known.deliveryId),
    tags: tags.map(([key, value]) => ({ key, value })),
    decisions: known.decision && known.decision.map((entry) => decisionType(entry, moment, context)),
  } as ChargeNode;
}

const decisionType = ({ commitment, reason, postings, stated }: Entry, moment: Moment, context: CallContext): AllocationDecisionType => ({
  moment,
  commitment: commitment === null ? null : context.nodeId('Commitment', commitment),
  reason,
  explanation: REASONS[reason],
  postings: postings.map((posting) => ({ at: posting.at, amount: amountFigure(quantityOf(posting, reason, commitment)) as never })),
  statedContract: stated?.contractId ?? null,
  statedCommitment: stated?.commitmentId ?? null,
});

function quantityOf({ certain, low, high, open }: Posting, reason: ReasonCode, commitment: string | null): Quantity {
  if (low === 0n && high === 0n && open === 0) return exact(certain);
  const quantity: Quantity = {
    low: open === -1 ? null : ((certain + low) as Decimal),
    high: open === 1 ? null : ((certain + high) as Decimal),
    known: certain,
    reasons: [{ code: reason, entity: commitment }],
    provisional: [],
  };
  return isExactQuantity(quantity) ? exact(certain) : quantity;
}
