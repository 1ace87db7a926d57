import { expect, it } from 'vitest';
import { Remembered } from './remembered.js';

it('keeps what is remembered while the tables are read from one file, and begins anew with the next', () => {
  const database = { generation: 0 };
  const names = new Remembered(database, () => new Map<number, string>());
  names.current.set(1, 'first');
  expect(names.current.get(1)).toBe('first');
  database.generation++;
  expect(names.current.size).toBe(0);
  names.current.set(1, 'second');
  expect(names.current.get(1)).toBe('second');
});
