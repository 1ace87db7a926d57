import { Inject, Injectable } from '@nestjs/common';
import { type CommandResult, type Decisions, EntityCommands } from '#event-store';
import { DECISIONS, LEDGER_ID } from '#platform';
import { partyDecider, type Party, type PartyCommand, type PartyEvent, type PartyRejection } from '../domain/party.js';
import { partyCodec } from '../wire/party.wire.js';

export type PartyOutcome = CommandResult<PartyEvent, PartyRejection>;

@Injectable()
export class Parties extends EntityCommands<Party, PartyCommand, PartyEvent, PartyRejection> {
  constructor(@Inject(DECISIONS) decisions: Decisions, @Inject(LEDGER_ID) ledger: string) {
    super(decisions, ledger, { kind: 'party', decider: partyDecider, codec: partyCodec, ruleVersion: 'party-1' });
  }

  /** The first of these that nobody registered, or null. */
  async firstUnknown(organization: string, parties: readonly { readonly partyId: string }[]): Promise<string | null> {
    for (const { partyId } of parties) if ((await this.state(organization, partyId)).status === 'none') return partyId;
    return null;
  }
}
