import { Args, ArgsType, Context, Field, Query, Resolver, registerEnumType } from '@nestjs/graphql';
import { Answers, CoverageColumnEnum } from '#charges/graphql';
import { type Instant, startOfHour } from '#kernel';
import { Refusal } from '#platform';
import { AskedAtArgs, type CallContext, Costs, DateTimeScalar } from '#platform/graphql';
import { CommitmentsReader } from '../read/commitments.reader.js';
import { coverageAt } from '../read/coverage.js';
import { type Grouping, GROUPINGS, totalsOf } from '../read/totals.js';
import type { Asked } from './asked.js';
import { partyNode } from './contract-nodes.js';
import { CommitmentFilter, matcher } from './filter.js';
import { CommitmentNode } from './nodes.js';
import { CoveragesType, UtilizationTotalsType, type UtilizationTotalType } from './figure-types.js';

const GroupingEnum = Object.fromEntries(GROUPINGS.map((each) => [each, each]));
registerEnumType(GroupingEnum, { name: 'Grouping', description: 'Currency or unit always groups: amounts of different ones are never added.' });

@ArgsType()
class CoverageArgs extends AskedAtArgs {
  @Field(() => CoverageColumnEnum, { defaultValue: 'BilledCost' })
  column = 'BilledCost';
  @Field(() => DateTimeScalar, { description: 'Inclusive, a whole hour.' })
  from!: Instant;
  @Field(() => DateTimeScalar, { description: 'Exclusive, a whole hour.' })
  to!: Instant;
  @Field(() => String, { nullable: true, description: 'As the files spell it.' })
  provider?: string | null;
  @Field(() => String, { nullable: true })
  currency?: string | null;
  @Field({ defaultValue: false })
  byProvider: boolean = false;
}

@Resolver()
export class TotalsQueries {
  constructor(
    private readonly reader: CommitmentsReader,
    private readonly answers: Answers,
  ) {}

  @Query(() => UtilizationTotalsType, { description: 'Totals over commitments, each of its current period: one for each currency or unit.' })
  @Costs({ own: 200 })
  async utilizationTotals(
    @Args('groupBy', { type: () => [GroupingEnum], defaultValue: ['PROVIDER'] }) groupBy: Grouping[],
    @Args('filter', { type: () => CommitmentFilter, nullable: true }) filter: CommitmentFilter | null,
    @Args() args: AskedAtArgs,
    @Context() context: CallContext,
  ): Promise<UtilizationTotalsType> {
    const moment = await this.answers.moment(context, args);
    const asked: Asked = { reader: this.reader, answers: this.answers, context, moment, forecastWindowMs: null };
    const matches = matcher(filter, context);
    let undecided = 0;
    const views = [...this.reader.every(moment)].filter((view) => {
      const verdict = matches ? matches(view, () => new CommitmentNode(asked, view)) : 'yes';
      if (verdict === 'undecided') undecided++;
      return verdict === (filter?.undecided ? 'undecided' : 'yes');
    });
    const totals = totalsOf(views, (id) => this.reader.commitment(id, moment), moment.effective, new Set(groupBy)).map(
      ({ provider, contract, figures, ...rest }): UtilizationTotalType => ({
        ...rest,
        provider: provider === null ? null : partyNode(asked, provider),
        contract: contract === null ? null : context.nodeId('Contract', contract),
        committed: figures.committed as never,
        drawn: figures.drawn as never,
        remaining: figures.remaining as never,
        overage: figures.overage as never,
        utilization: figures.utilization as never,
      }),
    );
    return { totals, undecided, answeredAt: this.answers.answeredAt(context, moment) };
  }

  @Query(() => CoveragesType, { description: 'Which part of the usage charges of [from, to) is posted to at least one commitment.' })
  @Costs({ own: 100 })
  async coverage(
    @Args() { column, from, to, provider, currency, byProvider, ...at }: CoverageArgs,
    @Context() context: CallContext,
  ): Promise<CoveragesType> {
    if (to < from) throw new Refusal('INPUT_INVALID', '`to` lies before `from`. Nothing was read.');
    // Usage is summed by the hour: a part of one could only be guessed.
    if (startOfHour(from) !== from || startOfHour(to) !== to)
      throw new Refusal('INPUT_INVALID', '`from` and `to` are whole hours. Nothing was read.');
    const moment = await this.answers.moment(context, at);
    const coverages = coverageAt(this.reader.entities.database, moment, {
      column,
      from,
      to,
      provider: provider ?? null,
      currency: currency ?? null,
      byProvider,
    });
    return { coverages: coverages as never, pending: moment.postings.pending, answeredAt: this.answers.answeredAt(context, moment) };
  }
}
