import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsIn, IsNotEmpty, IsOptional, Matches, MaxLength, ValidateNested } from 'class-validator';
import {
  EVIDENCE_STATUSES,
  exactly,
  type Decimal,
  type Evidence,
  type EvidenceStatus,
  type Figure,
  type Instant,
  type UncertainInstant,
  type UncertainPeriod,
  uncertain,
} from '#kernel';
import { Refusal } from '../errors.js';
import { DateTimeScalar, DecimalScalar, DurationScalar } from './scalars.js';

export enum FigureStatus {
  EXACT = 'EXACT',
  PROVISIONAL = 'PROVISIONAL',
  INDETERMINATE = 'INDETERMINATE',
}
registerEnumType(FigureStatus, {
  name: 'FigureStatus',
  description: 'EXACT: certain. PROVISIONAL: may still change. INDETERMINATE: rests on something unknown, uncertain or disputed.',
});

@ObjectType('Reason', { description: 'Why a figure has no value, or may change.' })
export class ReasonType {
  @Field({ description: 'Stable code, for example AMOUNT_UNKNOWN.' })
  code!: string;
  @Field(() => String, { nullable: true, description: 'Opaque id of the entity that causes it: `node` reads it.' })
  entity!: string | null;
}

@ObjectType('Figure', {
  description: 'A figure with what is certain of it. Absent value: INDETERMINATE, or undefined (status EXACT, reason UNDEFINED).',
})
export class FigureType implements Figure {
  @Field(() => DecimalScalar, { nullable: true })
  value!: Decimal | null;
  @Field(() => DecimalScalar, { nullable: true, description: 'The part that is known; ratios have none.' })
  known!: Decimal | null;
  @Field(() => FigureStatus)
  status!: Figure['status'];
  @Field(() => [ReasonType])
  reasons!: readonly ReasonType[];
}

@ObjectType('UncertainInstant', {
  description: 'An instant that lies between two bounds, both inclusive; equal when exact; null: that side is open.',
})
export class UncertainInstantType {
  @Field(() => DateTimeScalar, { nullable: true })
  notBefore!: Instant | null;
  @Field(() => DateTimeScalar, { nullable: true })
  notAfter!: Instant | null;
  @Field(() => String, { nullable: true, description: 'The wording of the source.' })
  wording?: string;
}

@ObjectType('Period', { description: 'Half-open: [start, end). Without an end it is open.' })
export class PeriodType {
  @Field(() => UncertainInstantType)
  start!: UncertainInstantType;
  @Field(() => UncertainInstantType, { nullable: true })
  end!: UncertainInstantType | null;
}

@InputType({
  description: 'An instant: either `at`, or bounds of which either may be left open; of a date not told at all, the wording that says so.',
})
export class UncertainInstantInput {
  @Field(() => DateTimeScalar, { nullable: true })
  at?: Instant | null;
  @Field(() => DateTimeScalar, { nullable: true })
  notBefore?: Instant | null;
  @Field(() => DateTimeScalar, { nullable: true })
  notAfter?: Instant | null;
  @Field(() => String, { nullable: true, description: 'The wording of the source, with its zone.' })
  @IsOptional()
  @MaxLength(500)
  wording?: string | null;
}

@InputType({ description: 'Half-open: [start, end). Leave the end out where there is none.' })
export class PeriodInput {
  @Field(() => UncertainInstantInput)
  @ValidateNested()
  @Type(() => UncertainInstantInput)
  start!: UncertainInstantInput;
  @Field(() => UncertainInstantInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => UncertainInstantInput)
  end?: UncertainInstantInput | null;
}

/** Many facts begin at one date, and each keeps it: one for all that come together. */
let lastExact = exactly(0 as Instant);

/** @throws Refusal `INPUT_INVALID` for bounds in the wrong order, `at` beside bounds, or nothing at all */
export function readInstant({ at, notBefore, notAfter, wording }: UncertainInstantInput): UncertainInstant {
  const hasBounds = (notBefore ?? null) !== null || (notAfter ?? null) !== null;
  if ((at ?? null) !== null && hasBounds)
    throw new Refusal('INPUT_INVALID', 'Give either `at` or the bounds of an uncertain instant, not both. Nothing was done.');
  // An empty object would be an unknown date that nobody said is unknown.
  if ((at ?? null) === null && !hasBounds && !wording)
    throw new Refusal('INPUT_INVALID', 'An instant needs `at`, a bound, or the `wording` of a source that tells no date. Nothing was done.');
  if (notBefore && notAfter && notAfter < notBefore) throw new Refusal('INPUT_INVALID', '`notAfter` lies before `notBefore`. Nothing was done.');
  if (at && (wording ?? null) === null) return lastExact.notBefore === at ? lastExact : (lastExact = exactly(at));
  return uncertain(at ?? notBefore ?? null, at ?? notAfter ?? null, wording ?? undefined);
}

export const readPeriod = ({ start, end }: PeriodInput): UncertainPeriod => ({ start: readInstant(start), end: end ? readInstant(end) : null });

export enum EvidenceStatusEnum {
  REPORTED = 'REPORTED',
  CONFIRMED = 'CONFIRMED',
  DISPUTED = 'DISPUTED',
}
registerEnumType(EvidenceStatusEnum, { name: 'EvidenceStatus' });

@ObjectType('Evidence', { description: 'What a fact rests on. The document itself stays outside the ledger.' })
export class EvidenceType implements Evidence {
  @Field(() => ID)
  id!: string;
  @Field()
  document!: string;
  @Field(() => String, { nullable: true, description: 'SHA-256 of the document, hexadecimal.' })
  sha256!: string | null;
  @Field(() => String, { nullable: true })
  uri!: string | null;
  @Field(() => String, { nullable: true })
  quotation!: string | null;
  @Field(() => EvidenceStatusEnum)
  status!: EvidenceStatus;
}

@InputType()
export class EvidenceInput {
  @Field({ description: 'Name of the document.' })
  @IsNotEmpty()
  @MaxLength(500)
  document!: string;
  @Field(() => String, { nullable: true, description: 'SHA-256 of the document, hexadecimal.' })
  @IsOptional()
  @Matches(/^[0-9a-f]{64}$/, { message: 'expected 64 hexadecimal digits, lower case' })
  sha256?: string | null;
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(2_000)
  uri?: string | null;
  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(4_000)
  quotation?: string | null;
  @Field(() => EvidenceStatusEnum, { defaultValue: EvidenceStatusEnum.REPORTED })
  @IsIn(EVIDENCE_STATUSES)
  status: EvidenceStatus = 'REPORTED';
}

@InputType({ description: 'Where the answer stands on both time axes; both default to now.' })
export class AsOfInput {
  @Field(() => DateTimeScalar, { nullable: true, description: 'What is asked about: the state of things at this instant.' })
  effective?: Instant | null;
  @Field(() => DateTimeScalar, { nullable: true, description: 'As the ledger knew it at this instant.' })
  recorded?: Instant | null;
  @Field(() => String, { nullable: true, description: 'Instead of `recorded`: a consistency token, as given by a mutation or an answer.' })
  position?: string | null;
}

@ObjectType('AnsweredAt', { description: 'Where an answer stands on both time axes.' })
export class AnsweredAtType {
  @Field(() => DateTimeScalar)
  effective!: Instant;
  @Field(() => DateTimeScalar)
  recorded!: Instant;
  @Field({ description: 'The position used, as a consistency token: asking again with it gives the same answer.' })
  position!: string;
  @Field(() => DurationScalar, { description: 'How long events have waited that this answer does not see yet.' })
  lag!: number;
}
