import type { Decimal, Instant } from '#kernel';
import type { AllocatableRow } from '../domain/allocation/row.js';
import type { Facets } from '../domain/allocation/match.js';
import type { AppliedElement, ChargeCategory } from '../domain/charge.js';
import type { ChargeChunk } from './charge-chunk.js';
import type { DecimalColumn, StringColumn } from './charge-row.js';

const COLUMN: Readonly<Record<string, DecimalColumn>> = {
  BilledCost: 'billedCost',
  EffectiveCost: 'effectiveCost',
  ContractedCost: 'contractedCost',
  ListCost: 'listCost',
  ConsumedQuantity: 'consumedQuantity',
  PricingQuantity: 'pricingQuantity',
  CommitmentDiscountQuantity: 'commitmentDiscountQuantity',
};

/** One row of a chunk at a time, without building a charge: move it with `at`. */
export class ChunkRowView implements AllocatableRow {
  private index = 0;
  private key: string | null = null;
  private readonly keys = new Map<string, string>();
  private readonly columns: readonly (readonly number[])[];
  private readonly applied: readonly number[];

  constructor(
    private readonly chunk: ChargeChunk,
    private readonly facets: readonly (keyof Facets)[],
  ) {
    this.columns = facets.map((facet) => chunk.strings(facet as StringColumn));
    this.applied = chunk.strings('contractApplied');
  }

  at(index: number): this {
    this.index = index;
    this.key = null;
    return this;
  }

  /** Dictionary indexes differ from chunk to chunk, so the key is of the values; it is built once for each combination of indexes. */
  get facetKey(): string {
    return (this.key ??= this.buildKey());
  }

  private buildKey(): string {
    let local = '';
    for (const column of this.columns) local += `${column[this.index]},`;
    let key = this.keys.get(local);
    if (key === undefined) {
      key = this.facets.map((facet) => this.text(facet as StringColumn) ?? '\u0000').join('\u0001');
      this.keys.set(local, key);
    }
    return key;
  }

  get start(): Instant {
    return this.chunk.start(this.index);
  }
  get end(): Instant {
    return this.chunk.end(this.index);
  }
  get billingPeriodStart(): Instant {
    return this.chunk.instant('billingPeriodStart', this.index) as Instant;
  }
  get contractApplied(): readonly AppliedElement[] {
    const at = this.applied[this.index] as number;
    return at === 0 ? NONE : this.chunk.appliedAt(at);
  }
  amount(column: string): Decimal | null {
    return this.chunk.decimal(COLUMN[column] as DecimalColumn, this.index);
  }

  get provider(): string | null {
    return this.text('provider');
  }
  get publisher(): string | null {
    return this.text('publisher');
  }
  get service(): string | null {
    return this.text('service');
  }
  get serviceCategory(): string | null {
    return this.text('serviceCategory');
  }
  get sku(): string | null {
    return this.text('sku');
  }
  get region(): string | null {
    return this.text('region');
  }
  get billingAccount(): string | null {
    return this.text('billingAccount');
  }
  get subAccount(): string | null {
    return this.text('subAccount');
  }
  get category(): ChargeCategory {
    return this.text('category') as ChargeCategory;
  }
  get commitmentDiscountId(): string | null {
    return this.text('commitmentDiscountId');
  }
  get commitmentDiscountStatus(): 'Used' | 'Unused' | null {
    return this.text('commitmentDiscountStatus') as 'Used' | 'Unused' | null;
  }
  get billingCurrency(): string {
    return this.text('billingCurrency') as string;
  }
  get consumedUnit(): string | null {
    return this.text('consumedUnit');
  }
  get pricingUnit(): string | null {
    return this.text('pricingUnit');
  }
  get commitmentDiscountUnit(): string | null {
    return this.text('commitmentDiscountUnit');
  }
  get tags(): readonly (readonly [string, string])[] {
    return this.chunk.tagsAt(this.chunk.strings('tags')[this.index] as number);
  }

  private text(column: StringColumn): string | null {
    return this.chunk.string(column, this.index);
  }
}

const NONE: readonly AppliedElement[] = [];
