import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

export type Row = readonly SQLInputValue[];

/** A prepared statement over rows as arrays. */
export class Statement {
  constructor(private readonly statement: StatementSync) {
    statement.setReturnArrays(true);
  }

  run(...values: SQLInputValue[]): void {
    this.statement.run(...values);
  }

  all<T extends Row>(...values: SQLInputValue[]): readonly T[] {
    return this.statement.all(...values) as unknown as readonly T[];
  }

  iterate<T extends Row>(...values: SQLInputValue[]): Iterable<T> {
    return this.statement.iterate(...values) as unknown as Iterable<T>;
  }

  get<T extends Row>(...values: SQLInputValue[]): T | undefined {
    return this.statement.get(...values) as unknown as T | undefined;
  }
}

/** The read models' SQLite file. Everything in it can be rebuilt from the events, so it need not be flushed at each commit. */
export class ReadDatabase {
  private db: DatabaseSync;
  private readonly statements = new Map<string, Statement>();
  private file: string;
  private opened = 0;

  constructor(path: string) {
    this.file = path;
    this.db = connect(path);
  }

  get path(): string {
    return this.file;
  }

  /** Rises with every `reopen`: what was remembered of the tables before is to be forgotten. */
  get generation(): number {
    return this.opened;
  }

  /** Changes to another file in place. No call sees half of it: each runs to its end within one turn. */
  reopen(path: string): void {
    const next = connect(path);
    this.close();
    this.db = next;
    this.file = path;
    this.opened++;
  }

  exec(sql: string): void {
    this.db.exec(sql);
  }

  /** Prepared once for each text. */
  sql(text: string): Statement {
    let statement = this.statements.get(text);
    if (!statement) this.statements.set(text, (statement = new Statement(this.db.prepare(text))));
    return statement;
  }

  /** All or nothing; the lock is taken at once, so that what is read inside is what is written against. */
  transaction<T>(work: () => T): T {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.db.exec('COMMIT');
      return result;
    } catch (error) {
      this.db.exec('ROLLBACK');
      throw error;
    }
  }

  /** All that is read inside is of one state of the tables, whatever other connections commit meanwhile. */
  snapshot<T>(work: () => T): T {
    this.db.exec('BEGIN');
    try {
      return work();
    } finally {
      this.db.exec('COMMIT');
    }
  }

  /** Changes whenever another connection has written. */
  dataVersion(): number {
    return (this.sql('PRAGMA data_version').get<[number]>() as [number])[0];
  }

  close(): void {
    this.statements.clear();
    this.db.close();
  }
}

/** A file of read models that is none, or is damaged. All that was in it can be filled anew. */
export class ReadModelFault extends Error {
  readonly code = 'READ-102';

  constructor(path: string, cause: unknown) {
    super(
      `The read models in ${path} cannot be opened (${(cause as Error).message}). Nothing was started, and nothing of the ledger is lost: they follow from the events. Remove the folder ${dirname(path)}; the next start fills it anew. [READ-102]`,
      { cause },
    );
    this.name = 'ReadModelFault';
  }
}

const BUSY_TIMEOUT_MS = 10_000;
/** SQLite's codes of a damaged file and of one that is no database. */
const DAMAGED = new Set([11, 26]);

function connect(path: string): DatabaseSync {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  // From the first statement on: another process may be opening the file, or be the last to close it.
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=1000');
  } catch (error) {
    db.close();
    throw DAMAGED.has((error as { errcode?: number }).errcode ?? 0) ? new ReadModelFault(path, error) : error;
  }
  return db;
}
