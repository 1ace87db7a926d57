import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Position } from '#event-store';
import { ReadDatabase } from './database.js';
import type { Projection } from './projection.js';

/**
 * The read models live in generations: one SQLite file each, and a pointer file that names the one in use. A rebuild fills the
 * next generation beside it; switching is one rename.
 */
export class Generations {
  constructor(private readonly directory: string) {
    mkdirSync(directory, { recursive: true });
  }

  get currentName(): string {
    const pointer = join(this.directory, 'current');
    return existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : 'read-1.db';
  }

  open(name = this.currentName): ReadDatabase {
    return new ReadDatabase(join(this.directory, name));
  }

  /** A name that no generation has. */
  nextName(): string {
    const numbers = readdirSync(this.directory).flatMap((file) => /^read-(\d+)\.db$/.exec(file)?.[1] ?? []);
    return `read-${Math.max(1, ...numbers.map((text) => parseInt(text, 10))) + 1}.db`;
  }

  switchTo(name: string): void {
    const temporary = join(this.directory, 'current.next');
    writeFileSync(temporary, `${name}\n`, { flush: true });
    renameSync(temporary, join(this.directory, 'current'));
  }

  remove(name: string): void {
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(this.directory, name + suffix), { force: true });
  }
}

/** One SHA-256 a table, over its rows in order: equal tables have equal digests, whatever order the rows were written in. */
export function digestTables(database: ReadDatabase, projections: readonly Projection[]): ReadonlyMap<string, string> {
  const digests = new Map<string, string>();
  for (const { tables } of projections) {
    for (const [table, { orderBy }] of Object.entries(tables)) digests.set(table, digestTable(database, table, orderBy));
  }
  return digests;
}

function digestTable(database: ReadDatabase, table: string, orderBy: string): string {
  const hash = createHash('sha256');
  for (const row of database.sql(`SELECT * FROM ${table} ORDER BY ${orderBy}`).iterate()) hash.update(`${JSON.stringify(row)}\n`);
  return hash.digest('hex');
}

export interface Comparison {
  readonly table: string;
  readonly live: string;
  readonly rebuilt: string;
}

export interface RebuildResult {
  readonly position: Position | null;
  readonly tables: readonly Comparison[];
  readonly equal: boolean;
  readonly events: number;
}
