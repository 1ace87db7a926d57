import { Inject, Injectable } from '@nestjs/common';
import { ENTITIES, PROJECTOR } from '#platform';
import { type AskedAtArgs, type CallContext, notVisibleYet, positionAsked } from '#platform/graphql';
import type { Entities, ReadModels } from '#read-store';

const WAIT_MAX_MS = 5_000;

/** The recorded position at which a query about the organization itself stands: nothing of it has a second time axis. */
@Injectable()
export class RecordedAt {
  constructor(
    @Inject(ENTITIES) private readonly entities: Entities,
    @Inject(PROJECTOR) private readonly projector: ReadModels,
  ) {}

  /** @throws Refusal `TOKEN_INVALID`, `NOT_VISIBLE_YET` */
  async position(context: CallContext, { asOf, atLeast }: AskedAtArgs): Promise<number> {
    const asked = positionAsked(asOf, (token) => context.open('position', token));
    const least = Math.max(asked ?? 0, atLeast ? parseInt(context.open('position', atLeast), 10) : 0);
    const isVisible = () => (this.projector.position ?? 0) >= least;
    if (!isVisible() && !(await this.projector.waitFor(isVisible, WAIT_MAX_MS))) throw notVisibleYet(WAIT_MAX_MS);
    return asked ?? (asOf?.recorded ? this.entities.positionAt(asOf.recorded) : (this.projector.position ?? 0));
  }
}
