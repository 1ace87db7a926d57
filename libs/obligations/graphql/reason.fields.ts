import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { type CallContext, ReasonType } from '#platform/graphql';

/** Figures are worked out over plain ids. What makes one uncertain is always a commitment; its caller reads it by a node id. */
@Resolver(() => ReasonType)
export class ReasonFields {
  @ResolveField()
  entity(@Parent() { entity }: ReasonType, @Context() context: CallContext): string | null {
    return entity ? context.nodeId('Commitment', entity) : null;
  }
}
