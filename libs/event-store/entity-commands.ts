import { type CanonicalObject, type Decider, PairCache, reject, type Rejection } from '#kernel';

import type { CommandContext, CommandResult, EventCodec, Execute } from './command.js';
import type { Decisions } from './decisions.js';

const NAMES_MAX = 50_000;

/** What commands about one kind of entity have in common. */
export interface EntityKindOf<State, Command, Event, R extends Rejection> {
  /** In the names of its streams: `{ledger}.{organization}.{kind}-{id}`. */
  readonly kind: string;
  readonly decider: Decider<State, Command, Event, R>;
  readonly codec: EventCodec<Event>;
  /** Names the calculation that decides, so that newer code can replay what was decided before. */
  readonly ruleVersion: string;
}

/** The arguments of `execute`. */
export interface EntityCommand<Command> {
  readonly context: CommandContext;
  readonly id: string;
  readonly command: Command;
  readonly input: CanonicalObject;
}

/** Commands about the entities of one kind: each entity's stream, read, decided and appended to, once for each key. */
export class EntityCommands<State, Command extends { readonly type: string }, Event, R extends Rejection> {
  /** Of streams, by organization and id: put together anew, a name would be copied and hashed for every command, a tenth of its time. */
  private readonly names = new PairCache<string>(NAMES_MAX);

  constructor(
    private readonly decisions: Decisions,
    private readonly ledger: string,
    private readonly of: EntityKindOf<State, Command, Event, R>,
  ) {}

  /** `input`: the caller's input as given, which "same key, same input" compares. @throws StoreFault as `Decisions.execute` */
  execute(context: CommandContext, id: string, command: Command, input: CanonicalObject): Promise<CommandResult<Event, R>> {
    return this.decisions.execute(this.request(context, id, command, input, this.of.decider));
  }

  /** Several, each as `execute`, answered in their order. */
  executeAll(commands: readonly EntityCommand<Command>[]): Promise<readonly CommandResult<Event, R>[]> {
    const { decider } = this.of;
    return this.decisions.executeAll(commands.map(({ context, id, command, input }) => this.request(context, id, command, input, decider)));
  }

  /** Refuses a command for what its own stream does not tell, unless its key has an answer already: that one stands, whatever has changed since. */
  refuse(context: CommandContext, id: string, command: Command, input: CanonicalObject, rejection: R): Promise<CommandResult<Event, R>> {
    return this.decisions.execute(this.request(context, id, command, input, { ...this.of.decider, decide: () => reject(rejection) }));
  }

  /** The entity as the store has it now. */
  async state(organization: string, id: string): Promise<State> {
    return (await this.decisions.load(this.stream(organization, id), this.of.decider, this.of.codec)).state;
  }

  private request(
    context: CommandContext,
    id: string,
    command: Command,
    input: CanonicalObject,
    decider: Decider<State, Command, Event, R>,
  ): Execute<State, Command, Event, R> {
    const { codec, ruleVersion } = this.of;
    const target = this.stream(context.organization, id);
    return { context, commandType: command.type, target, input, decider, codec, command, ruleVersion };
  }

  private stream(organization: string, id: string): string {
    return this.names.get(organization, id) ?? this.names.add(organization, id, `${this.ledger}.${organization}.${this.of.kind}-${id}`);
  }
}
