import { ArgsType, Field } from '@nestjs/graphql';
import { AsOfInput } from '#platform/graphql';

@ArgsType()
export class AskedAtArgs {
  @Field(() => AsOfInput, { nullable: true, description: 'Where the answer stands on both time axes; both default to now.' })
  asOf?: AsOfInput | null;
  @Field(() => String, { nullable: true, description: 'Consistency token: wait (up to 5 s) until what it names is visible.' })
  atLeast?: string | null;
}
