import { existsSync } from 'node:fs';
import type { EventStore, Position } from '#event-store';
import type { ReadDatabase } from './database.js';
import { digestTables, type Generations } from './generation.js';
import type { Projection } from './projection.js';
import { Projector } from './projector.js';

/** SHA-256 of a table in both generations; `absent` where it is not there. */
export interface Comparison {
  readonly table: string;
  readonly live: string;
  readonly rebuilt: string;
}

export interface RebuildResult {
  /** Both were compared at this position; null in an empty ledger. */
  readonly position: Position | null;
  readonly tables: readonly Comparison[];
  readonly equal: boolean;
  /** Events that were read. */
  readonly events: number;
  readonly switched: boolean;
  /** The generation now in use. */
  readonly generation: string;
}

export interface RebuildOptions {
  readonly store: Pick<EventStore, 'readAll' | 'watch' | 'head'>;
  readonly generations: Generations;
  /** Fresh ones for every call: they remember things of their tables. */
  readonly projections: () => readonly Projection[];
  readonly clock: { now(): number };
  /** Switch also where the tables differ. */
  readonly force?: boolean;
  readonly onProgress?: (events: number, position: Position) => void;
}

/**
 * Builds the next generation of the read models beside the live one, from the first event; compares every table with the live
 * one as it stood at one moment; and switches the pointer only if all are equal. Whoever writes the live one goes on meanwhile.
 */
export async function rebuild(options: RebuildOptions): Promise<RebuildResult> {
  const { generations, force = false } = options;
  const before = generations.currentName;
  generations.removeOthers();
  const name = generations.claim();
  const rebuilt = generations.open(name);
  // Nothing in it is worth a flush before it is whole.
  rebuilt.exec('PRAGMA synchronous=OFF');
  let switched = false;
  const builder = new Builder(options, rebuilt);
  try {
    await builder.upTo(checkpointOf(generations, before));
    const live = generations.open(before);
    try {
      // One moment of the live tables: what is written to them meanwhile is not seen.
      live.exec('BEGIN');
      const position = positionOf(live);
      await builder.upTo(position);
      const tables = compare(live, rebuilt, options.projections());
      live.exec('COMMIT');
      const equal = tables.every((each) => each.live === each.rebuilt);
      switched = equal || force;
      if (switched) finish(rebuilt);
      if (switched && existsSync(generations.pathOf(name))) generations.switchTo(name);
      return { position, tables, equal, switched, events: builder.events, generation: generations.currentName };
    } finally {
      live.close();
    }
  } finally {
    await builder.close();
    rebuilt.close();
    if (!switched) generations.remove(name);
  }
}

/** Projects up to a position and no further, so that both generations can be compared at the very same one. */
class Builder {
  events = 0;
  private until: Position = 0;
  private readonly failed = Promise.withResolvers<never>();
  private readonly projector: Projector;

  constructor({ store, clock, projections, onProgress }: RebuildOptions, database: ReadDatabase) {
    const bounded: Pick<EventStore, 'readAll' | 'watch' | 'head'> = {
      watch: () => ({ close: () => Promise.resolve() }),
      head: () => Promise.resolve(this.until),
      readAll: async (request) => {
        const page = await store.readAll(request);
        const events = page.events.filter(({ position }) => position <= this.until);
        this.events += events.length;
        return { events, caughtUp: page.caughtUp || events.length < page.events.length };
      },
    };
    this.failed.promise.catch(() => undefined);
    this.projector = new Projector({
      store: bounded,
      database,
      clock,
      projections: projections(),
      // Whoever asked for a rebuild can ask again: the first fault ends it.
      onFault: (error) => this.failed.reject(error),
      onAdvance: (position) => onProgress?.(this.events, position),
    });
  }

  async upTo(position: Position | null): Promise<void> {
    if (position === null) return;
    this.until = position;
    await Promise.race([this.projector.catchUp(), this.failed.promise]);
  }

  close(): Promise<void> {
    return this.projector.close();
  }
}

const positionOf = (database: ReadDatabase): Position | null =>
  database.sql('SELECT position FROM checkpoint WHERE id = 1').get<[number | null]>()?.[0] ?? null;

function checkpointOf(generations: Generations, name: string): Position | null {
  const live = generations.open(name);
  try {
    return positionOf(live);
  } finally {
    live.close();
  }
}

function compare(live: ReadDatabase, rebuilt: ReadDatabase, projections: readonly Projection[]): Comparison[] {
  const [before, after] = [digestTables(live, projections), digestTables(rebuilt, projections)];
  return [...before].map(([table, digest]) => ({ table, live: digest, rebuilt: after.get(table) as string }));
}

/** Durable as a whole before the pointer names it. */
function finish(database: ReadDatabase): void {
  database.exec('PRAGMA synchronous=FULL');
  database.sql('PRAGMA wal_checkpoint(TRUNCATE)').all();
}
