import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileStore } from './file-store.js';
import { cleanWork, ownerMark } from './owner.js';
import { Scratch } from './testing/focus-fixture.js';

describe('leftovers', () => {
  it('of processes that are gone are removed at start; work in progress and other machines stay', async () => {
    using scratch = new Scratch();
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    const [host] = ownerMark().split('-') as [string];
    const names = { left: `${host}-${gone}-abc`, mine: `${ownerMark()}-abc`, working: `${host}-${process.ppid}-abc`, elsewhere: `other-${gone}-abc` };
    const work = join(scratch.path, 'work');
    for (const name of Object.values(names)) mkdirSync(join(work, `intake-${name}`), { recursive: true });
    await cleanWork(work);
    expect(readdirSync(work).sort()).toEqual([`intake-${names.working}`, `intake-${names.elsewhere}`].sort());
    const store = new FileStore(join(scratch.path, 'files'));
    mkdirSync(join(store.root, 'incoming'), { recursive: true });
    for (const name of Object.values(names)) writeFileSync(join(store.root, 'incoming', name), '');
    await store.clean();
    expect(readdirSync(join(store.root, 'incoming')).sort()).toEqual([names.working, names.elsewhere].sort());
    await cleanWork(join(scratch.path, 'nowhere'));
  });
});
