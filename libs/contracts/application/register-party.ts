import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#event-store';
import type { CanonicalObject } from '#kernel';
import type { PartyCommand } from '../domain/party.js';
import { type PartyOutcome, Parties } from './parties.js';

/** An organisation that contracts name becomes known. */
export class RegisterParty {
  constructor(
    readonly context: CommandContext,
    readonly partyId: string,
    readonly command: Extract<PartyCommand, { type: 'RegisterParty' }>,
    /** The caller's input as given: what "same key, same input" compares. */
    readonly input: CanonicalObject,
  ) {}
}

@CommandHandler(RegisterParty)
export class RegisterPartyHandler implements ICommandHandler<RegisterParty, PartyOutcome> {
  constructor(private readonly parties: Parties) {}

  execute({ context, partyId, command, input }: RegisterParty): Promise<PartyOutcome> {
    return this.parties.execute(context, partyId, command, input);
  }
}
