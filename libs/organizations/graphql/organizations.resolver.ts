import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, createUnionType, Field, ID, InputType, Mutation, ObjectType, Query, registerEnumType, Resolver } from '@nestjs/graphql';
import { ArrayMinSize, IsIn, IsNotEmpty, IsOptional, Matches, Max, Min } from 'class-validator';
import { type Instant, MS_PER_DAY } from '#kernel';
import {
  AnswersInputRefusals,
  AskedAtArgs,
  type CallContext,
  CommandAnswerType,
  CommandInput,
  CommandRejectedType,
  CommandResultType,
  type CommandAcceptedType,
  contextOf,
  DateTimeScalar,
  Demands,
  DurationScalar,
  ShapePipe,
  toCommandResult,
} from '#platform/graphql';
import { CreateApiKey, type KeyOutcome, type OrganizationOutcome, RevokeApiKey, RotateApiKey } from '../application/index.js';
import { ORGANIZATION_REJECTIONS, ROLES, type Role } from '../domain/organization.js';
import { OrganizationDirectory } from '../read/directory.js';
import { RecordedAt } from './recorded-at.js';

export const RoleEnum = Object.fromEntries(ROLES.map((role) => [role, role]));
registerEnumType(RoleEnum, { name: 'Role', description: 'Recorder and auditor include reader; admin includes all.' });

@ObjectType('ApiKey', { description: 'A key of a caller. Its secret is shown once and stored as a digest.' })
export class ApiKeyType {
  @Field(() => ID)
  id!: string;
  @Field({ description: 'Opaque id of whom it acts for.' })
  actor!: string;
  @Field(() => [RoleEnum])
  roles!: readonly string[];
  @Field(() => DateTimeScalar, { nullable: true })
  expiresAt!: Instant | null;
  @Field(() => DateTimeScalar, { nullable: true })
  revokedAt!: Instant | null;
  @Field(() => ID, { nullable: true, description: 'The key that took its place.' })
  replacedBy!: string | null;
}

@ObjectType('Organization', { description: 'Your organization.' })
export class OrganizationType {
  @Field(() => ID)
  id!: string;
  @Field()
  name!: string;
  @Field()
  reportingCurrency!: string;
}

@ObjectType('ApiKeyIssued', { implements: () => [CommandAnswerType] })
export class ApiKeyIssuedType extends CommandAnswerType {
  @Field(() => ID)
  id!: string;
  @Field(() => String, { nullable: true, description: 'Shown this once: null when the same call is repeated.' })
  secret!: string | null;
  @Field()
  repeated!: boolean;
  @Field()
  token!: string;
}
export const ApiKeyResultType = createUnionType({
  name: 'ApiKeyResult',
  types: () => [ApiKeyIssuedType, CommandRejectedType] as const,
  resolveType: (value: { __typename: string }) => value.__typename,
});

@InputType()
export class CreateApiKeyInput extends CommandInput {
  @Field({ description: 'Opaque id of whom it acts for; people are never named.' })
  @Matches(/^[A-Za-z0-9_.:-]{1,64}$/, { message: 'expected an opaque id of letters, digits and _.:-' })
  actor!: string;
  @Field(() => [RoleEnum])
  @ArrayMinSize(1)
  @IsIn(ROLES, { each: true })
  roles!: Role[];
  @Field(() => DateTimeScalar, { nullable: true })
  expiresAt?: Instant | null;
}

@InputType()
export class RotateApiKeyInput extends CommandInput {
  @Field(() => ID)
  @IsNotEmpty()
  key!: string;
  @Field(() => DateTimeScalar, { nullable: true, description: 'Of the new key.' })
  expiresAt?: Instant | null;
  @Field(() => DurationScalar, { nullable: true, description: 'How long the old key goes on; default one day.' })
  @IsOptional()
  @Min(0)
  @Max(90 * MS_PER_DAY)
  overlap?: number | null;
}

@InputType()
export class RevokeApiKeyInput extends CommandInput {
  @Field(() => ID)
  @IsNotEmpty()
  key!: string;
}

/** The caller's own organization and its keys; no other can be named. */
@AnswersInputRefusals()
@Resolver()
export class OrganizationsResolver {
  constructor(
    private readonly commands: CommandBus,
    private readonly directory: OrganizationDirectory,
    private readonly recordedAt: RecordedAt,
  ) {}

  @Query(() => OrganizationType, { nullable: true, description: 'Your organization.' })
  async organization(@Args() asked: AskedAtArgs, @Context() context: CallContext): Promise<OrganizationType | null> {
    const found = this.directory.find(context.caller.organization, await this.recordedAt.position(context, asked));
    return found && { id: found.organizationId, name: found.name, reportingCurrency: found.reportingCurrency };
  }

  @Query(() => [ApiKeyType], { description: 'The keys of your organization, without their secrets.' })
  @Demands('admin')
  async apiKeys(@Args() asked: AskedAtArgs, @Context() context: CallContext): Promise<readonly ApiKeyType[]> {
    const found = this.directory.find(context.caller.organization, await this.recordedAt.position(context, asked));
    return (found?.keys ?? []).map(({ keyId, secretHash: _hash, ...key }) => ({ id: keyId, ...key }));
  }

  @Mutation(() => ApiKeyResultType, { description: 'Creates a key. Its secret is in this answer and nowhere else.' })
  @Demands('admin')
  async createApiKey(
    @Args('input', ShapePipe) input: CreateApiKeyInput,
    @Context() context: CallContext,
  ): Promise<ApiKeyIssuedType | CommandRejectedType> {
    return issued(
      await this.commands.execute(new CreateApiKey(contextOf(context, input), input.actor, input.roles, input.expiresAt ?? null)),
      input.idempotencyKey,
      context,
    );
  }

  @Mutation(() => ApiKeyResultType, { description: 'A new secret takes the place of a key; the old one goes on for the overlap.' })
  @Demands('admin')
  async rotateApiKey(
    @Args('input', ShapePipe) input: RotateApiKeyInput,
    @Context() context: CallContext,
  ): Promise<ApiKeyIssuedType | CommandRejectedType> {
    return issued(
      await this.commands.execute(new RotateApiKey(contextOf(context, input), input.key, input.expiresAt ?? null, input.overlap ?? MS_PER_DAY)),
      input.idempotencyKey,
      context,
    );
  }

  @Mutation(() => CommandResultType, { description: 'The key opens nothing any more, from now on.' })
  @Demands('admin')
  async revokeApiKey(
    @Args('input', ShapePipe) input: RevokeApiKeyInput,
    @Context() context: CallContext,
  ): Promise<CommandAcceptedType | CommandRejectedType> {
    const outcome = await this.commands.execute<RevokeApiKey, OrganizationOutcome>(new RevokeApiKey(contextOf(context, input), input.key));
    return toCommandResult(outcome, {
      type: 'Organization',
      id: context.caller.organization,
      key: input.idempotencyKey,
      context,
      messages: ORGANIZATION_REJECTIONS,
    });
  }
}

function issued(outcome: KeyOutcome, key: string, context: CallContext): ApiKeyIssuedType | CommandRejectedType {
  if (outcome.status === 'rejected')
    return toCommandResult(outcome, {
      type: 'Organization',
      id: context.caller.organization,
      key,
      context,
      messages: ORGANIZATION_REJECTIONS,
    }) as CommandRejectedType;
  const { keyId, secret, repeated, position } = outcome;
  return {
    __typename: 'ApiKeyIssued',
    idempotencyKey: key,
    id: keyId,
    secret,
    repeated,
    token: context.seal('position', `${position}`),
  } as ApiKeyIssuedType;
}
