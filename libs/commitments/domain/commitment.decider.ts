import { accept, addEvidence, type Decider, type Decision, GrowingList, judgeEvidence, reject, type UncertainInstant } from '#kernel';
import type { Commitment, CommitmentCommand, CommitmentEvent, Fact, MadeCommitment } from './commitment.js';
import type { CommitmentRejection } from './rejections.js';
import { changedMeasure, type NamedChanges, type Schedule, type TermChanges, type Terms } from './terms.js';
import { applyChanges, correctChanges, finalTerms, laterFacts, sortsAfter } from './timeline.js';
import { firstTwice, validateTerms } from './validate-terms.js';

type Outcome = Decision<CommitmentEvent, CommitmentRejection>;

export const commitmentDecider: Decider<Commitment, CommitmentCommand, CommitmentEvent, CommitmentRejection> = {
  initialState: { status: 'none' },
  decide: (command, commitment) => {
    if (command.type === 'MakeCommitment') return make(command, commitment);
    if (commitment.status === 'none') return reject({ code: 'COMMITMENT_NOT_FOUND' });
    if (commitment.status === 'voided') return reject({ code: 'COMMITMENT_VOIDED', commitmentId: commitment.commitmentId });
    switch (command.type) {
      case 'AmendCommitment':
        return amend(command, commitment);
      case 'CorrectCommitment':
        return correct(command, commitment);
      case 'VoidCommitment':
        return withdraw(command, commitment);
      case 'ReclassifyCommitment':
        return accept({ ...command, type: 'CommitmentReclassified', commitmentId: commitment.commitmentId });
      case 'CancelCommitment':
        return commitment.cancelled
          ? reject({ code: 'COMMITMENT_CANCELLED', commitmentId: commitment.commitmentId })
          : accept({ ...command, type: 'CommitmentCancelled', commitmentId: commitment.commitmentId });
      case 'AddCommitmentEvidence':
        return moreEvidence(command, commitment);
      case 'ChangeCommitmentEvidence':
        return allEvidence(commitment).some(({ id }) => id === command.evidenceId)
          ? accept({ ...command, type: 'CommitmentEvidenceStatusChanged', commitmentId: commitment.commitmentId })
          : reject({ code: 'EVIDENCE_NOT_FOUND', evidenceId: command.evidenceId });
    }
  },
  evolve: (commitment, event) => {
    if (event.type === 'CommitmentMade') return made(event);
    if (commitment.status === 'none') return commitment;
    if (event.type === 'CommitmentAmended') return withFact(commitment, 'amended', event.effectiveAt, event.changes, event.evidence);
    return { ...applyEvent(commitment, event), events: commitment.events + 1 };
  },
};

function make(command: Extract<CommitmentCommand, { type: 'MakeCommitment' }>, commitment: Commitment): Outcome {
  if (commitment.status !== 'none') return reject({ code: 'COMMITMENT_EXISTS', commitmentId: commitment.commitmentId });
  const broken = validateTerms(command.terms, command.commitmentId);
  return broken ? reject(broken) : accept({ ...command, type: 'CommitmentMade' });
}

function amend(command: Extract<CommitmentCommand, { type: 'AmendCommitment' }>, commitment: MadeCommitment): Outcome {
  if (commitment.cancelled) return reject({ code: 'COMMITMENT_CANCELLED', commitmentId: commitment.commitmentId });
  const changes = inFull(command.changes, commitment.final);
  if (changes === null) return reject(incomplete(command.changes));
  const broken = validateChanges(changes, commitment.final, commitment.commitmentId);
  if (broken) return reject(broken);
  const { effectiveAt, reason, evidence } = command;
  return accept({ type: 'CommitmentAmended', commitmentId: commitment.commitmentId, effectiveAt, changes, reason, evidence });
}

