import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

import { openEmbeddedStore } from './embedded/index.js';
import { StoreFault } from './fault.js';
import type { EventStore } from './port.js';

export interface OpenOptions {
  /** The first part of every stream name; keeps apart installations that share a server. */
  readonly ledger: string;
  readonly clock?: { now(): number };
  /**
   * Embedded only: the `durableMark` of the same store, opened in another thread of this process. Nothing is read beyond it, so that this
   * one need not sync what that one is about to.
   */
  readonly follow?: SharedArrayBuffer | undefined;
  /** EventStoreDB only: for one attempt of a call, in milliseconds. */
  readonly deadlineMs?: number;
  /** EventStoreDB only: how often a call is repeated after a fault before the fault is thrown. */
  readonly retries?: number;
}

/**
 * Opens the store that an address names: `sqlite:PATH` (created when it isn't there), `esdb://…` or `kurrentdb://…`.
 * @throws StoreFault `STORE-105` to `STORE-110`, `STORE-115`
 */
export async function openEventStore(url: string, options: OpenOptions): Promise<EventStore> {
  const { ledger } = options;
  if (!/^[A-Za-z0-9_]+$/.test(ledger)) throw malformed(`the ledger's name "${ledger}" may hold letters, digits and '_' only`);
  if (/^(esdb|kurrentdb)(\+discover)?:\/\//.test(url)) {
    // Its client takes a tenth of a start to load, which the embedded store is not to wait for.
    const { openEventStoreDB } = await import('./eventstoredb/index.js');
    return openEventStoreDB(url, options);
  }
  if (!url.startsWith('sqlite:') || url.length === 'sqlite:'.length)
    throw malformed(`"${url.replace(/\/\/[^@/]*@/, '//…@')}" is none that Tenor knows`);
  const path = url.slice('sqlite:'.length);
  makeDirectory(path);
  return openEmbeddedStore(path, options);
}

function makeDirectory(path: string): void {
  if (path === ':memory:') return;
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (cause) {
    throw new StoreFault(
      'STORE-105',
      `Cannot make the directory of ${path} (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}). Nothing was written. Give a path where this user may write.`,
      { retryable: false, cause },
    );
  }
}

const malformed = (why: string): StoreFault =>
  new StoreFault(
    'STORE-115',
    `Cannot read the store's address: ${why}. Nothing was written. Expected e.g. sqlite:./tenor.db or esdb://localhost:2113?tls=false.`,
    { retryable: false },
  );
