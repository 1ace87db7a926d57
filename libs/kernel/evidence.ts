export const EVIDENCE_STATUSES = ['REPORTED', 'CONFIRMED', 'DISPUTED'] as const;
export type EvidenceStatus = (typeof EVIDENCE_STATUSES)[number];

/** Where a fact comes from. The document itself stays outside the ledger; its digest names it. */
export interface Evidence {
  readonly id: string;
  /** Name of the document. */
  readonly document: string;
  /** Lower-case hexadecimal SHA-256 of the document's bytes. */
  readonly sha256: string | null;
  readonly uri: string | null;
  /** The words that say it. */
  readonly quotation: string | null;
  readonly status: EvidenceStatus;
}
