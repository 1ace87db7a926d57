import { Field, ID, InputType, Int, InterfaceType, ObjectType, createUnionType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsNotEmpty, IsOptional, Matches, MaxLength, ValidateNested } from 'class-validator';
import { COMMAND_REJECTIONS, type CommandContext, type CommandRejection, deriveId } from '#event-store';
import type { Canonical, CanonicalObject, Evidence, Mutable } from '#kernel';
import { Refusal } from '../errors.js';
import type { CallContext } from './call-context.js';
import { EvidenceInput } from './ledger-types.js';

/** What every mutation's input has. */
@InputType({ isAbstract: true })
export abstract class CommandInput {
  @Field({ description: 'Any text; the same key and the same input give the first answer again, for ever.' })
  @IsNotEmpty()
  @MaxLength(255)
  idempotencyKey!: string;
  @Field(() => Int, { nullable: true, description: 'Refuse unless the entity stands at this revision.' })
  expectedRevision?: number | null;
  @Field(() => String, { nullable: true, description: 'Opaque id of whom this is recorded for.' })
  @IsOptional()
  @Matches(/^[A-Za-z0-9_.:-]{1,64}$/, { message: 'expected an opaque id: people are never named' })
  onBehalfOf?: string | null;
}

/** What a command that records a fact has besides. */
@InputType({ isAbstract: true })
export abstract class FactInput extends CommandInput {
  @Field(() => [EvidenceInput], { nullable: true })
  @IsOptional()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => EvidenceInput)
  evidence?: EvidenceInput[] | null;
}

@InterfaceType('CommandAnswer', { resolveType: (value: { __typename: string }) => value.__typename, description: 'The answer to a command.' })
export abstract class CommandAnswerType {
  @Field({ description: 'The idempotency key of the command.' })
  idempotencyKey!: string;
}

@ObjectType('CommandAccepted', { implements: () => [CommandAnswerType], description: 'Recorded durably.' })
export class CommandAcceptedType extends CommandAnswerType {
  @Field(() => ID, { description: 'The entity that the command was about.' })
  id!: string;
  @Field(() => Int, { description: 'Its revision after the command.' })
  revision!: number;
  @Field({ description: 'Consistency token: a query with it as `atLeast` sees this write, and in a bulk call all that were accepted.' })
  token!: string;
  @Field({ description: 'The answer of an earlier call with this key.' })
  repeated!: boolean;
  @Field(() => [String], { description: 'Codes of what is worth a second look; the command stands.' })
  warnings!: readonly string[];
}

@ObjectType('RejectionFact')
export class RejectionFactType {
  @Field()
  name!: string;
  @Field()
  value!: string;
}

@ObjectType('CommandRejected', { implements: () => [CommandAnswerType], description: 'Refused by a rule, or for its input. Nothing was recorded.' })
export class CommandRejectedType extends CommandAnswerType {
  @Field({ description: 'Stable code; docs/rejections.md lists them.' })
  code!: string;
  @Field({ description: 'Why, and what to do next.' })
  message!: string;
  @Field(() => [RejectionFactType])
  facts!: readonly RejectionFactType[];
  @Field({ description: 'The same command may be accepted later, without a change.' })
  retryable!: boolean;
}

export const CommandResultType = createUnionType({
  name: 'CommandResult',
  types: () => [CommandAcceptedType, CommandRejectedType] as const,
  resolveType: (value: { __typename: string }) => value.__typename,
});

interface Outcome {
  readonly status: 'accepted' | 'rejected';
}
interface AcceptedOutcome extends Outcome {
  readonly status: 'accepted';
  readonly revision: number;
  readonly position: number;
  readonly repeated: boolean;
}
interface RejectedOutcome extends Outcome {
  readonly status: 'rejected';
  readonly rejection: { readonly code: string };
}

class Accepted implements CommandAcceptedType {
  readonly __typename = 'CommandAccepted';
  /** The one whose token this one carries as well. */
  last: Accepted = this;
  private sealed: string | undefined;

  constructor(
    private readonly context: CallContext,
    private readonly type: string,
    private readonly entity: string,
    readonly idempotencyKey: string,
    readonly revision: number,
    readonly repeated: boolean,
    readonly warnings: readonly string[],
    readonly position: number,
  ) {}

  get id(): string {
    return this.context.nodeId(this.type, this.entity);
  }

  /** Sealed when it is asked for, as that costs as much as the rest of a small command. */
  get token(): string {
    return this.last.seal();
  }

  private seal(): string {
    return (this.sealed ??= this.context.seal('position', `${this.position}`));
  }
}

/** The answers of one bulk call: the token of each sees them all. */
export function together<T extends CommandAcceptedType | CommandRejectedType>(answers: readonly T[]): readonly T[] {
  let last: Accepted | null = null;
  for (const answer of answers) if (answer instanceof Accepted && (last === null || answer.position > last.position)) last = answer;
  if (last !== null) for (const answer of answers) if (answer instanceof Accepted) answer.last = last;
  return answers;
}

