import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const guard = (folder: string) => spawnSync(process.execPath, [join(folder, '.ci/guard-node.mjs')], { encoding: 'utf8' });

it('lets the project’s own Node pass', () => {
  expect(guard(root)).toMatchObject({ status: 0, stderr: '' });
});

it('stops another Node, naming the one wanted and the next step', () => {
  const room = mkdtempSync(join(tmpdir(), 'tenor-guard-'));
  try {
    mkdirSync(join(room, '.ci'));
    cpSync(join(root, '.ci/guard-node.mjs'), join(room, '.ci/guard-node.mjs'));
    const settings = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
    writeFileSync(join(room, 'package.json'), JSON.stringify({ ...settings, dependencies: { node: '99.1.0' } }));
    const { status, stderr } = guard(room);
    expect(status).toBe(1);
    expect(stderr).toMatch(/runs on Node 99.*Next: .*\[NODE-001\]/s);
  } finally {
    rmSync(room, { recursive: true });
  }
});
