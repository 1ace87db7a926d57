import type { AllStreamRecordedEvent, RecordedEvent as ClientEvent } from '@eventstore/db-client';

import type { JsonObject } from '#kernel';

import type { RecordedEvent } from '../port.js';

/** The parts of a client's event that we use; `position` is there from server 22.6 on. */
export function recorded(event: ClientEvent | AllStreamRecordedEvent): RecordedEvent {
  return {
    position: Number((event.position as { commit: bigint }).commit),
    stream: event.streamId,
    revision: Number(event.revision),
    id: event.id,
    type: event.type,
    data: event.data as unknown as JsonObject,
    metadata: (event.metadata ?? {}) as JsonObject,
  };
}