const NAMED_TYPES: Readonly<Record<string, string>> = {
  contractId: 'Contract',
  partyId: 'Party',
  provider: 'Party',
  commitmentId: 'Commitment',
  parent: 'Commitment',
};

/** Rules speak of plain ids; a caller can only use the ids of nodes. */
const withNodeIds = (facts: Readonly<Record<string, unknown>>, context: CallContext): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(facts).map(([name, value]) => {
      const type = NAMED_TYPES[name];
      return [name, type !== undefined && typeof value === 'string' ? context.nodeId(type, value) : value];
    }),
  );

/** The typed answer of a refusal. */
export function rejected(idempotencyKey: string, code: string, message: string, facts: Readonly<Record<string, unknown>>): CommandRejectedType {
  return {
    __typename: 'CommandRejected',
    idempotencyKey,
    code,
    message,
    facts: Object.entries(facts).map(([name, value]) => ({ name, value: String(value) })),
    // A revision never goes back: only one that is still to come can be met later.
    retryable: code === 'REVISION_CONFLICT' && Number(facts['expected']) > Number(facts['actual']),
  } as unknown as CommandRejectedType;
}

const NO_WARNINGS: readonly string[] = [];

/** Translates a command's outcome for the caller. `messages`: the slice's catalogue of rejections. */
export function toCommandResult(
  outcome: AcceptedOutcome | RejectedOutcome,
  {
    type,
    id,
    key,
    context,
    messages,
    warnings = NO_WARNINGS,
  }: { type: string; id: string; key: string; context: CallContext; messages: Readonly<Record<string, string>>; warnings?: readonly string[] },
): CommandAcceptedType | CommandRejectedType {
  if (outcome.status === 'accepted') {
    const { revision, position, repeated } = outcome;
    return new Accepted(context, type, id, key, revision, repeated, warnings, position);
  }
  const { code, ...facts } = outcome.rejection;
  return rejected(key, code, messages[code] ?? COMMAND_REJECTIONS[code as CommandRejection['code']], withNodeIds(facts, context));
}

/** The plain id behind a node id. @throws Refusal `ID_INVALID`: another type's, another organization's, or nonsense are told alike */
export function requireId(context: CallContext, type: string, token: string): string {
  const id = context.idOf(type, token);
  if (id === null)
    throw new Refusal('ID_INVALID', `This is no id of a ${type} in your organization. Nothing was done. Look it up with the query of its kind.`);
  return id;
}

/** The command's caller, as the use cases take it. */
export function contextOf({ caller, givenTraceId }: CallContext, { idempotencyKey, expectedRevision, onBehalfOf }: CommandInput): CommandContext {
  const context: Mutable<CommandContext> = {
    organization: caller.organization,
    actor: caller.actor,
    key: idempotencyKey,
  };
  if (givenTraceId) context.correlation = givenTraceId;
  if (onBehalfOf) context.onBehalfOf = onBehalfOf;
  if (expectedRevision !== undefined && expectedRevision !== null) context.expectedRevision = expectedRevision;
  return context;
}

/** What the fact of a command rests on. The ids follow from the command's key, so that a retry gives the same. */
export function readEvidence({ idempotencyKey, evidence }: FactInput, { caller }: CallContext): readonly Evidence[] {
  if (!evidence || evidence.length === 0) return NO_EVIDENCE;
  return evidence.map(({ document, sha256, uri, quotation, status }, index) => ({
    id: deriveId(caller.organization, idempotencyKey, `evidence-${index}`),
    document,
    sha256: sha256 ?? null,
    uri: uri ?? null,
    quotation: quotation ?? null,
    status,
  }));
}

/** One for all facts that have none, since each is kept. */
const NO_EVIDENCE: readonly Evidence[] = [];

/** An input as it counts for "same key, same input": what was given, the key itself and the revision aside. */
export function digestible(input: object): CanonicalObject {
  const copy: Record<string, Canonical> = {};
  for (const field of fieldsOf(input)) {
    const given = (input as Record<string, Canonical | undefined>)[field];
    if (given !== undefined) copy[field] = given;
  }
  return copy;
}

const NOT_DIGESTED: ReadonlySet<string> = new Set(['idempotencyKey', 'expectedRevision'] satisfies (keyof CommandInput)[]);
const fields = new WeakMap<object, readonly string[]>();

/** In the order of canonical JSON, so that nobody sorts them again. An instance has all fields of its class, given or not. */
function fieldsOf(input: object): readonly string[] {
  const { constructor } = input;
  let known = fields.get(constructor);
  if (!known) {
    known = Object.keys(input)
      .filter((field) => !NOT_DIGESTED.has(field))
      .sort();
    fields.set(constructor, known);
  }
  return known;
}
