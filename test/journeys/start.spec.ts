import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Folder, startService } from '../support/import-journey.js';
import { programPath } from '../support/programs.js';

const SERVICE = programPath('ledger');

let folder: Folder;
beforeEach(() => void (folder = new Folder()));
afterEach(() => folder.remove());

/** Runs the compiled service until it ends by itself. */
async function ended(env: Record<string, string>): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [SERVICE], { env: { ...process.env, TENOR_STORE: '', ...env, TENOR_LOG: 'info' } });
  let written = '';
  child.stderr.on('data', (piece: Buffer) => (written += piece.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  expect(written).not.toContain('ledger ready');
  // Beside the lines of the log, for the person at the terminal.
  const said = written.replaceAll(/^\{.*\}\n/gm, '');
  return { code, said };
}

// Cause, consequence, next step, code; no stack, and no process left that can answer nothing.
describe('a start that fails ends the process and says', () => {
  it('that EventStoreDB is out of reach', async () => {
    const { code, said } = await ended({ ...folder.env, TENOR_STORE: 'esdb://127.0.0.1:1?tls=false' });
    expect(code).toBe(1);
    expect(said).toMatch(/^Cannot reach EventStoreDB at esdb:\/\/127\.0\.0\.1:1 .* \[STORE-101\]\n$/);
  });

  it('that the file of the read models is none, and how to come by a new one', async () => {
    const read = join(folder.path, 'data', 'read');
    mkdirSync(read, { recursive: true });
    writeFileSync(join(read, 'read-1.db'), 'no database'.repeat(1_000));
    const { code, said } = await ended(folder.env);
    expect(code).toBe(1);
    expect(said).toMatch(/^The read models in .* Remove the folder .*read; the next start fills it anew\. \[READ-102\]\n$/);
  });

  it('that the folder is none', async () => {
    const { code, said } = await ended({ ...folder.env, TENOR_DATA: folder.raw('a-file', '') });
    expect(code).toBe(1);
    expect(said).toMatch(/^The ledger's folder refuses: .*a-file.* Nothing was started\. .* \[DATA-101\]\n$/);
  });

  it('that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { code, said } = await ended({ ...folder.env, TENOR_PORT: `${(other.address() as AddressInfo).port}` });
    other.close();
    expect(code).toBe(1);
    expect(said).toContain('[HTTP-101]');
  });

  it('all that is wrong with the configuration', async () => {
    const { code, said } = await ended({ ...folder.env, TENOR_PORT: 'x', TENOR_HOST: '0.0.0.0', TENOR_LEGDER: 'two' });
    expect(code).toBe(1);
    expect(said).toContain('[CONFIG-103]');
    expect(said).toContain('[CONFIG-202]');
    expect(said).toMatch(/TENOR_LEGDER: .*TENOR_LEDGER \[CONFIG-109\]/);
    expect(existsSync(join(folder.path, 'data'))).toBe(false);
  });
});

it('makes its folder for its owner only', async () => {
  const service = await startService(folder);
  expect(statSync(join(folder.path, 'data')).mode & 0o777).toBe(0o700);
  await service.close();
});
