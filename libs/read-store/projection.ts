import type { RecordedEvent } from '#event-store';
import type { ReadDatabase } from './database.js';

/** An event with what every projection asks of it first. */
export interface ProjectedEvent {
  readonly event: RecordedEvent;
  readonly organization: string;
  /** `commitment` of the stream `{ledger}.{organization}.commitment-{id}`. */
  readonly kind: string;
  readonly id: string;
  readonly recordedAt: number;
}

/** Pure of storage concerns but its own tables: the projector owns order, batches, transactions and the checkpoint. */
export interface Projection {
  readonly name: string;
  /** Raise it to rebuild the tables from the first event. */
  readonly version: number;
  /** Its tables, each with the columns that order it: what a digest runs over. */
  readonly tables: Readonly<Record<string, { readonly ddl: string; readonly orderBy: string }>>;
  /** Event types that it wants; null: all. */
  readonly handles: ReadonlySet<string> | null;
  apply(event: ProjectedEvent, database: ReadDatabase): void;
  /** After the last event of a batch, inside its transaction. */
  flush?(database: ReadDatabase): void;
  /** Forget what was kept in memory: a batch was rolled back, or another process wrote. */
  reset?(): void;
}

export function parseStream(stream: string): { organization: string; kind: string; id: string } | null {
  const first = stream.indexOf('.');
  const second = stream.indexOf('.', first + 1);
  const dash = stream.indexOf('-', second + 1);
  if (first < 0 || second < 0 || dash < 0) return null;
  return { organization: stream.slice(first + 1, second), kind: stream.slice(second + 1, dash), id: stream.slice(dash + 1) };
}
