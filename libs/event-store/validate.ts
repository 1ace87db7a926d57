import { Binding, CommandEvent } from './binding.js';
import { StoreFault } from './fault.js';
import { isUuid } from './ids.js';
import type { NewEvent, StreamWrite } from './port.js';

/** EventStoreDB's default MaxAppendSize: the sum of the data of one append to one stream. Metadata is not counted. */
export const DATA_BYTES_MAX = 1024 * 1024;

/**
 * Refuses what would hang or kill the EventStoreDB client, on either store and before anything is written.
 * @throws StoreFault `STORE-112` too large, `STORE-113` malformed.
 */
export function validateWrites(writes: readonly StreamWrite[]): void {
  for (let i = 0; i < writes.length; i++) {
    const write = writes[i] as StreamWrite;
    if (write.stream.length === 0 || write.stream.startsWith('$')) throw malformed(`"${write.stream}" is no stream name of a ledger`);
    if (write.expected !== 'no-stream' && !(Number.isSafeInteger(write.expected) && write.expected >= 0))
      throw malformed(`${String(write.expected)} is no revision`);
    for (let j = 0; j < i; j++) if (writes[j]?.stream === write.stream) throw malformed(`stream ${write.stream} occurs twice in one append`);
    validateEvents(write);
  }
}

function validateEvents({ stream, events }: StreamWrite): void {
  let characters = 0;
  for (const event of events) {
    // Made here, of a kilobyte at most, and worked out only by a store that needs it.
    if (event instanceof Binding) continue;
    validateEvent(event);
    characters += event.data.length;
  }
  // A character has at most 3 bytes, so that most appends need no count.
  if (characters * 3 <= DATA_BYTES_MAX) return;
  let bytes = 0;
  for (const event of events) bytes += Buffer.byteLength(event.data);
  if (bytes <= DATA_BYTES_MAX) return;
  throw new StoreFault(
    'STORE-112',
    `The append to ${stream} holds ${bytes} bytes of data, the store takes ${DATA_BYTES_MAX}. Nothing was written. Append in smaller parts.`,
    { retryable: false },
  );
}

function validateEvent(event: NewEvent): void {
  // Made here, and worked out only by a store that needs it.
  if (!(event instanceof CommandEvent) && !isUuid(event.id)) throw malformed(`"${event.id}" is no UUID in lower case`);
  if (event.type.length === 0 || event.type.startsWith('$')) throw malformed(`"${event.type}" is no event type of a ledger`);
  if (event.data.charCodeAt(0) !== OPENING) throw malformed(`the data of event ${event.id} is no JSON object`);
}

const OPENING = '{'.charCodeAt(0);

const malformed = (what: string): StoreFault =>
  new StoreFault('STORE-113', `Malformed append: ${what}. Nothing was written. This is a defect of the caller.`, { retryable: false });
