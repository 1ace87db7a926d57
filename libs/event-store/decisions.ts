import type { Decider, Rejection } from '#kernel';

import { type Aggregate, Aggregates } from './aggregates.js';
import type { CommandResult, EventCodec, Execute } from './command.js';
import { Execution } from './execution.js';
import type { AppendOutcome, EventStore, StreamWrite } from './port.js';

export interface DecisionsOptions {
  readonly store: EventStore;
  /** The first part of every stream name. */
  readonly ledger: string;
  /** How many aggregates stay in memory. */
  readonly cacheSize?: number;
}

export interface Decisions {
  /** Reads, decides, appends: once per key, for ever. @throws StoreFault when the outcome is unknown: call again with the same key. */
  execute<State, Command, Event, R extends Rejection>(request: Execute<State, Command, Event, R>): Promise<CommandResult<Event, R>>;
  /** Several, each as `execute`, answered in their order. What can be decided at once is appended at once, for each a promise less at every step. */
  executeAll<State, Command, Event, R extends Rejection>(
    requests: readonly Execute<State, Command, Event, R>[],
  ): Promise<readonly CommandResult<Event, R>[]>;
  /** The aggregate as the store has it now. */
  load<State, Command, Event, R extends Rejection>(
    stream: string,
    decider: Decider<State, Command, Event, R>,
    codec: EventCodec<Event>,
  ): Promise<Aggregate<State>>;
}

export function createDecisions({ store, ledger, cacheSize = 10_000 }: DecisionsOptions): Decisions {
  const aggregates = new Aggregates(store, cacheSize);
  const begin = <State, C, Event, R extends Rejection>(request: Execute<State, C, Event, R>) => new Execution(store, aggregates, ledger, request);
  return {
    load: (stream, decider, codec) => aggregates.current(aggregates.at(stream), decider, codec),
    execute: (request) => begin(request).runInTurn(),
    executeAll: async (requests) => {
      const bulk = new Bulk(store, requests.map(begin));
      await bulk.run();
      return bulk.results;
    },
  };
}

/** Commands that came together. */
class Bulk<State, C, Event, R extends Rejection> {
  readonly results: CommandResult<Event, R>[] = [];

  constructor(
    private readonly store: EventStore,
    private readonly executions: readonly Execution<State, C, Event, R>[],
  ) {}

  async run(): Promise<void> {
    const proposed: number[] = [];
    const writes: (readonly StreamWrite[])[] = [];
    const running: Promise<unknown>[] = [];
    for (let index = 0; index < this.executions.length; index++) {
      const execution = this.at(index);
      const proposal = execution.propose();
      if (proposal === null) running.push(this.put(index, execution.runInTurn()));
      else {
        proposed.push(index);
        writes.push(proposal);
      }
    }
    if (proposed.length > 0) running.push(this.store.appendEach(writes).then((outcomes) => this.conclude(proposed, outcomes)));
    await Promise.all(running);
  }

  private conclude(proposed: readonly number[], outcomes: readonly (AppendOutcome | Error)[]): Promise<unknown> {
    const running: Promise<unknown>[] = [];
    for (let i = 0; i < proposed.length; i++) {
      const index = proposed[i] as number;
      const result = this.at(index).conclude(outcomes[i] as AppendOutcome | Error);
      if (result instanceof Promise) running.push(this.put(index, result));
      else this.results[index] = result;
    }
    return Promise.all(running);
  }

  private async put(index: number, result: Promise<CommandResult<Event, R>>): Promise<void> {
    this.results[index] = await result;
  }

  private at(index: number): Execution<State, C, Event, R> {
    return this.executions[index] as Execution<State, C, Event, R>;
  }
}
