import type { Entities, StoredFact } from '#read-store';

export interface HistorySubject {
  readonly seq: number;
  /** Type of the subject's node. */
  readonly type: string;
  readonly id: string;
}

export interface HistoryFact extends StoredFact {
  readonly subject: HistorySubject;
}

/** Facts of these subjects in recorded order, after position `after` (exclusive). */
export function historyOf(
  entities: Entities,
  subjects: readonly HistorySubject[],
  until: number,
  after: number,
  limit: number,
): readonly HistoryFact[] {
  const found = subjects.flatMap((subject) =>
    entities.factsBetween(subject.seq, after, until, limit).map((fact): HistoryFact => ({ subject, ...fact })),
  );
  return found.sort((a, b) => a.position - b.position).slice(0, limit);
}
