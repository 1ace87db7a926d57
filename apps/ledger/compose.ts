import { createLog, Health, systemClock, type CallerSource, type Config, type Log } from '#platform';
import type { LedgerOptions } from './create-ledger.js';

export type Composed = LedgerOptions & { readonly log: Log };

/** Nobody has a key yet. */
const NOBODY: CallerSource = { authenticate: () => null };

/** Opens the stores and wires the slices: what `npm start`, the demo, the tests and the benchmarks run alike. */
export function compose(config: Config, callers: CallerSource = NOBODY): Promise<Composed> {
  const log = createLog(config.TENOR_LOG);
  return Promise.resolve({ config, log, clock: systemClock, health: new Health(), callers, modules: [] });
}
