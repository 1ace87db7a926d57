import { accept, type Decider, reject } from '#kernel';

export const PARTY_ROLES = ['buyer', 'provider', 'lessor', 'financier', 'programme-member'] as const;
export type PartyRole = (typeof PARTY_ROLES)[number];

/** An organisation that contracts name. `names` are the spellings by which billing files name it. */
export interface PartyDetails {
  readonly name: string;
  readonly names: readonly string[];
  readonly roles: readonly PartyRole[];
}

export type PartyEvent =
  | ({ readonly type: 'PartyRegistered'; readonly partyId: string } & PartyDetails)
  | ({ readonly type: 'PartyChanged'; readonly partyId: string; readonly reason: string } & PartyDetails);

export type PartyCommand =
  | ({ readonly type: 'RegisterParty'; readonly partyId: string } & PartyDetails)
  | ({ readonly type: 'ChangeParty'; readonly reason: string } & PartyDetails);

export type Party = { readonly status: 'none' } | ({ readonly status: 'registered'; readonly partyId: string } & PartyDetails);

export type PartyRejection =
  { readonly code: 'PARTY_EXISTS'; readonly partyId: string } | { readonly code: 'PARTY_NOT_FOUND' } | { readonly code: 'PARTY_NAME_EMPTY' };

export const PARTY_REJECTIONS: Readonly<Record<PartyRejection['code'], string>> = {
  PARTY_EXISTS: 'A party with this id stands already. Nothing was recorded. Use a new idempotency key for a new party.',
  PARTY_NOT_FOUND: 'No such party in your organization. Nothing was recorded. Look its id up with the `parties` query.',
  PARTY_NAME_EMPTY: 'A party needs a name, and none of its other names may be empty. Nothing was recorded. Fill the empty one in or leave it out.',
};

export const partyDecider: Decider<Party, PartyCommand, PartyEvent, PartyRejection> = {
  initialState: { status: 'none' },
  decide: (command, party) => {
    if (command.type === 'RegisterParty' && party.status !== 'none') return reject({ code: 'PARTY_EXISTS', partyId: party.partyId });
    if (command.type === 'ChangeParty' && party.status === 'none') return reject({ code: 'PARTY_NOT_FOUND' });
    if (command.name.trim() === '' || command.names.some((name) => name.trim() === '')) return reject({ code: 'PARTY_NAME_EMPTY' });
    if (command.type === 'RegisterParty') return accept({ ...command, type: 'PartyRegistered' as const });
    const partyId = party.status === 'none' ? '' : party.partyId;
    return accept({ ...command, type: 'PartyChanged' as const, partyId });
  },
  evolve: (party, event) => {
    const { name, names, roles } = event;
    if (event.type === 'PartyRegistered') return { status: 'registered', partyId: event.partyId, name, names, roles };
    return party.status === 'none' ? party : { ...party, name, names, roles };
  },
};

/** The spellings under which a billing file may name the party: its own name counts too. */
export const spellings = (party: PartyDetails): readonly string[] => [...new Set([party.name, ...party.names])];
