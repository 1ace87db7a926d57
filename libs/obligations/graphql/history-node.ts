import { evidenceFromJson, uncertainFromJson } from '#event-schema';
import { canonicalJson, type Instant, type Json } from '#kernel';
import type { CallContext } from '#platform/graphql';
import type { HistoryFact } from '../read/history.js';
import type { HistoryEntryType } from './types.js';

/** One fact as a caller sees it: the stored data as it is, ids inside it included. */
export function historyEntry(
  { subject, revision, position, recordedAt, actor, onBehalfOf, type, data }: HistoryFact,
  context: CallContext,
): HistoryEntryType {
  const { effectiveAt, reason, evidence } = data as { effectiveAt?: Json; reason?: string; evidence?: Json[] };
  return {
    fact: revision,
    type,
    subject: context.nodeId(subject.type, subject.id),
    effectiveAt: effectiveAt === undefined ? null : uncertainFromJson(effectiveAt),
    recordedAt: recordedAt as Instant,
    actor,
    onBehalfOf,
    reason: reason ?? null,
    evidence: (evidence ?? []).map(evidenceFromJson),
    data: canonicalJson(data),
    get position() {
      return context.seal('position', `${position}`);
    },
  };
}
