import { instantFromJson, instantToJson, schema, storedEvent } from '#event-schema';
import type { EventCodec } from '#event-store';
import type { JsonObject } from '#kernel';
import type { DeliveredFile, Delivery, FeedEvent, MendedRow, SliceCount, Warning } from '../domain/feed.js';

export const FEED_EVENTS = [
  storedEvent('FeedOpened', schema.FeedOpenedSchema),
  storedEvent('DeliveryRecorded', schema.DeliveryRecordedSchema),
  storedEvent('RowsMended', schema.RowsMendedSchema),
] as const;

type StoredSlice = { billingAccount?: string; billingPeriodStart: string; rows?: number; quarantined?: number };
type StoredMend = Omit<MendedRow, 'billingPeriodStart' | 'billingAccount'> & { billingAccount?: string; billingPeriodStart: string };

const sliceToJson = ({ billingAccount, billingPeriodStart, rows, quarantined }: SliceCount): JsonObject => ({
  billingAccount,
  billingPeriodStart: instantToJson(billingPeriodStart),
  rows,
  quarantined,
});
const sliceFromJson = ({ billingAccount = '', billingPeriodStart, rows = 0, quarantined = 0 }: StoredSlice): SliceCount => ({
  billingAccount,
  billingPeriodStart: instantFromJson(billingPeriodStart),
  rows,
  quarantined,
});

export const feedCodec: EventCodec<FeedEvent> = {
  toStored: ({ type, ...event }) => ({ type, schemaVersion: 1, effectiveAt: null, data: dataOf({ type, ...event } as FeedEvent) }),
  fromStored: ({ type, data }) => {
    switch (type) {
      case 'FeedOpened': {
        const { feedId, name, appendOnly = false } = data as { feedId: string; name: string; appendOnly?: boolean };
        return { type, feedId, name, appendOnly };
      }
      case 'DeliveryRecorded': {
        const stored = data as unknown as Partial<Omit<Delivery, 'slices' | 'warnings'>> & {
          feedId: string;
          deliveryId: string;
          file: DeliveredFile;
          slices?: StoredSlice[];
          warnings?: Warning[];
        };
        const { feedId, deliveryId, file, chunks = 0, rows = 0, additions = 0, reversals = 0, quarantined = 0, slices = [], warnings = [] } = stored;
        return { type, feedId, deliveryId, file, chunks, rows, additions, reversals, quarantined, slices: slices.map(sliceFromJson), warnings };
      }
      case 'RowsMended': {
        const {
          feedId,
          deliveryId,
          chunk = null,
          fieldsSha256 = '',
          rows = [],
        } = data as unknown as { feedId: string; deliveryId: string; chunk?: number; fieldsSha256?: string; rows?: StoredMend[] };
        return {
          type,
          feedId,
          deliveryId,
          chunk,
          fieldsSha256,
          rows: rows.map(({ billingAccount = '', billingPeriodStart, ...rest }) => ({
            ...rest,
            billingAccount,
            billingPeriodStart: instantFromJson(billingPeriodStart),
          })),
        };
      }
      default:
        return null;
    }
  },
};

function dataOf(event: FeedEvent): JsonObject {
  switch (event.type) {
    case 'FeedOpened':
      return { feedId: event.feedId, name: event.name, appendOnly: event.appendOnly };
    case 'DeliveryRecorded': {
      const { type: _type, slices, warnings, file, ...counts } = event;
      return { ...counts, file: { ...file }, slices: slices.map(sliceToJson), warnings: warnings.map((warning) => ({ ...warning })) };
    }
    case 'RowsMended': {
      const rows = event.rows.map((row): JsonObject => ({ ...row, billingPeriodStart: instantToJson(row.billingPeriodStart) }));
      return { feedId: event.feedId, deliveryId: event.deliveryId, chunk: event.chunk ?? undefined, fieldsSha256: event.fieldsSha256, rows };
    }
  }
}
