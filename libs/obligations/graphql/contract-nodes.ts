import { contractEvidenceAt, type ContractTerms, contractTermsAt, type SignedContract } from '#contracts/domain';
import type { AnsweredAtType } from '#platform/graphql';
import type { Known, KnownParty } from '../read/commitments.reader.js';
import type { Asked } from './asked.js';
import type { ContractPartyType, ContractType, PartyType } from './types.js';

/** Classes with getters: a field is worked out when the query asks for it, and a compiled query reads it as a property. */
export class PartyNode implements PartyType {
  readonly __typename = 'Party';
  constructor(
    private readonly asked: Asked,
    private readonly known: Known<KnownParty>,
  ) {}
  get id() {
    return this.asked.context.nodeId('Party', this.known.entity.id);
  }
  get number() {
    return this.known.entity.number;
  }
  get name() {
    return this.known.state.name;
  }
  get names() {
    return this.known.state.names;
  }
  get roles() {
    return this.known.state.roles;
  }
}

export const partyNode = (asked: Asked, id: string): PartyNode | null => {
  const known = asked.reader.party(id, asked.moment);
  return known ? new PartyNode(asked, known) : null;
};

export class ContractNode implements ContractType {
  readonly __typename = 'Contract';
  private resolved: ContractTerms | null = null;
  constructor(
    readonly asked: Asked,
    readonly known: Known<SignedContract>,
  ) {}
  private get terms(): ContractTerms {
    return (this.resolved ??= contractTermsAt(this.known.state, this.asked.moment.effective));
  }
  get id() {
    return this.asked.context.nodeId('Contract', this.known.entity.id);
  }
  get number() {
    return this.known.entity.number;
  }
  get revision() {
    return this.known.revision;
  }
  get name() {
    return this.terms.name;
  }
  get reference() {
    return this.terms.reference;
  }
  get parties(): readonly ContractPartyType[] {
    return this.terms.parties.map(({ partyId, role }) => ({ party: partyNode(this.asked, partyId), role }));
  }
  get term() {
    return this.terms.term;
  }
  get zone() {
    return this.terms.zone;
  }
  get renewal() {
    return this.terms.renewal;
  }
  get earlyTermination() {
    return this.terms.earlyTermination;
  }
  get effectiveAt() {
    return (this.known.state.facts[0] as SignedContract['facts'][number]).effectiveAt;
  }
  get terminatedAt() {
    return this.known.state.terminatedAt;
  }
  get evidence() {
    return contractEvidenceAt(this.known.state, this.asked.moment.effective);
  }
  get answeredAt(): AnsweredAtType {
    return this.asked.answers.answeredAt(this.asked.context, this.asked.moment);
  }
}
