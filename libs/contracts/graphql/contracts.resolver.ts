import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { deriveId } from '#event-store';
import { formatDecimal, ONE, ZERO } from '#kernel';
import { Refusal } from '#platform';
import {
  AnswersInputRefusals,
  type CallContext,
  type CommandAcceptedType,
  type CommandRejectedType,
  CommandResultType,
  contextOf,
  digestible,
  readEvidence,
  readInstant,
  readPeriod,
  requireId,
  ShapePipe,
  toCommandResult,
} from '#platform/graphql';
import {
  AddContractEvidence,
  AmendContract,
  ChangeContractEvidence,
  ChangeParty,
  type ContractOutcome,
  RegisterParty,
  RenewContract,
  SignContract,
  TerminateContract,
} from '../application/index.js';
import type { ContractTerms, EarlyTermination } from '../domain/contract.js';
import { CONTRACT_REJECTIONS } from '../domain/contract-rejections.js';
import { PARTY_REJECTIONS } from '../domain/party.js';
import {
  AddContractEvidenceInput,
  AmendContractInput,
  ChangeContractEvidenceInput,
  ChangePartyInput,
  type ContractTermsInput,
  type EarlyTerminationInput,
  RegisterPartyInput,
  RenewContractInput,
  SignContractInput,
  TerminateContractInput,
} from './contracts.input.js';

type Answer = Promise<CommandAcceptedType | CommandRejectedType>;

/** Translates in, dispatches, translates out. */
@AnswersInputRefusals()
@Resolver()
export class ContractsResolver {
  constructor(private readonly commands: CommandBus) {}

  @Mutation(() => CommandResultType, { description: 'An organisation that contracts name becomes known.' })
  async registerParty(@Args('input', ShapePipe) input: RegisterPartyInput, @Context() context: CallContext): Answer {
    const { idempotencyKey: key, name, names, roles } = input;
    const id = deriveId(context.caller.organization, key, 'party');
    const outcome = await this.commands.execute(
      new RegisterParty(contextOf(context, input), id, { type: 'RegisterParty', partyId: id, name, names, roles }, digestible(input)),
    );
    return toCommandResult(outcome, { type: 'Party', id, key, context, messages: PARTY_REJECTIONS });
  }

  @Mutation(() => CommandResultType, { description: 'The details of a party change, whole: its name, the spellings in files, its roles.' })
  async changeParty(@Args('input', ShapePipe) input: ChangePartyInput, @Context() context: CallContext): Answer {
    const { idempotencyKey: key, name, names, roles, reason } = input;
    const id = requireId(context, 'Party', input.party);
    const outcome = await this.commands.execute(
      new ChangeParty(contextOf(context, input), id, { type: 'ChangeParty', name, names, roles, reason }, digestible(input)),
    );
    return toCommandResult(outcome, { type: 'Party', id, key, context, messages: PARTY_REJECTIONS });
  }

  @Mutation(() => CommandResultType, { description: 'Records a contract between parties.' })
  async signContract(@Args('input', ShapePipe) input: SignContractInput, @Context() context: CallContext): Answer {
    const key = input.idempotencyKey;
    const id = deriveId(context.caller.organization, key, 'contract');
    const terms = allTerms(readTerms(input.terms, context));
    const command = {
      type: 'SignContract' as const,
      contractId: id,
      terms,
      effectiveAt: readInstant(input.effectiveAt),
      evidence: readEvidence(input, context),
    };
    return answer(await this.commands.execute(new SignContract(contextOf(context, input), id, command, digestible(input))), id, key, context);
  }

  @Mutation(() => CommandResultType, { description: 'Both sides changed the terms of a contract.' })
  async amendContract(@Args('input', ShapePipe) input: AmendContractInput, @Context() context: CallContext): Answer {
    const { idempotencyKey: key, reason } = input;
    const id = requireId(context, 'Contract', input.contract);
    const command = {
      type: 'AmendContract' as const,
      changes: readTerms(input.changes, context),
      reason,
      effectiveAt: readInstant(input.effectiveAt),
      evidence: readEvidence(input, context),
    };
    return answer(await this.commands.execute(new AmendContract(contextOf(context, input), id, command, digestible(input))), id, key, context);
  }

  @Mutation(() => CommandResultType, { description: 'The term of a contract is prolonged.' })
  async renewContract(@Args('input', ShapePipe) input: RenewContractInput, @Context() context: CallContext): Answer {
    const { idempotencyKey: key, reason } = input;
    const id = requireId(context, 'Contract', input.contract);
    const command = {
      type: 'RenewContract' as const,
      until: readInstant(input.until),
      reason,
      effectiveAt: readInstant(input.effectiveAt),
      evidence: readEvidence(input, context),
    };
    return answer(await this.commands.execute(new RenewContract(contextOf(context, input), id, command, digestible(input))), id, key, context);
  }

