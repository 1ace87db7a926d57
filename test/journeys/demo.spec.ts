import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery, lexicographicSortSchema, printSchema } from 'graphql';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { programPath } from '../support/programs.js';

const DEMO = programPath('demo');

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

async function ask(graphql: string, apiKey: string, query: string): Promise<{ readonly data: unknown }> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` };
  return (await (await fetch(graphql, { method: 'POST', headers, body: JSON.stringify({ query }) })).json()) as { data: unknown };
}

// A bundler gives another name to one of two classes that have the same, and types are named after classes.
it('is bundled with the schema that the catalogue shows, and with the page', async () => {
  const { graphql, apiKey } = await demo().ready;
  const { data } = await ask(graphql, apiKey, getIntrospectionQuery());
  const served = printSchema(lexicographicSortSchema(buildClientSchema(data as IntrospectionQuery)));
  expect(`${served}\n`).toBe(readFileSync(join(import.meta.dirname, '../../docs/schema.graphql'), 'utf8'));
  expect((await fetch(new URL('/graphiql', graphql))).status).toBe(200);
});

it('a second demo leaves a running one its data and says that it runs; after a kill the folder is free', async () => {
  const first = demo();
  const { graphql, apiKey } = await first.ready;
  const names = () => ask(graphql, apiKey, '{ commitments { nodes { name utilization { drawn { value } } } } }');
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
