import { type Decimal, type Instant, ZERO } from '#kernel';
import type { Drawn, Posting } from './decision.js';

/** The running total of one period (one interval of a Continuous commitment). */
export class Balance {
  certain = 0n;
  low = 0n;
  high = 0n;
  openUp = 0;
  openDown = 0;
  marketplace = 0n;

  constructor(drawn?: Drawn) {
    if (drawn) Object.assign(this, drawn);
  }

  post(posting: Posting, sign: 1 | -1 = 1): void {
    if (sign === 1) {
      this.certain += posting.certain;
      this.low += posting.low;
      this.high += posting.high;
      this.marketplace += posting.marketplace;
    } else {
      this.certain -= posting.certain;
      this.low -= posting.low;
      this.high -= posting.high;
      this.marketplace -= posting.marketplace;
    }
    if (posting.open === 1) this.openUp += sign;
    if (posting.open === -1) this.openDown += sign;
  }

  get isExact(): boolean {
    return this.low === 0n && this.high === 0n && this.openUp === 0 && this.openDown === 0;
  }
}

/** Where the engine finds what was drawn before: a period's running total, fetched when first needed. */
export interface BalanceSource {
  drawn(commitment: string, from: Instant, to: Instant): Drawn | null;
}

export class Balances {
  private readonly held = new Map<string, Map<Instant, Balance>>();

  constructor(private readonly source: BalanceSource | null = null) {}

  of(commitment: string, from: Instant, to: Instant): Balance {
    let periods = this.held.get(commitment);
    if (!periods) this.held.set(commitment, (periods = new Map()));
    let balance = periods.get(from);
    if (!balance) periods.set(from, (balance = new Balance(this.source?.drawn(commitment, from, to) ?? undefined)));
    return balance;
  }
}

export const exactPosting = (at: Instant, amount: bigint, marketplace: boolean): Posting => ({
  at,
  certain: amount as Decimal,
  low: ZERO,
  high: ZERO,
  open: 0,
  marketplace: (marketplace ? amount : 0n) as Decimal,
});
