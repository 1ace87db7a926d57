import { accept, type Decider, type Decision, earliest, type Evidence, latest, reject, type UncertainInstant, type UncertainPeriod } from '#kernel';
import type { PartyRole } from './party.js';

export interface ContractParty {
  readonly partyId: string;
  readonly role: PartyRole;
}

/** What becomes due when the contract ends early: the rule is recorded here, the amount is settled per commitment. */
export type EarlyTermination =
  | { readonly kind: 'none' }
  | { readonly kind: 'all' }
  | { readonly kind: 'share'; readonly share: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface Renewal {
  readonly kind: 'none' | 'automatic' | 'option' | 'unknown';
  readonly months: number | null;
  readonly noticeDays: number | null;
}

export interface ContractTerms {
  readonly name: string;
  /** The identifier that the parties or the billing files use. */
  readonly reference: string | null;
  readonly parties: readonly ContractParty[];
  /** Null: the term is not known. */
  readonly term: UncertainPeriod | null;
  /** IANA zone in which the contract counts its days. */
  readonly zone: string;
  readonly renewal: Renewal;
  readonly earlyTermination: EarlyTermination;
}

interface Recorded {
  readonly effectiveAt: UncertainInstant;
  readonly evidence: readonly Evidence[];
}

export type ContractEvent =
  | ({ readonly type: 'ContractSigned'; readonly contractId: string; readonly terms: ContractTerms } & Recorded)
  | ({ readonly type: 'ContractAmended'; readonly contractId: string; readonly changes: Partial<ContractTerms>; readonly reason: string } & Recorded)
  | ({ readonly type: 'ContractRenewed'; readonly contractId: string; readonly until: UncertainInstant; readonly reason: string } & Recorded)
  | ({ readonly type: 'ContractTerminated'; readonly contractId: string; readonly reason: string } & Recorded);

export type ContractCommand =
  | ({ readonly type: 'SignContract'; readonly contractId: string; readonly terms: ContractTerms } & Recorded)
  | ({ readonly type: 'AmendContract'; readonly changes: Partial<ContractTerms>; readonly reason: string } & Recorded)
  | ({ readonly type: 'RenewContract'; readonly until: UncertainInstant; readonly reason: string } & Recorded)
  | ({ readonly type: 'TerminateContract'; readonly reason: string } & Recorded);

export interface ContractFact extends Recorded {
  readonly fact: number;
  readonly kind: 'signed' | 'amended' | 'renewed' | 'terminated';
  /** Of the signing all terms. */
  readonly changes: Partial<ContractTerms>;
}

export interface SignedContract {
  readonly status: 'signed' | 'terminated';
  readonly contractId: string;
  /** Every change applied as it was recorded: what the next command is judged by. `contractTermsAt` says what is in force when. */
  readonly terms: ContractTerms;
  readonly facts: readonly ContractFact[];
  readonly terminatedAt: UncertainInstant | null;
}

export type Contract = { readonly status: 'none' } | SignedContract;

export type ContractRejection =
  | { readonly code: 'CONTRACT_PARTY_UNKNOWN'; readonly partyId: string }
  | { readonly code: 'CONTRACT_EXISTS'; readonly contractId: string }
  | { readonly code: 'CONTRACT_NOT_FOUND' }
  | { readonly code: 'CONTRACT_TERMINATED'; readonly contractId: string }
  | { readonly code: 'CONTRACT_CHANGES_EMPTY' }
  | { readonly code: 'CONTRACT_NAME_EMPTY' }
  | { readonly code: 'CONTRACT_PARTIES_EMPTY' }
  | { readonly code: 'CONTRACT_TERM_END_BEFORE_START' }
  | { readonly code: 'CONTRACT_RENEWAL_NOT_LATER'; readonly contractId: string };

export const CONTRACT_REJECTIONS: Readonly<Record<ContractRejection['code'], string>> = {
  CONTRACT_PARTY_UNKNOWN: 'No such party in your organization. Nothing was recorded. Register it first, or look its id up with the `parties` query.',
  CONTRACT_EXISTS: 'A contract with this id stands already. Nothing was recorded. Use a new idempotency key for a new contract.',
  CONTRACT_NOT_FOUND: 'No such contract in your organization. Nothing was recorded. Look its id up with the `contracts` query.',
  CONTRACT_TERMINATED: 'The contract is terminated and takes no further change. Nothing was recorded. Sign a new one for what was agreed since.',
  CONTRACT_CHANGES_EMPTY: 'The command names no field to change. Nothing was recorded. Name at least one.',
  CONTRACT_NAME_EMPTY: 'A contract needs a name. Nothing was recorded. Give one.',
  CONTRACT_PARTIES_EMPTY: 'A contract stands between at least two parties. Nothing was recorded. Name another one.',
  CONTRACT_TERM_END_BEFORE_START:
    'The term ends before or when it starts. Nothing was recorded. Give a later end: intervals are half-open, [start, end).',
  CONTRACT_RENEWAL_NOT_LATER:
    'A renewal moves the end of the term to a later day, and this one does not. Nothing was recorded. Give a later day, or amend the term.',
};

type Outcome = Decision<ContractEvent, ContractRejection>;

export const contractDecider: Decider<Contract, ContractCommand, ContractEvent, ContractRejection> = {
  initialState: { status: 'none' },
  decide: (command, contract) => {
    if (command.type === 'SignContract') {
      if (contract.status !== 'none') return reject({ code: 'CONTRACT_EXISTS', contractId: contract.contractId });
      return validated(command.terms, accept({ ...command, type: 'ContractSigned' as const }));
    }
    if (contract.status === 'none') return reject({ code: 'CONTRACT_NOT_FOUND' });
    const { contractId } = contract;
    if (contract.status === 'terminated') return reject({ code: 'CONTRACT_TERMINATED', contractId });
    switch (command.type) {
      case 'AmendContract': {
        if (Object.values(command.changes).every((value) => value === undefined)) return reject({ code: 'CONTRACT_CHANGES_EMPTY' });
        return validated({ ...contract.terms, ...command.changes }, accept({ ...command, type: 'ContractAmended' as const, contractId }));
      }
      case 'RenewContract': {
        const end = contract.terms.term?.end ?? null;
        if (end !== null && latest(command.until) <= earliest(end)) return reject({ code: 'CONTRACT_RENEWAL_NOT_LATER', contractId });
        return accept({ ...command, type: 'ContractRenewed' as const, contractId });
      }
      case 'TerminateContract':
        return accept({ ...command, type: 'ContractTerminated' as const, contractId });
    }
  },
  evolve: (contract, event) => {
    if (event.type === 'ContractSigned') {
      const { contractId, terms } = event;
      return { status: 'signed', contractId, terms, facts: [fact(0, 'signed', terms, event)], terminatedAt: null };
    }
    if (contract.status === 'none') return contract;
    const next = contract.facts.length;
    switch (event.type) {
      case 'ContractAmended':
        return {
          ...contract,
          terms: { ...contract.terms, ...event.changes },
          facts: [...contract.facts, fact(next, 'amended', event.changes, event)],
        };
      case 'ContractRenewed': {
        const start = contract.terms.term?.start ?? { notBefore: null, notAfter: null };
        const changes = { term: { start, end: event.until } };
        return { ...contract, terms: { ...contract.terms, ...changes }, facts: [...contract.facts, fact(next, 'renewed', changes, event)] };
      }
      case 'ContractTerminated':
        return {
          ...contract,
          status: 'terminated',
          terminatedAt: event.effectiveAt,
          facts: [...contract.facts, fact(next, 'terminated', {}, event)],
        };
    }
  },
};

const fact = (number: number, kind: ContractFact['kind'], changes: Partial<ContractTerms>, { effectiveAt, evidence }: Recorded): ContractFact => ({
  fact: number,
  kind,
  changes,
  effectiveAt,
  evidence,
});

function validated(terms: ContractTerms, outcome: Outcome): Outcome {
  if (terms.name.trim() === '') return reject({ code: 'CONTRACT_NAME_EMPTY' });
  if (new Set(terms.parties.map(({ partyId }) => partyId)).size < 2) return reject({ code: 'CONTRACT_PARTIES_EMPTY' });
  const { term } = terms;
  if (term && term.end && latest(term.end) <= earliest(term.start)) return reject({ code: 'CONTRACT_TERM_END_BEFORE_START' });
  return outcome;
}
