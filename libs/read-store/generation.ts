import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

  pathOf(name: string): string {
    return join(this.directory, name);
  }

  open(name = this.currentName): ReadDatabase {
    return new ReadDatabase(this.pathOf(name));
  }

  /** A name that no generation has. */
  nextName(): string {
    const numbers = readdirSync(this.directory).flatMap((file) => /^read-(\d+)\.db$/.exec(file)?.[1] ?? []);
    return `read-${Math.max(1, ...numbers.map((text) => parseInt(text, 10))) + 1}.db`;
  }

  /** A new, empty generation that nobody else has taken. */
  claim(): string {
    for (;;) {
      const name = this.nextName();
      try {
        writeFileSync(this.pathOf(name), '', { flag: 'wx' });
        return name;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  }

  /** Generations that are not in use: what a rebuild replaced, or left when it broke off. */
  removeOthers(...keep: readonly string[]): void {
    const used = new Set([this.currentName, ...keep]);
    for (const file of readdirSync(this.directory)) if (/^read-\d+\.db$/.test(file) && !used.has(file)) this.remove(file);
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
  const there = new Set(
    database
      .sql("SELECT name FROM sqlite_master WHERE type = 'table'")
      .all<[string]>()
      .map(([name]) => name),
  );
  for (const { tables } of projections) {
    for (const [table, { orderBy }] of Object.entries(tables))
      digests.set(table, there.has(table) ? digestTable(database, table, orderBy) : 'absent');
  }
  return digests;
}

function digestTable(database: ReadDatabase, table: string, orderBy: string): string {
  const hash = createHash('sha256');
  for (const row of database.sql(`SELECT * FROM ${table} ORDER BY ${orderBy}`).iterate()) hash.update(`${JSON.stringify(row)}\n`);
  return hash.digest('hex');
}