function correct(command: Extract<CommitmentCommand, { type: 'CorrectCommitment' }>, commitment: MadeCommitment): Outcome {
  const fact = findFact(commitment, command.fact);
  if ('code' in fact) return reject(fact);
  // A cancellation has a date and no terms.
  if (fact.kind === 'cancelled' && !isEmptyChange(command.changes)) return reject({ code: 'FACT_NOT_CORRECTABLE', fact: command.fact });
  const base = fact.kind === 'made' ? commitment.terms : applyChanges(commitment.terms, fact.changes);
  const changes = inFull(command.changes, base);
  if (changes === null) return reject(incomplete(command.changes));
  const corrects = accept({ ...command, type: 'CommitmentCorrected' as const, commitmentId: commitment.commitmentId, changes });
  if (isEmptyChange(changes) && command.effectiveAt !== null) return corrects;
  const broken = validateChanges(changes, base, commitment.commitmentId);
  if (broken) return reject(broken);
  // What the other amendments make of the corrected terms must hold as well.
  const corrected = correctFact(commitment, command.fact, changes, command.effectiveAt);
  const brokenLater = validateTerms(corrected.final, commitment.commitmentId);
  return brokenLater ? reject(brokenLater) : corrects;
}

function withdraw(command: Extract<CommitmentCommand, { type: 'VoidCommitment' }>, commitment: MadeCommitment): Outcome {
  const fact = findFact(commitment, command.fact);
  return 'code' in fact ? reject(fact) : accept({ ...command, type: 'CommitmentVoided', commitmentId: commitment.commitmentId });
}

function moreEvidence(command: Extract<CommitmentCommand, { type: 'AddCommitmentEvidence' }>, commitment: MadeCommitment): Outcome {
  const fact = findFact(commitment, command.fact);
  if ('code' in fact) return reject(fact);
  const known = new Set(allEvidence(commitment).map(({ id }) => id));
  const repeated = command.evidence.find(({ id }) => known.has(id));
  if (repeated) return reject({ code: 'EVIDENCE_EXISTS', evidenceId: repeated.id });
  return accept({ ...command, type: 'CommitmentEvidenceAdded', commitmentId: commitment.commitmentId });
}

/** The changes with their measure whole: of one that is named in part the rest is that of `base`. Null: it isn't told, and `base` has none. */
function inFull(changes: NamedChanges, base: Terms): TermChanges | null {
  const { measure } = changes;
  if (measure === undefined) return changes as TermChanges;
  const whole = changedMeasure(measure, base.measure);
  return whole && { ...changes, measure: whole };
}

const incomplete = ({ measure }: NamedChanges): CommitmentRejection => ({
  code: 'MEASURE_INCOMPLETE',
  category: measure?.kind === 'quantity' ? 'Usage' : 'Spend',
});

function validateChanges(changes: TermChanges, base: Terms, commitmentId: string): CommitmentRejection | null {
  if (isEmptyChange(changes)) return { code: 'CHANGES_EMPTY' };
  const missing = changes.trancheAmounts && firstMissing(changes.trancheAmounts, changes.schedule ?? base.schedule);
  if (missing) return { code: 'TRANCHE_NOT_FOUND', tranche: missing.id };
  // Which of the two was meant cannot be told, and taking the last would be a guess about money.
  const twice = changes.trancheAmounts && changes.trancheAmounts.length > 1 ? firstTwice(changes.trancheAmounts) : undefined;
  if (twice) return { code: 'TRANCHE_AMOUNT_TWICE', tranche: twice.id };
  return validateTerms(applyChanges(base, changes), commitmentId);
}

function firstMissing(amounts: readonly { readonly id: string }[], schedule: Schedule): { readonly id: string } | undefined {
  const ids = new Set<string>();
  if (schedule.kind === 'tranches') for (const { id } of schedule.tranches) ids.add(id);
  return amounts.find(({ id }) => !ids.has(id));
}

function isEmptyChange(changes: NamedChanges): boolean {
  for (const field in changes) if (changes[field as keyof NamedChanges] !== undefined) return false;
  return true;
}

const allEvidence = ({ facts }: MadeCommitment) => facts.toArray().flatMap(({ evidence }) => evidence);

function findFact(commitment: MadeCommitment, number: number): Fact | CommitmentRejection {
  if (!Number.isInteger(number) || number < 0 || number >= commitment.events) return { code: 'FACT_NOT_FOUND', fact: number };
  const fact = commitment.facts.find((candidate) => candidate.fact === number);
  if (!fact) return { code: 'FACT_NOT_CORRECTABLE', fact: number };
  return fact.voided ? { code: 'FACT_VOIDED', fact: number } : fact;
}

