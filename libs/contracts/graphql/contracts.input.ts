import { Field, ID, InputType, Int, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsIn, IsInt, IsNotEmpty, IsOptional, Matches, Max, MaxLength, Min, ValidateNested } from 'class-validator';
import type { Decimal } from '#kernel';
import { AddEvidenceInput, ChangeEvidenceInput, CommandInput, DecimalScalar, FactInput, PeriodInput, UncertainInstantInput } from '#platform/graphql';
import type { Renewal } from '../domain/contract.js';
import { PARTY_ROLES, type PartyRole } from '../domain/party.js';

export const PartyRoleEnum = Object.fromEntries(PARTY_ROLES.map((role) => [role.replaceAll('-', '_'), role]));
registerEnumType(PartyRoleEnum, { name: 'PartyRole' });

export enum RenewalKind {
  none = 'none',
  automatic = 'automatic',
  option = 'option',
  unknown = 'unknown',
}
registerEnumType(RenewalKind, { name: 'RenewalKind' });

export enum EarlyTerminationKind {
  none = 'none',
  all = 'all',
  share = 'share',
  unknown = 'unknown',
}
registerEnumType(EarlyTerminationKind, { name: 'EarlyTerminationKind', description: 'What becomes due when the contract ends early.' });

@InputType()
export class RegisterPartyInput extends CommandInput {
  @Field()
  @IsNotEmpty()
  @MaxLength(200)
  name!: string;
  @Field(() => [String], { defaultValue: [], description: 'Further spellings by which billing files name it.' })
  @ArrayMaxSize(100)
  names: string[] = [];
  @Field(() => [PartyRoleEnum], { defaultValue: [] })
  @IsIn(PARTY_ROLES, { each: true })
  roles: PartyRole[] = [];
}

@InputType()
export class ChangePartyInput extends RegisterPartyInput {
  @Field(() => ID)
  party!: string;
  @Field()
  @IsNotEmpty()
  @MaxLength(1_000)
  reason!: string;
}

@InputType()
export class ContractPartyInput {
  @Field(() => ID)
  party!: string;
  @Field(() => PartyRoleEnum)
  @IsIn(PARTY_ROLES)
  role!: PartyRole;
}

@InputType()
export class RenewalInput {
  @Field(() => RenewalKind)
  kind!: Renewal['kind'];
  @Field(() => Int, { nullable: true, description: 'Length of a renewal.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1_200)
  months?: number | null;
  @Field(() => Int, { nullable: true, description: 'Days before the end at which notice must be given.' })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(3_660)
  noticeDays?: number | null;
}

@InputType()
export class EarlyTerminationInput {
  @Field(() => EarlyTerminationKind)
  kind!: EarlyTerminationKind;
  @Field(() => DecimalScalar, { nullable: true, description: 'Only for share: 0.5 is half of what remains.' })
  share?: Decimal | null;
  @Field(() => String, { nullable: true, description: 'Only for unknown: why.' })
  @IsOptional()
  @IsNotEmpty()
  reason?: string | null;
}

@InputType({ description: 'Terms of a contract. In an amendment only the fields that change; null where a field is to be cleared.' })
export class ContractTermsInput {
  @Field(() => String, { nullable: true })
  @IsOptional()
  @IsNotEmpty()
  @MaxLength(200)
  name?: string | null;
  @Field(() => String, { nullable: true, description: 'The identifier that the parties or the billing files use.' })
  @IsOptional()
  @MaxLength(200)
  reference?: string | null;
  @Field(() => [ContractPartyInput], { nullable: true })
  @IsOptional()
  @ArrayMinSize(2)
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => ContractPartyInput)
  parties?: ContractPartyInput[] | null;
  @Field(() => PeriodInput, { nullable: true, description: 'Null: the term is not known.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => PeriodInput)
  term?: PeriodInput | null;
  @Field(() => String, { nullable: true, description: 'IANA zone in which it counts its days; default UTC.' })
  @IsOptional()
  @Matches(/^[A-Za-z0-9_+/-]{1,64}$/, { message: 'expected an IANA zone such as America/Los_Angeles' })
  zone?: string | null;
  @Field(() => RenewalInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => RenewalInput)
  renewal?: RenewalInput | null;
  @Field(() => EarlyTerminationInput, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => EarlyTerminationInput)
  earlyTermination?: EarlyTerminationInput | null;
}

@InputType({ isAbstract: true })
abstract class ContractFactInput extends FactInput {
  @Field(() => UncertainInstantInput, { description: 'When it became binding.' })
  @ValidateNested()
  @Type(() => UncertainInstantInput)
  effectiveAt!: UncertainInstantInput;
}

@InputType()
export class SignContractInput extends ContractFactInput {
  @Field(() => ContractTermsInput)
  @ValidateNested()
  @Type(() => ContractTermsInput)
  terms!: ContractTermsInput;
}

@InputType({ isAbstract: true })
abstract class ContractChangeInput extends ContractFactInput {
  @Field(() => ID)
  contract!: string;
  @Field({ description: 'Why.' })
  @IsNotEmpty()
  @MaxLength(1_000)
  reason!: string;
}

@InputType()
export class AmendContractInput extends ContractChangeInput {
  @Field(() => ContractTermsInput)
  @ValidateNested()
  @Type(() => ContractTermsInput)
  changes!: ContractTermsInput;
}

@InputType()
export class RenewContractInput extends ContractChangeInput {
  @Field(() => UncertainInstantInput, { description: 'The new end, exclusive.' })
  @ValidateNested()
  @Type(() => UncertainInstantInput)
  until!: UncertainInstantInput;
}

@InputType()
export class TerminateContractInput extends ContractChangeInput {}

@InputType()
export class AddContractEvidenceInput extends AddEvidenceInput {
  @Field(() => ID)
  contract!: string;
}

@InputType()
export class ChangeContractEvidenceInput extends ChangeEvidenceInput {
  @Field(() => ID)
  contract!: string;
}
