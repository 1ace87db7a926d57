import type { ReadDatabase } from '#read-store';
import type { EventStore } from '#event-store';
import { sliceKey } from '../domain/feed.js';
import type { Instant } from '#kernel';
import type { InForceRow } from '../intake/index.js';
import { CHUNK_KINDS } from '../read/charges.projection.js';
import { Chunks, LATEST } from '../read/chunks.js';

interface Sources {
  readonly database: ReadDatabase;
  readonly store: EventStore;
  readonly ledger: string;
}

/** Rows of the feed that are in force in these slices, in recorded order, a chunk at a time. */
export async function* inForceRows(
  { database, store, ledger }: Sources,
  organization: string,
  feedId: string,
  slices: ReadonlySet<string>,
): AsyncGenerator<readonly InForceRow[]> {
  const chunks = new Chunks(database, store, ledger, 2);
  const addresses = database
    .sql(
      `SELECT c.delivery, c.chunk FROM deliveries d JOIN chunks c ON c.delivery = d.id WHERE d.org = ? AND d.feed = ? AND c.counts IS NOT NULL AND c.kind = ${CHUNK_KINDS.recorded} ORDER BY c.counts, c.chunk`,
    )
    .all<[string, number]>(organization, feedId);
  for (const [deliveryId, number] of addresses) {
    const address = { deliveryId, chunk: number };
    const reversed = chunks.reversedRows(address, LATEST);
    const chunk = await chunks.chunk(organization, address);
    const rows: InForceRow[] = [];
    for (let index = 0; index < chunk.count; index++) {
      if (reversed.has(index)) continue;
      const slice = sliceKey(chunk.string('billingAccount', index) ?? '', chunk.instant('billingPeriodStart', index) as Instant);
      if (slices.has(slice)) rows.push({ digest: chunk.digest(index), address: `${deliveryId}|${number}|${index}` });
    }
    if (rows.length > 0) yield rows;
  }
}
