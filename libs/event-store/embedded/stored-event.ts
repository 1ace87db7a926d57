import type { JsonObject } from '#kernel';

import type { NewEvent, RecordedEvent } from '../port.js';

/** Parses only what is looked at: a projector skips most events by type. */
export class StoredEvent implements RecordedEvent {
  #data: JsonObject | undefined;
  #metadata: JsonObject | undefined;

  constructor(
    readonly position: number,
    readonly stream: string,
    readonly revision: number,
    readonly type: string,
    readonly id: string,
    private readonly dataText: string,
    private readonly envelopes: { metadata(position: number): string },
  ) {}

  get text(): string {
    return this.dataText;
  }

  get metadataText(): string {
    return this.envelopes.metadata(this.position);
  }

  get data(): JsonObject {
    return (this.#data ??= JSON.parse(this.dataText) as JsonObject);
  }

  get metadata(): JsonObject {
    return (this.#metadata ??= JSON.parse(this.metadataText) as JsonObject);
  }

  /** The same type and data; ids were compared, and metadata carries the moment of recording, which differs. */
  holds(event: NewEvent): boolean {
    return this.dataText === event.data && this.type === event.type;
  }

  toJSON(): RecordedEvent {
    const { position, stream, revision, id, type, data, metadata } = this;
    return { position, stream, revision, id, type, data, metadata };
  }
}
