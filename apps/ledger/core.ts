import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Allocator, FileStore, FocusImport, type ImportOptions, RowMending } from '#charges';
import { createDecisions, type Decisions, type EventStore, openEventStore } from '#event-store';
import type { Clock, Config } from '#platform';
import {
  Entities,
  Generations,
  GenerationWatch,
  isCurrent,
  type Projection,
  Projector,
  ProjectorThread,
  type ProjectorThreadOptions,
  type ReadDatabase,
  type ReadModels,
} from '#read-store';
import { projections } from './projections.js';

/** The ledger without its doors: what the service, the CLI, the demo, tests and benchmarks share. */
export interface Core {
  readonly config: Config;
  readonly ledger: string;
  readonly clock: Clock;
  readonly store: EventStore;
  readonly decisions: Decisions;
  readonly database: ReadDatabase;
  readonly entities: Entities;
  readonly projector: ReadModels;
  readonly allocator: Allocator;
  readonly files: FileStore;
  readonly imports: FocusImport;
  readonly mending: RowMending;
  /** The read models' files: a rebuild makes the next one. */
  readonly generations: Generations;
  readonly generationWatch: GenerationWatch;
  /** Resolves when everything stored is projected and allocated. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export interface CoreOptions {
  readonly config: Config;
  readonly clock: Clock;
  /** Told of faults in the background; the work is tried again. */
  readonly onFault: (error: unknown) => void;
  /** Tests run the intake in this thread. */
  readonly inProcess?: boolean;
  /** The compiled worker that fills the read models when there is much to project; left out, this thread does, whose memory alone counts then. */
  readonly projectorThread?: Pick<ProjectorThreadOptions, 'worker' | 'after'> | undefined;
}

export async function openCore({ config, clock, onFault, inProcess = false, projectorThread }: CoreOptions): Promise<Core> {
  const ledger = config.TENOR_LEDGER;
  // Contracts are in it: before anything is, the folder is its owner's alone. One that stands already is left as it is.
  mkdirSync(config.TENOR_DATA, { recursive: true, mode: 0o700 });
  const store = await openEventStore(config.TENOR_STORE, { ledger, clock });
  const generations = new Generations(join(config.TENOR_DATA, 'read'));
  const all = projections();
  const database = openCurrent(generations, all);
  const entities = new Entities(database);
  const decisions = createDecisions({ store, ledger });
  const files = new FileStore(join(config.TENOR_DATA, 'files'));
  const following = { store, database, clock, projections: all, onFault, onAdvance: () => allocator.wake() };
  const projector: ReadModels = projectorThread
    ? new ProjectorThread({ ...following, ...projectorThread, workerData: { store: config.TENOR_STORE, ledger, follow: store.durableMark } })
    : new Projector(following);
  const allocator: Allocator = new Allocator({ store, ledger, database, entities, projector, onFault });
  const workDir = join(config.TENOR_DATA, 'work');
  const intake: ImportOptions = { store, decisions, database, caughtUp: () => allocator.settle(), ledger, files, workDir, inProcess };
  const generationWatch = new GenerationWatch({ generations, database, projector, onFault });
  return {
    config,
    ledger,
    clock,
    store,
    decisions,
    database,
    entities,
    projector,
    allocator,
    files,
    imports: new FocusImport(intake),
    mending: new RowMending(intake),
    generations,
    generationWatch,
    settle: () => allocator.settle(),
    close: async () => {
      generationWatch.close();
      await allocator.close();
      await projector.close();
      await store.close();
      database.close();
    },
  };
}

/** Tables that an older build wrote are left alone; the next generation is filled from the first event instead. */
function openCurrent(generations: Generations, all: readonly Projection[]): ReadDatabase {
  const database = generations.open();
  const isNew = database.sql("SELECT 1 FROM sqlite_master WHERE name = 'checkpoint'").get() === undefined;
  if (isNew || isCurrent(database, all)) return database;
  const old = generations.currentName;
  database.close();
  const next = generations.nextName();
  generations.switchTo(next);
  generations.remove(old);
  return generations.open(next);
}
