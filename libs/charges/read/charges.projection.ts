import type { ProjectedEvent, Projection, ReadDatabase } from '#read-store';
import type { FeedEvent } from '../domain/feed.js';
import { chunkHead, type ChunkHead } from '../wire/chunk-head.js';
import { feedCodec } from '../wire/feed.wire.js';
import type { QuarantinedChunk } from '../wire/quarantine.wire.js';

/**
 * Where the charges are: deliveries, the chunks of each, which rows were reversed, which are quarantined. The rows themselves stay
 * in their events; a chunk is addressed by (delivery, chunk) and a row by its index in it.
 */
export class ChargesProjection implements Projection {
  readonly name = 'charges';
  readonly version = 1;
  readonly handles = new Set(['ChargesRecorded', 'ChargesReversed', 'RowsQuarantined', 'FeedOpened', 'DeliveryRecorded', 'RowsMended']);
  readonly tables = {
    deliveries: {
      // `position` is null until the delivery is recorded: chunks of an import that never ended count for nothing.
      ddl: `CREATE TABLE IF NOT EXISTS deliveries (id TEXT PRIMARY KEY, org TEXT NOT NULL, feed TEXT, number INTEGER, position INTEGER, recorded_at INTEGER, detail TEXT);
        CREATE INDEX IF NOT EXISTS deliveries_by_org ON deliveries (org, number)`,
      orderBy: 'id',
    },
    chunks: {
      // `counts`: position from which the rows count, that of the delivery's record or of the mend; null before.
      ddl: `CREATE TABLE IF NOT EXISTS chunks (delivery TEXT NOT NULL, chunk INTEGER NOT NULL, kind INTEGER NOT NULL, rows INTEGER NOT NULL, first_start INTEGER, last_end INTEGER, counts INTEGER,
        PRIMARY KEY (delivery, chunk)) WITHOUT ROWID`,
      orderBy: 'delivery, chunk',
    },
    reversals: {
      ddl: `CREATE TABLE IF NOT EXISTS reversals (delivery TEXT NOT NULL, chunk INTEGER NOT NULL, position INTEGER NOT NULL, by_delivery TEXT NOT NULL, indexes TEXT NOT NULL,
        PRIMARY KEY (delivery, chunk, position)) WITHOUT ROWID`,
      orderBy: 'delivery, chunk, position',
    },
    slices: {
      ddl: `CREATE TABLE IF NOT EXISTS slices (org TEXT NOT NULL, feed TEXT NOT NULL, period INTEGER NOT NULL, account TEXT NOT NULL, position INTEGER NOT NULL, delivery TEXT NOT NULL,
        PRIMARY KEY (org, feed, period, account, position)) WITHOUT ROWID`,
      orderBy: 'org, feed, period, account, position',
    },
    quarantined: {
      ddl: `CREATE TABLE IF NOT EXISTS quarantined (delivery TEXT NOT NULL, row INTEGER NOT NULL, org TEXT NOT NULL, line INTEGER NOT NULL, detail TEXT NOT NULL, mended_at INTEGER,
        PRIMARY KEY (delivery, row)) WITHOUT ROWID`,
      orderBy: 'delivery, row',
    },
  };

  apply({ event, organization, recordedAt }: ProjectedEvent, database: ReadDatabase): void {
    switch (event.type) {
      case 'ChargesRecorded':
        return recordChunk(chunkHead(event), organization, database);
      case 'ChargesReversed':
        return reverse(event.data as unknown as ReversedChunk, organization, event.position, database);
      case 'RowsQuarantined':
        return quarantine(event.data as unknown as QuarantinedChunk, organization, database);
    }
    const fact = feedCodec.fromStored(event);
    if (fact?.type === 'DeliveryRecorded') deliver(fact, organization, event.position, recordedAt, database);
    if (fact?.type === 'RowsMended') mend(fact, organization, event.position, database);
  }
}

export const CHUNK_KINDS = { recorded: 1, reversed: 2, quarantined: 3 } as const;

export interface ReversedChunk {
  readonly deliveryId: string;
  readonly chunk: number;
  readonly of: readonly { readonly deliveryId: string; readonly chunk: number; readonly indexes: readonly number[] }[];
}

