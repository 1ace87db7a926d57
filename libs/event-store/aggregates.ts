import { type Decider, type Rejection } from '#kernel';

import type { EventCodec } from './command.js';
import type { EventStore, RecordedEvent } from './port.js';

export interface Aggregate<State> {
  readonly state: State;
  /** -1 before the first event. */
  readonly revision: number;
}

type AnyDecider<State, Event> = Pick<Decider<State, never, Event, Rejection>, 'initialState' | 'evolve'>;

const PAGE = 500;

/**
 * States by stream, those lately kept and those before. A cached state may lag behind another writer; it is trusted for an append at its
 * exact revision only, which the store checks, and read up to date before it refuses anything.
 */
export class Aggregates {
  private cache = new Map<string, Aggregate<unknown>>();
  private older = new Map<string, Aggregate<unknown>>();

  constructor(
    private readonly store: EventStore,
    private readonly size: number,
  ) {}

  cached<State>(stream: string): Aggregate<State> | undefined {
    const aggregate = this.cache.get(stream);
    if (aggregate) return aggregate as Aggregate<State>;
    const old = this.older.get(stream);
    if (old) this.keep(stream, old);
    return old as Aggregate<State> | undefined;
  }

  keep(stream: string, aggregate: Aggregate<unknown>): void {
    this.cache.set(stream, aggregate);
    if (this.cache.size * 2 <= this.size) return;
    this.older = this.cache;
    this.cache = new Map();
  }

  evict(stream: string): void {
    this.cache.delete(stream);
    this.older.delete(stream);
  }

  /** The state as the store has it now: what is cached, and the events since. */
  async current<State, Event>(stream: string, decider: AnyDecider<State, Event>, codec: EventCodec<Event>): Promise<Aggregate<State>> {
    let { state, revision } = this.cached<State>(stream) ?? { state: decider.initialState, revision: -1 };
    for (;;) {
      const events = await this.store.readStream(stream, { from: revision + 1, limit: PAGE });
      for (const recorded of events) {
        state = evolve(decider, codec, state, recorded);
        revision = recorded.revision;
      }
      if (events.length < PAGE) break;
    }
    const aggregate = { state, revision };
    if (revision >= 0) this.keep(stream, aggregate);
    return aggregate;
  }
}

function evolve<State, Event>(decider: AnyDecider<State, Event>, codec: EventCodec<Event>, state: State, recorded: RecordedEvent): State {
  const event = codec.fromStored(recorded);
  return event === null ? state : decider.evolve(state, event);
}
