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
import type { EvidenceVerdict, Json, JsonObject } from '#kernel';
import type { ContractEvent, ContractParty, ContractTerms, EarlyTermination, Renewal } from '../domain/contract.js';

export const CONTRACT_EVENTS = [
  storedEvent('ContractSigned', schema.ContractSignedSchema),
  storedEvent('ContractAmended', schema.ContractAmendedSchema),
  storedEvent('ContractRenewed', schema.ContractRenewedSchema),
  storedEvent('ContractTerminated', schema.ContractTerminatedSchema),
  storedEvent('ContractEvidenceAdded', schema.ContractEvidenceAddedSchema),
  storedEvent('ContractEvidenceStatusChanged', schema.ContractEvidenceStatusChangedSchema),
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

function dataOf(event: ContractEvent, evidence: readonly JsonObject[] | undefined): JsonObject {
  const { contractId } = event;
  const effectiveAt = event.effectiveAt && uncertainToJson(event.effectiveAt);
  const common = { contractId, effectiveAt, evidence };
  switch (event.type) {
    case 'ContractSigned':
      return { ...common, terms: termsToJson(event.terms) };
    case 'ContractAmended':
      return { ...common, changes: termsToJson(event.changes), reason: event.reason };
    case 'ContractRenewed':
      return { ...common, until: uncertainToJson(event.until), reason: event.reason };
    case 'ContractTerminated':
      return { ...common, reason: event.reason };
    case 'ContractEvidenceAdded':
      return { ...common, fact: event.fact };
    case 'ContractEvidenceStatusChanged':
      return { ...common, evidenceId: event.evidenceId, status: event.status, reason: event.reason };
  }
}

export const contractCodec: EventCodec<ContractEvent> = {
  toStored: (event) => {
    const evidence = 'evidence' in event ? event.evidence.map(evidenceToJson) : undefined;
    const effectiveAt = event.effectiveAt ? envelopeInstant(event.effectiveAt) : null;
    return { type: event.type, schemaVersion: 1, effectiveAt, evidence: evidence ?? [], data: dataOf(event, evidence) };
  },
  fromStored: ({ type, data }) => {
    const { contractId, terms, changes, until, reason = '', fact = 0, evidenceId = '', status = 'REPORTED', ...stored } = data as unknown as Stored;
    const effectiveAt = stored.effectiveAt === undefined ? null : uncertainFromJson(stored.effectiveAt);
    const dated = effectiveAt && { effectiveAt };
    const common = {
      contractId,
      effectiveAt: effectiveAt ?? { notBefore: null, notAfter: null },
      evidence: (stored.evidence ?? []).map(evidenceFromJson),
    };
    switch (type) {
      case 'ContractSigned':
        return { type, ...common, terms: termsFromJson(terms) as ContractTerms };
      case 'ContractAmended':
        return { type, ...common, changes: termsFromJson(changes), reason };
      case 'ContractRenewed':
        return { type, ...common, until: uncertainFromJson(until), reason };
      case 'ContractTerminated':
        return { type, ...common, reason };
      case 'ContractEvidenceAdded':
        return { type, contractId, fact, evidence: common.evidence, ...dated };
      case 'ContractEvidenceStatusChanged':
        return { type, contractId, evidenceId, status, reason, ...dated };
      default:
        return null;
    }
  },
};

interface Stored {
  readonly contractId: string;
  readonly effectiveAt?: Json;
  readonly evidence?: readonly Json[];
  readonly terms?: Json;
  readonly changes?: Json;
  readonly until?: Json;
  readonly reason?: string;
  readonly fact?: number;
  readonly evidenceId?: string;
  readonly status?: EvidenceVerdict;
}
