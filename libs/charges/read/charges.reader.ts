import { setImmediate as turn } from 'node:timers/promises';
import type { EventStore } from '#event-store';
import type { Instant } from '#kernel';
import type { Entities } from '#read-store';
import { AllocationEngine } from '../domain/allocation/engine.js';
import type { Decision, ReasonCode } from '../domain/allocation/decision.js';
import type { Charge } from '../domain/charge.js';
import { ChunkRowView } from '../wire/chunk-row.js';
import type { ChargeChunk } from '../wire/charge-chunk.js';
import { BookReader } from './book.js';
import { CHUNK_KINDS } from './charges.projection.js';
import { type ChunkRow, Chunks } from './chunks.js';
import type { Moment } from './moment.js';

export interface ChargeAddress {
  readonly deliveryId: string;
  readonly chunk: number;
  readonly index: number;
}

export interface ChargeFilter {
  readonly delivery?: string | null;
  readonly commitment?: string | null;
  readonly from?: Instant | null;
  readonly to?: Instant | null;
  readonly provider?: string | null;
  readonly service?: string | null;
  readonly reason?: ReasonCode | null;
  /** True: rows that drew on some commitment; false: rows that drew on none. */
  readonly drew?: boolean | null;
}

/** Recorded order: the chunk's place, then the row's index in it. */
export interface ChargeKey {
  readonly counts: number;
  readonly chunk: number;
  readonly index: number;
}

export interface KnownCharge extends ChargeAddress {
  readonly key: ChargeKey;
  readonly charge: Charge;
  /** Null: not allocated yet. */
  readonly decision: Decision | null;
}

/** Charges with their reasons, at any recorded position. */
export class ChargesReader {
  private readonly chunks: Chunks;
  private readonly books: BookReader;
  private engines: { readonly key: string; readonly engine: AllocationEngine } | null = null;

  constructor(
    private readonly entities: Entities,
    store: EventStore,
    ledger: string,
  ) {
    this.chunks = new Chunks(entities.database, store, ledger, 64);
    this.books = new BookReader(entities);
  }

  /** A page in recorded order after `after`. Chunks that cannot hold a match are not opened. */
  async page(moment: Moment, filter: ChargeFilter, after: ChargeKey | null, limit: number): Promise<readonly KnownCharge[]> {
    const found: KnownCharge[] = [];
    // As in `rowMatches`, an empty text is no condition.
    const texts = [filter.provider, filter.service].flatMap((text) => (text ? [text] : []));
    for (const address of this.candidates(moment, filter, after)) {
      // A rare match is looked for through many chunks, and nobody waits for that but who asked.
      await turn();
      if (filter.reason && !this.chunks.mayGive(filter.reason, address, moment.postings.position)) continue;
      const first = after !== null && after.counts === address.counts && after.chunk === address.chunk ? after.index + 1 : 0;
      const decisionOf = this.chunks.decisions(address, moment.postings.position);
      if (asksOfDecisions(filter) && !someMatch(decisionOf, filter, first, address.rows)) continue;
      const chunk = await this.chunks.chunkHolding(moment.organization, address, texts);
      if (chunk === null) continue;
      const reversed = this.chunks.reversedRows(address, moment.position);
      for (let index = first; index < chunk.count; index++) {
        if (reversed.has(index) || !rowMatches(chunk, index, filter)) continue;
        const decision = decisionOf(index);
        if (!decisionMatches(decision, filter)) continue;
        found.push({
          deliveryId: address.deliveryId,
          chunk: address.chunk,
          index,
          key: { counts: address.counts, chunk: address.chunk, index },
          charge: chunk.charge(index),
          decision,
        });
        if (found.length >= limit) return found;
      }
    }
    return found;
  }

