import {
  accept,
  addEvidence,
  type CarriedEvidence,
  type Decider,
  type Decision,
  earliest,
  type Evidence,
  type EvidenceVerdict,
  judgeEvidence,
  latest,
  reject,
  type UncertainInstant,
  type UncertainPeriod,
} from '#kernel';
import type { ContractRejection } from './contract-rejections.js';
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

interface MoreEvidence {
  readonly fact: number;
  readonly evidence: readonly Evidence[];
  /** From when on it counts; absent: from always. */
  readonly effectiveAt?: UncertainInstant;
}

interface JudgedEvidence {
  readonly evidenceId: string;
  readonly status: EvidenceVerdict;
  readonly reason: string;
  /** From when on it counts; absent: from always. */
  readonly effectiveAt?: UncertainInstant;
}

export type ContractEvent =
  | ({ readonly type: 'ContractSigned'; readonly contractId: string; readonly terms: ContractTerms } & Recorded)
  | ({ readonly type: 'ContractAmended'; readonly contractId: string; readonly changes: Partial<ContractTerms>; readonly reason: string } & Recorded)
  | ({ readonly type: 'ContractRenewed'; readonly contractId: string; readonly until: UncertainInstant; readonly reason: string } & Recorded)
  | ({ readonly type: 'ContractTerminated'; readonly contractId: string; readonly reason: string } & Recorded)
  | ({ readonly type: 'ContractEvidenceAdded'; readonly contractId: string } & MoreEvidence)
  | ({ readonly type: 'ContractEvidenceStatusChanged'; readonly contractId: string } & JudgedEvidence);

export type ContractCommand =
  | ({ readonly type: 'SignContract'; readonly contractId: string; readonly terms: ContractTerms } & Recorded)
  | ({ readonly type: 'AmendContract'; readonly changes: Partial<ContractTerms>; readonly reason: string } & Recorded)
  | ({ readonly type: 'RenewContract'; readonly until: UncertainInstant; readonly reason: string } & Recorded)
  | ({ readonly type: 'TerminateContract'; readonly reason: string } & Recorded)
  | ({ readonly type: 'AddContractEvidence' } & MoreEvidence)
  | ({ readonly type: 'ChangeContractEvidence' } & JudgedEvidence);

export interface ContractFact extends Recorded {
  /** Revision of the event that recorded it: what evidence is added to. */
  readonly fact: number;
  readonly kind: 'signed' | 'amended' | 'renewed' | 'terminated';
  /** Of the signing all terms. */
  readonly changes: Partial<ContractTerms>;
  readonly evidence: readonly CarriedEvidence[];
}

export interface SignedContract {
  readonly status: 'signed' | 'terminated';
  readonly contractId: string;
  /** Every change applied as it was recorded: what the next command is judged by. `contractTermsAt` says what is in force when. */
  readonly terms: ContractTerms;
  readonly facts: readonly ContractFact[];
  readonly terminatedAt: UncertainInstant | null;
  /** Events folded so far: the next event's revision. */
  readonly events: number;
}

export type Contract = { readonly status: 'none' } | SignedContract;

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
    // What an ended contract rests on may still be found, doubted and confirmed.
    if (command.type === 'AddContractEvidence') return moreEvidence(command, contract);
    if (command.type === 'ChangeContractEvidence')
      return contract.facts.some(({ evidence }) => evidence.some(({ id }) => id === command.evidenceId))
        ? accept({ ...command, type: 'ContractEvidenceStatusChanged', contractId })
        : reject({ code: 'EVIDENCE_NOT_FOUND', evidenceId: command.evidenceId });
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
      return { status: 'signed', contractId, terms, facts: [fact(0, 'signed', terms, event)], terminatedAt: null, events: 1 };
    }
    return contract.status === 'none' ? contract : { ...evolved(contract, event), events: contract.events + 1 };
  },
};

function evolved(contract: SignedContract, event: Exclude<ContractEvent, { type: 'ContractSigned' }>): SignedContract {
  switch (event.type) {
    case 'ContractAmended':
      return { ...contract, terms: { ...contract.terms, ...event.changes }, facts: withFact(contract, 'amended', event.changes, event) };
    case 'ContractRenewed': {
      const start = contract.terms.term?.start ?? { notBefore: null, notAfter: null };
      const changes = { term: { start, end: event.until } };
      return { ...contract, terms: { ...contract.terms, ...changes }, facts: withFact(contract, 'renewed', changes, event) };
    }
    case 'ContractTerminated':
      return { ...contract, status: 'terminated', terminatedAt: event.effectiveAt, facts: withFact(contract, 'terminated', {}, event) };
    case 'ContractEvidenceAdded':
      return withEvidence(contract, (each) =>
        each.fact === event.fact ? addEvidence(each.evidence, event.evidence, event.effectiveAt) : each.evidence,
      );
    case 'ContractEvidenceStatusChanged':
      return withEvidence(contract, ({ evidence }) => judgeEvidence(evidence, event.evidenceId, event.status, event.effectiveAt));
  }
}

const withFact = ({ facts, events }: SignedContract, kind: ContractFact['kind'], changes: Partial<ContractTerms>, recorded: Recorded) => [
  ...facts,
  fact(events, kind, changes, recorded),
];

const withEvidence = (contract: SignedContract, evidenceOf: (fact: ContractFact) => readonly CarriedEvidence[]): SignedContract => ({
  ...contract,
  facts: contract.facts.map((each) => ({ ...each, evidence: evidenceOf(each) })),
});

function moreEvidence(command: Extract<ContractCommand, { type: 'AddContractEvidence' }>, { contractId, facts }: SignedContract): Outcome {
  if (!facts.some(({ fact: number }) => number === command.fact)) return reject({ code: 'FACT_NOT_FOUND', fact: command.fact });
  const known = new Set(facts.flatMap(({ evidence }) => evidence.map(({ id }) => id)));
  const repeated = command.evidence.find(({ id }) => known.has(id));
  if (repeated) return reject({ code: 'EVIDENCE_EXISTS', evidenceId: repeated.id });
  return accept({ ...command, type: 'ContractEvidenceAdded', contractId });
}

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
