import {
  envelopeInstant,
  evidenceFromJson,
  evidenceToJson,
  periodFromJson,
  periodToJson,
  schema,
  storedEvent,
  uncertainFromJson,
  uncertainToJson,
} from '#event-schema';
import type { EventCodec } from '#event-store';
import type { Json, JsonObject } from '#kernel';
import type { ContractEvent, ContractParty, ContractTerms, EarlyTermination, Renewal } from '../domain/contract.js';

export const CONTRACT_EVENTS = [
  storedEvent('ContractSigned', schema.ContractSignedSchema),
  storedEvent('ContractAmended', schema.ContractAmendedSchema),
  storedEvent('ContractRenewed', schema.ContractRenewedSchema),
  storedEvent('ContractTerminated', schema.ContractTerminatedSchema),
] as const;

/** Fields that are set; `unset` names those set to "not known" or "none", which absence must never mean. */
function termsToJson(terms: Partial<ContractTerms>): JsonObject {
  const { name, reference, parties, term, zone, renewal, earlyTermination } = terms;
  const unset = [...(reference === null ? ['reference'] : []), ...(term === null ? ['term'] : [])];
  return {
    name,
    reference: reference ?? undefined,
    parties: parties && { items: parties.map(({ partyId, role }) => ({ partyId, role })) },
    term: term ? periodToJson(term) : undefined,
    zone,
    renewal: renewal && { kind: renewal.kind, months: renewal.months ?? undefined, noticeDays: renewal.noticeDays ?? undefined },
    earlyTermination: earlyTermination && { ...earlyTermination },
    unset: unset.length > 0 ? unset : undefined,
  };
}

function termsFromJson(json: Json | undefined): Partial<ContractTerms> {
  const { name, reference, parties, term, zone, renewal, earlyTermination, unset } = json as {
    name?: string;
    reference?: string;
    parties?: { items?: ContractParty[] };
    term?: Json;
    zone?: string;
    renewal?: Partial<Renewal> & Pick<Renewal, 'kind'>;
    earlyTermination?: EarlyTermination;
    unset?: string[];
  };
  return {
    ...(name !== undefined && { name }),
    ...(reference !== undefined && { reference }),
    ...(unset?.includes('reference') && { reference: null }),
    ...(parties && { parties: parties.items ?? [] }),
    ...(term !== undefined && { term: periodFromJson(term) }),
    ...(unset?.includes('term') && { term: null }),
    ...(zone !== undefined && { zone }),
    ...(renewal && { renewal: { kind: renewal.kind, months: renewal.months ?? null, noticeDays: renewal.noticeDays ?? null } }),
    ...(earlyTermination && { earlyTermination }),
  };
}

function dataOf(event: ContractEvent): JsonObject {
  const { contractId } = event;
  const common = { contractId, effectiveAt: uncertainToJson(event.effectiveAt), evidence: event.evidence.map(evidenceToJson) };
  switch (event.type) {
    case 'ContractSigned':
      return { ...common, terms: termsToJson(event.terms) };
    case 'ContractAmended':
      return { ...common, changes: termsToJson(event.changes), reason: event.reason };
    case 'ContractRenewed':
      return { ...common, until: uncertainToJson(event.until), reason: event.reason };
    case 'ContractTerminated':
      return { ...common, reason: event.reason };
  }
}

export const contractCodec: EventCodec<ContractEvent> = {
  toStored: (event) => ({
    type: event.type,
    schemaVersion: 1,
    effectiveAt: envelopeInstant(event.effectiveAt),
    evidence: event.evidence.map(evidenceToJson),
    data: dataOf(event),
  }),
  fromStored: ({ type, data }) => {
    const {
      contractId,
      effectiveAt,
      evidence,
      terms,
      changes,
      until,
      reason = '',
    } = data as { contractId: string; effectiveAt: Json; evidence?: Json[]; terms?: Json; changes?: Json; until?: Json; reason?: string };
    const common = { contractId, evidence: (evidence ?? []).map(evidenceFromJson) };
    switch (type) {
      case 'ContractSigned':
        return { type, ...common, effectiveAt: uncertainFromJson(effectiveAt), terms: termsFromJson(terms) as ContractTerms };
      case 'ContractAmended':
        return { type, ...common, effectiveAt: uncertainFromJson(effectiveAt), changes: termsFromJson(changes), reason };
      case 'ContractRenewed':
        return { type, ...common, effectiveAt: uncertainFromJson(effectiveAt), until: uncertainFromJson(until), reason };
      case 'ContractTerminated':
        return { type, ...common, effectiveAt: uncertainFromJson(effectiveAt), reason };
      default:
        return null;
    }
  },
};
