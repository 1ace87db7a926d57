import type { CarriedEvidence, Evidence, EvidenceVerdict, GrowingList, UncertainInstant } from '#kernel';
import type { AmountKind, NamedChanges, TermChanges, Terms } from './terms.js';

export type CommitmentEvent =
  | {
      readonly type: 'CommitmentMade';
      readonly commitmentId: string;
      readonly contractId: string;
      readonly provider: string;
      readonly effectiveAt: UncertainInstant;
      readonly terms: Terms;
      readonly evidence: readonly Evidence[];
    }
  | {
      readonly type: 'CommitmentAmended';
      readonly commitmentId: string;
      readonly effectiveAt: UncertainInstant;
      readonly changes: TermChanges;
      readonly reason: string;
      readonly evidence: readonly Evidence[];
    }
  | {
      readonly type: 'CommitmentCorrected';
      readonly commitmentId: string;
      readonly fact: number;
      readonly changes: TermChanges;
      readonly effectiveAt: UncertainInstant | null;
      readonly reason: string;
      readonly evidence: readonly Evidence[];
    }
  | {
      readonly type: 'CommitmentVoided';
      readonly commitmentId: string;
      readonly fact: number;
      readonly reason: string;
      readonly evidence: readonly Evidence[];
    }
  | {
      readonly type: 'CommitmentReclassified';
      readonly commitmentId: string;
      readonly kind: AmountKind;
      readonly effectiveAt: UncertainInstant | null;
      readonly reason: string;
      readonly evidence: readonly Evidence[];
    }
  | {
      readonly type: 'CommitmentCancelled';
      readonly commitmentId: string;
      readonly effectiveAt: UncertainInstant;
      readonly reason: string;
      readonly evidence: readonly Evidence[];
    }
  | {
      readonly type: 'CommitmentEvidenceAdded';
      readonly commitmentId: string;
      readonly fact: number;
      readonly evidence: readonly Evidence[];
      /** From when on it counts; absent: from always. */
      readonly effectiveAt?: UncertainInstant;
    }
  | {
      readonly type: 'CommitmentEvidenceStatusChanged';
      readonly commitmentId: string;
      readonly evidenceId: string;
      readonly status: EvidenceVerdict;
      readonly reason: string;
      /** From when on it counts; absent: from always. */
      readonly effectiveAt?: UncertainInstant;
    };

export type CommitmentCommand =
  | {
      readonly type: 'MakeCommitment';
      readonly commitmentId: string;
      readonly contractId: string;
      readonly provider: string;
      readonly effectiveAt: UncertainInstant;
      readonly terms: Terms;
      readonly evidence: readonly Evidence[];
    }
  | {
      readonly type: 'AmendCommitment';
      readonly effectiveAt: UncertainInstant;
      readonly changes: NamedChanges;
      readonly reason: string;
      readonly evidence: readonly Evidence[];
    }
  | {
      readonly type: 'CorrectCommitment';
      readonly fact: number;
      readonly changes: NamedChanges;
      readonly effectiveAt: UncertainInstant | null;
      readonly reason: string;
      readonly evidence: readonly Evidence[];
    }
  | { readonly type: 'VoidCommitment'; readonly fact: number; readonly reason: string; readonly evidence: readonly Evidence[] }
  | {
      readonly type: 'ReclassifyCommitment';
      readonly kind: AmountKind;
      readonly effectiveAt: UncertainInstant | null;
      readonly reason: string;
      readonly evidence: readonly Evidence[];
    }
  | { readonly type: 'CancelCommitment'; readonly effectiveAt: UncertainInstant; readonly reason: string; readonly evidence: readonly Evidence[] }
  | {
      readonly type: 'AddCommitmentEvidence';
      readonly fact: number;
      readonly evidence: readonly Evidence[];
      readonly effectiveAt?: UncertainInstant;
    }
  | {
      readonly type: 'ChangeCommitmentEvidence';
      readonly evidenceId: string;
      readonly status: EvidenceVerdict;
      readonly reason: string;
      /** From when on it counts; absent: from always. */
      readonly effectiveAt?: UncertainInstant;
    };

/** One binding fact: the making, an amendment, a reclassification or a cancellation, as corrected since. */
export interface Fact {
  /** Revision of the event that recorded it: what a correction or a void names. */
  readonly fact: number;
  readonly kind: 'made' | 'amended' | 'reclassified' | 'cancelled';
  readonly effectiveAt: UncertainInstant;
  readonly changes: TermChanges;
  readonly voided: boolean;
  readonly evidence: readonly CarriedEvidence[];
}

export type Commitment =
  | { readonly status: 'none' }
  | {
      readonly status: 'made' | 'voided';
      readonly commitmentId: string;
      readonly contractId: string;
      /** Party that provides. */
      readonly provider: string;
      readonly terms: Terms;
      readonly facts: GrowingList<Fact>;
      /** The terms with every amendment applied, kept so that a command need not fold the facts again. */
      readonly final: Terms;
      /** The fact that `final` applied last; null when there is only the making. */
      readonly latest: Fact | null;
      /** A cancellation stands. */
      readonly cancelled: boolean;
      /** Events folded so far: the next event's revision. */
      readonly events: number;
    };

export type MadeCommitment = Exclude<Commitment, { status: 'none' }>;