function made(event: Extract<CommitmentEvent, { type: 'CommitmentMade' }>): MadeCommitment {
  const fact: Fact = { fact: 0, kind: 'made', effectiveAt: event.effectiveAt, changes: {}, voided: false, evidence: event.evidence };
  const { commitmentId, contractId, provider, terms } = event;
  const facts = GrowingList.of(fact);
  return { status: 'made', commitmentId, contractId, provider, terms, facts, final: terms, latest: null, cancelled: false, events: 1 };
}

function applyEvent(commitment: MadeCommitment, event: Exclude<CommitmentEvent, { type: 'CommitmentMade' | 'CommitmentAmended' }>): MadeCommitment {
  switch (event.type) {
    case 'CommitmentReclassified': {
      const effectiveAt = event.effectiveAt ?? (commitment.facts.at(0) as Fact).effectiveAt;
      return withFact(commitment, 'reclassified', effectiveAt, { kind: event.kind }, event.evidence);
    }
    case 'CommitmentCancelled':
      return withFact(commitment, 'cancelled', event.effectiveAt, {}, event.evidence);
    case 'CommitmentCorrected':
      return withEvidence(correctFact(commitment, event.fact, event.changes, event.effectiveAt), event.fact, event.evidence);
    case 'CommitmentVoided':
      return {
        ...changeFact(commitment, event.fact, (fact) => ({ ...fact, voided: true })),
        status: event.fact === 0 ? 'voided' : commitment.status,
      };
    case 'CommitmentEvidenceAdded':
      return withEvidence(commitment, event.fact, event.evidence, event.effectiveAt);
    case 'CommitmentEvidenceStatusChanged': {
      const { evidenceId, status, effectiveAt } = event;
      const judged = (fact: Fact): Fact => ({ ...fact, evidence: judgeEvidence(fact.evidence, evidenceId, status, effectiveAt) });
      return { ...commitment, facts: commitment.facts.map(judged) };
    }
  }
}

/** Counts the event already, and names what it copies: on the path of every amendment, where a spread is a call of its own. */
function withFact(
  commitment: MadeCommitment,
  kind: Fact['kind'],
  effectiveAt: Fact['effectiveAt'],
  changes: TermChanges,
  evidence: Fact['evidence'],
): MadeCommitment {
  const fact: Fact = { fact: commitment.events, kind, effectiveAt, changes, voided: false, evidence };
  const facts = commitment.facts.add(fact);
  const events = commitment.events + 1;
  if (commitment.latest !== null && !sortsAfter(fact, commitment.latest)) return refinal({ ...commitment, facts, events });
  const { status, commitmentId, contractId, provider, terms } = commitment;
  const final = applyChanges(commitment.final, changes);
  const cancelled = commitment.cancelled || kind === 'cancelled';
  return { status, commitmentId, contractId, provider, terms, facts, final, latest: fact, cancelled, events };
}

function refinal(commitment: MadeCommitment): MadeCommitment {
  const later = laterFacts(commitment);
  const cancelled = later.some(({ kind }) => kind === 'cancelled');
  return { ...commitment, final: finalTerms(commitment).terms, latest: later.at(-1) ?? null, cancelled };
}

const changeFact = (commitment: MadeCommitment, number: number, change: (fact: Fact) => Fact): MadeCommitment =>
  refinal({ ...commitment, facts: commitment.facts.map((fact) => (fact.fact === number ? change(fact) : fact)) });

const withEvidence = (commitment: MadeCommitment, number: number, evidence: Fact['evidence'], since?: UncertainInstant): MadeCommitment =>
  evidence.length === 0 ? commitment : changeFact(commitment, number, (fact) => ({ ...fact, evidence: addEvidence(fact.evidence, evidence, since) }));

function correctFact(commitment: MadeCommitment, number: number, changes: TermChanges, effectiveAt: Fact['effectiveAt'] | null): MadeCommitment {
  const corrected = changeFact(commitment, number, (fact) => ({
    ...fact,
    effectiveAt: effectiveAt ?? fact.effectiveAt,
    changes: fact.kind === 'made' ? fact.changes : correctChanges(fact.changes, changes),
  }));
  return number === 0 ? refinal({ ...corrected, terms: applyChanges(commitment.terms, changes) }) : corrected;
}
