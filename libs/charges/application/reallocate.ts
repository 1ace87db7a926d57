import { AllocationEngine } from '../domain/allocation/engine.js';
import type { BookEntry } from '../domain/allocation/book.js';
import { type CoverageDelta, coverageOf, CoverageTotals } from '../domain/allocation/coverage.js';
import type { Decision } from '../domain/allocation/decision.js';
import { CHUNK_KINDS } from '../read/charges.projection.js';
import { type ChunkRow, LATEST } from '../read/chunks.js';
import { AllocationBuilder } from '../wire/allocation.wire.js';
import { ChunkRowView } from '../wire/chunk-row.js';
import { breath } from './breath.js';
import { coverageChanges } from './coverage-changes.js';
import type { Run } from './run.js';
import { UndoneTotals } from './undone.js';

/** Of some 150 bytes each, far below the megabyte of an append. */
const COVERAGE_MAX = 2_000;

/**
 * Terms changed: replays the facts in recorded order, reversals included, as if today's terms had been known from the start, and
 * records only what differs (arithmetic.md section 3). The replay starts from empty commitments, so it depends on nothing but
 * the facts and the terms, and an interrupted one simply runs again: what it recorded before no longer differs.
 */
export async function reallocate(run: Run, book: readonly BookEntry[]): Promise<void> {
  const { chunks, trigger } = run;
  const engine = new AllocationEngine(book);
  // A row that a later delivery reverses is undone as this replay decided it, so those decisions are kept until then.
  const awaited = new Map<string, Decision>();
  const coverage = new CoverageTotals();
  let pending: ReturnType<AllocationBuilder['build']> | null = null;
  const emit = async (data: ReturnType<AllocationBuilder['build']>): Promise<void> => {
    if (pending) await run.append(pending);
    pending = data;
  };
  for (const address of chunks.recorded(trigger.organization, trigger.position)) {
    if (address.kind === CHUNK_KINDS.reversed) {
      for (const target of (await chunks.reversed(trigger.organization, address)).of) {
        for (const index of target.indexes) {
          const key = `${target.deliveryId}|${target.chunk}|${index}`;
          engine.reverse(awaited.get(key) ?? []);
          awaited.delete(key);
        }
      }
      continue;
    }
    const changed = await replayChunk(run, engine, address, awaited, coverage);
    if (changed) await emit(changed);
  }
  for (const data of coverageEvents(coverageChanges(run.database, trigger.organization, coverage))) await emit(data);
  if (pending) await run.append({ ...(pending as object), final: true });
  else await run.append({ final: true });
}

/** Changes of coverage beyond what one event may hold go into several. */
function* coverageEvents(changes: readonly CoverageDelta[]): Generator<ReturnType<AllocationBuilder['build']>> {
  for (let from = 0; from < changes.length; from += COVERAGE_MAX) {
    const builder = new AllocationBuilder();
    for (const change of changes.slice(from, from + COVERAGE_MAX)) builder.cover(change);
    yield builder.build({}, null);
  }
}

async function replayChunk(
  { chunks, trigger }: Run,
  engine: AllocationEngine,
  address: ChunkRow,
  awaited: Map<string, Decision>,
  coverage: CoverageTotals,
): Promise<ReturnType<AllocationBuilder['build']> | null> {
  const chunk = await chunks.chunk(trigger.organization, address);
  const row = new ChunkRowView(chunk, engine.facets);
  const reversed = chunks.reversedRows(address, trigger.position);
  const before = chunks.decisions(address, LATEST);
  const builder = new AllocationBuilder();
  const undone = new UndoneTotals();
  for (let index = 0; index < chunk.count; index++) {
    const pause = breath(index);
    if (pause) await pause;
    const decision = engine.allocate(row.at(index));
    if (reversed.has(index)) {
      awaited.set(`${address.deliveryId}|${address.chunk}|${index}`, decision);
      continue;
    }
    coverage.add(row, coverageOf(row, decision, engine), 1);
    const old = before(index) ?? [];
    if (isSame(old, decision)) continue;
    undone.add(old);
    builder.decide(index, decision);
  }
  if (builder.size === 0) return null;
  for (const each of undone.values()) builder.undo(each);
  return builder.build({ deliveryId: address.deliveryId, chunk: address.chunk }, chunk.count);
}

function isSame(a: Decision, b: Decision): boolean {
  if (a.length !== b.length) return false;
  return a.every((entry, i) => {
    const other = b[i] as Decision[number];
    if (entry.commitment !== other.commitment || entry.reason !== other.reason || entry.postings.length !== other.postings.length) return false;
    return entry.postings.every((posting, j) => {
      const twin = other.postings[j] as (typeof entry.postings)[number];
      return (
        posting.at === twin.at &&
        posting.certain === twin.certain &&
        posting.low === twin.low &&
        posting.high === twin.high &&
        posting.open === twin.open &&
        posting.marketplace === twin.marketplace
      );
    });
  });
}
