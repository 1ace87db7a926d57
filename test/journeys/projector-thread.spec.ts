import { afterEach, describe, expect, it, vi } from 'vitest';
import { spendTerms } from '../support/commitments.js';
import { projections } from '../../apps/ledger/projections.js';
import { type Core } from '../../apps/ledger/core.js';
import { type ProjectorThread, rebuild } from '#read-store';
import { make, testCore, type TestCore } from '../support/core.js';

// The compiled worker, which the tests' command builds first: the service runs it so.
const WORKER = new URL('../../dist/apps/ledger/projector.worker.js', import.meta.url);
const ORGANIZATION = 'ab'.repeat(16);

const moved = ({ projector }: Core) => vi.waitFor(() => expect((projector as ProjectorThread).inThread).toBe(true), 10_000);

describe('read models filled in a thread of their own', () => {
  const open: TestCore[] = [];
  const ledger = async (directory?: string, worker: URL | null = WORKER): Promise<TestCore> => {
    const opened = await testCore({ ...(directory === undefined ? {} : { directory }), ...(worker ? { projectorWorker: worker } : {}) });
    open.push(opened);
    return opened;
  };
  const numbers = ({ core }: TestCore) =>
    core.entities.list(ORGANIZATION, 'commitment', { limit: 100, position: core.projector.position ?? 0 }).map(({ id }) => id);
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close();
  });

  it('show what was written, to whom waits for it, and say when nothing is behind', async () => {
    const one = await ledger();
    await make(one.core, ORGANIZATION, 'first', spendTerms('1'));
    await moved(one.core);
    for (let i = 0; i < 20; i++) {
      const position = await make(one.core, ORGANIZATION, `c${i}`, spendTerms('1'));
      expect(await one.core.projector.waitFor(() => (one.core.projector.position ?? 0) >= position, 5_000)).toBe(true);
      expect(numbers(one)).toHaveLength(i + 2);
    }
    expect((one.core.projector as ProjectorThread).inThread).toBe(true);
    expect(one.core.projector.versionOf('commitment')).toBeGreaterThanOrEqual(20);
    expect(await one.core.projector.waitFor(() => one.core.projector.lagMs === 0, 5_000)).toBe(true);
  });

  it('move to the thread while somebody writes, and nothing is left out or doubled', async () => {
    const one = await ledger();
    const other = await testCore({ projectorWorker: WORKER, projectAfter: 30 });
    open.push(other);
    for (const { core } of [one, other]) {
      let written = 0;
      const lane = async (): Promise<void> => {
        while (written < 200 || !(core.projector as ProjectorThread).inThread) await make(core, ORGANIZATION, `c${written++}`, spendTerms('1'));
        for (let i = 0; i < 20; i++) await make(core, ORGANIZATION, `c${written++}`, spendTerms('1'));
      };
      await Promise.all(Array.from({ length: 10 }, lane));
      await core.settle();
      const { tables } = await rebuild({ store: core.store, generations: core.generations, projections, clock: core.clock });
      expect(tables.filter(({ live, rebuilt }) => live !== rebuilt)).toEqual([]);
    }
  });

  it('keep up beside another process that fills them too, whichever is faster', async () => {
    const first = await ledger();
    const [second, third] = [await ledger(first.directory), await ledger(first.directory, null)];
    await make(first.core, ORGANIZATION, 'first', spendTerms('1'));
    await moved(first.core);
    for (let i = 0; i < 12; i++) {
      const by = [first, second, third][i % 3] as typeof first;
      await make(by.core, ORGANIZATION, `c${i}`, spendTerms('1'));
      for (const each of [first, second, third]) {
        await each.core.settle();
        expect(numbers(each)).toHaveLength(i + 2);
      }
    }
  });

  it('go over to another generation with whoever rebuilt them', async () => {
    const one = await ledger();
    await make(one.core, ORGANIZATION, 'before', spendTerms('1'));
    await one.core.settle();
    await moved(one.core);
    const next = one.core.generations.claim();
    one.core.generations.switchTo(next);
    expect(one.core.generationWatch.check()).toBe(true);
    await make(one.core, ORGANIZATION, 'after', spendTerms('1'));
    await one.core.settle();
    expect(one.core.database.path).toContain(next);
    expect(numbers(one)).toEqual(['before', 'after']);
  });
});
