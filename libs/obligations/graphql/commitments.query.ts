import { Args, ArgsType, Context, Field, ID, Parent, Query, ResolveField, Resolver, registerEnumType } from '@nestjs/graphql';
import { Answers } from '#charges/graphql';
import { formatDecimal, type Instant, MS_PER_DAY, parseDecimal } from '#kernel';
import { Refusal } from '#platform';
import {
  AskedAtArgs,
  type CallContext,
  Costs,
  DateTimeScalar,
  DurationScalar,
  type Keyset,
  NodeRegistry,
  numberAfter,
  type Page,
  PageArgs,
  pageOf,
  pageRequest,
  type RawArguments,
} from '#platform/graphql';
import type { Moment } from '#charges';
import { CommitmentsReader } from '../read/commitments.reader.js';
import type { CommitmentView } from '../read/commitment-view.js';
import { historyOf } from '../read/history.js';
import { BUCKETS, BUCKETS_MAX, type BucketUnit, seriesOf } from '../read/series.js';
import type { Asked } from './asked.js';
import { ContractNode } from './contract-nodes.js';
import { byOrder, CommitmentFilter, CommitmentOrder, isByFigure, matcher, type Sorted, sortValue } from './filter.js';
import { historyEntry } from './history-node.js';
import { CommitmentNode, commitmentNode } from './nodes.js';
import { CommitmentConnection, CommitmentType, ContractType, HistoryConnection, type HistoryEntryType } from './types.js';
import { DrawnBucketType } from './utilization-types.js';

export const BucketEnum = Object.fromEntries(BUCKETS.map((unit) => [unit, unit]));
registerEnumType(BucketEnum, { name: 'Bucket', description: 'Calendar buckets in UTC; weeks begin on Monday.' });

@ArgsType()
export class FiguresArgs extends AskedAtArgs {
  @Field(() => DurationScalar, {
    nullable: true,
    description:
      'The window back from the instant asked for, cut at the period’s start: of a forecast’s rate, and of a Continuous commitment’s intervals. Default: the whole period so far.',
  })
  forecastWindow?: number | null;
}

@ArgsType()
class SeriesArgs {
  @Field(() => BucketEnum, { defaultValue: 'MONTH' })
  bucket: BucketUnit = 'MONTH';
  @Field(() => DateTimeScalar, { nullable: true, description: 'Default: the start of the current period, or of the first.' })
  from?: Instant | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Exclusive; default: the end of that period.' })
  to?: Instant | null;
}

const YEAR_MS = 365 * MS_PER_DAY;
const BUCKETS_A_YEAR: Readonly<Record<string, number>> = { HOUR: 8_784, DAY: 366, WEEK: 54, MONTH: 13, QUARTER: 5, YEAR: 2 };

/** How many buckets a series can bring; of bounds left out, which the commitment's period gives, what a year has. */
function bucketsAsked({ bucket, from, to }: RawArguments): number {
  const aYear = BUCKETS_A_YEAR[bucket as string] ?? (BUCKETS_A_YEAR['MONTH'] as number);
  const span = typeof from === 'string' && typeof to === 'string' ? Date.parse(to) - Date.parse(from) : YEAR_MS;
  return Math.min(Math.max(1, Math.ceil((aYear * span) / YEAR_MS) || 1), BUCKETS_MAX);
}

@Resolver(() => CommitmentType)
export class CommitmentsQueries {
  constructor(
    private readonly reader: CommitmentsReader,
    private readonly answers: Answers,
    nodes: NodeRegistry,
  ) {
    nodes.register('Commitment', async (id, context, at) => {
      const asked = await this.asked(context, at);
      const view = this.reader.commitment(id, asked.moment);
      return view && commitmentNode(asked, view);
    });
  }

  @Query(() => CommitmentType, { nullable: true, description: 'One commitment with its figures; null for an id that is not there or not yours.' })
  commitment(
    @Args('id', { type: () => ID }) id: string,
    @Args() args: FiguresArgs,
    @Context() context: CallContext,
  ): CommitmentType | null | Promise<CommitmentType | null> {
    const plain = context.idOf('Commitment', id);
    if (plain === null) return null;
    const answer = (asked: Asked): CommitmentType | null => {
      const view = this.reader.commitment(plain, asked.moment);
      return view && commitmentNode(asked, view);
    };
    const asked = this.asked(context, args);
    return asked instanceof Promise ? asked.then(answer) : answer(asked);
  }

  @Query(() => CommitmentConnection, { description: 'Commitments with their figures at one moment.' })
  commitments(
    @Args() page: PageArgs,
    @Args() args: FiguresArgs,
    @Args('filter', { type: () => CommitmentFilter, nullable: true }) filter: CommitmentFilter | null,
    @Args('orderBy', { type: () => CommitmentOrder, defaultValue: CommitmentOrder.NUMBER }) orderBy: CommitmentOrder,
    @Context() context: CallContext,
  ): Page<CommitmentType> | Promise<Page<CommitmentType>> {
    const asked = this.asked(context, args);
    const answer = (known: Asked): Page<CommitmentType> => this.list(known, page, filter, orderBy);
    return asked instanceof Promise ? asked.then(answer) : answer(asked);
  }

