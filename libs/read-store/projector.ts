import type { EventStore, Position, Subscription } from '#event-store';
import { invariant } from '#kernel';
import type { ReadDatabase } from './database.js';
import { parseStream, type ProjectedEvent, type Projection } from './projection.js';

const PAGE = 200;
const CATCH_UP_MS = 600_000;

/** The read models do not reach what is stored: the log or the disk is in trouble. */
export class ProjectionFault extends Error {
  constructor(
    readonly head: Position,
    readonly position: Position | null,
  ) {
    super(
      `the read models stand at ${position ?? 'nothing'} and do not reach ${head}. Nothing was decided by them. Is the store in reach, the disk full? Try again. [READ-101]`,
    );
    this.name = 'ProjectionFault';
  }
}
const SCHEMA =
  'CREATE TABLE IF NOT EXISTS checkpoint (id INTEGER PRIMARY KEY CHECK (id = 1), position INTEGER, recorded_at INTEGER NOT NULL, versions TEXT NOT NULL)';

export interface ProjectorOptions {
  readonly store: Pick<EventStore, 'readAll' | 'watch' | 'head'>;
  readonly database: ReadDatabase;
  readonly projections: readonly Projection[];
  readonly clock: { now(): number };
  /** Told of faults; the projector tries again. */
  readonly onFault?: (error: unknown) => void;
  /** Called after each committed batch. */
  readonly onAdvance?: (position: Position) => void;
}

/** Follows the log into the read models: pages of events, one transaction each, the checkpoint in the same one. */
export class Projector {
  private checkpoint: Position | null;
  private lastRecordedAt: number;
  private running: Promise<void> | null = null;
  private again = false;
  private closed = false;
  private subscription: Subscription | null = null;
  private dataVersion: number;
  private behindSince: number | null = null;
  private readonly waiters = new Set<{ readonly until: () => boolean; readonly resolve: () => void }>();

  constructor(private readonly options: ProjectorOptions) {
    const { database, projections } = options;
    database.transaction(() => createTables(database, projections));
    [this.checkpoint, this.lastRecordedAt] = readCheckpoint(database);
    this.dataVersion = database.dataVersion();
  }

  get position(): Position | null {
    return this.checkpoint;
  }

  /** `recordedAt` of the last event projected. */
  get recordedAt(): number {
    return this.lastRecordedAt;
  }

  /** How long events have waited that are stored and not projected yet, in milliseconds; 0 when there are none. */
  get lagMs(): number {
    return this.behindSince === null ? 0 : Math.max(0, this.options.clock.now() - this.behindSince);
  }

  start(): void {
    this.subscription ??= this.options.store.watch(() => this.wake());
    this.wake();
  }

  /** Resolves when everything stored by now is projected. @throws ProjectionFault when that takes too long */
  async catchUp(): Promise<void> {
    const head = await this.options.store.head();
    if (head === null) return;
    // What reads the models next decides by them, so being nearly there is not enough, also not after a fault in between.
    if (!(await this.waitFor(() => (this.checkpoint ?? -1) >= head, CATCH_UP_MS))) throw new ProjectionFault(head, this.checkpoint);
  }

  /** Resolves true once `until` holds, false after `timeoutMs`. It is asked after every batch. */
  async waitFor(until: () => boolean, timeoutMs: number): Promise<boolean> {
    if (until()) return true;
    this.wake();
    return new Promise((resolve) => {
      const waiter = {
        until,
        resolve: (): void => {
          clearTimeout(timer);
          this.waiters.delete(waiter);
          resolve(true);
        },
      };
      const timer = setTimeout(() => {
        this.waiters.delete(waiter);
        resolve(false);
      }, timeoutMs);
      this.waiters.add(waiter);
    });
  }

  /** Asks all waiters again: something besides the checkpoint moved. */
  notify(): void {
    for (const waiter of this.waiters) if (waiter.until()) waiter.resolve();
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
      }
    });
  }

  /** The database was changed for another generation: it goes on from that one's checkpoint. */
  reopened(): void {
    const { database, projections } = this.options;
    database.transaction(() => createTables(database, projections));
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
    const page = await this.options.store.readAll({ after, limit: PAGE });
    // The database was changed for another generation while the page was read: it may continue elsewhere.
    if (this.checkpoint !== after) return true;
    if (page.events.length > 0 && !this.closed) {
      this.project(page.events);
      this.options.onAdvance?.(this.checkpoint as Position);
      this.notify();
    }
    if (page.caughtUp) this.behindSince = null;
    return !page.caughtUp;
  }

  private project(events: readonly ProjectedEvent['event'][]): void {
    const { database, projections } = this.options;
    const before = this.checkpoint;
    try {
      database.transaction(() => {
        const [position] = readCheckpoint(database);
        // Another process was faster: its rows stand, ours would double them.
        if (position !== before) {
          this.dataVersion = -1;
          return;
        }
        for (const event of events) this.apply(event);
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
  }

  private apply(event: ProjectedEvent['event']): void {
    const parsed = parseStream(event.stream);
    const recordedAt = Date.parse(event.metadata['recordedAt'] as string);
    invariant(parsed && Number.isFinite(recordedAt), `event ${event.id} is none of the ledger's`);
    if (recordedAt > this.lastRecordedAt) this.lastRecordedAt = recordedAt;
    const projected: ProjectedEvent = { event, ...parsed, recordedAt };
    for (const projection of this.options.projections) {
      if (projection.handles === null || projection.handles.has(event.type)) projection.apply(projected, this.options.database);
    }
  }

  private followOtherWriters(): void {
    const version = this.options.database.dataVersion();
    if (version === this.dataVersion) return;
    this.dataVersion = version;
    for (const projection of this.options.projections) projection.reset?.();
    [this.checkpoint, this.lastRecordedAt] = readCheckpoint(this.options.database);
    this.notify();
  }
}

const versionsOf = (projections: readonly Projection[]): string =>
  JSON.stringify(Object.fromEntries(projections.map(({ name, version }) => [name, version])));

function createTables(database: ReadDatabase, projections: readonly Projection[]): void {
  database.exec(SCHEMA);
  for (const { tables } of projections) for (const { ddl } of Object.values(tables)) database.exec(ddl);
  database.sql('INSERT OR IGNORE INTO checkpoint VALUES (1, NULL, 0, ?)').run(versionsOf(projections));
}

function readCheckpoint(database: ReadDatabase): [Position | null, number] {
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
