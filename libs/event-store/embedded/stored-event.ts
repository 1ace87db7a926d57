import type { JsonObject } from '#kernel';

import type { NewEvent, RecordedEvent } from '../port.js';

/** What a row says of its events, by their positions. */
export interface EventTexts {
  id(position: number): string;
  data(position: number): string;
  metadata(position: number): string;
  recordedAt(position: number): number;
}

/** Reads and parses only what is looked at: a projector skips most events by type. */
export class StoredEvent implements RecordedEvent {
  #data: JsonObject | undefined;
  #metadata: JsonObject | undefined;

  constructor(
    readonly position: number,
    readonly stream: string,
    readonly revision: number,
    readonly type: string,
    private readonly texts: EventTexts,
  ) {}

  get id(): string {
    return this.texts.id(this.position);
  }

  get text(): string {
    return this.texts.data(this.position);
  }

  get metadataText(): string {
    return this.texts.metadata(this.position);
  }

  get recordedAt(): number {
    return this.texts.recordedAt(this.position);
  }

  get data(): JsonObject {
    return (this.#data ??= JSON.parse(this.text) as JsonObject);
  }

  get metadata(): JsonObject {
    return (this.#metadata ??= JSON.parse(this.metadataText) as JsonObject);
  }

  /** The same type and data; ids were compared, and metadata carries the moment of recording, which differs. */
  holds(event: NewEvent): boolean {
    return this.text === event.data && this.type === event.type;
  }

  toJSON(): RecordedEvent {
    const { position, stream, revision, id, type, data, metadata } = this;
    return { position, stream, revision, id, type, data, metadata };
  }
}
