import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openEventStore } from '#event-store';

import { openEmbeddedStore } from '../../libs/event-store/embedded/index.js';

import { EventStoreDBDouble } from '../support/eventstoredb-double/index.js';
import { describeEventStore, freshLedger } from './event-store.suite.js';

describeEventStore('embedded', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tenor-store-'));
  const ledger = freshLedger();
  return Promise.resolve({
    ledger,
    open: (options) => openEventStore(`sqlite:${join(directory, 'new', 'tenor.db')}`, { ledger, ...options }),
    stop: () => Promise.resolve(rmSync(directory, { recursive: true })),
  });
});

// The compiled worker, which the tests' command builds first: every commit but the first few is its work.
const worker = new URL('../../dist/libs/event-store/embedded/commit.worker.js', import.meta.url);
describeEventStore('embedded, committing in a thread', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tenor-store-'));
  return Promise.resolve({
    ledger: freshLedger(),
    open: (options) => openEmbeddedStore(join(directory, 'tenor.db'), { ...options, commitThread: { worker, after: 0, large: 1 } }),
    stop: () => Promise.resolve(rmSync(directory, { recursive: true })),
  });
});

describeEventStore('EventStoreDB, in-process double', async () => {
  const double = await EventStoreDBDouble.start();
  const ledger = freshLedger();
  return { ledger, open: (options) => openEventStore(double.url, { ledger, ...options }), stop: () => double.stop() };
});

const server = process.env['TENOR_TEST_EVENTSTOREDB_URL'];
if (server) {
  describeEventStore('EventStoreDB, real server', () => {
    const ledger = freshLedger();
    return Promise.resolve({ ledger, open: (options) => openEventStore(server, { ledger, ...options }), stop: () => Promise.resolve() });
  });
}
