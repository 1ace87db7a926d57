import type { EventCodec, Position, RecordedEvent } from '#event-store';
import type { Entities, Entity } from './entities.js';
import { Remembered } from './remembered.js';

interface Folded<State> {
  readonly revision: number;
  readonly state: State;
}

/** States of one kind of entity at any recorded position, folded from its facts; what was folded lately is kept. */
export class States<State, Event> {
  private readonly kept: Remembered<Map<string, Folded<State>>>;

  constructor(
    private readonly entities: Entities,
    private readonly fold: { readonly initialState: State; evolve(state: State, event: Event): State },
    private readonly codec: EventCodec<Event>,
    private readonly capacity = 20_000,
  ) {
    this.kept = new Remembered(entities.database, () => new Map());
  }

  /** The state at `position`, with the number of facts in it less one (-1: none). */
  at({ seq }: Entity, position: Position): Folded<State> {
    const kept = this.kept.current;
    const revision = this.entities.revisionAt(seq, position);
    const key = `${seq}|${revision}`;
    const known = kept.get(key);
    if (known) return known;
    // The latest state kept before it, so that a new fact folds one event, not all.
    const before = revision > 0 ? kept.get(`${seq}|${revision - 1}`) : undefined;
    let state = before?.state ?? this.fold.initialState;
    for (const fact of this.entities.facts(seq, before?.revision ?? -1, position)) {
      const event = this.codec.fromStored(fact as unknown as RecordedEvent);
      if (event !== null) state = this.fold.evolve(state, event);
    }
    const folded = { revision, state };
    if (kept.size >= this.capacity) kept.delete(kept.keys().next().value as string);
    kept.set(key, folded);
    return folded;
  }
}
