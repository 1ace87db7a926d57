import { schema, storedEvent } from '#event-schema';
import type { EventCodec } from '#event-store';
import type { PartyEvent, PartyRole } from '../domain/party.js';

export const PARTY_EVENTS = [
  storedEvent('PartyRegistered', schema.PartyRegisteredSchema),
  storedEvent('PartyChanged', schema.PartyChangedSchema),
] as const;

export const partyCodec: EventCodec<PartyEvent> = {
  toStored: ({ type, ...data }) => ({ type, schemaVersion: 1, effectiveAt: null, data: { ...data } }),
  fromStored: ({ type, data }) => {
    const { partyId, name, names, roles, reason } = data as { partyId: string; name: string; names?: string[]; roles?: PartyRole[]; reason?: string };
    const details = { partyId, name, names: names ?? [], roles: roles ?? [] };
    switch (type) {
      case 'PartyRegistered':
        return { type, ...details };
      case 'PartyChanged':
        return { type, ...details, reason: reason ?? '' };
      default:
        return null;
    }
  },
};
