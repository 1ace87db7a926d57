import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const run = (file: string, node = process.execPath) => spawnSync(node, [file], { encoding: 'utf8' });
const STOPPED = /runs on Node \d+.*Nothing was started.*Next: .*\[NODE-001\]\n$/s;
const ENTRIES = ['main', 'demo'];

let room: string;

/** A clone with the guard and the compiled entries alone: whoever gets past the guard finds nothing there to start. */
beforeAll(() => {
  room = mkdtempSync(join(tmpdir(), 'tenor-guard-'));
  mkdirSync(join(room, '.ci'));
  cpSync(join(root, '.ci/guard-node.mjs'), join(room, '.ci/guard-node.mjs'));
  mkdirSync(join(room, 'dist/apps/ledger'), { recursive: true });
  for (const name of [...ENTRIES, 'heap']) {
    const source = readFileSync(join(root, `apps/ledger/${name}.ts`), 'utf8');
    const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } });
    writeFileSync(join(room, `dist/apps/ledger/${name}.js`), outputText);
  }
});
afterAll(() => rmSync(room, { recursive: true }));

function want(node: string): void {
  const settings = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  writeFileSync(join(room, 'package.json'), JSON.stringify({ ...settings, dependencies: { ...settings.dependencies, node } }));
}

it('lets the project’s own Node pass', () => {
  expect(run(join(root, '.ci/guard-node.mjs'))).toMatchObject({ status: 0, stderr: '' });
});

it('stops another Node, naming the one wanted and the next step', () => {
  want('99.1.0');
  const { status, stderr } = run(join(room, '.ci/guard-node.mjs'));
  expect(status).toBe(1);
  expect(stderr).toMatch(STOPPED);
});

it.each(ENTRIES)('stops it also where dist/apps/ledger/%s.js is started without npm', (name) => {
  want('99.1.0');
  const { status, stderr } = run(join(room, `dist/apps/ledger/${name}.js`));
  expect(status).toBe(1);
  expect(stderr).toMatch(STOPPED);
});

/** The machine's own Node, where it has one that is older than the project's. */
const older = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .find((file) => existsSync(file) && parseInt(spawnSync(file, ['--version'], { encoding: 'utf8' }).stdout.slice(1), 10) < 24);

it.runIf(older).each(ENTRIES)('stops an older Node at dist/apps/ledger/%s.js before it stumbles over what it does not know', (name) => {
  want('24.21.0');
  const { status, stderr } = run(join(room, `dist/apps/ledger/${name}.js`), older);
  expect(status).toBe(1);
  expect(stderr).toMatch(STOPPED);
});
