import { join } from 'node:path';
import { FIELD_SEPARATOR, FIRST_INSTANT, INSTANT_COLUMNS, escapeField, rowKey, STRING_COLUMNS } from '../wire/charge-row.js';
import type { DiffSummary, InForceRow, SliceKey } from './intake.js';
import type { LineCodec } from './line-codec.js';
import { LineSorter } from './line-sorter.js';
import type { Scan } from './scan.js';

const ACCOUNT = STRING_COLUMNS.indexOf('billingAccount');
const PERIOD = FIRST_INSTANT + INSTANT_COLUMNS.indexOf('billingPeriodStart');
const DIGEST_LENGTH = 43;
const ORDINAL_LENGTH = rowKey(0).length;

export type SliceFilter = (values: readonly string[]) => boolean;

/** Whether a row's values lie in one of these slices; null lets every row pass. */
export function sliceFilter(slices: readonly SliceKey[] | undefined): SliceFilter | null {
  if (slices === undefined) return null;
  const keys = new Set(slices.map(({ billingAccount, billingPeriodStart }) => billingPeriodStart + FIELD_SEPARATOR + escapeField(billingAccount)));
  return (values) => keys.has((values[PERIOD] as string) + FIELD_SEPARATOR + (values[ACCOUNT] as string));
}

/** A set of row numbers, one bit each. */
export class RowSet {
  private readonly bits: Uint8Array;
  size = 0;
  constructor(rows: number) {
    this.bits = new Uint8Array((rows >> 3) + 1);
  }
  add(row: number): void {
    this.bits[row >> 3] = (this.bits[row >> 3] as number) | (1 << (row & 7));
    this.size++;
  }
  has(row: number): boolean {
    return ((this.bits[row >> 3] as number) & (1 << (row & 7))) !== 0;
  }
}

export interface Diff extends DiffSummary {
  readonly addedRows: RowSet;
  /** Addresses in recorded order, each after an ordinal. */
  readonly reversedLines: LineSorter;
}

/**
 * Multiset difference by digest in constant memory: both sides are sorted by (digest, order) and walked together, so that the first of
 * identical rows pair off and the last are left over.
 */
export async function diffRows(
  { sorter, codec, summary }: Scan,
  inForce: AsyncIterable<readonly InForceRow[]>,
  slices: readonly SliceKey[] | undefined,
  workDir: string,
): Promise<Diff> {
  const old = new LineSorter(join(workDir, 'in-force'));
  const fresh = new LineSorter(join(workDir, 'delivered'));
  const reversedLines = new LineSorter(join(workDir, 'reversed'));
  try {
    let ordinal = 0;
    for await (const batch of inForce) for (const { digest, address } of batch) old.add(digest + rowKey(ordinal++) + address);
    digestLines(sorter, codec, sliceFilter(slices), fresh);
    old.finish();
    fresh.finish();
    const addedRows = new RowSet(summary.rows);
    const counts = walk(old, fresh, reversedLines, addedRows);
    reversedLines.finish();
    return { ...counts, added: addedRows.size, addedRows, reversedLines };
  } catch (error) {
    reversedLines.close();
    throw error;
  } finally {
    old.close();
    fresh.close();
  }
}

function digestLines(sorter: LineSorter, codec: LineCodec, filter: SliceFilter | null, into: LineSorter): void {
  for (const batch of sorter.sorted())
    for (const line of batch) {
      const row = codec.decode(line);
      if (filter === null || filter(row.values)) into.add(codec.digest(row) + rowKey(row.row));
    }
}

function walk(old: LineSorter, fresh: LineSorter, reversed: LineSorter, added: RowSet): { reversed: number; unchanged: number } {
  const left = flatten(old.sorted());
  const right = flatten(fresh.sorted());
  let counts = { reversed: 0, unchanged: 0 };
  let [a, b] = [left.next(), right.next()];
  while (a.done !== true || b.done !== true) {
    const x = a.done === true ? null : a.value.slice(0, DIGEST_LENGTH);
    const y = b.done === true ? null : b.value.slice(0, DIGEST_LENGTH);
    if (x === y) {
      counts = { ...counts, unchanged: counts.unchanged + 1 };
      [a, b] = [left.next(), right.next()];
    } else if (y === null || (x !== null && x < y)) {
      reversed.add((a.value as string).slice(DIGEST_LENGTH));
      counts = { ...counts, reversed: counts.reversed + 1 };
      a = left.next();
    } else {
      added.add(parseInt((b.value as string).slice(DIGEST_LENGTH), 36));
      b = right.next();
    }
  }
  return counts;
}

function* flatten(batches: Iterable<readonly string[]>): Generator<string, undefined> {
  for (const batch of batches) yield* batch;
  return undefined;
}

export const addressOfReversed = (line: string): string => line.slice(ORDINAL_LENGTH);
