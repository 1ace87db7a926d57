import { canonicalJson, type Decider, type Rejection } from '#kernel';

import { Aggregates, type Aggregate } from './aggregates.js';
import { bindingEvent, boundData, commandDigest, commandEnvelope, derivedId, eventId, keyIds, type BoundData, type KeyIds } from './binding.js';
import type { Accepted, CommandRejection, CommandResult, EventCodec, Execute } from './command.js';
import { StoreFault } from './fault.js';
import type { AppendOutcome, EventStore, NewEvent, RecordedEvent, StreamWrite } from './port.js';

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
  /** The aggregate as the store has it now. */
  load<State, Command, Event, R extends Rejection>(
    stream: string,
    decider: Decider<State, Command, Event, R>,
    codec: EventCodec<Event>,
  ): Promise<Aggregate<State>>;
}

/** Writers that meet on one stream this often in a row are a sign of trouble, not of traffic. */
const ATTEMPTS_MAX = 100;
const PAGE = 200;

export function createDecisions({ store, ledger, cacheSize = 10_000 }: DecisionsOptions): Decisions {
  const aggregates = new Aggregates(store, cacheSize);
  const turns = new Turns();
  return {
    load: (stream, decider, codec) => aggregates.current(stream, decider, codec),
    execute: (request) => {
      const command = new Command(store, aggregates, turns, ledger, request);
      const before = turns.enter(request.target, command.turn);
      return before ? new Promise((resolve) => (before.next = () => resolve(command.run()))) : command.run();
    },
  };
}

/** Commands on one stream queue here instead of colliding in the store. */
class Turns {
  private readonly last = new Map<string, Turn>();

  /** The turn to wait for. */
  enter(stream: string, turn: Turn): Turn | undefined {
    const before = this.last.get(stream);
    this.last.set(stream, turn);
    return before;
  }

  leave(stream: string, turn: Turn): void {
    const { next } = turn;
    turn.next = null;
    if (next) next();
    else this.last.delete(stream);
  }
}

/**
 * Who waits for a command to end. Emptied then: a Map that changes much leaves old tables behind, each of which keeps the next one and
 * all that was in it until a full garbage collection, and a hundred megabytes of finished commands cost long pauses.
 */
interface Turn {
  next: (() => void) | null;
}

/** One execution. `bound` is set once the key's stream was seen to hold the binding of this very command. */
class Command<State, C, Event, R extends Rejection> {
  readonly turn: Turn = { next: null };
  private readonly ids: KeyIds;
  private envelopes: ReturnType<typeof commandEnvelope> | undefined;
  private digestText: string | undefined;
  private command: C | undefined;
  private bound: BoundData | null = null;
  private fresh = false;

  constructor(
    private readonly store: EventStore,
    private readonly aggregates: Aggregates,
    private readonly turns: Turns,
    ledger: string,
    private readonly request: Execute<State, C, Event, R>,
  ) {
    this.ids = keyIds(ledger, request.context.organization, request.context.key);
  }

