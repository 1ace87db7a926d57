import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Drawdown, FocusImport, LATEST } from '#charges';
import { formatDecimal, parseInstant } from '#kernel';
import type { Terms } from '#commitments/domain';
import { type CommitmentCommand, Commitments } from '#commitments';
import { readConfig, SteppedClock } from '#platform';
import { type Core, openCore } from '../../apps/ledger/core.js';
import { at, makeCommitment } from './commitments.js';

export interface TestCore {
  readonly core: Core;
  readonly clock: SteppedClock;
  readonly directory: string;
  close(): Promise<void>;
}

/** A ledger without doors in a directory of its own. */
export async function testCore(
  options: { store?: string; directory?: string; now?: string; projectorWorker?: URL; projectAfter?: number } = {},
): Promise<TestCore> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'tenor-core-'));
  const clock = new SteppedClock(at(options.now ?? '2026-01-01'));
  const config = readConfig({ TENOR_DATA: directory, TENOR_STORE: options.store ?? `sqlite:${join(directory, 'ledger.db')}` });
  const faults: unknown[] = [];
  const { projectorWorker: worker, projectAfter: after = 0 } = options;
  const projectorThread = worker ? { worker, after } : undefined;
  const core = await openCore({ config, clock, onFault: (error) => faults.push(error), inProcess: true, projectorThread });
  core.projector.start();
  return {
    core,
    clock,
    directory,
    close: async () => {
      await core.close();
      if (!options.directory) rmSync(directory, { recursive: true });
      if (faults.length > 0) throw new AggregateError(faults, 'faults in the background');
    },
  };
}

export async function commit(core: Core, organization: string, id: string, key: string, command: CommitmentCommand): Promise<number> {
  const commitments = new Commitments(core.decisions, core.ledger);
  const result = await commitments.execute({ organization, actor: 'tester', key }, id, command, { key });
  if (result.status === 'rejected') throw new Error(JSON.stringify(result.rejection));
  return result.position;
}

export const make = (core: Core, organization: string, id: string, terms: Terms, effectiveAt = '2025-01-01'): Promise<number> =>
  commit(core, organization, id, `make-${id}`, { ...makeCommitment(id, terms, effectiveAt), type: 'MakeCommitment' });

/** What a commitment drew in 2025, for certain and as recorded by now. */
export const drawnIn2025 = ({ database }: Pick<Core, 'database'>, id = 'a'): string =>
  formatDecimal(new Drawdown(database, id, LATEST).between(parseInstant('2025-01-01'), parseInstant('2026-01-01')).certain);

/** A delivery that is recorded and projected, and not allocated: as a kill in between leaves it. This ledger allocates nothing afterwards. */
export async function importUnallocated(core: Core, organization: string, path: string): Promise<void> {
  await core.allocator.close();
  const { store, decisions, database, ledger, files } = core;
  const caughtUp = (): Promise<void> => core.projector.catchUp();
  const workDir = join(core.config.TENOR_DATA, 'work');
  const imports = new FocusImport({ store, decisions, database, ledger, files, caughtUp, workDir, inProcess: true });
  const result = await imports.run({ path, name: 'file.csv', feed: 'aws', caller: { organization, actor: 'tester' } });
  if ('rejection' in result || result.summary.status !== 'recorded') throw new Error(JSON.stringify(result));
  await caughtUp();
}
