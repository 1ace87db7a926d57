import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { expect, test } from 'vitest';
import { v8HelpersGiveWay } from './v8-helpers.js';

const THREADS = '/proc/self/task';

test.runIf(existsSync(THREADS))("V8's helpers give way, and nobody else does", () => {
  const own = getPriority();
  const helpers = readdirSync(THREADS).filter((thread) => readFileSync(`${THREADS}/${thread}/comm`, 'utf8').trim() === 'V8Worker');
  expect(helpers.length).toBeGreaterThan(0);
  v8HelpersGiveWay();
  expect(helpers.map((thread) => getPriority(Number(thread)))).toEqual(helpers.map(() => Math.max(own, 10)));
  expect(getPriority()).toBe(own);
  expect(getPriority(process.pid)).toBe(own);
});
