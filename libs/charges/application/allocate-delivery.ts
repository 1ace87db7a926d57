import { type JsonObject } from '#kernel';
import { coverageOf, CoverageTotals } from '../domain/allocation/coverage.js';
import type { AllocationEngine } from '../domain/allocation/engine.js';
import { CHUNK_KINDS } from '../read/charges.projection.js';
import { type ChunkAddress, LATEST } from '../read/chunks.js';
import { AllocationBuilder } from '../wire/allocation.wire.js';
import { ChunkRowView } from '../wire/chunk-row.js';
import { breath } from './breath.js';
import type { Run } from './run.js';
import { UndoneTotals } from './undone.js';

interface Planned extends ChunkAddress {
  readonly kind: number;
}

/** Allocates what a delivery (or a mend) brought: first all its reversals, then its additions, chunk by chunk, one event each. */
export async function allocateDelivery(run: Run, engine: AllocationEngine): Promise<void> {
  const planned = chunksOf(run);
  for (const [index, chunk] of planned.entries()) {
    if (index < run.done) continue;
    const final = index === planned.length - 1;
    await run.append(
      chunk.kind === CHUNK_KINDS.reversed ? await reverseChunk(run, engine, chunk, final) : await allocateChunk(run, engine, chunk, final),
    );
  }
  if (planned.length === 0) await run.append({ final: true });
}

function chunksOf({ database, trigger }: Run): readonly Planned[] {
  const only = trigger.chunk;
  return database
    .sql(`SELECT chunk, kind FROM chunks WHERE delivery = ? AND kind != ${CHUNK_KINDS.quarantined} AND counts = ? AND chunk >= ? ORDER BY chunk`)
    .all<[number, number]>(trigger.subject, trigger.position, only ?? 0)
    .map(([chunk, kind]) => ({ deliveryId: trigger.subject, chunk, kind }));
}

async function allocateChunk({ chunks, trigger }: Run, engine: AllocationEngine, address: ChunkAddress, final: boolean): Promise<JsonObject> {
  const chunk = await chunks.chunk(trigger.organization, address);
  const builder = new AllocationBuilder();
  const coverage = new CoverageTotals();
  const row = new ChunkRowView(chunk, engine.facets);
  for (let index = 0; index < chunk.count; index++) {
    const pause = breath(index);
    if (pause) await pause;
    const decision = engine.allocate(row.at(index));
    builder.decide(index, decision);
    coverage.add(row, coverageOf(row, decision, engine), 1);
  }
  for (const total of coverage.values()) builder.cover(total);
  return builder.build({ deliveryId: address.deliveryId, chunk: address.chunk, final }, chunk.count);
}

async function reverseChunk({ chunks, trigger }: Run, engine: AllocationEngine, address: ChunkAddress, final: boolean): Promise<JsonObject> {
  const { of } = await chunks.reversed(trigger.organization, address);
  const builder = new AllocationBuilder();
  const coverage = new CoverageTotals();
  const undone = new UndoneTotals();
  for (const target of of) {
    const row = new ChunkRowView(await chunks.chunk(trigger.organization, target), engine.facets);
    const decisionOf = chunks.decisions(target, LATEST);
    for (const index of target.indexes) {
      const decision = decisionOf(index) ?? [];
      engine.reverse(decision);
      undone.add(decision);
      coverage.add(row.at(index), coverageOf(row, decision, engine), -1);
    }
  }
  for (const each of undone.values()) builder.undo(each);
  for (const total of coverage.values()) builder.cover(total);
  return builder.build({ final }, null);
}
