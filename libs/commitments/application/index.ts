import { AddCommitmentEvidenceHandler } from './add-commitment-evidence.js';
import { AmendCommitmentHandler, AmendCommitmentsHandler } from './amend-commitment.js';
import { CancelCommitmentHandler } from './cancel-commitment.js';
import { ChangeCommitmentEvidenceHandler } from './change-commitment-evidence.js';
import { Commitments } from './commitments.js';
import { CorrectCommitmentHandler } from './correct-commitment.js';
import { MakeCommitmentHandler } from './make-commitment.js';
import { Nesting } from './nesting.js';
import { ReclassifyCommitmentHandler } from './reclassify-commitment.js';
import { VoidCommitmentHandler } from './void-commitment.js';

export const COMMITMENT_HANDLERS = [
  Commitments,
  Nesting,
  MakeCommitmentHandler,
  AmendCommitmentHandler,
  AmendCommitmentsHandler,
  CorrectCommitmentHandler,
  VoidCommitmentHandler,
  ReclassifyCommitmentHandler,
  CancelCommitmentHandler,
  AddCommitmentEvidenceHandler,
  ChangeCommitmentEvidenceHandler,
];
export * from './add-commitment-evidence.js';
export * from './amend-commitment.js';
export * from './cancel-commitment.js';
export * from './change-commitment-evidence.js';
export * from './commitments.js';
export * from './correct-commitment.js';
export * from './make-commitment.js';
export * from './reclassify-commitment.js';
export * from './void-commitment.js';
