import { schema, storedEvent } from '#event-schema';

/** Facts that stand in chunks, many rows to an event: those of a delivery's stream, and the allocations of an organization. */
export const CHARGE_EVENTS = [
  storedEvent('ChargesRecorded', schema.ChargesRecordedSchema),
  storedEvent('ChargesReversed', schema.ChargesReversedSchema),
  storedEvent('RowsQuarantined', schema.RowsQuarantinedSchema),
  storedEvent('ChargesAllocated', schema.ChargesAllocatedSchema),
] as const;
