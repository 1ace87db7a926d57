import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openEventStore } from '#event-store';

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
