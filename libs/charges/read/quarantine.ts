import type { EventStore } from '#event-store';
import type { ReadDatabase } from '#read-store';
import type { QuarantinedChunk, QuarantinedEntry } from '../wire/quarantine.wire.js';
import { CHUNK_KINDS } from './charges.projection.js';
import { deliveryStream, LATEST } from './chunks.js';

/** A row that could not be read: where it stands and what is wrong with it. Its fields are in the file beside the store. */
export interface QuarantinedRowView extends QuarantinedEntry {
  readonly deliveryId: string;
  /** Position at which it was returned mended; null while it is quarantined. */
  readonly mendedAt: number | null;
}

export interface QuarantinePage {
  /** Exclusive row number. */
  readonly after?: number;
  readonly limit: number;
  readonly position?: number;
  /** Leave out what was mended by then. */
  readonly openOnly?: boolean;
}

type Found = [number, number, string, number | null];

/** Quarantined rows of an organization's deliveries, by row number. */
export class Quarantine {
  constructor(private readonly database: ReadDatabase) {}

  rows(
    organization: string,
    deliveryId: string,
    { after = 0, limit, position = LATEST, openOnly = false }: QuarantinePage,
  ): readonly QuarantinedRowView[] {
    return this.database
      .sql(
        `SELECT q.row, q.line, q.detail, q.mended_at FROM quarantined q JOIN deliveries d ON d.id = q.delivery
         WHERE q.delivery = ? AND d.org = ? AND d.position <= ? AND q.row > ? AND (? = 0 OR q.mended_at IS NULL OR q.mended_at > ?) ORDER BY q.row LIMIT ?`,
      )
      .all<Found>(deliveryId, organization, position, after, openOnly ? 1 : 0, position, limit)
      .map(([row, line, detail, mendedAt]) => ({
        ...(JSON.parse(detail) as Omit<QuarantinedEntry, 'row' | 'line'>),
        deliveryId,
        row,
        line,
        mendedAt: mendedAt !== null && mendedAt <= position ? mendedAt : null,
      }));
  }

  /** How many are still quarantined, and how many there were. */
  count(organization: string, deliveryId: string, position = LATEST): { readonly open: number; readonly all: number } {
    const [open, all] = this.database
      .sql(
        `SELECT sum(q.mended_at IS NULL OR q.mended_at > ?), count(*) FROM quarantined q JOIN deliveries d ON d.id = q.delivery
         WHERE q.delivery = ? AND d.org = ? AND d.position <= ?`,
      )
      .get<[number | null, number]>(position, deliveryId, organization, position) ?? [0, 0];
    return { open: open ?? 0, all };
  }
}

/** Digest of the file that holds the fields of a delivery's quarantined rows; null when it has none. */
export async function quarantinedFieldsOf(
  database: ReadDatabase,
  store: EventStore,
  ledger: string,
  organization: string,
  deliveryId: string,
): Promise<string | null> {
  const found = database
    .sql(`SELECT min(chunk) FROM chunks WHERE delivery = ? AND kind = ${CHUNK_KINDS.quarantined}`)
    .get<[number | null]>(deliveryId)?.[0];
  if (found === undefined || found === null) return null;
  const [event] = await store.readStream(deliveryStream(ledger, organization, deliveryId), { from: found, limit: 1 });
  return event ? (event.data as unknown as QuarantinedChunk).fieldsSha256 : null;
}
