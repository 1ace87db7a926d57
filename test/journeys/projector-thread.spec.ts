import { afterEach, describe, expect, it } from 'vitest';
import { spendTerms } from '../support/commitments.js';
import { make, testCore } from '../support/core.js';

// The compiled worker, which the tests' command builds first: the service runs it so.
const WORKER = new URL('../../dist/apps/ledger/projector.worker.js', import.meta.url);
const ORGANIZATION = 'ab'.repeat(16);

describe('read models filled in a thread of their own', () => {
  const open: ReturnType<typeof testCore>[] = [];
  const ledger = (directory?: string, worker: URL | null = WORKER) => {
    const opened = testCore({ ...(directory === undefined ? {} : { directory }), ...(worker ? { projectorWorker: worker } : {}) });
    open.push(opened);
    return opened;
  };
  const numbers = ({ core }: ReturnType<typeof testCore>) =>
    core.entities.list(ORGANIZATION, 'commitment', { limit: 100, position: core.projector.position ?? 0 }).map(({ id }) => id);
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close();
  });

  it('show what was written, to whom waits for it, and say when nothing is behind', async () => {
    const one = ledger();
    for (let i = 0; i < 20; i++) {
      const position = await make(one.core, ORGANIZATION, `c${i}`, spendTerms('1'));
      expect(await one.core.projector.waitFor(() => (one.core.projector.position ?? 0) >= position, 5_000)).toBe(true);
      expect(numbers(one)).toHaveLength(i + 1);
    }
    expect(one.core.projector.versionOf('commitment')).toBeGreaterThanOrEqual(20);
    expect(one.core.projector.versionOf('organization')).toBe(0);
    expect(await one.core.projector.waitFor(() => one.core.projector.lagMs === 0, 5_000)).toBe(true);
  });

  it('keep up beside another process that fills them too, whichever is faster', async () => {
    const first = ledger();
    const [second, third] = [ledger(first.directory), ledger(first.directory, null)];
    for (let i = 0; i < 12; i++) {
      const by = [first, second, third][i % 3] as typeof first;
      await make(by.core, ORGANIZATION, `c${i}`, spendTerms('1'));
      for (const each of [first, second, third]) {
        await each.core.settle();
        expect(numbers(each)).toHaveLength(i + 1);
      }
    }
  });

  it('go over to another generation with whoever rebuilt them', async () => {
    const one = ledger();
    await make(one.core, ORGANIZATION, 'before', spendTerms('1'));
    await one.core.settle();
    const next = one.core.generations.claim();
    one.core.generations.switchTo(next);
    expect(one.core.generationWatch.check()).toBe(true);
    await make(one.core, ORGANIZATION, 'after', spendTerms('1'));
    await one.core.settle();
    expect(one.core.database.path).toContain(next);
    expect(numbers(one)).toEqual(['before', 'after']);
  });
});
