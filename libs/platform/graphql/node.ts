import { Injectable } from '@nestjs/common';
import { Args, Context, Field, ID, InterfaceType, Query, Resolver } from '@nestjs/graphql';
import { invariant } from '#kernel';
import { AskedAtArgs } from './asked-at.js';
import type { CallContext } from './call-context.js';

/** Anything with an opaque id that can be asked for again. Objects carry `__typename`, by which GraphQL tells them apart. */
@InterfaceType('Node', {
  description: 'Anything that has an id and can be read again by it.',
  resolveType: (value: { __typename: string }) => value.__typename,
})
export abstract class NodeType {
  @Field(() => ID, { description: 'Opaque, bound to your organization, the same for ever.' })
  id!: string;
}

/** Reads an entity of the caller's organization by its plain id; null for one that is not there (or not theirs: the same). */
export type NodeLoader = (id: string, context: CallContext, asked: AskedAtArgs) => Promise<object | null> | object | null;

/** Each slice says how its types are read: `nodes.register('Contract', (id, context, asked) => …)` in its module's constructor or `onModuleInit`. */
@Injectable()
export class NodeRegistry {
  private readonly loaders = new Map<string, NodeLoader>();

  register(type: string, load: NodeLoader): void {
    invariant(!this.loaders.has(type), `two loaders for ${type}`);
    this.loaders.set(type, load);
  }

  async load(token: string, context: CallContext, asked: AskedAtArgs): Promise<object | null> {
    const opened = context.openNodeId(token);
    const load = opened && this.loaders.get(opened.type);
    if (!load) return null;
    const found = await load(opened.id, context, asked);
    if (found === null || '__typename' in found) return found;
    return { ...found, __typename: opened.type };
  }
}

@Resolver()
export class NodeResolver {
  constructor(private readonly nodes: NodeRegistry) {}

  @Query(() => NodeType, { nullable: true, description: 'Reads anything by its id. Null for an id that is not yours or not there.' })
  node(@Args('id', { type: () => ID }) id: string, @Args() asked: AskedAtArgs, @Context() context: CallContext): Promise<object | null> {
    return this.nodes.load(id, context, asked);
  }
}
