import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cleanWork } from '#charges';
import { ApiKeyCallers } from '#organizations';
import { type Clock, type Config, createLog, Health, type Log, Sealer, secretFor, systemClock } from '#platform';
import { type Core, openCore } from './core.js';
import type { LedgerOptions } from './create-ledger.js';
import { importRoutes } from './import-routes.js';
import { slices } from './slices.js';
import { v8HelpersGiveWay } from './v8-helpers.js';

/** Compiled; the sources that tests run have none. */
const PROJECTOR_WORKER = new URL('./projector.worker.js', import.meta.url);

export type Composed = LedgerOptions & { readonly log: Log; readonly core: Core };

export interface ComposeOptions {
  readonly clock?: Clock;
  /** Tests run the intake in this thread. */
  readonly inProcess?: boolean;
}

/** Opens the stores and wires the slices: what `npm start`, the demo, the tests and the benchmarks run alike. */
export async function compose(config: Config, { clock = systemClock, inProcess = false }: ComposeOptions = {}): Promise<Composed> {
  v8HelpersGiveWay();
  const log = createLog(config.TENOR_LOG);
  const onFault = (error: unknown): void => log.error({ err: error }, 'a fault in the background; trying again');
  const projectorThread = inProcess || !existsSync(PROJECTOR_WORKER) ? undefined : { worker: PROJECTOR_WORKER };
  const core = await openCore({ config, clock, onFault, inProcess, projectorThread });
  await core.files.clean();
  await cleanWork(join(config.TENOR_DATA, 'work'));
  core.projector.start();
  core.allocator.wake();
  return {
    config,
    core,
    log,
    clock,
    health: healthOf(core),
    callers: new ApiKeyCallers(core.entities, core.projector, clock),
    modules: slices(core),
    status: { position: () => core.projector.position, lagMs: () => core.projector.lagMs },
    routes: importRoutes(core, new Sealer(secretFor(config))),
    onClose: () => core.close(),
  };
}

function healthOf(core: Core): Health {
  const health = new Health();
  const ready = { ready: true, detail: '' };
  health.add({ name: 'store', check: async () => (await core.store.head(), { ...ready, lagMs: 0 }) });
  health.add({ name: 'read models', check: () => ({ ...ready, lagMs: core.projector.lagMs }) });
  return health;
}
