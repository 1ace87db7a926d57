import { Drawdown, type Moment } from '#charges';
import { commitmentCodec, commitmentDecider } from '#commitments';
import type { Commitment, CommitmentEvent, MadeCommitment } from '#commitments/domain';
import {
  contractCodec,
  type Contract,
  contractDecider,
  type ContractEvent,
  type Party,
  partyCodec,
  partyDecider,
  type PartyEvent,
  type SignedContract,
} from '#contracts';
import { type Entities, type Entity, States } from '#read-store';
import { CommitmentView } from './commitment-view.js';

const VIEWS_MAX = 20_000;
const EVERY = 500;

export interface Known<State> {
  readonly entity: Entity;
  readonly state: State;
  readonly revision: number;
}

/** Parties, contracts and commitments as recorded at a moment. */
export class CommitmentsReader {
  private readonly commitments: States<Commitment, CommitmentEvent>;
  private readonly contracts: States<Contract, ContractEvent>;
  private readonly parties: States<Party, PartyEvent>;
  private readonly drawdown: Drawdown;
  private readonly views = new Map<string, CommitmentView>();
  private readonly pages = new Map<string, readonly CommitmentView[]>();

  constructor(readonly entities: Entities) {
    this.commitments = new States(entities, commitmentDecider, commitmentCodec);
    this.contracts = new States(entities, contractDecider, contractCodec);
    this.parties = new States(entities, partyDecider, partyCodec);
    this.drawdown = new Drawdown(entities.database);
  }

  commitment(id: string, moment: Moment): CommitmentView | null {
    const entity = this.entities.find(moment.organization, 'commitment', id);
    return entity && entity.position <= moment.position ? this.view(entity, moment) : null;
  }

  /** In order of number. The same page at the same position is the same list: nothing in it can have changed. */
  page(moment: Moment, after: number, limit: number): readonly CommitmentView[] {
    const key = `${moment.organization}|${moment.position}|${moment.postings.pending}|${after}|${limit}`;
    const known = this.pages.get(key);
    if (known) return known;
    const page = this.entities
      .list(moment.organization, 'commitment', { after, limit, position: moment.position })
      .flatMap((entity) => this.view(entity, moment) ?? []);
    if (this.pages.size > 200) this.pages.clear();
    this.pages.set(key, page);
    return page;
  }

  *every(moment: Moment): Iterable<CommitmentView> {
    for (let after = 0; ;) {
      const views = this.page(moment, after, EVERY);
      const last = views.at(-1);
      if (!last) return;
      yield* views;
      after = last.entity.number;
    }
  }

  /** Commitments under a contract, in order of number. */
  under(contractId: string, moment: Moment): readonly CommitmentView[] {
    return [...this.every(moment)].filter(({ commitment }) => commitment.contractId === contractId);
  }

  contract(id: string, moment: Moment): Known<SignedContract> | null {
    const known = this.known(this.contracts, 'contract', id, moment);
    return known && known.state.status !== 'none' ? (known as Known<SignedContract>) : null;
  }

  contractPage(moment: Moment, after: number, limit: number): readonly Known<SignedContract>[] {
    return this.entities
      .list(moment.organization, 'contract', { after, limit, position: moment.position })
      .flatMap(({ id }) => this.contract(id, moment) ?? []);
  }

  party(id: string, moment: Moment): Known<Exclude<Party, { status: 'none' }>> | null {
    const known = this.known(this.parties, 'party', id, moment);
    return known && known.state.status !== 'none' ? (known as Known<Exclude<Party, { status: 'none' }>>) : null;
  }

  partyPage(moment: Moment, after: number, limit: number): readonly Known<Exclude<Party, { status: 'none' }>>[] {
    return this.entities
      .list(moment.organization, 'party', { after, limit, position: moment.position })
      .flatMap(({ id }) => this.party(id, moment) ?? []);
  }

  private known<State, Event>(states: States<State, Event>, kind: 'party' | 'contract', id: string, moment: Moment): Known<State> | null {
    const entity = this.entities.find(moment.organization, kind, id);
    if (!entity || entity.position > moment.position) return null;
    return { entity, ...states.at(entity, moment.position) };
  }

  private view(entity: Entity, { position, postings }: Moment): CommitmentView | null {
    const { state, revision } = this.commitments.at(entity, position);
    if (state.status === 'none') return null;
    const key = `${entity.seq}|${revision}|${postings.version}|${postings.pending}`;
    let view = this.views.get(key);
    if (!view) {
      if (this.views.size >= VIEWS_MAX) this.views.delete(this.views.keys().next().value as string);
      this.views.set(key, (view = new CommitmentView(entity, state as MadeCommitment, this.drawdown, postings)));
    }
    return view;
  }
}
