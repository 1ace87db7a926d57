import { getPriority } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

const COMPILED = pathToFileURL(join(import.meta.dirname, '../../dist/libs/event-store/background.js')).href;

test.runIf(process.platform === 'linux')('a thread that gives way does so alone', async () => {
  const before = getPriority();
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
     const { getPriority } = require('node:os');
     const before = getPriority();
     import(${JSON.stringify(COMPILED)}).then(({ giveWay }) => { giveWay(); parentPort.postMessage([before, getPriority()]); });`,
    { eval: true },
  );
  const [first, then] = await new Promise<[number, number]>((resolve, reject) => worker.once('message', resolve).once('error', reject));
  await worker.terminate();
  expect(first).toBe(before);
  expect(then).toBe(Math.max(before, 10));
  expect(getPriority()).toBe(before);
});
