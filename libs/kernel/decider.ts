import type { Decision, Rejection } from './outcome.js';

/** The pure heart of an aggregate. Neither function reads a clock, a store or a random number. */
export interface Decider<State, Command, Event, R extends Rejection> {
  readonly initialState: State;
  decide(command: Command, state: State): Decision<Event, R>;
  evolve(state: State, event: Event): State;
}

export const fold = <State, Event>(decider: { initialState: State; evolve(state: State, event: Event): State }, events: Iterable<Event>): State => {
  let state = decider.initialState;
  for (const event of events) state = decider.evolve(state, event);
  return state;
};
