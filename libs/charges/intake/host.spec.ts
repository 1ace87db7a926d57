import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowDigest } from '../wire/charge-row.js';
import { openIntake } from './host.js';
import type { InForceRow, Progress } from './intake.js';
import { chargesOf, collect, csv, HEADER, row, Scratch } from './testing/focus-fixture.js';

const bundles = new Scratch();
let workerUrl: URL;

// The worker runs compiled in production; here it is compiled from these very sources.
beforeAll(async () => {
  const outfile = join(bundles.path, 'worker.mjs');
  const banner = { js: `import { createRequire as _r } from 'node:module'; const require = _r(import.meta.url);` };
  await build({
    entryPoints: [join(import.meta.dirname, 'intake.worker.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['source'],
    banner,
    logLevel: 'error',
  });
  workerUrl = pathToFileURL(outfile);
});
afterAll(() => bundles[Symbol.dispose]());

const many = csv(...Array.from({ length: 5000 }, (_, i) => row({ BilledCost: i % 100 === 0 ? 'bad' : `${i}.10` })));

describe('the intake in a thread of its own', () => {
  it('answers as the one in process does', async () => {
    using scratch = new Scratch();
    const path = scratch.file('f.csv', many);
    const workDir = join(scratch.path, 'work');
    const [inThread, inProcess] = [await openIntake({ workDir, workerUrl }), await openIntake({ workDir, inProcess: true })];
    const progress: Progress[] = [];
    const summary = await inThread.scan({ path }, (each) => progress.push(each));
    expect(summary).toEqual(await inProcess.scan({ path }));
    expect(progress.at(-1)).toMatchObject({ rows: 5000, quarantined: 50, bytesRead: summary.bytes, bytesTotal: summary.bytes });
    const charges = await chargesOf(inThread);
    expect(charges).toEqual(await chargesOf(inProcess));
    expect(await collect(inThread.quarantined())).toEqual(await collect(inProcess.quarantined()));
    async function* old(): AsyncGenerator<readonly InForceRow[]> {
      yield [{ digest: 'y'.repeat(43), address: 'gone' }];
      yield charges.slice(0, 4000).map((charge) => ({ digest: rowDigest(charge), address: `${charge.row}` }));
    }
    expect(await inThread.diff(old())).toEqual({ reversed: 1, added: 950, unchanged: 4000 });
    expect(await collect(inThread.reversals())).toEqual(['gone']);
    expect(await chargesOf(inThread, { onlyAdded: true })).toHaveLength(950);
    await Promise.all([inThread.close(), inProcess.close()]);
    expect(readdirSync(workDir)).toEqual([]);
  });

  it('makes no more than one chunk ahead of its reader, and can be left half-way', async () => {
    using scratch = new Scratch();
    const intake = await openIntake({ workDir: scratch.path, workerUrl });
    await intake.scan({ path: scratch.file('f.csv', many) });
    for await (const chunk of intake.chunks({ deliveryId: 'd' })) {
      expect(chunk.count).toBe(1000);
      break;
    }
    expect(await chargesOf(intake)).toHaveLength(4950);
    await intake.close();
    await expect(intake.scan({ path: 'x' })).rejects.toMatchObject({ code: 'FOCUS-113' });
  });

  it('passes on what is wrong with a file, a failing source of rows, and a cancellation', async () => {
    using scratch = new Scratch();
    const intake = await openIntake({ workDir: scratch.path, workerUrl });
    await expect(intake.scan({ path: scratch.file('e.csv', '') })).rejects.toMatchObject({ code: 'FOCUS-101', name: 'IntakeProblem' });
    await intake.scan({ path: scratch.file('f.csv', csv(row())) });

    async function* broken(): AsyncGenerator<readonly InForceRow[]> {
      throw new Error('the store is away');
    }
    await expect(intake.diff(broken())).rejects.toThrow(/the store is away/);
    await intake.close();

    const other = await openIntake({ workDir: scratch.path, workerUrl });
    const abort = new AbortController();
    const big = scratch.file('big.csv', `${HEADER}\n${`${row()}\n`.repeat(300_000)}`);
    await expect(other.scan({ path: big }, () => abort.abort(), abort.signal)).rejects.toMatchObject({ code: 'FOCUS-112' });
    await other.close();
  });

  it('answers FOCUS-111 when it has no place to work', async () => {
    using scratch = new Scratch();
    const intake = await openIntake({ workDir: join(scratch.file('a-file', ''), 'work'), workerUrl });
    await expect(intake.scan({ path: 'x' })).rejects.toMatchObject({ code: 'FOCUS-111' });
    await intake.close();
  });
});
