import { Inject } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import {
  Args,
  Context,
  createUnionType,
  Field,
  ID,
  InputType,
  Mutation,
  ObjectType,
  Parent,
  Query,
  registerEnumType,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import { ArrayMinSize, IsIn, IsNotEmpty, IsOptional, Matches, Max, Min } from 'class-validator';
import { type Instant, MS_PER_DAY } from '#kernel';
import { CLOCK, type Clock } from '#platform';
import {
  AnswersInputRefusals,
  AskedAtArgs,
  type CallContext,
  CommandAnswerType,
  CommandInput,
  CommandRejectedType,
  CommandResultType,
  type CommandAcceptedType,
  connectionOf,
  contextOf,
  DateTimeScalar,
  Demands,
  DurationScalar,
  numberAfter,
  type Page,
  PageArgs,
  pageOf,
  pageRequest,
  ShapePipe,
  toCommandResult,
} from '#platform/graphql';
import { CreateApiKey, type KeyOutcome, type OrganizationOutcome, RevokeApiKey, RotateApiKey } from '../application/index.js';
import { type ApiKey, opens, ORGANIZATION_REJECTIONS, ROLES, type Role } from '../domain/organization.js';
import { type OpenOrganization, OrganizationDirectory } from '../read/directory.js';
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

const ApiKeyConnection = connectionOf(ApiKeyType, 'ApiKey');

@InputType({ description: 'All given conditions must hold.' })
class ApiKeyFilterInput {
  @Field(() => String, { nullable: true, description: 'Of this actor.' })
  actor?: string | null;
  @Field(() => RoleEnum, { nullable: true, description: 'Given this role by name; admin includes others and is not named by them.' })
  role?: Role | null;
  @Field(() => Boolean, { nullable: true, description: 'Neither revoked nor expired at the instant asked for; false: one of both.' })
  usable?: boolean | null;
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

/** What `Organization` is resolved from. */
class OrganizationNode extends OrganizationType {
  /** In the order in which they were made. */
  readonly keys: readonly ApiKey[];

  constructor(
    { organizationId, name, reportingCurrency, keys }: OpenOrganization,
    readonly at: Instant,
  ) {
    super();
    [this.id, this.name, this.reportingCurrency, this.keys] = [organizationId, name, reportingCurrency, keys];
  }
}

/** The caller's own organization and its keys; no other can be named. */
@AnswersInputRefusals()
@Resolver(() => OrganizationType)
export class OrganizationsResolver {
  constructor(
    private readonly commands: CommandBus,
    private readonly directory: OrganizationDirectory,
    private readonly recordedAt: RecordedAt,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Query(() => OrganizationType, { nullable: true, description: 'Your organization.' })
  async organization(@Args() asked: AskedAtArgs, @Context() context: CallContext): Promise<OrganizationNode | null> {
    const found = this.directory.find(context.caller.organization, await this.recordedAt.position(context, asked));
    return found && new OrganizationNode(found, asked.asOf?.effective ?? (this.clock.now() as Instant));
  }

  @ResolveField(() => ApiKeyConnection, { description: 'Its keys in the order in which they were made, without their secrets.' })
  @Demands('admin')
  apiKeys(
    @Parent() { keys, at }: OrganizationNode,
    @Args() page: PageArgs,
    @Args('filter', { type: () => ApiKeyFilterInput, nullable: true }) filter: ApiKeyFilterInput | null,
    @Context() context: CallContext,
  ): Page<ApiKeyType> {
    const request = pageRequest(page, context, 'keys');
    const after = numberAfter(request);
    const rows = keys.map((key, index) => ({ key, number: index + 1 })).filter(({ key, number }) => number > after && matches(key, filter ?? {}, at));
    return pageOf(request, rows.slice(0, request.limit), context, { node: ({ key }) => shown(key), keyset: ({ number }) => [number] });
  }

  @Query(() => [ApiKeyType], {
    name: 'apiKeys',
    description: 'All keys of your organization, without their secrets.',
    deprecationReason: 'Not paged. Use `organization { apiKeys }`.',
  })
  @Demands('admin')
  async allApiKeys(@Args() asked: AskedAtArgs, @Context() context: CallContext): Promise<readonly ApiKeyType[]> {
    return (await this.organization(asked, context))?.keys.map(shown) ?? [];
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

const shown = ({ keyId, secretHash: _hash, ...key }: ApiKey): ApiKeyType => ({ id: keyId, ...key });

const matches = (key: ApiKey, { actor, role, usable = null }: ApiKeyFilterInput, at: Instant): boolean =>
  (!actor || key.actor === actor) && (!role || key.roles.includes(role)) && (usable === null || usable === opens(key, at));

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
