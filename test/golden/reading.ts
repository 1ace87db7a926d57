import { commitmentCodec } from '#commitments';
import { contractCodec, partyCodec } from '#contracts';
import { feedCodec } from '#charges';
import { type EventCodec, type RecordedEvent } from '#event-store';
import { type Decimal, formatDecimal, type JsonObject } from '#kernel';
import { organizationCodec } from '#organizations';
import { AllocationReader, type StoredAllocation } from '../../libs/charges/wire/allocation.wire.js';
import { type ChargeChunkData, decodeChargeChunk } from '../../libs/charges/wire/charge-chunk.js';
import { DECIMAL_COLUMNS } from '../../libs/charges/wire/charge-row.js';

const CODECS: readonly EventCodec<unknown>[] = [commitmentCodec, contractCodec, partyCodec, organizationCodec, feedCodec];

/** What today's code makes of stored data of today's version. */
export function readStored(type: string, data: JsonObject): unknown {
  const recorded: RecordedEvent = {
    position: 0,
    stream: 'tenor.o1.x-1',
    revision: 0,
    id: '00000000-0000-5000-8000-000000000000',
    type,
    data,
    metadata: {},
  };
  for (const codec of CODECS) {
    const event = codec.fromStored(recorded);
    if (event !== null) return event;
  }
  if (type === 'ChargesRecorded') return readChunk(data as unknown as ChargeChunkData);
  if (type === 'ChargesAllocated') return readAllocation(data as unknown as StoredAllocation);
  return data;
}

function readChunk(data: ChargeChunkData): unknown {
  const chunk = decodeChargeChunk(data);
  return Array.from({ length: chunk.count }, (_, index) => ({
    ...chunk.charge(index),
    spelling: Object.fromEntries(DECIMAL_COLUMNS.map((column) => [column, chunk.spelling(column, index)])),
  }));
}

function readAllocation(data: StoredAllocation): unknown {
  const reader = new AllocationReader(data);
  return { decisions: reader.rows.map((row) => [row, reader.decision(row)]), undone: reader.undone, coverage: reader.coverage };
}

/** As JSON can hold it: bigints as `decimal …`. */
export const asGolden = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `decimal ${formatDecimal(each as Decimal)}` : each)));
