import type { Canonical, Decider, JsonObject, Rejection } from '#kernel';

import type { Position, RecordedEvent } from './port.js';

/** Who asks, for whom, and under which key. A key counts for its organization, for ever. */
export interface CommandContext {
  readonly organization: string;
  readonly actor: string;
  readonly onBehalfOf?: string;
  /** The idempotency key: any text. */
  readonly key: string;
  readonly correlation?: string;
  readonly causation?: string;
  /** The revision that the caller saw; -1 or 'no-stream' for a thing that must not exist yet. */
  readonly expectedRevision?: number | 'no-stream';
}

export interface StoredForm {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: JsonObject;
  readonly effectiveAt: string | null;
  readonly evidence?: readonly JsonObject[];
}

/** Stored shape ↔ domain event. `fromStored` answers null for a type that it does not know: kept, but ignored. */
export interface EventCodec<Event> {
  toStored(event: Event): StoredForm;
  fromStored(recorded: RecordedEvent): Event | null;
}

export interface CommandIds {
  /** An id for a new thing: the same for the same key and name, at every retry. */
  derive(name: string): string;
}

export interface Execute<State, Command, Event, R extends Rejection> {
  readonly context: CommandContext;
  readonly commandType: string;
  /** The stream that the command is about, by its full name. */
  readonly target: string;
  /** The caller's input as it counts for "same key, same input". */
  readonly input: Canonical;
  readonly decider: Decider<State, Command, Event, R>;
  readonly codec: EventCodec<Event>;
  readonly command: Command | ((ids: CommandIds) => Command);
  readonly ruleVersion: string;
}

export interface Accepted<Event> {
  readonly status: 'accepted';
  readonly stream: string;
  /** Of the command's last event; for a command that changed nothing, the revision it was decided at (-1: no stream). */
  readonly revision: number;
  /** Who has read so far has seen what the command did: where its last event stands (its binding, if it changed nothing), or behind that. */
  readonly position: Position;
  /** The answer of an earlier call under this key. */
  readonly repeated: boolean;
  readonly events: readonly Event[];
}

export type CommandRejection = IdempotencyKeyReused | RevisionConflict;

/** What any command may be refused for, whatever it is about: code → what it means and what to do next. */
export const COMMAND_REJECTIONS: Readonly<Record<CommandRejection['code'], string>> = {
  IDEMPOTENCY_KEY_REUSED:
    'The key stands for another command or another input. Nothing was recorded. A key counts for its organization, for ever: use a new one.',
  REVISION_CONFLICT: 'The entity stands at revision `actual`, not at `expected`. Nothing was recorded. Read it again and decide anew.',
};
export interface IdempotencyKeyReused extends Rejection {
  readonly code: 'IDEMPOTENCY_KEY_REUSED';
  readonly commandType: string;
}
export interface RevisionConflict extends Rejection {
  readonly code: 'REVISION_CONFLICT';
  readonly expected: number;
  /** -1: there is no such stream. */
  readonly actual: number;
}

export type CommandResult<Event, R extends Rejection> = Accepted<Event> | { readonly status: 'rejected'; readonly rejection: R | CommandRejection };
