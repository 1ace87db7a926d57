import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Moments } from '#charges';
import { decimal, exactly, parseInstant } from '#kernel';
import { rebuild } from '#read-store';
import type { Core } from '../../apps/ledger/core.js';
import { projections } from '../../apps/ledger/projections.js';
import { spendTerms } from '../support/commitments.js';
import { commit, drawnIn2025, make, testCore, type TestCore } from '../support/core.js';
import { HEADER } from '../support/import-journey.js';
import { CommitmentsReader } from '../../libs/obligations/read/commitments.reader.js';

const ORG = 'o1';
const row = (cost: string, day: number, month = '02') => {
  const start = `2025-${month}-${String(day).padStart(2, '0')}`;
  return `${cost},acct,USD,2025-${month}-01T00:00:00Z,Usage,${start}T01:00:00Z,${start}T00:00:00Z,AWS,Compute`;
};

let ledger: TestCore;
let files: string;
let count = 0;
beforeEach(async () => {
  ledger = await testCore();
  files = mkdtempSync(join(tmpdir(), 'tenor-files-'));
});
afterEach(async () => {
  await ledger.close();
  rmSync(files, { recursive: true });
});

async function deliver(...rows: string[]): Promise<void> {
  const path = join(files, `${++count}.csv`);
  writeFileSync(path, [HEADER, ...rows, ''].join('\n'));
  const result = await ledger.core.imports.run({ path, name: 'test.csv', feed: 'aws', caller: { organization: ORG, actor: 'tester' } });
  if ('rejection' in result) throw new Error(result.rejection.code);
  await ledger.core.settle();
}

/** Imports with corrections, bad rows, terms that come late and change. */
async function history(): Promise<void> {
  await make(ledger.core, ORG, 'a', spendTerms('100', { priority: 1 }));
  await deliver(row('60', 1), row('60', 2), row('n/a', 3));
  await deliver(row('60', 1), row('55.5', 2), row('-3', 3), row('9', 4, '03'));
  await make(ledger.core, ORG, 'b', spendTerms('1000', { priority: 2 }));
  const amount = { kind: 'known', value: decimal('30') } as const;
  const changes = { trancheAmounts: [{ id: 't1', amount }] };
  await commit(ledger.core, ORG, 'a', 'amend', {
    type: 'AmendCommitment',
    effectiveAt: exactly(parseInstant('2025-06-01')),
    changes,
    reason: 'renegotiated',
    evidence: [],
  });
  await ledger.core.settle();
}

const run = (core: Core, force = false) => rebuild({ store: core.store, generations: core.generations, projections, clock: core.clock, force });
const drawn = (id: string) => drawnIn2025(ledger.core, id);

describe('projection rebuild', () => {
  it('gives every table of the live one, digest for digest, and switches', async () => {
    await history();
    const figures = [drawn('a'), drawn('b')];
    const result = await run(ledger.core);
    expect(result.tables.filter(({ live, rebuilt }) => live !== rebuilt)).toEqual([]);
    expect(result).toMatchObject({ equal: true, switched: true, generation: 'read-2.db', position: ledger.core.projector.position });
    expect(result.tables.map(({ table }) => table)).toEqual(
      expect.arrayContaining(['facts', 'chunks', 'drawdown', 'coverage', 'allocations', 'triggers']),
    );
    // A running service changes over, answers the same, and goes on.
    expect(ledger.core.generationWatch.check()).toBe(true);
    expect(ledger.core.database.path).toMatch(/read-2\.db$/);
    expect([drawn('a'), drawn('b')]).toEqual(figures);
    await deliver(row('1', 1));
    expect(drawn('a')).toBe('1');
    expect((await run(ledger.core)).equal).toBe(true);
  });

  it('names the table that was tampered with, keeps the live one, and replaces it when told to', async () => {
    await history();
    const figures = [drawn('a'), drawn('b')];
    const reader = new CommitmentsReader(ledger.core.entities);
    const shown = () => {
      const moment = new Moments(ledger.core.entities, ledger.core.projector, ledger.core.clock).at(ORG);
      return reader.commitment('a', moment)?.figures(parseInstant('2025-07-01'))?.balance?.drawn.value;
    };
    ledger.core.database.exec("UPDATE drawdown SET certain = '999' WHERE commitment = 'a' AND level = 0");
    expect(drawn('a')).not.toBe(figures[0]);
    expect(shown()).not.toBe(decimal(figures[0] as string));
    const result = await run(ledger.core);
    expect(result).toMatchObject({ equal: false, switched: false, generation: 'read-1.db' });
    expect(result.tables.filter(({ live, rebuilt }) => live !== rebuilt).map(({ table }) => table)).toEqual(['drawdown']);
    expect(await run(ledger.core, true)).toMatchObject({ equal: false, switched: true });
    ledger.core.generationWatch.check();
    expect([drawn('a'), drawn('b')]).toEqual(figures);
    // Nor is anything left of what was worked out of the wrong one.
    expect(shown()).toBe(decimal(figures[0] as string));
  });

  it('compares at one moment while imports go on', async () => {
    await history();
    const [result] = await Promise.all([run(ledger.core), deliver(row('60', 1), row('55.5', 2), row('4', 5))]);
    expect(result).toMatchObject({ equal: true, switched: true });
    ledger.core.generationWatch.check();
    await ledger.core.settle();
    expect((await run(ledger.core)).equal).toBe(true);
  });

  it('is equal in an empty ledger', async () => {
    expect(await run(ledger.core)).toMatchObject({ equal: true, position: null, events: 0 });
  });
});
