import { ArgsType, Field } from '@nestjs/graphql';
import { Refusal } from '../errors.js';
import { AsOfInput } from './ledger-types.js';

@ArgsType()
export class AskedAtArgs {
  @Field(() => AsOfInput, { nullable: true, description: 'Where the answer stands on both time axes; both default to now.' })
  asOf?: AsOfInput | null;
  @Field(() => String, { nullable: true, description: 'Consistency token: wait (up to 5 s) until what it names is visible.' })
  atLeast?: string | null;
}

/** @throws Refusal `INPUT_INVALID` for a position beside an instant: one of the two would be passed over */
export function positionAsked(asOf: AsOfInput | null | undefined, open: (token: string) => string): number | null {
  if (!asOf?.position) return null;
  if (asOf.recorded) throw new Refusal('INPUT_INVALID', '`asOf` takes `recorded` or `position`, not both. Nothing was read.');
  return parseInt(open(asOf.position), 10);
}

export const notVisibleYet = (waitedMs: number): Refusal =>
  new Refusal('NOT_VISIBLE_YET', `What the token names is not visible after ${waitedMs} ms. It is recorded; ask again shortly.`, { waitedMs }, 503);
