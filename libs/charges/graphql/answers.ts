import { Injectable } from '@nestjs/common';
import { type AnsweredAtType, type AsOfInput, type CallContext, notVisibleYet, positionAsked } from '#platform/graphql';
import { type Moment, Moments, NotVisibleYet } from '../read/moment.js';

export interface AskedAt {
  readonly asOf?: AsOfInput | null | undefined;
  readonly atLeast?: string | null | undefined;
}

/** Where a query stands: reads `asOf` and `atLeast`, and says in the answer what was used. */
@Injectable()
export class Answers {
  constructor(private readonly moments: Moments) {}

  /** Answers at once where nothing has to be waited for: a promise costs more than the query. */
  moment(context: CallContext, { asOf, atLeast }: AskedAt): Moment | Promise<Moment> {
    const { organization } = context.caller;
    const position = positionAsked(asOf, (token) => context.open('position', token));
    const read = (): Moment => this.moments.at(organization, { effective: asOf?.effective ?? null, recorded: asOf?.recorded ?? null, position });
    const least = Math.max(position ?? 0, atLeast ? parseInt(context.open('position', atLeast), 10) : 0);
    if (least === 0 || this.moments.isVisible(organization, least)) return read();
    return this.moments.reach(organization, least).then(read, refuseWait);
  }

  answeredAt(context: CallContext, moment: Moment): AnsweredAtType {
    return new LazyAnsweredAt(context, moment);
  }
}

class LazyAnsweredAt implements AnsweredAtType {
  constructor(
    private readonly context: CallContext,
    private readonly moment: Moment,
  ) {}
  get effective() {
    return this.moment.effective;
  }
  get recorded() {
    return this.moment.recorded;
  }
  get position() {
    return this.context.seal('position', `${this.moment.position}`);
  }
  get lag() {
    return this.moment.lagMs;
  }
}

function refuseWait(error: unknown): never {
  throw error instanceof NotVisibleYet ? notVisibleYet(error.waitedMs) : error;
}
