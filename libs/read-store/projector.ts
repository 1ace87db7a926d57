import { type EventStore, type Position, recordedAtOf, type Subscription } from '#event-store';
import { invariant } from '#kernel';
import type { ReadDatabase } from './database.js';
import { parseStream, type ProjectedEvent, type Projection } from './projection.js';
import { type Kinds, ReadModels } from './read-models.js';

const PAGE = 200;
const SCHEMA =
  'CREATE TABLE IF NOT EXISTS checkpoint (id INTEGER PRIMARY KEY CHECK (id = 1), position INTEGER, recorded_at INTEGER NOT NULL, versions TEXT NOT NULL)';

export interface ProjectorOptions {
  readonly store: Pick<EventStore, 'readAll' | 'watch' | 'head'>;
  readonly database: ReadDatabase;
  readonly projections: readonly Projection[];
  readonly clock: { now(): number };
  /** Events of one transaction. The more, the less each costs, and the longer everybody else in this thread waits. */
  readonly page?: number;
  /** Told of faults; the projector tries again. */
  readonly onFault?: (error: unknown) => void;
  /** Called after each committed batch, or after that of another process, whose kinds are not known. */
  readonly onAdvance?: (position: Position, kinds: Kinds) => void;
  /** Called before that for a batch of our own. */
  readonly onProjected?: (events: number) => void;
  /** Called when everything was read that was stored at the last call of `wake`. */
  readonly onIdle?: () => void;
}

/** Follows the log into the read models: pages of events, one transaction each, the checkpoint in the same one. */
export class Projector extends ReadModels {
  private checkpoint: Position | null;
  private lastRecordedAt: number;
  private running: Promise<void> | null = null;
  private again = false;
  private closed = false;
  private subscription: Subscription | null = null;
  private dataVersion: number;

  constructor(private readonly options: ProjectorOptions) {
    const { database, projections, store, clock } = options;
    super(store, clock);
    createTables(database, projections);
    [this.checkpoint, this.lastRecordedAt] = readCheckpoint(database);
    this.dataVersion = database.dataVersion();
  }

  get position(): Position | null {
    return this.checkpoint;
  }

  start(): void {
    this.subscription ??= this.options.store.watch(() => this.wake());
    this.wake();
  }

  wake(): void {
    if (this.closed) return;
    this.behindSince ??= this.options.clock.now();
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = this.run().finally(() => {
      this.running = null;
      if (this.again) {
        this.again = false;
        this.wake();
      } else if (this.behindSince === null) this.options.onIdle?.();
    });
  }

  reopened(): void {
    createTables(this.options.database, this.options.projections);
    this.dataVersion = -1;
    this.followOtherWriters();
    this.wake();
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.subscription?.close();
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      while (!this.closed && (await this.step()));
    } catch (error) {
      for (const projection of this.options.projections) projection.reset?.();
      this.options.onFault?.(error);
      if (!this.options.onFault) throw error;
      // A fault of the store or the disk passes or it does not: either way nothing is skipped, the checkpoint stands.
      if (!this.closed) setTimeout(() => this.wake(), 250).unref();
    }
  }

  /** One page; false when the log is read to its end. */
  private async step(): Promise<boolean> {
    this.followOtherWriters();
    const after = this.checkpoint;
    const page = await this.options.store.readAll({ after, limit: this.options.page ?? PAGE });
    // The database was changed for another generation while the page was read: it may continue elsewhere.
    if (this.checkpoint !== after) return true;
    if (page.events.length > 0 && !this.closed) {
      const kinds = this.project(page.events);
      // Null: another process was faster, which has been told already.
      if (kinds !== null) {
        this.options.onProjected?.(page.events.length);
        this.options.onAdvance?.(this.checkpoint as Position, kinds);
        this.moved(kinds);
      }
    }
    if (page.caughtUp) this.behindSince = null;
    return !page.caughtUp;
  }

  private project(events: readonly ProjectedEvent['event'][]): Kinds {
    const { database, projections } = this.options;
    const before = this.checkpoint;
    let kinds: Set<string> | null = new Set();
    try {
      database.transaction(() => {
        const [position] = readCheckpoint(database);
        // Another process was faster: its rows stand, ours would double them.
        if (position !== before) {
          this.dataVersion = -1;
          kinds = null;
          return;
        }
        for (const event of events) kinds?.add(this.apply(event));
        for (const projection of projections) projection.flush?.(database);
        this.checkpoint = (events.at(-1) as (typeof events)[number]).position;
        writeCheckpoint(database, this.checkpoint, this.lastRecordedAt, projections);
      });
    } catch (error) {
      this.checkpoint = before;
      this.lastRecordedAt = readCheckpoint(database)[1];
      throw error;
    }
    this.followOtherWriters();
    return kinds;
  }

  private apply(event: ProjectedEvent['event']): string {
    const parsed = parseStream(event.stream);
    const recordedAt = recordedAtOf(event);
    invariant(parsed && Number.isFinite(recordedAt), `the event at ${event.position} is none of the ledger's`);
    if (recordedAt > this.lastRecordedAt) this.lastRecordedAt = recordedAt;
    const projected: ProjectedEvent = { event, ...parsed, recordedAt };
    for (const projection of this.options.projections) {
      if (projection.handles === null || projection.handles.has(event.type)) projection.apply(projected, this.options.database);
    }
    return parsed.kind;
  }

  private followOtherWriters(): void {
    const version = this.options.database.dataVersion();
    if (version === this.dataVersion) return;
    this.dataVersion = version;
    for (const projection of this.options.projections) projection.reset?.();
    const before = this.checkpoint;
    [this.checkpoint, this.lastRecordedAt] = readCheckpoint(this.options.database);
    if (this.checkpoint !== null && this.checkpoint !== before) this.options.onAdvance?.(this.checkpoint, null);
    this.moved(null);
  }
}

const versionsOf = (projections: readonly Projection[]): string =>
  JSON.stringify(Object.fromEntries(projections.map(({ name, version }) => [name, version])));

/** The tables of all projections, where they are not there yet. */
export function createTables(database: ReadDatabase, projections: readonly Projection[]): void {
  database.transaction(() => {
    database.exec(SCHEMA);
    for (const { tables } of projections) for (const { ddl } of Object.values(tables)) database.exec(ddl);
    database.sql('INSERT OR IGNORE INTO checkpoint VALUES (1, NULL, 0, ?)').run(versionsOf(projections));
  });
}

export function readCheckpoint(database: ReadDatabase): [Position | null, number] {
  const row = database.sql('SELECT position, recorded_at FROM checkpoint WHERE id = 1').get<[number | null, number]>();
  invariant(row, 'the checkpoint row is there');
  return [row[0], row[1]];
}

function writeCheckpoint(database: ReadDatabase, position: Position, recordedAt: number, projections: readonly Projection[]): void {
  database.sql('UPDATE checkpoint SET position = ?, recorded_at = ?, versions = ? WHERE id = 1').run(position, recordedAt, versionsOf(projections));
}

/** Were the tables built by these versions of the projections? */
export const isCurrent = (database: ReadDatabase, projections: readonly Projection[]): boolean =>
  database.sql('SELECT versions FROM checkpoint WHERE id = 1').get<[string]>()?.[0] === versionsOf(projections);
