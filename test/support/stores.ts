import { randomBytes } from 'node:crypto';
import { EventStoreDBDouble } from './eventstoredb-double/index.js';

/** A store for one test: undefined url is the embedded one in the service's own directory. */
export interface StartedStore {
  readonly url: string | undefined;
  /** A ledger name of its own, so that tests can share a server. */
  readonly ledger: string;
  stop(): Promise<void>;
}

export interface StoreKind {
  readonly name: string;
  start(): Promise<StartedStore>;
}

const freshLedger = (): string => `t${randomBytes(8).toString('hex')}`;
const server = process.env['TENOR_TEST_EVENTSTOREDB_URL'];

/** The stores that the journeys run on: the embedded one, the double of EventStoreDB, and a real server where one is named. */
export const STORES: readonly StoreKind[] = [
  { name: 'embedded store', start: () => Promise.resolve({ url: undefined, ledger: 'tenor', stop: () => Promise.resolve() }) },
  {
    name: 'EventStoreDB, in-process double',
    start: async () => {
      const double = await EventStoreDBDouble.start();
      return { url: double.url, ledger: freshLedger(), stop: () => double.stop() };
    },
  },
  ...(server
    ? [{ name: 'EventStoreDB, real server', start: () => Promise.resolve({ url: server, ledger: freshLedger(), stop: () => Promise.resolve() }) }]
    : []),
];
