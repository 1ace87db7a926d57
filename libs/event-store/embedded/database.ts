import { DatabaseSync } from 'node:sqlite';

import { StoreFault } from '../fault.js';
import { toFault } from './faults.js';

/** 'TNOR' in ASCII, as SQLite's application_id: tells our files from other people's. */
export const APPLICATION_ID = 0x544e4f52;
export const SCHEMA_VERSION = 5;

// `log` only ever grows at its end, a row a commit, so that a commit of 50 commands writes little more than its own pages. What
// lands all over a tree (places by stream) is in a file of its own, place-index.ts: with ordinary indexes the same commit wrote a
// hundred pages and took five times as long.
const SCHEMA = `
CREATE TABLE log (last INTEGER PRIMARY KEY, heads TEXT NOT NULL, body TEXT NOT NULL) STRICT;
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** Had its index of places in the same file. */
const WITH_PLACES = 2;
/** Wrote down all of every binding, and the id of the event after it: this one reads both as well. */
const WITH_BINDINGS = 3;
const WITH_IDS = 4;

// Events are about a kilobyte, chunks of charges half a megabyte: larger pages than SQLite's 4096 mean fewer of them in every commit;
// of much larger ones the last would be written again with every small commit.
const PAGE_SIZE = 8192;

export interface DatabaseOptions {
  /** How long to wait for another process that writes, in milliseconds. */
  readonly busyTimeoutMs?: number;
}

export const BUSY_TIMEOUT_MS = 5000;

/**
 * Opens (and creates) a store file in WAL mode. A commit is on the disk when LogSync has said so.
 * @throws StoreFault `STORE-105` to `STORE-110`
 */
export function openDatabase(path: string, options: DatabaseOptions = {}): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS });
    prepare(database, path);
    return database;
  } catch (error) {
    if (database?.isOpen) database.close();
    throw toFault(error, path, 'Nothing was written.');
  }
}

function prepare(database: DatabaseSync, path: string): void {
  if (pragma(database, 'application_id') !== APPLICATION_ID) create(database, path);
  takeOver(database);
  const version = pragma(database, 'user_version');
  if (version !== SCHEMA_VERSION) {
    const other = version > SCHEMA_VERSION ? 'newer' : 'older';
    throw new StoreFault(
      'STORE-108',
      `${path} has format ${version}, this version of Tenor reads format ${SCHEMA_VERSION}. Nothing was written. Use the ${other} version.`,
      { retryable: false },
    );
  }
  // The log is synced after each commit by log-sync.ts, beside this thread; before a copy and when the log begins anew SQLite syncs by itself.
  database.exec(
    'PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 8000; PRAGMA journal_size_limit = 134217728; PRAGMA temp_store = MEMORY;',
  );
  // Fails now rather than at the first append when the file or its directory is read-only.
  database.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${version}; COMMIT;`);
}

/** Of an earlier format: nothing of the log is written again; places are read from it, once, into their own file. */
function takeOver(database: DatabaseSync): void {
  const isEarlier = (): boolean => [WITH_PLACES, WITH_BINDINGS, WITH_IDS].includes(pragma(database, 'user_version'));
  if (!isEarlier()) return;
  inTransaction(database, () => {
    // Another process may have been faster, so look again under the lock.
    if (!isEarlier()) return;
    if (pragma(database, 'user_version') === WITH_PLACES) database.exec('DROP TABLE places; DROP TABLE indexed');
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}

function create(database: DatabaseSync, path: string): void {
  if (pragma(database, 'schema_version') === 0) database.exec(`PRAGMA page_size = ${PAGE_SIZE}; PRAGMA journal_mode = WAL`);
  inTransaction(database, () => {
    // Another process may have been faster, so look again under the lock.
    if (pragma(database, 'application_id') === APPLICATION_ID) return;
    if (pragma(database, 'schema_version') !== 0) {
      throw new StoreFault(
        'STORE-107',
        `${path} is an SQLite file of another program. Nothing was written. Give another path, TENOR_STORE=sqlite:./tenor.db.`,
        { retryable: false },
      );
    }
    database.exec(SCHEMA);
  });
}

/** All or nothing, the lock taken at once. @throws what `work` throws */
export function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

export function pragma(database: DatabaseSync, name: string): number {
  const row = database.prepare(`PRAGMA ${name}`).get() as Record<string, number>;
  return row[name] as number;
}
