import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ReadDatabase } from './database.js';

let directory: string;
let database: ReadDatabase;
/** As another process or thread has it. */
let other: ReadDatabase;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tenor-read-'));
  database = new ReadDatabase(join(directory, 'read.db'));
  database.exec('CREATE TABLE numbers (value INTEGER NOT NULL)');
  other = new ReadDatabase(join(directory, 'read.db'));
});
afterEach(() => {
  database.close();
  other.close();
  rmSync(directory, { recursive: true });
});

const add = (to: ReadDatabase, value: number): void => to.sql('INSERT INTO numbers VALUES (?)').run(value);
const values = (of: ReadDatabase): readonly number[] =>
  of
    .sql('SELECT value FROM numbers ORDER BY value')
    .all<[number]>()
    .map(([value]) => value);
const largest = (of: ReadDatabase): number | null => of.sql('SELECT max(value) FROM numbers').get<[number | null]>()?.[0] ?? null;

it('reads one state of the tables in one turn, and what others have written in the next', async () => {
  add(database, 1);
  expect(largest(database)).toBe(1);
  add(other, 2);
  expect(values(database)).toEqual([1]);
  await Promise.resolve();
  expect(values(database)).toEqual([1]);
  await setImmediate();
  expect(values(database)).toEqual([1, 2]);
});

it('writes after it has read in the same turn, and reads what it wrote', () => {
  expect(largest(database)).toBeNull();
  add(other, 1);
  add(database, 2);
  expect(values(database)).toEqual([1, 2]);
  add(other, 3);
  database.transaction(() => add(database, (largest(database) ?? 0) + 1));
  expect(values(database)).toEqual([1, 2, 3, 4]);
  // Nothing is left open that would keep others from writing.
  add(other, 5);
  expect(largest(other)).toBe(5);
});

it('notices in the same turn that somebody has written when it asks for that', () => {
  expect(largest(database)).toBeNull();
  const version = database.dataVersion();
  add(other, 1);
  expect(database.dataVersion()).not.toBe(version);
  expect(database.snapshot(() => largest(database))).toBe(1);
});

it('changes to another file in the middle of a turn', () => {
  expect(largest(database)).toBeNull();
  const next = new ReadDatabase(join(directory, 'next.db'));
  next.exec('CREATE TABLE numbers (value INTEGER NOT NULL)');
  add(next, 7);
  database.reopen(next.path);
  expect([largest(database), database.generation]).toEqual([7, 1]);
  next.close();
});

it('keeps nothing of a write or a transaction that fails', () => {
  expect(() => {
    database.transaction(() => {
      add(database, 1);
      throw new Error('no');
    });
  }).toThrow('no');
  expect(values(database)).toEqual([]);
  expect(() => database.sql('INSERT INTO numbers VALUES (NULL)').run()).toThrow(/NOT NULL/);
  expect(values(database)).toEqual([]);
});
