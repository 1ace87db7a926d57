import { RangeProblem, type Decimal, type Instant } from '#kernel';
import type { AppliedElement, Charge, ChargeCategory } from '../domain/charge.js';
import {
  DECIMAL_COLUMNS,
  digestValues,
  escapeField,
  FIELD_SEPARATOR,
  INSTANT_COLUMNS,
  instantOfValue,
  parseTags,
  STRING_COLUMNS,
  type DecimalColumn,
  type InstantColumn,
  type StringColumn,
} from './charge-row.js';
import type { ChargeChunkData } from './chunk-data.js';
import { spelled } from './spelling-table.js';

export { ChargeChunkBuilder, type ChunkText } from './chunk-builder.js';
export { rowDigest } from './charge-row.js';
export { CHUNK_BYTES_MAX, CHUNK_ROWS_MAX, type ChargeChunkData } from './chunk-data.js';

type Tags = Charge['tags'];

/**
 * One stored chunk, column by column. Rows are addressed by their index in it. Rules should be matched on dictionary indexes
 * (`strings(column)`), so that a value is looked at once a chunk; amounts are parsed when they are asked for.
 */
export class ChargeChunk {
  readonly deliveryId: string;
  readonly chunk: number;
  readonly count: number;
  /** `[0]` is "" and means absent. */
  readonly dictionary: readonly string[];
  /** Row numbers in the file. */
  readonly rows: readonly number[];
  private readonly times: Float64Array;
  private readonly zeros: readonly number[];
  private readonly decimals = new Map<string, Decimal>();
  private readonly tagsByIndex: Tags[] = [];
  private readonly appliedByIndex: (readonly AppliedElement[])[] = [];
  private readonly escaped: string[] = [];

  constructor(private readonly data: ChargeChunkData) {
    this.deliveryId = data.deliveryId;
    this.chunk = data.chunk;
    this.count = data.count;
    this.dictionary = data.strings;
    this.rows = data.row;
    this.times = Float64Array.from(data.instants, instantOfValue);
    this.zeros = new Array<number>(data.count).fill(0);
  }

  /** Dictionary index of every row in this column; 0 is absent. */
  strings(column: StringColumn): readonly number[] {
    return this.data[column] ?? this.zeros;
  }

  string(column: StringColumn, index: number): string | null {
    const at = this.data[column]?.[index] ?? 0;
    return at === 0 ? null : (this.dictionary[at] as string);
  }

  /** Milliseconds since the epoch, null when absent. */
  instant(column: InstantColumn, index: number): Instant | null {
    const at = this.data[column]?.[index] ?? -1;
    return at < 0 ? null : (this.times[at] as Instant);
  }

  start(index: number): Instant {
    return this.times[(this.data.start as readonly number[])[index] as number] as Instant;
  }

  end(index: number): Instant {
    return this.times[(this.data.end as readonly number[])[index] as number] as Instant;
  }

  decimalText(column: DecimalColumn, index: number): string {
    return this.data[column]?.[index] ?? '';
  }

  /** The amount exactly, null when absent. */
  decimal(column: DecimalColumn, index: number): Decimal | null {
    const text = this.data[column]?.[index] ?? '';
    if (text === '') return null;
    let value = this.decimals.get(text);
    if (value === undefined) this.decimals.set(text, (value = canonicalDecimal(text)));
    return value;
  }

  /** The amount as the source wrote it, e.g. "1.50" or "1E-7"; "" when absent. */
  spelling(column: DecimalColumn, index: number): string {
    return spelled(this.data.spelling?.[column], index, this.decimalText(column, index));
  }

  /** Tags of a dictionary index of column `tags`. */
  tagsAt(dictionaryIndex: number): Tags {
    return (this.tagsByIndex[dictionaryIndex] ??= parseTags(this.dictionary[dictionaryIndex] as string));
  }

  /** Applied elements of a dictionary index of column `contractApplied`. */
  appliedAt(dictionaryIndex: number): readonly AppliedElement[] {
    return (this.appliedByIndex[dictionaryIndex] ??= parseApplied(this.dictionary[dictionaryIndex] as string));
  }

