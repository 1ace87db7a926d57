import type { Type } from '@nestjs/common';
import { ArgsType, Field, Int, ObjectType } from '@nestjs/graphql';
import { Refusal } from '../errors.js';
import type { CallContext } from './call-context.js';
import { AnsweredAtType } from './ledger-types.js';
import { DEFAULT_PAGE, LIMITS } from './limits.js';

/** What a row is ordered by, its id last: the place to go on from. */
export type Keyset = readonly (string | number | null)[];

@ObjectType({ description: 'Whether a page has a next one, and where it begins.' })
export class PageInfo {
  @Field({ description: 'There are more behind this page.' })
  hasNextPage!: boolean;
  @Field({ description: 'Paging is forward only: true when `after` was given.' })
  hasPreviousPage!: boolean;
  @Field(() => String, { nullable: true })
  startCursor!: string | null;
  @Field(() => String, { nullable: true, description: 'Give it as `after` for the next page.' })
  endCursor!: string | null;
}

@ArgsType()
export class PageArgs {
  @Field(() => Int, { defaultValue: DEFAULT_PAGE, description: `How many, at most ${LIMITS.page}.` })
  first: number = DEFAULT_PAGE;
  @Field(() => String, { nullable: true, description: 'Go on behind this cursor.' })
  after?: string | null;
}

export interface Page<T> {
  readonly edges: readonly { readonly node: T; readonly cursor: string }[];
  readonly nodes: readonly T[];
  readonly pageInfo: PageInfo;
  readonly undecided: number;
  readonly answeredAt: AnsweredAtType | null;
}

/** The page to read: one row more than asked for tells whether there is a next page. */
export interface PageRequest {
  /** The list and its order: a place in one is no place in another. */
  readonly list: string;
  readonly first: number;
  readonly limit: number;
  readonly after: Keyset | null;
}

/** @throws Refusal `PAGE_TOO_LARGE`, `CURSOR_INVALID` */
export function pageRequest({ first, after }: PageArgs, context: CallContext, list: string): PageRequest {
  if (first < 0 || first > LIMITS.page)
    throw new Refusal('PAGE_TOO_LARGE', `first is ${first}, it may be 0 to ${LIMITS.page}. Nothing was read.`, { first, limit: LIMITS.page });
  return { list, first, limit: first + 1, after: after ? placeIn(list, JSON.parse(context.open('cursor', after)) as Keyset) : null };
}

/** Where the page begins in a list that is ordered by a number alone, from 1 on; 0: at its start. */
export const numberAfter = ({ after }: PageRequest): number => (after?.[0] as number | undefined) ?? 0;

function placeIn(list: string, [of, ...keyset]: Keyset): Keyset {
  if (of === list) return keyset;
  throw new Refusal('CURSOR_INVALID', 'This cursor is of another list or another order. Nothing was read. Start again without `after`.');
}

/**
 * The answer's connection from the rows read (up to `limit`). Cursors are sealed only when a query asks for them.
 * @param undecided how many rows a filter on an indeterminate figure could not decide.
 */
export function pageOf<Row, T>(
  request: PageRequest,
  rows: readonly Row[],
  context: CallContext,
  shape: { node(row: Row): T; keyset(row: Row): Keyset; undecided?: number; answeredAt?: AnsweredAtType },
): Page<T> {
  const shown = rows.length > request.first ? rows.slice(0, request.first) : rows;
  const seal = (row: Row): string => context.seal('cursor', JSON.stringify([request.list, ...shape.keyset(row)]));
  const edges = shown.map((row) => new LazyEdge(row, shape.node(row), seal));
  return new LazyPage(edges, rows.length > request.first, request.after !== null, shape.undecided ?? 0, shape.answeredAt ?? null);
}

/** Classes, because an object literal with a getter of its own is ten times slower to make. */
class LazyEdge<Row, T> {
  constructor(
    private readonly row: Row,
    readonly node: T,
    private readonly seal: (row: Row) => string,
  ) {}

  get cursor(): string {
    return this.seal(this.row);
  }
}

class LazyPage<Row, T> implements Page<T> {
  constructor(
    readonly edges: readonly LazyEdge<Row, T>[],
    private readonly more: boolean,
    private readonly begun: boolean,
    readonly undecided: number,
    readonly answeredAt: AnsweredAtType | null,
  ) {}

  get nodes(): readonly T[] {
    return this.edges.map(({ node }) => node);
  }

  get pageInfo(): PageInfo {
    const { edges } = this;
    return {
      hasNextPage: this.more,
      hasPreviousPage: this.begun,
      get startCursor() {
        return edges[0]?.cursor ?? null;
      },
      get endCursor() {
        return edges.at(-1)?.cursor ?? null;
      },
    };
  }
}

/**
 * The connection type of a node type: `export const ContractConnection = connectionOf(ContractType, 'Contract')`.
 * Give the field `@Args() page: PageArgs` and answer with `pageOf`.
 */
export function connectionOf<T extends object>(node: Type<T>, name: string): Type<Page<T>> {
  @ObjectType(`${name}Edge`)
  class Edge {
    @Field(() => node)
    node!: T;
    @Field(() => String)
    cursor!: string;
  }

  @ObjectType(`${name}Connection`)
  class Connection {
    @Field(() => [Edge])
    edges!: readonly Edge[];
    @Field(() => [node], { description: 'The edges without their cursors.' })
    nodes!: readonly T[];
    @Field(() => PageInfo)
    pageInfo!: PageInfo;
    @Field(() => Int, { description: 'How many a filter on an indeterminate figure could not decide; ask for them by the filter itself.' })
    undecided!: number;
    @Field(() => AnsweredAtType, { nullable: true, description: 'Where the answer stands on both time axes.' })
    answeredAt!: AnsweredAtType | null;
  }
  return Connection;
}