  @Mutation(() => CommandResultType, { description: 'A contract ends before its term.' })
  async terminateContract(@Args('input', ShapePipe) input: TerminateContractInput, @Context() context: CallContext): Answer {
    const { idempotencyKey: key, reason } = input;
    const id = requireId(context, 'Contract', input.contract);
    const command = {
      type: 'TerminateContract' as const,
      reason,
      effectiveAt: readInstant(input.effectiveAt),
      evidence: readEvidence(input, context),
    };
    return answer(await this.commands.execute(new TerminateContract(contextOf(context, input), id, command, digestible(input))), id, key, context);
  }

  @Mutation(() => CommandResultType, { description: 'Adds evidence to a fact of a contract.' })
  async addContractEvidence(@Args('input', ShapePipe) input: AddContractEvidenceInput, @Context() context: CallContext): Answer {
    const { idempotencyKey: key, fact, effectiveAt } = input;
    const id = requireId(context, 'Contract', input.contract);
    const command = {
      type: 'AddContractEvidence' as const,
      fact,
      evidence: readEvidence(input, context),
      ...(effectiveAt && { effectiveAt: readInstant(effectiveAt) }),
    };
    return answer(await this.commands.execute(new AddContractEvidence(contextOf(context, input), id, command, digestible(input))), id, key, context);
  }

  @Mutation(() => CommandResultType, { description: 'Confirms, disputes or withdraws an item of evidence of a contract.' })
  async changeContractEvidence(@Args('input', ShapePipe) input: ChangeContractEvidenceInput, @Context() context: CallContext): Answer {
    const { idempotencyKey: key, evidence: evidenceId, status, reason, effectiveAt } = input;
    const id = requireId(context, 'Contract', input.contract);
    const command = {
      type: 'ChangeContractEvidence' as const,
      evidenceId,
      status,
      reason,
      ...(effectiveAt && { effectiveAt: readInstant(effectiveAt) }),
    };
    return answer(
      await this.commands.execute(new ChangeContractEvidence(contextOf(context, input), id, command, digestible(input))),
      id,
      key,
      context,
    );
  }
}

const answer = (outcome: ContractOutcome, id: string, key: string, context: CallContext): CommandAcceptedType | CommandRejectedType =>
  toCommandResult(outcome, { type: 'Contract', id, key, context, messages: CONTRACT_REJECTIONS });

function readTerms(input: ContractTermsInput, context: CallContext): Partial<ContractTerms> {
  const { name, reference, parties, term, zone, renewal, earlyTermination } = input;
  return {
    ...(name ? { name } : {}),
    ...(reference === undefined ? {} : { reference }),
    ...(parties ? { parties: parties.map(({ party, role }) => ({ partyId: requireId(context, 'Party', party), role })) } : {}),
    ...(term === undefined ? {} : { term: term && readPeriod(term) }),
    ...(zone ? { zone: knownZone(zone) } : {}),
    ...(renewal ? { renewal: { kind: renewal.kind, months: renewal.months ?? null, noticeDays: renewal.noticeDays ?? null } } : {}),
    ...(earlyTermination ? { earlyTermination: readEarlyTermination(earlyTermination) } : {}),
  };
}

function allTerms(terms: Partial<ContractTerms>): ContractTerms {
  const { name, parties } = terms;
  if (name === undefined || parties === undefined) throw new Refusal('INPUT_INVALID', 'A contract needs a `name` and `parties`. Nothing was done.');
  return {
    reference: null,
    term: null,
    zone: 'UTC',
    renewal: { kind: 'unknown', months: null, noticeDays: null },
    earlyTermination: { kind: 'unknown', reason: 'not stated' },
    ...terms,
    name,
    parties,
  };
}

function readEarlyTermination({ kind, share, reason }: EarlyTerminationInput): EarlyTermination {
  if (kind === 'unknown') return { kind, reason: reason ?? 'not stated' };
  if (kind !== 'share') return { kind };
  if (share === undefined || share === null || share < ZERO || share > ONE)
    throw new Refusal('INPUT_INVALID', 'A share of what remains lies between 0 and 1. Nothing was done.');
  return { kind, share: formatDecimal(share) };
}

function knownZone(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    throw new Refusal('INPUT_INVALID', `${zone} is no IANA time zone. Nothing was done.`);
  }
}
