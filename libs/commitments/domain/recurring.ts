import { exactly, type Instant } from '#kernel';
import { intervalStart } from './intervals.js';
import type { Amount, Interval, Tranche } from './terms.js';

export interface Recurring {
  readonly start: Instant;
  readonly every: Interval;
  /** One amount for each period, in order: a ramp. */
  readonly amounts: readonly Amount[];
}

/** Periods one after another, counted from the first start (month-end clamped): USD 300M a year for 5 years, or a ramp. */
export const expandRecurring = ({ start, every, amounts }: Recurring): readonly Tranche[] =>
  amounts.map((amount, index) => ({
    id: `p${index + 1}`,
    start: exactly(intervalStart(start, every, index)),
    end: exactly(intervalStart(start, every, index + 1)),
    amount,
  }));
