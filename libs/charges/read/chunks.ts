import type { EventStore, RecordedEvent } from '#event-store';
import type { ReadDatabase } from '#read-store';
import type { Decision, ReasonCode } from '../domain/allocation/decision.js';
import { AllocationReader, type StoredAllocation } from '../wire/allocation.wire.js';
import { type ChargeChunk, type ChargeChunkData, decodeChargeChunk } from '../wire/charge-chunk.js';
import { CHUNK_KINDS, type ReversedChunk } from './charges.projection.js';

/** A position after every event. */
export const LATEST = Number.MAX_SAFE_INTEGER;

export const deliveryStream = (ledger: string, organization: string, deliveryId: string): string =>
  `${ledger}.${organization}.delivery-${deliveryId}`;

export interface ChunkAddress {
  readonly deliveryId: string;
  readonly chunk: number;
}

export interface ChunkRow extends ChunkAddress {
  readonly kind: number;
  readonly rows: number;
  readonly firstStart: number | null;
  readonly lastEnd: number | null;
  /** Position at which the rows count: that of the delivery's record, or of the mend. */
  readonly counts: number;
}

type Found = [string, number, number, number, number | null, number | null, number];
const toChunk = ([deliveryId, chunk, kind, rows, firstStart, lastEnd, counts]: Found): ChunkRow => ({
  deliveryId,
  chunk,
  kind,
  rows,
  firstStart,
  lastEnd,
  counts,
});

/** Chunks of recorded deliveries, and the decisions about their rows. Decoded chunks are kept for a while: pages come back to them. */
export class Chunks {
  private readonly kept = new Map<string, ChargeChunk>();

  constructor(
    private readonly database: ReadDatabase,
    private readonly store: EventStore,
    private readonly ledger: string,
    private readonly capacity = 16,
  ) {}

  /** All chunks of the organization in recorded order: deliveries as recorded, chunks in order, mended rows where they were mended. */
  *recorded(organization: string, until: number): Iterable<ChunkRow> {
    const rows = this.database
      .sql(
        `SELECT c.delivery, c.chunk, c.kind, c.rows, c.first_start, c.last_end, c.counts FROM deliveries d JOIN chunks c ON c.delivery = d.id
         WHERE d.org = ? AND c.counts <= ? AND c.kind != ${CHUNK_KINDS.quarantined} ORDER BY c.counts, c.chunk`,
      )
      .all<Found>(organization, until);
    for (const row of rows) yield toChunk(row);
  }

  async chunk(organization: string, address: ChunkAddress): Promise<ChargeChunk> {
    return (await this.chunkHolding(organization, address, [])) as ChargeChunk;
  }

  /** The same, or null where some of these texts are in no column of any row: seen without decoding where the store has the event's text. */
  async chunkHolding(organization: string, { deliveryId, chunk }: ChunkAddress, texts: readonly string[]): Promise<ChargeChunk | null> {
    const key = `${deliveryId}|${chunk}`;
    const known = this.kept.get(key);
    if (known) return known;
    const event = await this.read(organization, { deliveryId, chunk });
    const { text } = event;
    if (text !== undefined && !texts.every((each) => text.includes(JSON.stringify(each)))) return null;
    const decoded = decodeChargeChunk(event.data as unknown as ChargeChunkData);
    if (this.kept.size >= this.capacity) this.kept.delete(this.kept.keys().next().value as string);
    this.kept.set(key, decoded);
    return decoded;
  }

  /** Some decision about a row of the chunk may give this reason. */
  mayGive(reason: ReasonCode, { deliveryId, chunk }: ChunkAddress, position: number): boolean {
    return (
      this.database
        .sql('SELECT 1 FROM allocations WHERE delivery = ? AND chunk = ? AND position <= ? AND instr(decisions, ?) > 0 LIMIT 1')
        .get(deliveryId, chunk, position, `"${reason}"`) !== undefined
    );
  }

  async reversed(organization: string, address: ChunkAddress): Promise<ReversedChunk> {
    return (await this.read(organization, address)).data as unknown as ReversedChunk;
  }

  /** The decision about a row as known at `position`: the latest event that decided it. Null: not allocated yet. */
  decisions({ deliveryId, chunk }: ChunkAddress, position: number): (row: number) => Decision | null {
    const versions = this.database
      .sql('SELECT decisions FROM allocations WHERE delivery = ? AND chunk = ? AND position <= ? ORDER BY position DESC')
      .all<[string]>(deliveryId, chunk, position)
      .map(([text]) => new AllocationReader(JSON.parse(text) as StoredAllocation));
    return (row) => versions.find((version) => version.has(row))?.decision(row) ?? null;
  }

  /** Rows of the chunk that a delivery recorded up to `position` reversed. */
  reversedRows({ deliveryId, chunk }: ChunkAddress, position: number): ReadonlySet<number> {
    const rows = this.database
      .sql('SELECT r.indexes FROM reversals r JOIN deliveries d ON d.id = r.by_delivery WHERE r.delivery = ? AND r.chunk = ? AND d.position <= ?')
      .all<[string]>(deliveryId, chunk, position);
    return new Set(rows.flatMap(([indexes]) => JSON.parse(indexes) as number[]));
  }

  private async read(organization: string, { deliveryId, chunk }: ChunkAddress): Promise<RecordedEvent> {
    const [event] = await this.store.readStream(deliveryStream(this.ledger, organization, deliveryId), { from: chunk, limit: 1 });
    if (event === undefined || event.revision !== chunk) throw new Error(`chunk ${chunk} of delivery ${deliveryId} is not in the store`);
    return event;
  }
}
