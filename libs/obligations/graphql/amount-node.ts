import type { Quantity } from '#kernel';
import type { AmountType } from './types.js';

/** An amount with what is certain of it. */
export class AmountNode implements AmountType {
  constructor(private readonly quantity: Quantity) {}
  private get isKnown(): boolean {
    return this.quantity.low !== null && this.quantity.low === this.quantity.high;
  }
  get value() {
    return this.isKnown ? this.quantity.low : null;
  }
  get unknown() {
    return this.isKnown ? null : this.quantity.reasons.map(({ code }) => code).join(', ');
  }
  get atLeast() {
    return this.isKnown ? null : this.quantity.low;
  }
  get atMost() {
    return this.isKnown ? null : this.quantity.high;
  }
}
