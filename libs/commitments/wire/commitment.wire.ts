import { envelopeInstant, evidenceFromJson, evidenceToJson, schema, storedEvent, uncertainFromJson, uncertainToJson } from '#event-schema';
import type { EventCodec } from '#event-store';
import type { EvidenceVerdict, Json, JsonObject } from '#kernel';
import type { CommitmentEvent } from '../domain/commitment.js';
import type { AmountKind, Terms } from '../domain/terms.js';
import { changesFromJson, changesToJson } from './terms.wire.js';

export const COMMITMENT_EVENTS = [
  storedEvent('CommitmentMade', schema.CommitmentMadeSchema),
  storedEvent('CommitmentAmended', schema.CommitmentAmendedSchema),
  storedEvent('CommitmentCorrected', schema.CommitmentCorrectedSchema),
  storedEvent('CommitmentVoided', schema.CommitmentVoidedSchema),
  storedEvent('CommitmentReclassified', schema.CommitmentReclassifiedSchema),
  storedEvent('CommitmentCancelled', schema.CommitmentCancelledSchema),
  storedEvent('CommitmentEvidenceAdded', schema.CommitmentEvidenceAddedSchema),
  storedEvent('CommitmentEvidenceStatusChanged', schema.CommitmentEvidenceStatusChangedSchema),
] as const;

function dataOf(event: CommitmentEvent, evidence: readonly JsonObject[] | undefined): JsonObject {
  const { commitmentId } = event;
  const effectiveAt = 'effectiveAt' in event && event.effectiveAt ? uncertainToJson(event.effectiveAt) : undefined;
  const common = { commitmentId, effectiveAt, evidence };
  switch (event.type) {
    case 'CommitmentMade':
      return { ...common, contractId: event.contractId, provider: event.provider, terms: changesToJson(event.terms) };
    case 'CommitmentAmended':
      return { changes: changesToJson(event.changes), commitmentId, effectiveAt, evidence, reason: event.reason };
    case 'CommitmentCorrected':
      return { ...common, fact: event.fact, changes: changesToJson(event.changes), reason: event.reason };
    case 'CommitmentVoided':
      return { ...common, fact: event.fact, reason: event.reason };
    case 'CommitmentReclassified':
      return { ...common, kind: event.kind, reason: event.reason };
    case 'CommitmentCancelled':
      return { ...common, reason: event.reason };
    case 'CommitmentEvidenceAdded':
      return { ...common, fact: event.fact };
    case 'CommitmentEvidenceStatusChanged':
      return { commitmentId, effectiveAt, evidenceId: event.evidenceId, status: event.status, reason: event.reason };
  }
}

interface Stored {
  readonly commitmentId: string;
  readonly contractId: string;
  readonly provider: string;
  readonly effectiveAt?: Json;
  readonly evidence?: readonly Json[];
  readonly terms?: Json;
  readonly changes?: Json;
  readonly fact?: number;
  readonly kind?: AmountKind;
  readonly reason?: string;
  readonly evidenceId?: string;
  readonly status?: EvidenceVerdict;
}

export const commitmentCodec: EventCodec<CommitmentEvent> = {
  toStored: (event) => {
    const evidence = 'evidence' in event ? event.evidence.map(evidenceToJson) : undefined;
    const effectiveAt = 'effectiveAt' in event && event.effectiveAt ? envelopeInstant(event.effectiveAt) : null;
    return { type: event.type, schemaVersion: 1, effectiveAt, evidence: evidence ?? [], data: dataOf(event, evidence) };
  },
  fromStored: ({ type, data }) => {
    const stored = data as unknown as Stored;
    const { commitmentId, fact = 0, reason = '' } = stored;
    const evidence = (stored.evidence ?? []).map(evidenceFromJson);
    const effectiveAt = stored.effectiveAt === undefined ? null : uncertainFromJson(stored.effectiveAt);
    const binding = effectiveAt ?? { notBefore: null, notAfter: null };
    switch (type) {
      case 'CommitmentMade':
        return {
          type,
          commitmentId,
          contractId: stored.contractId,
          provider: stored.provider,
          effectiveAt: binding,
          terms: changesFromJson(stored.terms) as Terms,
          evidence,
        };
      case 'CommitmentAmended':
        return { type, commitmentId, effectiveAt: binding, changes: changesFromJson(stored.changes), reason, evidence };
      case 'CommitmentCorrected':
        return { type, commitmentId, fact, effectiveAt, changes: changesFromJson(stored.changes), reason, evidence };
      case 'CommitmentVoided':
        return { type, commitmentId, fact, reason, evidence };
      case 'CommitmentReclassified':
        return { type, commitmentId, kind: stored.kind as AmountKind, effectiveAt, reason, evidence };
      case 'CommitmentCancelled':
        return { type, commitmentId, effectiveAt: binding, reason, evidence };
      case 'CommitmentEvidenceAdded':
        return { type, commitmentId, fact, evidence, ...(effectiveAt && { effectiveAt }) };
      case 'CommitmentEvidenceStatusChanged':
        return {
          type,
          commitmentId,
          evidenceId: stored.evidenceId ?? '',
          status: stored.status ?? 'REPORTED',
          reason,
          ...(effectiveAt && { effectiveAt }),
        };
      default:
        return null;
    }
  },
};
