import type { Quantity } from '#kernel';
import type { AmountType } from './types.js';

/** What the record's own words take the place of. */
const STATED = new Set(['AMOUNT_UNKNOWN', 'SCHEDULE_UNKNOWN']);

/** An amount with what is certain of it. */
export class AmountNode implements AmountType {
  constructor(
    private readonly quantity: Quantity,
    /** Why the record says that it is not known. */
    private readonly stated: () => string | null,
  ) {}
  private get isKnown(): boolean {
    return this.quantity.low !== null && this.quantity.low === this.quantity.high;
  }
  get value() {
    return this.isKnown ? this.quantity.low : null;
  }
  get unknown() {
    if (this.isKnown) return null;
    const stated = this.stated();
    const codes = this.quantity.reasons.map(({ code }) => code);
    return stated === null ? codes.join(', ') : [stated, ...codes.filter((code) => !STATED.has(code))].join(', ');
  }
  get atLeast() {
    return this.isKnown ? null : this.quantity.low;
  }
  get atMost() {
    return this.isKnown ? null : this.quantity.high;
  }
}