  charge(index: number): Charge {
    const text = (column: StringColumn) => this.string(column, index);
    return {
      row: this.rows[index] as number,
      billingPeriodStart: this.instant('billingPeriodStart', index) as Instant,
      billingPeriodEnd: this.instant('billingPeriodEnd', index),
      start: this.start(index),
      end: this.end(index),
      category: text('category') as ChargeCategory,
      correction: text('chargeClass') === 'Correction',
      provider: text('provider'),
      publisher: text('publisher'),
      invoiceIssuer: text('invoiceIssuer'),
      service: text('service'),
      serviceCategory: text('serviceCategory'),
      sku: text('sku'),
      skuPrice: text('skuPrice'),
      region: text('region'),
      billingAccount: text('billingAccount'),
      subAccount: text('subAccount'),
      commitmentDiscountId: text('commitmentDiscountId'),
      commitmentDiscountStatus: text('commitmentDiscountStatus') as Charge['commitmentDiscountStatus'],
      commitmentDiscountQuantity: this.decimal('commitmentDiscountQuantity', index),
      commitmentDiscountUnit: text('commitmentDiscountUnit'),
      billingCurrency: text('billingCurrency') as string,
      billedCost: this.decimal('billedCost', index) as Decimal,
      effectiveCost: this.decimal('effectiveCost', index),
      contractedCost: this.decimal('contractedCost', index),
      listCost: this.decimal('listCost', index),
      consumedQuantity: this.decimal('consumedQuantity', index),
      consumedUnit: text('consumedUnit'),
      pricingQuantity: this.decimal('pricingQuantity', index),
      pricingUnit: text('pricingUnit'),
      tags: this.tagsAt(this.strings('tags')[index] as number),
      contractApplied: this.appliedAt(this.strings('contractApplied')[index] as number),
    };
  }

  /** As `rowDigest(charge(index))`, without building the charge. */
  digest(index: number): string {
    let joined = '';
    for (const column of STRING_COLUMNS) {
      const at = this.data[column]?.[index] ?? 0;
      if (at > 0) joined += this.escaped[at] ??= escapeField(this.dictionary[at] as string);
      joined += FIELD_SEPARATOR;
    }
    for (const column of INSTANT_COLUMNS) {
      const at = this.data[column]?.[index] ?? -1;
      joined += at < 0 ? FIELD_SEPARATOR : (this.data.instants[at] as string) + FIELD_SEPARATOR;
    }
    let first = true;
    for (const column of DECIMAL_COLUMNS) {
      joined += first ? this.decimalText(column, index) : FIELD_SEPARATOR + this.decimalText(column, index);
      first = false;
    }
    return digestValues(joined);
  }
}

/** @throws RangeProblem `CHUNK_MALFORMED` when a column's length is not the chunk's. */
export function decodeChargeChunk(data: ChargeChunkData): ChargeChunk {
  const columns = [...STRING_COLUMNS, ...INSTANT_COLUMNS, ...DECIMAL_COLUMNS, 'row'] as const;
  for (const column of columns) {
    const values = data[column];
    if (values !== undefined && values.length !== data.count)
      throw new RangeProblem('CHUNK_MALFORMED', `column ${column} holds ${values.length} values for ${data.count} rows`);
  }
  return new ChargeChunk(data);
}

const POWERS = Array.from({ length: 19 }, (_, n) => 10n ** BigInt(n));

/** A stored decimal is canonical, so it needs none of the leniency of `parseDecimal`. */
function canonicalDecimal(text: string): Decimal {
  const point = text.indexOf('.');
  if (point < 0) return (BigInt(text) * (POWERS[18] as bigint)) as Decimal;
  const places = text.length - point - 1;
  return (BigInt(text.slice(0, point) + text.slice(point + 1)) * (POWERS[18 - places] as bigint)) as Decimal;
}

function parseApplied(text: string): readonly AppliedElement[] {
  if (text === '') return [];
  type Stored = { commitmentId: string; contractId: string; cost?: string; quantity?: string; unit?: string };
  return (JSON.parse(text) as Stored[]).map(({ contractId, commitmentId, cost, quantity, unit }) => ({
    contractId,
    commitmentId,
    cost: cost === undefined ? null : canonicalDecimal(cost),
    quantity: quantity === undefined ? null : canonicalDecimal(quantity),
    unit: unit ?? null,
  }));
}
