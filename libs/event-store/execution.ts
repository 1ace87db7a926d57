import { canonicalJson, type Decision, reject, type Rejection } from '#kernel';

import type { Aggregate, Aggregates, Queued, Seat } from './aggregates.js';
import {
  Binding,
  boundData,
  type BoundData,
  commandDigest,
  commandEnvelope,
  CommandEvent,
  derivedId,
  eventId,
  keyIds,
  type KeyIds,
} from './binding.js';
import type { Accepted, CommandRejection, CommandResult, Execute } from './command.js';
import type { Envelope } from './envelope.js';
import { StoreFault } from './fault.js';
import type { AppendOutcome, EventStore, RecordedEvent, StreamWrite } from './port.js';

/** Writers that meet on one stream this often in a row are a sign of trouble, not of traffic. */
const ATTEMPTS_MAX = 100;
const PAGE = 200;

/** What a command adds, decided on this state. */
interface Proposal<State, Event> {
  readonly aggregate: Aggregate<State>;
  readonly events: readonly Event[];
  readonly stored: readonly CommandEvent[];
}

/** One execution of a command. `bound` is set once the key's stream was seen to hold the binding of this very command. */
export class Execution<State, C, Event, R extends Rejection> implements Queued {
  next: Queued | null = null;
  private answer!: (result: Promise<CommandResult<Event, R>>) => void;
  private readonly seat: Seat<State>;
  private before: Queued | null;
  private readonly ids: KeyIds;
  private commonEnvelope: Envelope | undefined;
  private digestText: string | undefined;
  private command: C | undefined;
  private bound: BoundData | null = null;
  private fresh = false;
  private proposal: Proposal<State, Event> | null = null;

  /** Takes its place in the queue of its stream. */
  constructor(
    private readonly store: EventStore,
    private readonly aggregates: Aggregates,
    ledger: string,
    private readonly request: Execute<State, C, Event, R>,
  ) {
    this.ids = keyIds(ledger, request.context.organization, request.context.key);
    this.seat = aggregates.at(request.target);
    this.before = this.seat.last;
    this.seat.last = this;
  }

  runInTurn(): Promise<CommandResult<Event, R>> {
    const { before } = this;
    // Else each would keep the one before it, and that one its own, as long as a queue never empties.
    this.before = null;
    if (!before) return this.run();
    return new Promise((resolve) => {
      this.answer = resolve;
      before.next = this;
    });
  }

  /** Called by the one before it. */
  begin(): void {
    this.answer(this.run());
  }

  /** The first half of `run`, as far as it goes without waiting: what to append, for `conclude` to go on with. Null: it is to be run. */
  propose(): readonly StreamWrite[] | null {
    const { aggregate } = this.seat;
    if (this.before !== null || aggregate === undefined) return null;
    try {
      const decision = this.decide(aggregate);
      if ('rejected' in decision || decision.accepted.length === 0) return null;
      return this.writes(this.proposed(aggregate, decision.accepted));
    } catch {
      // Whoever runs it meets the same again, and is told.
      return null;
    }
  }

  /** The second half of `run`, with what became of the append or the fault that it met. */
  conclude(outcome: AppendOutcome | Error): CommandResult<Event, R> | Promise<CommandResult<Event, R>> {
    let answer: Accepted<Event> | Promise<Accepted<Event>> | null;
    try {
      if (outcome instanceof Error) throw outcome;
      answer = this.accepted(outcome);
    } catch (fault) {
      answer = Promise.reject(fault as Error);
    }
    if (answer === null) return this.run(outcome as AppendOutcome);
    this.leave();
    return answer;
  }

