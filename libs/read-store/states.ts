import type { EventCodec, Position, RecordedEvent } from '#event-store';
import type { Entities, Entity } from './entities.js';

interface Folded<State> {
  readonly revision: number;
  readonly state: State;
}

/** States of one kind of entity at any recorded position, folded from its facts; what was folded lately is kept. */
export class States<State, Event> {
  private readonly kept = new Map<string, Folded<State>>();
  private generation = 0;

  constructor(
    private readonly entities: Entities,
    private readonly fold: { readonly initialState: State; evolve(state: State, event: Event): State },
    private readonly codec: EventCodec<Event>,
    private readonly capacity = 20_000,
  ) {}

  /** The state at `position`, with the number of facts in it less one (-1: none). */
  at({ seq }: Entity, position: Position): Folded<State> {
    if (this.generation !== this.entities.database.generation) this.forget();
    const revision = this.entities.revisionAt(seq, position);
    const key = `${seq}|${revision}`;
    const known = this.kept.get(key);
    if (known) return known;
    // The latest state kept before it, so that a new fact folds one event, not all.
    const before = revision > 0 ? this.kept.get(`${seq}|${revision - 1}`) : undefined;
    let state = before?.state ?? this.fold.initialState;
    for (const fact of this.entities.facts(seq, before?.revision ?? -1, position)) {
      const event = this.codec.fromStored(fact as unknown as RecordedEvent);
      if (event !== null) state = this.fold.evolve(state, event);
    }
    const folded = { revision, state };
    if (this.kept.size >= this.capacity) this.kept.delete(this.kept.keys().next().value as string);
    this.kept.set(key, folded);
    return folded;
  }

  private forget(): void {
    this.kept.clear();
    this.generation = this.entities.database.generation;
  }
}
