import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const DEMO = fileURLToPath(new URL('../../dist/apps/ledger/demo.js', import.meta.url));

let room: string;
let running: ChildProcess[] = [];
beforeEach(() => void (room = mkdtempSync(join(tmpdir(), 'tenor-demo-'))));
afterEach(async () => {
  for (const child of running) if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await once(child, 'exit');
  running = [];
  rmSync(room, { recursive: true, force: true });
});

/** A demo in `room`. `words`: all that it has said so far. */
function demo(): { readonly child: ChildProcess; readonly words: () => string; readonly ready: Promise<{ graphql: string; apiKey: string }> } {
  const child = spawn(process.execPath, [DEMO, '--json'], { cwd: room, env: { ...process.env, TENOR_STORE: '' }, stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  let said = '';
  child.stderr?.on('data', (piece: Buffer) => (said += piece.toString()));
  const ready = new Promise<{ graphql: string; apiKey: string }>((resolve, reject) => {
    let line = '';
    child.stdout?.on('data', (piece: Buffer) => {
      line += piece.toString();
      if (line.includes('\n')) resolve(JSON.parse(line) as { graphql: string; apiKey: string });
    });
    child.once('exit', () => reject(new Error(said)));
  });
  return { child, words: () => said, ready };
}

it('a second demo leaves a running one its data and says that it runs; after a kill the folder is free', async () => {
  const first = demo();
  const { graphql, apiKey } = await first.ready;
  const names = async (): Promise<unknown> => {
    const body = JSON.stringify({ query: '{ commitments { nodes { name utilization { drawn { value } } } } }' });
    return (
      await fetch(graphql, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` }, body })
    ).json();
  };
  const before = await names();
  const files = readdirSync(join(room, 'demo-data')).sort();

  const second = demo();
  second.ready.catch(() => undefined);
  const [code] = (await once(second.child, 'exit')) as [number];
  expect(code).toBe(1);
  expect(second.words()).toBe(
    `A demo is already running in ./demo-data (process ${first.child.pid}). Nothing was started, and its data was left as it is. Use that one, or stop it first; a second one runs in another working directory. [DEMO-101]\n`,
  );
  expect(readdirSync(join(room, 'demo-data')).sort()).toEqual(files);
  expect(await names()).toEqual(before);

  first.ready.catch(() => undefined);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  writeFileSync(join(room, 'demo-data', 'left-over'), '');
  const third = demo();
  await third.ready;
  expect(existsSync(join(room, 'demo-data', 'left-over'))).toBe(false);
});
