import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

export type Row = readonly SQLInputValue[];

/** A prepared statement over rows as arrays. */
export class Statement {
  constructor(
    private readonly statement: StatementSync,
    private readonly turn: ReadTurn,
  ) {
    statement.setReturnArrays(true);
  }

  run(...values: SQLInputValue[]): void {
    this.turn.end();
    this.statement.run(...values);
  }

  all<T extends Row>(...values: SQLInputValue[]): readonly T[] {
    this.turn.begin();
    return this.statement.all(...values) as unknown as readonly T[];
  }

  iterate<T extends Row>(...values: SQLInputValue[]): Iterable<T> {
    return this.statement.iterate(...values) as unknown as Iterable<T>;
  }

  get<T extends Row>(...values: SQLInputValue[]): T | undefined {
    this.turn.begin();
    return this.statement.get(...values) as unknown as T | undefined;
  }
}

/**
 * One read transaction for all that is read in a turn: by itself a seek takes and gives back the file's locks, which costs six times
 * the seek. It ends before the event loop calls anything else, so nothing read is older than what this thread has heard of.
 */
class ReadTurn {
  private open = false;
  private readonly atEnd = (): void => this.end();
  private readonly beginning: StatementSync;
  private readonly ending: StatementSync;

  constructor(private readonly db: DatabaseSync) {
    this.beginning = db.prepare('BEGIN');
    this.ending = db.prepare('COMMIT');
  }

  begin(): void {
    if (this.open || this.db.isTransaction) return;
    this.beginning.run();
    this.open = true;
    process.nextTick(this.atEnd);
  }

  end(): void {
    if (!this.open) return;
    this.open = false;
    this.ending.run();
  }
}

/** The read models' SQLite file. Everything in it can be rebuilt from the events, so it need not be flushed at each commit. */
export class ReadDatabase {
  private db: DatabaseSync;
  private turn: ReadTurn;
  private readonly statements = new Map<string, Statement>();
  private file: string;
  private opened = 0;

  constructor(path: string) {
    this.file = path;
    this.db = connect(path);
    this.turn = new ReadTurn(this.db);
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
    this.turn = new ReadTurn(next);
    this.file = path;
    this.opened++;
  }

  exec(sql: string): void {
    this.turn.end();
    this.db.exec(sql);
  }

  /** Prepared once for each text. */
  sql(text: string): Statement {
    let statement = this.statements.get(text);
    if (!statement) this.statements.set(text, (statement = new Statement(this.db.prepare(text), this.turn)));
    return statement;
  }

  /** All or nothing; the lock is taken at once, so that what is read inside is what is written against. */
  transaction<T>(work: () => T): T {
    this.turn.end();
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
    this.turn.end();
    this.db.exec('BEGIN');
    try {
      return work();
    } finally {
      this.db.exec('COMMIT');
    }
  }

  /** Changes whenever another connection has written. */
  dataVersion(): number {
    this.turn.end();
    return (this.sql('PRAGMA data_version').get<[number]>() as [number])[0];
  }

  close(): void {
    this.turn.end();
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
// Half as many pages of twice SQLite's size are half as many writes. A file that is there already keeps its own. The log is copied into the
// file after 8 MB: after more a query that waits for the projector would wait for a longer copy.
const PRAGMAS =
  'PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=1000';
/** SQLite's codes of a damaged file and of one that is no database. */
const DAMAGED = new Set([11, 26]);

function connect(path: string): DatabaseSync {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  // From the first statement on: another process may be opening the file, or be the last to close it.
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    db.exec(PRAGMAS);
  } catch (error) {
    db.close();
    throw DAMAGED.has((error as { errcode?: number }).errcode ?? 0) ? new ReadModelFault(path, error) : error;
  }
  return db;
}