  /** `outcome`: of what was proposed and not accepted. */
  async run(outcome?: AppendOutcome): Promise<CommandResult<Event, R>> {
    try {
      const earlier = outcome && (await this.notAccepted(outcome));
      if (earlier) return earlier;
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        let aggregate = this.fresh ? undefined : this.seat.aggregate;
        if (aggregate === undefined || this.bound !== null) {
          aggregate ??= await this.refresh();
          // After the state was read, never before: an event that came in between would be in the state and yet be stored again.
          const durable = this.bound && (await this.durableEvents(this.bound));
          if (durable) return durable;
        }
        const decision = this.decide(aggregate);
        if ('rejected' in decision) {
          const answer = await this.refuse(decision.rejected);
          if (answer) return answer;
        } else if (decision.accepted.length === 0 && !this.fresh) {
          // A command that changes nothing adds nothing to its target, so nothing there would check the revision.
          this.fresh = true;
        } else {
          const writes = this.writes(this.proposed(aggregate, decision.accepted));
          if (writes.length === 0) return await this.repeatedWithoutEvents(aggregate.revision);
          const appended = await this.store.append(writes);
          const answer = this.accepted(appended) ?? (await this.notAccepted(appended));
          if (answer) return answer;
        }
      }
    } finally {
      this.leave();
    }
    throw new StoreFault(
      'STORE-101',
      `${this.request.target} changed ${ATTEMPTS_MAX} times while a command was decided. Nothing was written. Call again with the same key.`,
      { retryable: true },
    );
  }

  private leave(): void {
    const { next } = this;
    this.next = null;
    if (next) next.begin();
    else this.seat.last = null;
  }

  private decide({ state, revision }: Aggregate<State>): Decision<Event, R | CommandRejection> {
    const expected = this.expectedRevision();
    if (expected !== null && expected !== revision) return reject({ code: 'REVISION_CONFLICT', expected, actual: revision });
    return this.request.decider.decide((this.command ??= this.buildCommand()), state);
  }

  private async refresh(): Promise<Aggregate<State>> {
    this.fresh = true;
    return this.aggregates.current<State, Event>(this.seat, this.request.decider, this.request.codec);
  }

  /** A refusal counts only on the newest state, and never against an answer that was given before under this key. Null: decide again. */
  private async refuse(rejection: R | CommandRejection): Promise<CommandResult<Event, R> | null> {
    if (!this.fresh) {
      this.fresh = true;
      return null;
    }
    const answer = this.bound === null ? await this.answerFromStore() : null;
    return answer ?? { status: 'rejected', rejection };
  }

  private proposed(aggregate: Aggregate<State>, events: readonly Event[]): Proposal<State, Event> {
    return (this.proposal = { aggregate, events, stored: events.map((event, index) => this.newEvent(event, index)) });
  }

  private writes({ aggregate: { revision }, stored }: Proposal<State, Event>): readonly StreamWrite[] {
    const binding = this.bound === null ? this.binding(revision, stored) : null;
    if (stored.length === 0) return binding === null ? [] : [binding];
    // The seat's name, which is one for all commands: it is kept with each event and compared with itself.
    const own: StreamWrite = { stream: this.seat.stream, expected: revision < 0 ? 'no-stream' : revision, events: stored };
    return binding === null ? [own] : [binding, own];
  }

  /** The answer when the proposed events are new and stored; the state with them is what the next command decides on. */
  private accepted(outcome: AppendOutcome): Accepted<Event> | null {
    if (!outcome.ok || outcome.appended[outcome.appended.length - 1]?.repeated) return null;
    const { aggregate, events } = this.proposal as Proposal<State, Event>;
    const { decider, target: stream } = this.request;
    const revision = aggregate.revision + events.length;
    let next = aggregate.state;
    for (const event of events) next = decider.evolve(next, event);
    if (events.length > 0) this.seat.aggregate = { state: next, revision };
    return { status: 'accepted', stream, revision, position: outcome.until, repeated: false, events };
  }

  /** Null: decide again. */
  private async notAccepted(outcome: AppendOutcome): Promise<CommandResult<Event, R> | null> {
    this.fresh = true;
    // Repeated ids may stand there with the events of an earlier decision: what is durable is the answer.
    if (outcome.ok || outcome.conflict.stream === this.ids.stream) return this.answerFromStore();
    // The key is bound, but somebody was faster on the target: go on under the binding.
    const { aggregate, stored } = this.proposal as Proposal<State, Event>;
    if (outcome.stored > 0 && this.bound === null) this.bound = this.boundTo(aggregate.revision, stored.length);
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
    if (eventCount === 0) return { status: 'accepted', stream, revision, position: binding.position, repeated: true, events: [] };
    return this.durableEvents(bound);
  }

  private async durableEvents({ target, targetRevision }: BoundData): Promise<Accepted<Event> | null> {
    const first = eventId(this.ids.key, 0);
    const found: RecordedEvent[] = [];
    for (let from = targetRevision + 1; ; from += PAGE) {
      const page = await this.store.readStream(target, { from, limit: PAGE });
      for (const recorded of page) {
        if (recorded.id === (found.length === 0 ? first : eventId(this.ids.key, found.length))) found.push(recorded);
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
      repeated: true,
      events,
    };
  }

  private newEvent(event: Event, index: number): CommandEvent {
    const { type, schemaVersion, data, effectiveAt, evidence = [] } = this.request.codec.toStored(event);
    return new CommandEvent(this.ids.key, index, type, canonicalJson(data), this.envelope.of({ schemaVersion, effectiveAt, evidence }));
  }

  private binding(revision: number, events: readonly CommandEvent[]): StreamWrite {
    const bound = this.boundTo(revision, events.length);
    return { stream: this.ids.stream, expected: 'no-stream', events: [new Binding(this.ids.key, bound, this.envelope, events[0] ?? null)] };
  }

  private boundTo(targetRevision: number, eventCount: number): BoundData {
    const { commandType, target } = this.request;
    return { commandType, digest: this.digest(), eventCount, target, targetRevision };
  }

  private async repeatedWithoutEvents(revision: number): Promise<CommandResult<Event, R>> {
    const [binding] = await this.store.readStream(this.ids.stream, { limit: 1 });
    const { position } = binding as RecordedEvent;
    return { status: 'accepted', stream: this.request.target, revision, position, repeated: true, events: [] };
  }

  private get envelope(): Envelope {
    return (this.commonEnvelope ??= commandEnvelope(this.ids, this.request.context, this.request.ruleVersion));
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
