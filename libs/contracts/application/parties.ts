import { Inject, Injectable } from '@nestjs/common';
import type { CommandContext, CommandResult, Decisions } from '#event-store';
import type { JsonObject } from '#kernel';
import { DECISIONS, LEDGER_ID } from '#platform';
import { partyDecider, type Party, type PartyCommand, type PartyEvent, type PartyRejection } from '../domain/party.js';
import { partyCodec } from '../wire/party.wire.js';

export type PartyOutcome = CommandResult<PartyEvent, PartyRejection>;

/** What every party command needs: its stream, read, decided and appended to, once for each key. */
@Injectable()
export class Parties {
  constructor(
    @Inject(DECISIONS) private readonly decisions: Decisions,
    @Inject(LEDGER_ID) private readonly ledger: string,
  ) {}

  execute(context: CommandContext, id: string, command: PartyCommand, input: JsonObject): Promise<PartyOutcome> {
    const target = this.stream(context.organization, id);
    return this.decisions.execute({
      context,
      commandType: command.type,
      target,
      input,
      decider: partyDecider,
      codec: partyCodec,
      command,
      ruleVersion: 'party-1',
    });
  }

  async state(organization: string, id: string): Promise<Party> {
    return (await this.decisions.load(this.stream(organization, id), partyDecider, partyCodec)).state;
  }

  private stream(organization: string, id: string): string {
    return `${this.ledger}.${organization}.party-${id}`;
  }
}