function ensureDelivery(id: string, org: string, database: ReadDatabase): void {
  database.sql('INSERT OR IGNORE INTO deliveries (id, org) VALUES (?, ?)').run(id, org);
}

function recordChunk({ deliveryId, chunk, count, instants, start, end }: ChunkHead, org: string, database: ReadDatabase): void {
  ensureDelivery(deliveryId, org, database);
  const times = instants.map((text) => Date.parse(text));
  // Rows stand in order of their start, but a mended chunk or a long charge need not: the bounds are of all of them.
  let [first, last] = [Infinity, -Infinity];
  for (const index of start) first = Math.min(first, times[index] as number);
  for (const index of end) last = Math.max(last, times[index] as number);
  insertChunk([deliveryId, chunk, CHUNK_KINDS.recorded, count, first, last, null], database);
}

const insertChunk = (values: readonly (string | number | null)[], database: ReadDatabase): void =>
  database.sql('INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?)').run(...values);

function reverse({ deliveryId, chunk, of }: ReversedChunk, org: string, position: number, database: ReadDatabase): void {
  ensureDelivery(deliveryId, org, database);
  insertChunk([deliveryId, chunk, CHUNK_KINDS.reversed, of.reduce((n, { indexes }) => n + indexes.length, 0), null, null, null], database);
  for (const target of of) {
    database
      .sql('INSERT INTO reversals VALUES (?, ?, ?, ?, ?)')
      .run(target.deliveryId, target.chunk, position, deliveryId, JSON.stringify(target.indexes));
  }
}

function quarantine({ deliveryId, chunk, rows }: QuarantinedChunk, org: string, database: ReadDatabase): void {
  ensureDelivery(deliveryId, org, database);
  insertChunk([deliveryId, chunk, CHUNK_KINDS.quarantined, rows.length, null, null, null], database);
  for (const { row, line, ...detail } of rows)
    database.sql('INSERT INTO quarantined VALUES (?, ?, ?, ?, ?, NULL)').run(deliveryId, row, org, line, JSON.stringify(detail));
}

function mend(
  { feedId, deliveryId, chunk, rows }: Extract<FeedEvent, { type: 'RowsMended' }>,
  org: string,
  position: number,
  database: ReadDatabase,
): void {
  if (chunk !== null) database.sql('UPDATE chunks SET counts = ? WHERE delivery = ? AND chunk = ?').run(position, deliveryId, chunk);
  for (const { row, billingPeriodStart, billingAccount } of rows) {
    database.sql('UPDATE quarantined SET mended_at = ? WHERE delivery = ? AND row = ?').run(position, deliveryId, row);
    // As the feed does it: a slice that nothing held is held by the mended row's delivery.
    const slice = [org, feedId, billingPeriodStart, billingAccount] as const;
    const held = database.sql('SELECT 1 FROM slices WHERE org = ? AND feed = ? AND period = ? AND account = ? LIMIT 1').get(...slice);
    if (!held) database.sql('INSERT INTO slices VALUES (?, ?, ?, ?, ?, ?)').run(...slice, position, deliveryId);
  }
}

function deliver(
  { type: _type, ...delivery }: Extract<FeedEvent, { type: 'DeliveryRecorded' }>,
  org: string,
  position: number,
  recordedAt: number,
  database: ReadDatabase,
): void {
  const { deliveryId, feedId, slices } = delivery;
  ensureDelivery(deliveryId, org, database);
  const number = (database.sql('SELECT max(number) FROM deliveries WHERE org = ?').get<[number | null]>(org)?.[0] ?? 0) + 1;
  database
    .sql('UPDATE deliveries SET feed = ?, number = ?, position = ?, recorded_at = ?, detail = ? WHERE id = ?')
    .run(feedId, number, position, recordedAt, JSON.stringify(delivery), deliveryId);
  database.sql('UPDATE chunks SET counts = ? WHERE delivery = ? AND chunk < ?').run(position, deliveryId, delivery.chunks);
  for (const { billingAccount, billingPeriodStart } of slices) {
    database.sql('INSERT INTO slices VALUES (?, ?, ?, ?, ?, ?)').run(org, feedId, billingPeriodStart, billingAccount, position, deliveryId);
  }
}
