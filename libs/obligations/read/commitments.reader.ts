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
import { type Entities, type Entity, Remembered, States } from '#read-store';
import { CommitmentView } from './commitment-view.js';

const VIEWS_MAX = 20_000;
const EVERY = 500;

export type KnownParty = Exclude<Party, { status: 'none' }>;

export interface Known<State> {
  readonly entity: Entity;
  readonly state: State;
  readonly revision: number;
}

/** Which of them a list is about; null: all. */
type Matches<State> = ((known: Known<State>) => boolean) | null;

/** Parties, contracts and commitments as recorded at a moment. */
export class CommitmentsReader {
  private readonly commitments: States<Commitment, CommitmentEvent>;
  private readonly contracts: States<Contract, ContractEvent>;
  private readonly parties: States<Party, PartyEvent>;
  private readonly views: Remembered<Map<string, CommitmentView>>;
  private readonly pages: Remembered<Map<string, readonly CommitmentView[]>>;

  constructor(readonly entities: Entities) {
    this.commitments = new States(entities, commitmentDecider, commitmentCodec);
    this.contracts = new States(entities, contractDecider, contractCodec);
    this.parties = new States(entities, partyDecider, partyCodec);
    this.views = new Remembered(entities.database, () => new Map());
    this.pages = new Remembered(entities.database, () => new Map());
  }

  commitment(id: string, moment: Moment): CommitmentView | null {
    const entity = this.entities.find(moment.organization, 'commitment', id);
    return entity && entity.position <= moment.position ? this.view(entity, moment) : null;
  }

  /** In order of number. The same page at the same position is the same list: nothing in it can have changed. */
  page(moment: Moment, after: number, limit: number): readonly CommitmentView[] {
    const key = `${moment.organization}|${moment.position}|${moment.postings.pending}|${after}|${limit}`;
    const pages = this.pages.current;
    const known = pages.get(key);
    if (known) return known;
    const page = this.entities
      .list(moment.organization, 'commitment', { after, limit, position: moment.position })
      .flatMap((entity) => this.view(entity, moment) ?? []);
    if (pages.size > 200) pages.clear();
    pages.set(key, page);
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

  contractPage(moment: Moment, after: number, limit: number, matches: Matches<SignedContract>): readonly Known<SignedContract>[] {
    return this.firstOf(moment, 'contract', after, limit, (id) => this.contract(id, moment), matches);
  }

  party(id: string, moment: Moment): Known<KnownParty> | null {
    const known = this.known(this.parties, 'party', id, moment);
    return known && known.state.status !== 'none' ? (known as Known<KnownParty>) : null;
  }

  partyPage(moment: Moment, after: number, limit: number, matches: Matches<KnownParty>): readonly Known<KnownParty>[] {
    return this.firstOf(moment, 'party', after, limit, (id) => this.party(id, moment), matches);
  }

  /** The first so many that match, in order of number, after `after`. */
  private firstOf<State>(
    { organization, position }: Moment,
    kind: 'contract' | 'party',
    after: number,
    limit: number,
    read: (id: string) => Known<State> | null,
    matches: Matches<State>,
  ): readonly Known<State>[] {
    const found: Known<State>[] = [];
    const size = matches === null ? limit : EVERY;
    for (let last: number | undefined = after; last !== undefined && found.length < limit;) {
      const entities: readonly Entity[] = this.entities.list(organization, kind, { after: last, limit: size, position });
      found.push(...entities.flatMap(({ id }) => read(id) ?? []).filter((known) => matches === null || matches(known)));
      last = entities.length < size ? undefined : entities.at(-1)?.number;
    }
    return found.slice(0, limit);
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
    const views = this.views.current;
    let view = views.get(key);
    if (!view) {
      if (views.size >= VIEWS_MAX) views.delete(views.keys().next().value as string);
      views.set(
        key,
        (view = new CommitmentView(entity, state as MadeCommitment, new Drawdown(this.entities.database, entity.id, postings.position), postings)),
      );
    }
    return view;
  }
}
