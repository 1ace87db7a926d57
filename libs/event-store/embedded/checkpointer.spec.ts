import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, vi } from 'vitest';
import { Checkpointer } from './checkpointer.js';
import { openDatabase } from './database.js';

const COMPILED = new URL('../../../dist/libs/event-store/embedded/checkpoint.worker.js', import.meta.url);
const MANY = 20 * 1024 * 1024;

it('copies the log into the file beside the commits, after which the log begins anew', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tenor-checkpoint-'));
  const path = join(directory, 'ledger.db');
  const database = openDatabase(path);
  database.exec('CREATE TABLE filled (text TEXT)');
  const fill = (): void => void database.prepare('INSERT INTO filled VALUES (?)').run('x'.repeat(100_000));
  const checkpointer = new Checkpointer(database, path, COMPILED);
  for (let i = 0; i < 50; i++) fill();
  const before = statSync(`${path}-wal`).size;
  checkpointer.committed(MANY);
  await vi.waitFor(() => expect(statSync(path).size).toBeGreaterThan(4_000_000));
  await vi.waitFor(() => {
    checkpointer.committed(0);
    for (let i = 0; i < 10; i++) fill();
    const { log } = database.prepare('PRAGMA wal_checkpoint(PASSIVE)').get() as { log: number };
    expect(log * 8192).toBeLessThan(before);
  });
  await checkpointer.close();
  database.close();
  const again = new DatabaseSync(path);
  expect(again.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  again.close();
  rmSync(directory, { recursive: true });
});

it('does without the thread where there is none', async () => {
  const database = new DatabaseSync(':memory:');
  const checkpointer = new Checkpointer(database, ':memory:');
  checkpointer.committed(MANY);
  checkpointer.committed(MANY);
  await checkpointer.close();
  database.close();
});
