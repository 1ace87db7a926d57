/** Every refusal of a contract command, in order of precedence: the first that applies is the answer. */
export type ContractRejection =
  | { readonly code: 'CONTRACT_PARTY_UNKNOWN'; readonly partyId: string }
  | { readonly code: 'CONTRACT_EXISTS'; readonly contractId: string }
  | { readonly code: 'CONTRACT_NOT_FOUND' }
  | { readonly code: 'FACT_NOT_FOUND'; readonly fact: number }
  | { readonly code: 'EVIDENCE_NOT_FOUND'; readonly evidenceId: string }
  | { readonly code: 'EVIDENCE_EXISTS'; readonly evidenceId: string }
  | { readonly code: 'CONTRACT_TERMINATED'; readonly contractId: string }
  | { readonly code: 'CONTRACT_CHANGES_EMPTY' }
  | { readonly code: 'CONTRACT_NAME_EMPTY' }
  | { readonly code: 'CONTRACT_PARTIES_EMPTY' }
  | { readonly code: 'CONTRACT_TERM_END_BEFORE_START' }
  | { readonly code: 'CONTRACT_RENEWAL_NOT_LATER'; readonly contractId: string };

/** Code → what it means and what to do next: the catalogue's rows. */
export const CONTRACT_REJECTIONS: Readonly<Record<ContractRejection['code'], string>> = {
  CONTRACT_PARTY_UNKNOWN: 'No such party in your organization. Nothing was recorded. Register it first, or look its id up with the `parties` query.',
  CONTRACT_EXISTS: 'A contract with this id stands already. Nothing was recorded. Use a new idempotency key for a new contract.',
  CONTRACT_NOT_FOUND: 'No such contract in your organization. Nothing was recorded. Look its id up with the `contracts` query.',
  FACT_NOT_FOUND: 'The contract has no such fact that rests on evidence. Nothing was recorded. Its history lists the facts with their numbers.',
  EVIDENCE_NOT_FOUND: 'No evidence with this id stands on the contract. Nothing was recorded. Look its id up in the `evidence` of the contract.',
  EVIDENCE_EXISTS: 'Evidence with this id stands already. Nothing was recorded. Use a new idempotency key for a new item.',
  CONTRACT_TERMINATED: 'The contract is terminated and takes no further change. Nothing was recorded. Sign a new one for what was agreed since.',
  CONTRACT_CHANGES_EMPTY: 'The command names no field to change. Nothing was recorded. Name at least one.',
  CONTRACT_NAME_EMPTY: 'A contract needs a name. Nothing was recorded. Give one.',
  CONTRACT_PARTIES_EMPTY: 'A contract stands between at least two parties. Nothing was recorded. Name another one.',
  CONTRACT_TERM_END_BEFORE_START:
    'The term ends before or when it starts. Nothing was recorded. Give a later end: intervals are half-open, [start, end).',
  CONTRACT_RENEWAL_NOT_LATER:
    'A renewal moves the end of the term to a later day, and this one does not. Nothing was recorded. Give a later day, or amend the term.',
};
