import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openEventStore, type EventStore } from '#event-store';

describe('embedded store, several processes', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tenor-processes-'));
  const script = join(directory, 'writer.mjs');
  beforeAll(() => {
    buildSync({
      entryPoints: [join(import.meta.dirname, 'writer.process.ts')],
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'esm',
      conditions: ['source'],
      logLevel: 'error',
    });
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  /** Runs a writer, killed with SIGKILL at its `killAt`-th acknowledged append; answers what it acknowledged. */
  const run = (path: string, name: string, count: number, options: { killAt?: number; shared?: boolean } = {}): Promise<string[]> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, ['--no-warnings', script, path, name, `${count}`, options.shared ? 'shared' : ''], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const lines: string[] = [];
      createInterface({ input: child.stdout }).on('line', (line) => {
        lines.push(line);
        if (lines.length === options.killAt) child.kill('SIGKILL');
      });
      child.on('error', reject);
      child.on('close', (code, signal) => (code === 0 || signal === 'SIGKILL' ? resolve(lines) : reject(new Error(`writer ended with ${code}`))));
    });

  const everything = async (store: EventStore): Promise<string[]> =>
    (await store.readAll({ after: null, limit: 1_000_000 })).events.map(({ stream, id }) => `${stream} ${id}`);

  it('loses nothing that was acknowledged when the process is killed, and goes on', async () => {
    const path = join(directory, 'killed.db');
    for (let round = 0; round < 4; round++) {
      const acknowledged = (await run(path, `r${round}`, 1_000_000, { killAt: 300 + 211 * round })).filter(
        (line) => line.length === acknowledgedLength(round),
      );
      const store = await openEventStore(`sqlite:${path}`, { ledger: 'l' });
      const stored = new Set(await everything(store));
      expect(acknowledged.filter((line) => !stored.has(line))).toEqual([]);
      expect(acknowledged.length).toBeGreaterThan(250);
      await store.close();
    }
  });

  it('keeps one order for two processes that write to one stream at once', async () => {
    const path = join(directory, 'two.db');
    const acknowledged = (await Promise.all([run(path, 'a', 60, { shared: true }), run(path, 'b', 60, { shared: true })])).flat();
    const store = await openEventStore(`sqlite:${path}`, { ledger: 'l' });
    expect([...(await everything(store))].sort()).toEqual([...acknowledged].sort());
    const shared = await store.readStream('l.o.shared-1');
    expect(shared.map(({ revision }) => revision)).toEqual(Array.from({ length: 120 }, (_, i) => i));
    await store.close();
  });
});

/** The line that was being written when the process died may be cut: whole ones have one length. */
const acknowledgedLength = (round: number): number => `l.o.r${round}-0 `.length + 36;
