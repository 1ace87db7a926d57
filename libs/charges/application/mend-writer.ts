import { type CommandContext, sha256, uuidV5 } from '#event-store';
import { canonicalJson, type JsonObject } from '#kernel';
import { type Feed, feedDecider, type MendedRow } from '../domain/feed.js';
import { chunkEnvelope } from './chunk-writer.js';
import { deliveryStream } from '../read/chunks.js';
import type { DeliveryRow } from '../read/deliveries.js';
import { feedCodec } from '../wire/feed.wire.js';
import type { ChargeChunkData } from '../wire/charge-chunk.js';
import { feedStream, type ImportOptions } from './import-focus.js';

const RULES = 'mend-1';
const PAGE = 50;

export interface MendedChunk {
  /** As stored, but for the chunk's number. */
  readonly data: ChargeChunkData;
  readonly rows: readonly MendedRow[];
}

/** Records mended rows: first their fields beside the store, then each chunk, and last the fact that makes the chunk count. */
export class MendWriter {
  private readonly stream: string;
  /** Chunks after the delivery's own, by event id: those of a mend that broke off are taken up again. */
  private known = new Map<string, number>();
  private next = 0;

  constructor(
    private readonly options: ImportOptions,
    private readonly caller: Pick<CommandContext, 'organization' | 'actor' | 'onBehalfOf' | 'correlation'>,
    private readonly delivery: DeliveryRow,
    private readonly feed: Feed,
  ) {
    this.stream = deliveryStream(options.ledger, caller.organization, delivery.deliveryId);
  }

  /** Position of the last fact; null when the feed changed in the meantime. `done` is told every row that counts now. */
  async write(
    chunks: readonly MendedChunk[],
    candidates: readonly { row: number; badDigest: string; fields: readonly string[] }[],
    done: Set<number>,
  ): Promise<number | null> {
    const mended = new Set(chunks.flatMap(({ rows }) => rows.map(({ row }) => row)));
    const lines = candidates.filter(({ row }) => mended.has(row)).map(({ badDigest, fields }) => `${JSON.stringify({ badDigest, fields })}\n`);
    const fieldsSha256 = await this.options.files.put(bytesOf(lines));
    await this.readKnown();
    let revision = this.feed.status === 'open' ? this.feed.events - 1 : -1;
    let position = 0;
    for (const chunk of chunks) {
      const number = await this.writeChunk(chunk);
      if (number === null) return null;
      const recorded = await this.record(chunk, number, fieldsSha256, revision);
      if (recorded === null) return null;
      position = recorded;
      revision++;
      for (const { row } of chunk.rows) done.add(row);
    }
    return position;
  }

  private async readKnown(): Promise<void> {
    this.next = this.delivery.chunks;
    for (;;) {
      const page = await this.options.store.readStream(this.stream, { from: this.next, limit: PAGE });
      for (const { id, revision } of page) this.known.set(id, revision);
      this.next += page.length;
      if (page.length < PAGE) return;
    }
  }

  /** The number under which the chunk stands; null when another mend took it first. */
  private async writeChunk({ data }: MendedChunk): Promise<number | null> {
    const stored: JsonObject = { ...(data as unknown as JsonObject), chunk: 0 };
    const id = uuidV5(this.delivery.deliveryId, `mend|${sha256(canonicalJson(stored))}`);
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const number = this.next;
    const event = {
      id,
      type: 'ChargesRecorded',
      data: canonicalJson({ ...stored, chunk: number }),
      metadata: chunkEnvelope(this.caller, this.delivery.deliveryId, RULES),
    };
    const outcome = await this.options.store.append([{ stream: this.stream, expected: number === 0 ? 'no-stream' : number - 1, events: [event] }]);
    if (!outcome.ok) return null;
    this.next++;
    return number;
  }

  private async record({ rows }: MendedChunk, chunk: number, fieldsSha256: string, expectedRevision: number): Promise<number | null> {
    const { deliveryId, feedId } = this.delivery;
    const result = await this.options.decisions.execute({
      context: { ...this.caller, key: `mend|${deliveryId}|${chunk}`, expectedRevision },
      commandType: 'MendRows',
      target: feedStream(this.options.ledger, this.caller.organization, feedId),
      input: { deliveryId, chunk, fieldsSha256 },
      decider: feedDecider,
      codec: feedCodec,
      command: { type: 'MendRows', deliveryId, chunk, fieldsSha256, rows },
      ruleVersion: RULES,
    });
    if (result.status === 'accepted') return result.position;
    if (result.rejection.code === 'REVISION_CONFLICT') return null;
    throw new Error(`mending chunk ${chunk} of delivery ${deliveryId} was refused: ${result.rejection.code}`);
  }
}

async function* bytesOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < lines.length; at += 500) yield Buffer.from(lines.slice(at, at + 500).join(''));
}