  async run(): Promise<CommandResult<Event, R>> {
    const { target } = this.request;
    try {
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        const result = await this.attempt();
        if (result) return result;
      }
    } finally {
      this.turns.leave(target, this.turn);
    }
    throw new StoreFault(
      'STORE-101',
      `${target} changed ${ATTEMPTS_MAX} times while a command was decided. Nothing was written. Call again with the same key.`,
      { retryable: true },
    );
  }

  /** Null: the state moved, decide again. */
  private attempt(): Promise<CommandResult<Event, R> | null> | null {
    const aggregate = this.fresh ? undefined : this.aggregates.cached<State>(this.request.target);
    return aggregate && this.bound === null ? this.decide(aggregate) : this.attemptFresh(aggregate);
  }

  private async attemptFresh(cached: Aggregate<State> | undefined): Promise<CommandResult<Event, R> | null> {
    const aggregate = cached ?? (await this.refresh());
    // After the state was read, never before: an event that came in between would be in the state and yet be stored again.
    const durable = this.bound && (await this.durableEvents(this.bound));
    return durable ?? this.decide(aggregate);
  }

  private decide({ state, revision }: Aggregate<State>): Promise<CommandResult<Event, R> | null> | null {
    const expected = this.expectedRevision();
    if (expected !== null && expected !== revision) return this.refuse({ code: 'REVISION_CONFLICT', expected, actual: revision });
    const decision = this.request.decider.decide((this.command ??= this.buildCommand()), state);
    if ('rejected' in decision) return this.refuse(decision.rejected);
    // A command that changes nothing adds nothing to its target, so nothing there would check the revision.
    if (decision.accepted.length === 0 && !this.fresh) return this.again();
    return this.write(state, revision, decision.accepted);
  }

  private async refresh(): Promise<Aggregate<State>> {
    this.fresh = true;
    return this.aggregates.current<State, Event>(this.request.target, this.request.decider, this.request.codec);
  }

  private again(): null {
    this.fresh = true;
    return null;
  }

  /** A refusal counts only on the newest state, and never against an answer that was given before under this key. */
  private async refuse(rejection: R | CommandRejection): Promise<CommandResult<Event, R> | null> {
    if (!this.fresh) return this.again();
    if (this.bound === null) {
      const answer = await this.answerFromStore();
      if (answer) return answer;
    }
    return { status: 'rejected', rejection };
  }

  private write(state: State, revision: number, events: readonly Event[]): Promise<CommandResult<Event, R> | null> {
    const { target } = this.request;
    const stored = events.map((event, index) => this.newEvent(event, index));
    const writes: StreamWrite[] = [];
    if (this.bound === null) writes.push(this.binding(revision, events.length));
    if (stored.length > 0) writes.push({ stream: target, expected: revision < 0 ? 'no-stream' : revision, events: stored });
    if (writes.length === 0) return this.repeatedWithoutEvents(revision);
    return this.store.append(writes).then((outcome) => this.appended(outcome, state, revision, events, stored));
  }

  private appended(
    outcome: AppendOutcome,
    state: State,
    revision: number,
    events: readonly Event[],
    stored: readonly NewEvent[],
  ): CommandResult<Event, R> | null | Promise<CommandResult<Event, R> | null> {
    if (!outcome.ok) return this.conflict(outcome, revision, events.length);
    const last = outcome.appended[outcome.appended.length - 1] as (typeof outcome.appended)[number];
    // Repeated ids may stand there with the events of an earlier decision: what is durable is the answer.
    if (last.repeated) return this.answerFromStore().then((answer) => answer ?? this.again());
    const result: Accepted<Event> = {
      status: 'accepted',
      stream: this.request.target,
      revision: revision + events.length,
      position: last.position,
      eventIds: stored.map(({ id }) => id),
      repeated: false,
      events,
    };
    if (events.length > 0) this.keep(state, result);
    return result;
  }

  private keep(state: State, { stream, revision, events }: Accepted<Event>): void {
    let next = state;
    for (const event of events) next = this.request.decider.evolve(next, event);
    this.aggregates.keep(stream, { state: next, revision });
  }

  private async conflict(outcome: AppendOutcome & { ok: false }, revision: number, eventCount: number): Promise<CommandResult<Event, R> | null> {
    this.fresh = true;
    if (outcome.conflict.stream === this.ids.stream) return this.answerFromStore();
    // The key is bound, but somebody was faster on the target: go on under the binding.
    if (outcome.stored > 0 && this.bound === null) this.bound = this.boundTo(revision, eventCount);
    return null;
  }

  /** The answer that the durable events give to this key; null when there is none, or only a binding to be finished. */
  private async answerFromStore(): Promise<CommandResult<Event, R> | null> {
    const [binding] = await this.store.readStream(this.ids.stream, { limit: 1 });
    if (!binding) return null;
    const bound = boundData(binding);
    if (bound.digest !== this.digest()) return { status: 'rejected', rejection: { code: 'IDEMPOTENCY_KEY_REUSED', commandType: bound.commandType } };
    this.bound = bound;
    const { target: stream, targetRevision: revision, eventCount } = bound;
    if (eventCount === 0) return { status: 'accepted', stream, revision, position: binding.position, eventIds: [], repeated: true, events: [] };
    return this.durableEvents(bound);
  }

  private async durableEvents({ target, targetRevision }: BoundData): Promise<Accepted<Event> | null> {
    const first = eventId(this.ids, 0);
    const found: RecordedEvent[] = [];
    for (let from = targetRevision + 1; ; from += PAGE) {
      const page = await this.store.readStream(target, { from, limit: PAGE });
      for (const recorded of page) {
        if (recorded.id === (found.length === 0 ? first : eventId(this.ids, found.length))) found.push(recorded);
        else if (found.length > 0) return this.repeated(target, found);
      }
      if (page.length < PAGE) return found.length > 0 ? this.repeated(target, found) : null;
    }
  }

  private repeated(stream: string, found: readonly RecordedEvent[]): Accepted<Event> {
    const last = found[found.length - 1] as RecordedEvent;
    const events = found.map((recorded) => this.request.codec.fromStored(recorded)).filter((event) => event !== null);
    return {
      status: 'accepted',
      stream,
      revision: last.revision,
      position: last.position,
      eventIds: found.map(({ id }) => id),
      repeated: true,
      events,
    };
  }

  private newEvent(event: Event, index: number): NewEvent {
    const { type, schemaVersion, data, effectiveAt, evidence = [] } = this.request.codec.toStored(event);
    return { id: eventId(this.ids, index), type, data: canonicalJson(data), metadata: this.envelope({ schemaVersion, effectiveAt, evidence }) };
  }

  private binding(revision: number, eventCount: number): StreamWrite {
    const event = bindingEvent(this.ids, this.boundTo(revision, eventCount), this.envelope);
    return { stream: this.ids.stream, expected: 'no-stream', events: [event] };
  }

  private boundTo(targetRevision: number, eventCount: number): BoundData {
    const { commandType, target } = this.request;
    return { commandType, digest: this.digest(), eventCount, target, targetRevision };
  }

  private async repeatedWithoutEvents(revision: number): Promise<CommandResult<Event, R>> {
    const [binding] = await this.store.readStream(this.ids.stream, { limit: 1 });
    const { position } = binding as RecordedEvent;
    return { status: 'accepted', stream: this.request.target, revision, position, eventIds: [], repeated: true, events: [] };
  }

  private get envelope(): ReturnType<typeof commandEnvelope> {
    return (this.envelopes ??= commandEnvelope(this.ids, this.request.context, this.request.ruleVersion));
  }

  private digest(): string {
    const { commandType, target, input } = this.request;
    return (this.digestText ??= commandDigest(commandType, target, input));
  }

  private expectedRevision(): number | null {
    const { expectedRevision } = this.request.context;
    if (expectedRevision === undefined) return null;
    return expectedRevision === 'no-stream' ? -1 : expectedRevision;
  }

  private buildCommand(): C {
    const { command } = this.request;
    if (typeof command !== 'function') return command;
    return (command as (ids: { derive(name: string): string }) => C)({ derive: (name) => derivedId(this.ids, name) });
  }
}
