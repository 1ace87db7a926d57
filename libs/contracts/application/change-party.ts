import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#event-store';
import type { CanonicalObject } from '#kernel';
import type { PartyCommand } from '../domain/party.js';
import { type PartyOutcome, Parties } from './parties.js';

/** The details of a party change: its name, the spellings in files, its roles. */
export class ChangeParty {
  constructor(
    readonly context: CommandContext,
    readonly partyId: string,
    readonly command: Extract<PartyCommand, { type: 'ChangeParty' }>,
    /** The caller's input as given: what "same key, same input" compares. */
    readonly input: CanonicalObject,
  ) {}
}

@CommandHandler(ChangeParty)
export class ChangePartyHandler implements ICommandHandler<ChangeParty, PartyOutcome> {
  constructor(private readonly parties: Parties) {}

  execute({ context, partyId, command, input }: ChangeParty): Promise<PartyOutcome> {
    return this.parties.execute(context, partyId, command, input);
  }
}
