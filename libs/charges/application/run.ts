import type { JsonObject } from '#kernel';
import type { ReadDatabase } from '#read-store';
import type { Chunks } from '../read/chunks.js';

export interface Trigger {
  readonly organization: string;
  readonly position: number;
  readonly event: string;
  readonly kind: 'delivery' | 'mend' | 'terms';
  /** Delivery, or commitment or party whose terms changed. */
  readonly subject: string;
  readonly chunk: number | null;
}

/** What a run needs of its surroundings: read chunks, append its events in order. */
export interface Run {
  readonly trigger: Trigger;
  readonly chunks: Chunks;
  readonly database: ReadDatabase;
  /** Events of this run that are stored already: it was interrupted. */
  readonly done: number;
  append(data: JsonObject): Promise<void>;
}
