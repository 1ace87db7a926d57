import type { StatementSync } from 'node:sqlite';

/** Rows as arrays: half the cost of rows as objects. */
export function arrays(statement: StatementSync): StatementSync {
  statement.setReturnArrays(true);
  return statement;
}
