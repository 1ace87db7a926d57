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

/** A command in the queue of its stream. */
export interface Queued {
  /** The one that begins when it has ended. */
  next: Queued | null;
  begin(): void;
}

/** What is known here of one stream. */
export interface Seat<State> {
  readonly stream: string;
  /** As it was last seen. It may lag behind another writer, so it is trusted for an append at its exact revision only, which the store checks. */
  aggregate: Aggregate<State> | undefined;
  /** The last of those that decide on it, one after the other, instead of colliding in the store. */
  last: Queued | null;
}

/** The seats of those streams that were lately asked for, and of those before. */
export class Aggregates {
  private seats = new Map<string, Seat<unknown>>();
  private older = new Map<string, Seat<unknown>>();

  constructor(
    private readonly store: EventStore,
    private readonly size: number,
  ) {}

  at<State>(stream: string): Seat<State> {
    let seat = this.seats.get(stream);
    if (!seat) {
      seat = this.older.get(stream) ?? { stream, aggregate: undefined, last: null };
      this.seats.set(stream, seat);
      if (this.seats.size * 2 > this.size) this.age();
    }
    return seat as Seat<State>;
  }

  /** The state as the store has it now: what is known, and the events since. */
  async current<State, Event>(seat: Seat<State>, decider: AnyDecider<State, Event>, codec: EventCodec<Event>): Promise<Aggregate<State>> {
    let { state, revision } = seat.aggregate ?? { state: decider.initialState, revision: -1 };
    for (;;) {
      const events = await this.store.readStream(seat.stream, { from: revision + 1, limit: PAGE });
      for (const recorded of events) {
        state = evolve(decider, codec, state, recorded);
        revision = recorded.revision;
      }
      if (events.length < PAGE) break;
    }
    const aggregate = { state, revision };
    if (revision >= 0) seat.aggregate = aggregate;
    return aggregate;
  }

  private age(): void {
    const forgotten = this.older;
    this.older = this.seats;
    this.seats = new Map();
    // A queue is never forgotten: the next would not wait for it.
    for (const seat of forgotten.values()) if (seat.last !== null) this.older.set(seat.stream, seat);
  }
}

function evolve<State, Event>(decider: AnyDecider<State, Event>, codec: EventCodec<Event>, state: State, recorded: RecordedEvent): State {
  const event = codec.fromStored(recorded);
  return event === null ? state : decider.evolve(state, event);
}
