import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
let room: string;

const buf = (...args: string[]) =>
  spawnSync(process.execPath, [join(root, 'node_modules/@bufbuild/buf/bin/buf'), ...args], {
    cwd: join(room, 'proto'),
    encoding: 'utf8',
    env: { ...process.env, BUF_CACHE_DIR: join(room, 'cache') },
  });
const breaking = () => buf('breaking', '--against', 'released.binpb');

function edit(from: string | RegExp, to: string): void {
  const file = join(room, 'proto/tenor/ledger/v1/common.proto');
  const before = readFileSync(file, 'utf8');
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  writeFileSync(file, after);
}

describe('the schemas of stored events', () => {
  beforeEach(() => {
    room = mkdtempSync(join(tmpdir(), 'tenor-proto-'));
    cpSync(join(root, 'proto'), join(room, 'proto'), { recursive: true });
  });
  afterEach(() => rmSync(room, { recursive: true, force: true }));

  it('are clean, and break nothing that was released', () => {
    expect(buf('lint')).toMatchObject({ status: 0, stdout: '' });
    expect(breaking()).toMatchObject({ status: 0, stdout: '' });
  });

  it.each([
    ['a field renamed, and so its stored name', 'string quotation', 'string citation'],
    ['a field of another type', 'string document = 2', 'int32 document = 2'],
    ['a field that is gone', / *\/\/ Where the document can be found.\n.*\n/, ''],
    ['a field number used again', 'optional string uri = 4', 'optional string uri = 14'],
  ])('are refused with %s', (_, from, to) => {
    edit(from, to);
    expect(breaking().status).not.toBe(0);
  });

  it('may gain a field', () => {
    edit('Status status = 6;', 'Status status = 6;\n  // New.\n  optional string note = 7;');
    expect(breaking().status).toBe(0);
  });
});
