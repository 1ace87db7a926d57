import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

const SIZES = [32, 8, 1] as const;

/** Rows for one table, inserted many to a statement: calling SQLite costs more than the row that it writes. */
export class BulkInsert {
  private readonly statements: readonly StatementSync[];
  private values: SQLInputValue[] = [];

  constructor(
    database: DatabaseSync,
    table: string,
    private readonly width: number,
    verb = 'INSERT',
  ) {
    const row = `(${new Array<string>(width).fill('?').join(', ')})`;
    this.statements = SIZES.map((size) => database.prepare(`${verb} INTO ${table} VALUES ${new Array<string>(size).fill(row).join(', ')}`));
  }

  /** Kept until `flush`: reads of the table do not see it before. */
  add(...row: SQLInputValue[]): void {
    this.values.push(...row);
  }

  flush(): void {
    const { values, width } = this;
    if (values.length === 0) return;
    this.values = [];
    let at = 0;
    for (let s = 0; s < SIZES.length; s++) {
      const size = (SIZES[s] as number) * width;
      for (; values.length - at >= size; at += size) (this.statements[s] as StatementSync).run(...values.slice(at, at + size));
    }
  }

  /** After a rollback. */
  discard(): void {
    this.values = [];
  }
}