  @ResolveField(() => HistoryConnection, { description: 'What was recorded of the commitment, in recorded order.' })
  history(@Parent() { asked, view }: CommitmentNode, @Args() page: PageArgs): Page<HistoryEntryType> {
    return historyPage(asked, page, this.reader, [{ seq: view.entity.seq, type: 'Commitment', id: view.id }]);
  }

  @ResolveField(() => [DrawnBucketType], { description: 'What was drawn, bucket by bucket, at most 10,000 of them.' })
  @Costs({ times: bucketsAsked })
  series(@Parent() { asked, view }: CommitmentNode, @Args() { bucket, from, to }: SeriesArgs): readonly DrawnBucketType[] {
    const series = seriesOf(view, asked.moment.effective, bucket, from ?? null, to ?? null);
    if (series === null)
      throw new Refusal(
        'INPUT_INVALID',
        'More than 10,000 buckets, or an end before its start. Nothing was read. Choose a larger bucket or a shorter time.',
      );
    return series;
  }

  @ResolveField(() => CommitmentType, { nullable: true, description: 'The commitment that it is nested in.' })
  parent(@Parent() { asked, view }: CommitmentNode): CommitmentType | null {
    const id = view.termsFor(asked.moment.effective).parent;
    const parent = id === null ? null : this.reader.commitment(id, asked.moment);
    return parent && commitmentNode(asked, parent);
  }

  @ResolveField(() => ContractType, { nullable: true, description: 'The contract that it stands under.' })
  contract(@Parent() { asked, view }: CommitmentNode): ContractType | null {
    const known = this.reader.contract(view.commitment.contractId, asked.moment);
    return known && new ContractNode(asked, known);
  }

  private list(asked: Asked, page: PageArgs, filter: CommitmentFilter | null, orderBy: CommitmentOrder): Page<CommitmentType> {
    const { context, moment } = asked;
    const request = pageRequest(page, context, `commitments ${orderBy}`);
    const matches = matcher(filter, context);
    const answeredAt = this.answers.answeredAt(context, moment);
    const node = (view: CommitmentView): CommitmentType => commitmentNode(asked, view);
    if (!matches && !isByFigure(orderBy)) {
      const views = this.reader.page(moment, numberAfter(request), request.limit);
      return pageOf(request, views, context, { node, keyset: (view) => [view.entity.number], answeredAt });
    }
    const wanted = filter?.undecided ? 'undecided' : 'yes';
    let undecided = 0;
    const rows: Sorted[] = [];
    for (const view of this.reader.every(moment)) {
      const own = new CommitmentNode(asked, view);
      const verdict = matches ? matches(view, () => own) : 'yes';
      if (verdict === 'undecided') undecided++;
      if (verdict === wanted) rows.push({ view, value: sortValue(own, orderBy) });
    }
    const compare = byOrder(orderBy);
    rows.sort(compare);
    const begin = request.after ? rows.findIndex((row) => compare(row, cursorRow(request.after as Keyset)) > 0) : 0;
    return pageOf(request, begin < 0 ? [] : rows.slice(begin, begin + request.limit), context, {
      node: ({ view }) => node(view),
      keyset: ({ view, value }) => [view.entity.number, value === null ? null : formatDecimal(value)],
      undecided,
      answeredAt,
    });
  }

  private asked(context: CallContext, args: Partial<FiguresArgs>): Asked | Promise<Asked> {
    const moment = this.answers.moment(context, args);
    const asked = (known: Moment): Asked => ({
      reader: this.reader,
      answers: this.answers,
      context,
      moment: known,
      forecastWindowMs: args.forecastWindow ?? null,
    });
    return moment instanceof Promise ? moment.then(asked) : asked(moment);
  }
}

const cursorRow = ([number, value]: Keyset): Sorted => ({
  view: { entity: { number } } as CommitmentView,
  value: value === null || value === undefined ? null : parseDecimal(value as string),
});

export function historyPage(
  asked: Asked,
  page: PageArgs,
  reader: CommitmentsReader,
  subjects: readonly { seq: number; type: string; id: string }[],
): Page<HistoryEntryType> {
  const request = pageRequest(page, asked.context, 'history');
  const entries = historyOf(reader.entities, subjects, asked.moment.position, numberAfter(request), request.limit);
  return pageOf(request, entries, asked.context, {
    node: (entry) => historyEntry(entry, asked.context),
    keyset: ({ position }) => [position],
    answeredAt: asked.answers.answeredAt(asked.context, asked.moment),
  });
}
