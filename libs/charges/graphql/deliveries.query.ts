import { Args, Context, Field, ID, InputType, Int, ObjectType, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { type Instant, parseInstant } from '#kernel';
import {
  type CallContext,
  AskedAtArgs,
  connectionOf,
  DateTimeScalar,
  NodeRegistry,
  NodeType,
  numberAfter,
  type Page,
  PageArgs,
  pageOf,
  pageRequest,
} from '#platform/graphql';
import { Deliveries, type DeliveryRow } from '../read/deliveries.js';
import type { Moment } from '../read/moment.js';
import { Quarantine } from '../read/quarantine.js';
import { feedIdOf } from '../application/import-focus.js';
import { Answers } from './answers.js';

@ObjectType('RowProblem', { description: 'What is wrong with a quarantined row.' })
export class RowProblemType {
  @Field({ description: 'Column as the file spells it; empty when the whole row is meant.' })
  column!: string;
  @Field({ description: 'Stable code.' })
  code!: string;
  @Field({ description: 'The expected form.' })
  expected!: string;
}

@ObjectType('QuarantinedRow', { description: 'A row that could not be read. Export the rows, mend them, and return them under their numbers.' })
export class QuarantinedRowType {
  @Field(() => Int, { description: 'Number of the row in its file.' })
  row!: number;
  @Field(() => Int, { description: 'Physical line of the file.' })
  line!: number;
  @Field(() => [RowProblemType])
  problems!: readonly RowProblemType[];
  @Field(() => DateTimeScalar, { nullable: true, description: 'Null where it could not be read.' })
  billingPeriodStart!: Instant | null;
  @Field({ description: 'Returned mended, as known at the moment asked for.' })
  mended!: boolean;
}
export const QuarantinedRowConnection = connectionOf(QuarantinedRowType, 'QuarantinedRow');

@ObjectType('DeliverySlice', { description: 'What of a delivery a billing account has in one billing period.' })
export class DeliverySliceType {
  @Field()
  billingAccount!: string;
  @Field(() => DateTimeScalar)
  billingPeriodStart!: Instant;
  @Field(() => Int)
  rows!: number;
  @Field(() => Int)
  quarantined!: number;
}

@ObjectType('ImportWarning')
export class ImportWarningType {
  @Field()
  code!: string;
  @Field(() => Int)
  count!: number;
}

@ObjectType('Delivery', { implements: () => [NodeType], description: 'A billing file that was brought in, whole.' })
export class DeliveryType extends NodeType {
  @Field(() => Int, { description: 'Human number in your organization.' })
  number!: number;
  @Field(() => DateTimeScalar)
  recordedAt!: Instant;
  @Field({ description: 'The provider’s export that it belongs to, as named at the import.' })
  feed!: string;
  @Field({ description: 'SHA-256 of the decompressed bytes, hexadecimal.' })
  sha256!: string;
  @Field()
  focusVersion!: string;
  @Field()
  format!: string;
  @Field(() => Int)
  rows!: number;
  @Field(() => Int, { description: 'Rows that became new facts.' })
  additions!: number;
  @Field(() => Int, { description: 'Rows of earlier deliveries that it no longer has.' })
  reversals!: number;
  @Field(() => Int)
  quarantined!: number;
  @Field(() => [DeliverySliceType])
  slices!: readonly DeliverySliceType[];
  @Field(() => [ImportWarningType])
  warnings!: readonly ImportWarningType[];
}
@InputType({ description: 'All given conditions must hold.' })
export class DeliveryFilterInput {
  @Field(() => String, { nullable: true, description: 'Name of the feed, as given to the import.' })
  feed?: string | null;
}

export const DeliveryConnection = connectionOf(DeliveryType, 'Delivery');

interface DeliveryNode extends DeliveryType {
  readonly row: DeliveryRow;
  readonly moment: Moment;
}

@Resolver(() => DeliveryType)
export class DeliveriesQueries {
  constructor(
    private readonly list: Deliveries,
    private readonly quarantine: Quarantine,
    private readonly answers: Answers,
    nodes: NodeRegistry,
  ) {
    nodes.register('Delivery', async (id, context, asked) => {
      const moment = await this.answers.moment(context, asked);
      const row = this.list.find(context.caller.organization, id, moment.position);
      return row && this.node(row, moment, context);
    });
  }

  @Query(() => DeliveryConnection, { description: 'Deliveries in recorded order.' })
  async deliveries(
    @Args() page: PageArgs,
    @Args() args: AskedAtArgs,
    @Args('filter', { type: () => DeliveryFilterInput, nullable: true }) filter: DeliveryFilterInput | null,
    @Context() context: CallContext,
  ): Promise<Page<DeliveryType>> {
    const moment = await this.answers.moment(context, args);
    const request = pageRequest(page, context, 'deliveries');
    const rows = this.list.list(context.caller.organization, {
      after: numberAfter(request),
      limit: request.limit,
      position: moment.position,
      feedId: filter?.feed ? feedIdOf(context.caller.organization, filter.feed) : null,
    });
    return pageOf(request, rows, context, {
      node: (row) => this.node(row, moment, context),
      keyset: ({ number }) => [number],
      answeredAt: this.answers.answeredAt(context, moment),
    });
  }

  @Query(() => DeliveryType, { nullable: true, description: 'One delivery; null for an id that is not there or not yours.' })
  async delivery(
    @Args('id', { type: () => ID }) id: string,
    @Args() args: AskedAtArgs,
    @Context() context: CallContext,
  ): Promise<DeliveryType | null> {
    const plain = context.idOf('Delivery', id);
    if (plain === null) return null;
    const moment = await this.answers.moment(context, args);
    const row = this.list.find(context.caller.organization, plain, moment.position);
    return row && this.node(row, moment, context);
  }

  @ResolveField(() => QuarantinedRowConnection, { description: 'Its rows that could not be read, by row number.' })
  quarantinedRows(
    @Parent() { row: delivery, moment }: DeliveryNode,
    @Args() page: PageArgs,
    @Args('openOnly', { defaultValue: false, description: 'Leave out what was mended.' }) openOnly: boolean,
    @Context() context: CallContext,
  ): Page<QuarantinedRowType> {
    const request = pageRequest(page, context, 'quarantinedRows');
    const after = numberAfter(request);
    const rows = this.quarantine.rows(context.caller.organization, delivery.deliveryId, {
      after,
      limit: request.limit,
      position: moment.position,
      openOnly,
    });
    return pageOf(request, rows, context, {
      node: ({ row, line, problems, billingPeriodStart, mendedAt }) => ({
        row,
        line,
        problems,
        billingPeriodStart: billingPeriodStart ? parseInstant(billingPeriodStart) : null,
        mended: mendedAt !== null,
      }),
      keyset: ({ row }) => [row],
    });
  }

  private node(row: DeliveryRow, moment: Moment, context: CallContext): DeliveryNode {
    return deliveryNode(row, this.list.feedName(row.feedId), moment, context);
  }
}

function deliveryNode(row: DeliveryRow, feed: string, moment: Moment, context: CallContext): DeliveryNode {
  const { number, recordedAt, file, rows, additions, reversals, quarantined, slices, warnings } = row;
  return {
    __typename: 'Delivery',
    id: context.nodeId('Delivery', row.deliveryId),
    row,
    moment,
    feed,
    number,
    recordedAt: recordedAt as Instant,
    sha256: file.sha256,
    focusVersion: file.focusVersion,
    format: file.format,
    rows,
    additions,
    reversals,
    quarantined,
    slices,
    warnings,
  } as DeliveryNode;
}