  /** One charge; null where it is not the organization's, not recorded at the moment, or reversed by then. */
  async charge(moment: Moment, { deliveryId, chunk: number, index }: ChargeAddress): Promise<KnownCharge | null> {
    const row = this.entities.database
      .sql(
        `SELECT c.counts FROM chunks c JOIN deliveries d ON d.id = c.delivery WHERE c.delivery = ? AND c.chunk = ? AND c.kind = ${CHUNK_KINDS.recorded} AND d.org = ? AND c.counts <= ?`,
      )
      .get<[number]>(deliveryId, number, moment.organization, moment.position);
    const address = { deliveryId, chunk: number };
    if (!row || this.chunks.reversedRows(address, moment.position).has(index)) return null;
    const chunk = await this.chunks.chunk(moment.organization, address);
    if (index < 0 || index >= chunk.count) return null;
    const decision = this.chunks.decisions(address, moment.postings.position)(index);
    return { ...address, index, key: { counts: row[0], chunk: number, index }, charge: chunk.charge(index), decision };
  }

  /** Why a charge did not draw on a commitment that its decision does not name: it follows from the terms. Null: no such commitment then. */
  async explain(moment: Moment, { deliveryId, chunk: number, index }: ChargeAddress, commitment: string): Promise<ReasonCode | null> {
    const { organization, position } = moment;
    const key = `${organization}|${this.books.fingerprint(organization, position)}`;
    if (this.engines?.key !== key) this.engines = { key, engine: new AllocationEngine(this.books.at(organization, position)) };
    const { engine } = this.engines;
    const chunk = await this.chunks.chunk(organization, { deliveryId, chunk: number });
    return engine.explain(new ChunkRowView(chunk, engine.facets).at(index), commitment);
  }

  private *candidates(moment: Moment, filter: ChargeFilter, after: ChargeKey | null): Iterable<ChunkRow> {
    const among = filter.commitment ? this.chunksOf(filter.commitment) : null;
    for (const chunk of this.chunks.recorded(moment.organization, moment.position)) {
      if (chunk.kind !== CHUNK_KINDS.recorded) continue;
      if (after !== null && (chunk.counts < after.counts || (chunk.counts === after.counts && chunk.chunk < after.chunk))) continue;
      if (filter.delivery && chunk.deliveryId !== filter.delivery) continue;
      if (filter.from && chunk.lastEnd !== null && chunk.lastEnd < filter.from) continue;
      if (filter.to && chunk.firstStart !== null && chunk.firstStart >= filter.to) continue;
      if (among && !among.has(`${chunk.deliveryId}|${chunk.chunk}`)) continue;
      yield chunk;
    }
  }

  private chunksOf(commitment: string): ReadonlySet<string> {
    const rows = this.entities.database.sql('SELECT delivery, chunk FROM chunk_commitments WHERE commitment = ?').all<[string, number]>(commitment);
    return new Set(rows.map(([delivery, chunk]) => `${delivery}|${chunk}`));
  }
}

function rowMatches(chunk: ChargeChunk, index: number, { from, to, provider, service }: ChargeFilter): boolean {
  const start = chunk.start(index);
  if ((from && start < from) || (to && start >= to)) return false;
  if (provider && chunk.string('provider', index) !== provider) return false;
  return !service || chunk.string('service', index) === service;
}

const asksOfDecisions = ({ commitment, reason, drew }: ChargeFilter): boolean =>
  [commitment, reason, drew].some((condition) => condition !== undefined && condition !== null);

/** Decisions are a tenth of their chunk, so they are looked at first. */
function someMatch(decisionOf: (row: number) => Decision | null, filter: ChargeFilter, from: number, to: number): boolean {
  for (let row = from; row < to; row++) if (decisionMatches(decisionOf(row), filter)) return true;
  return false;
}

function decisionMatches(decision: Decision | null, { commitment, reason, drew }: ChargeFilter): boolean {
  const entries = decision ?? [];
  const own = commitment ? entries.filter((entry) => entry.commitment === commitment) : entries;
  if (commitment && own.length === 0) return false;
  if (reason && !own.some((entry) => entry.reason === reason)) return false;
  if (drew === undefined || drew === null) return true;
  return own.some((entry) => entry.commitment !== null && entry.postings.length > 0) === drew;
}
