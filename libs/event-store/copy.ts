import { canonicalJson } from '#kernel';

import { StoreFault } from './fault.js';
import type { EventStore, NewEvent, Position, RecordedEvent, StreamWrite } from './port.js';
import { DATA_BYTES_MAX } from './validate.js';

export interface CopyOptions {
  /** A position of the source, to go on after it; without one the copy starts at the beginning and finds again what is there. */
  readonly after?: Position | null;
  readonly pageSize?: number;
  readonly onProgress?: (copied: { readonly events: number; readonly position: Position }) => void;
}

export interface CopyResult {
  readonly events: number;
  /** Of these, how many stood there already. */
  readonly repeated: number;
  /** Where to go on next time. */
  readonly position: Position | null;
}

/**
 * Copies a ledger event by event: the same ids at the same revisions, in the same total order, metadata word for word, so that
 * every hash stays. Can be broken off and begun again at any point.
 * @throws StoreFault `STORE-111` | `STORE-116` when the target holds something else.
 */
export async function copyStore(
  from: EventStore,
  to: EventStore,
  { after = null, pageSize = 500, onProgress }: CopyOptions = {},
): Promise<CopyResult> {
  let events = 0;
  let repeated = 0;
  let position = after;
  let fresh = false;
  for (;;) {
    const page = await from.readAll({ after: position, limit: pageSize });
    const known = await copyPage(to, [...runs(page.events)], fresh);
    repeated += known;
    fresh = known === 0;
    events += page.events.length;
    position = page.events.at(-1)?.position ?? position;
    if (position !== null) onProgress?.({ events, position });
    if (page.caughtUp) return { events, repeated, position };
  }
}

/** Answers how many events stood there already. */
async function copyPage(to: EventStore, writes: readonly StreamWrite[], fresh: boolean): Promise<number> {
  let repeated = 0;
  if (fresh && to.atomicAcrossStreams) {
    // Past the part that an earlier copy left, nothing can conflict; that store keeps the order of the calls and commits them together.
    for (const count of await Promise.all(writes.map((write) => copyRun(to, write)))) repeated += count;
  } else {
    for (const write of writes) repeated += await copyRun(to, write);
  }
  return repeated;
}

async function copyRun(to: EventStore, write: StreamWrite): Promise<number> {
  const outcome = await to.append([write]);
  if (outcome.ok) return outcome.appended[0]?.repeated ? write.events.length : 0;
  const { actual } = outcome.conflict;
  const known = (actual === 'no-stream' ? -1 : actual) - (write.expected === 'no-stream' ? -1 : write.expected);
  // An earlier copy ended inside this run: its part must be the same, the rest is new.
  if (actual === 'no-stream' || known <= 0 || known >= write.events.length) throw diverged(write);
  const there = await to.append([{ ...write, events: write.events.slice(0, known) }]);
  const rest = there.ok && (await to.append([{ stream: write.stream, expected: actual, events: write.events.slice(known) }]));
  if (!rest || !rest.ok) throw diverged(write);
  return known;
}

/** Neighbours in one stream go in one append; across streams the total order is kept by appending one after the other. */
function* runs(events: readonly RecordedEvent[]): Generator<StreamWrite> {
  let run: { stream: string; expected: number | 'no-stream'; events: NewEvent[] } | undefined;
  let bytes = 0;
  for (const event of events) {
    const copy = verbatim(event);
    bytes += Buffer.byteLength(copy.data);
    if (run && (run.stream !== event.stream || bytes > DATA_BYTES_MAX)) {
      yield run;
      run = undefined;
    }
    if (!run) {
      run = { stream: event.stream, expected: event.revision === 0 ? 'no-stream' : event.revision - 1, events: [] };
      bytes = Buffer.byteLength(copy.data);
    }
    run.events.push(copy);
  }
  if (run) yield run;
}

function verbatim({ id, type, data, metadata }: RecordedEvent): NewEvent {
  return { id, type, data: canonicalJson(data), metadata: canonicalJson(metadata) };
}

const diverged = ({ stream, expected }: StreamWrite): StoreFault =>
  new StoreFault(
    'STORE-116',
    `The target holds other events in ${stream} after revision ${expected}. What was copied before stays. Copy into an empty store.`,
    { retryable: false },
  );
