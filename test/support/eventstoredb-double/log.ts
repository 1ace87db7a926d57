export interface LogEvent {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export type Proposed = Pick<LogEvent, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;

export type LogAnswer =
  | { readonly kind: 'stored'; readonly revision: number; readonly position: number; readonly fresh: readonly LogEvent[] }
  | { readonly kind: 'conflict'; readonly current: number }
  | { readonly kind: 'too-large' };

export const MAX_APPEND_SIZE = 1024 * 1024;

/** The rules of EventStoreDB's log for appends at exact revisions, as observed on a real 23.10.6 (docs/event-store.md). */
export class Log {
  readonly events: LogEvent[] = [];
  private readonly streams = new Map<string, LogEvent[]>();
  private end = 0;

  /** `expected` -1 means no stream. */
  append(stream: string, expected: number, proposed: readonly Proposed[]): LogAnswer {
    const stored = this.streams.get(stream) ?? [];
    const current = stored.length - 1;
    if (proposed.reduce((bytes, { data }) => bytes + data.length, 0) > MAX_APPEND_SIZE) return { kind: 'too-large' };
    if (expected !== current) return this.repeated(stored, expected, proposed) ?? { kind: 'conflict', current };
    const fresh = proposed.map((event) => this.add(stream, stored, event));
    const last = stored[stored.length - 1];
    return { kind: 'stored', revision: last?.revision ?? -1, position: last?.position ?? 0, fresh };
  }

  stream(name: string): readonly LogEvent[] | undefined {
    return this.streams.get(name);
  }

  /** The index of the event at exactly this position; null for a position between events. */
  indexOf(position: number): number | null {
    let low = 0;
    let high = this.events.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const at = (this.events[middle] as LogEvent).position;
      if (at === position) return middle;
      if (at < position) low = middle + 1;
      else high = middle - 1;
    }
    return null;
  }

  /** Known ids right after the expected revision: "stored", and the old data stays, whatever the new ones carry. */
  private repeated(stored: readonly LogEvent[], expected: number, proposed: readonly Proposed[]): LogAnswer | null {
    if (proposed.length === 0 || !proposed.every(({ id }, i) => stored[expected + 1 + i]?.id === id)) return null;
    const last = stored[expected + proposed.length] as LogEvent;
    return { kind: 'stored', revision: last.revision, position: last.position, fresh: [] };
  }

  private add(stream: string, stored: LogEvent[], event: Proposed): LogEvent {
    const added = { ...event, stream, revision: stored.length, position: this.end };
    // Positions have gaps of the record's size.
    this.end += 96 + stream.length + event.data.length + event.metadata.length;
    stored.push(added);
    this.streams.set(stream, stored);
    this.events.push(added);
    return added;
  }
}
