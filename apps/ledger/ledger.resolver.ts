import { readFileSync } from 'node:fs';
import { Inject, Injectable } from '@nestjs/common';
import { Context, Field, ObjectType, Query, Resolver } from '@nestjs/graphql';
import type { CallContext } from '#platform/graphql';
import { DurationScalar } from '#platform/graphql';

/** Where the ledger stands. Given by the composition root once there is a store. */
export interface LedgerStatus {
  /** Position of the last event that the read models have seen; null in an empty ledger. */
  position(): number | null;
  /** How far they are behind the store, in milliseconds. */
  lagMs(): number;
}

export const LEDGER_STATUS = Symbol('LedgerStatus');

@ObjectType({ description: 'This ledger.' })
export class Ledger {
  @Field({ description: 'Version of the software.' })
  version!: string;
  @Field(() => String, { nullable: true, description: 'Consistency token of the last position that queries see; null in an empty ledger.' })
  position!: string | null;
  @Field(() => DurationScalar, { description: 'How far queries are behind what was recorded.' })
  lag!: number;
}

const { version } = JSON.parse(
  readFileSync(new URL(import.meta.url.includes('/dist/') ? '../../../package.json' : '../../package.json', import.meta.url), 'utf8'),
) as { version: string };

@Resolver(() => Ledger)
@Injectable()
export class LedgerResolver {
  constructor(@Inject(LEDGER_STATUS) private readonly status: LedgerStatus) {}

  @Query(() => Ledger, { description: 'Version, position and lag of this ledger.' })
  ledger(@Context() context: CallContext): Ledger {
    const position = this.status.position();
    return { version, position: position === null ? null : context.seal('position', position.toString()), lag: this.status.lagMs() };
  }
}
