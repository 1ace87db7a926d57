import { type Decimal, type Instant, MS_PER_DAY, startOfDay, ZERO } from '#kernel';
import type { BookCommitment, Capacity } from './book.js';
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
  /** By day, of commitments whose charges may lie over too many intervals. */
  private readonly days = new Map<string, Map<Instant, Balance>>();

  constructor(private readonly source: BalanceSource | null = null) {}

  of(commitment: string, from: Instant, to: Instant): Balance {
    return this.find(this.held, commitment, from, to);
  }

  /** What may have been drawn of a period. Where charges may be too long to be split, what is unknown on its days may be its own. */
  seen(book: BookCommitment, { key, end }: Capacity): Balance {
    const own = this.of(book.id, key, end);
    if (!book.isFine) return own;
    const seen = new Balance({ ...own, low: ZERO, high: ZERO, openUp: 0, openDown: 0 } as Drawn);
    for (let day = startOfDay(key); day < end; day = nextDay(day)) {
      const { low, high, openUp, openDown } = this.find(this.days, book.id, day, nextDay(day));
      seen.low += low;
      seen.high += high;
      seen.openUp += openUp;
      seen.openDown += openDown;
    }
    return seen;
  }

  post(book: BookCommitment, capacities: readonly Capacity[], posting: Posting, sign: 1 | -1): void {
    for (const { key, end } of capacities) this.of(book.id, key, end).post(posting, sign);
    const day = startOfDay(posting.at);
    if (book.isFine) this.find(this.days, book.id, day, nextDay(day)).post(posting, sign);
  }

  private find(held: Map<string, Map<Instant, Balance>>, commitment: string, from: Instant, to: Instant): Balance {
    let periods = held.get(commitment);
    if (!periods) held.set(commitment, (periods = new Map()));
    let balance = periods.get(from);
    if (!balance) periods.set(from, (balance = new Balance(this.source?.drawn(commitment, from, to) ?? undefined)));
    return balance;
  }
}

const nextDay = (day: Instant): Instant => (day + MS_PER_DAY) as Instant;

export const exactPosting = (at: Instant, amount: bigint, marketplace: boolean): Posting => ({
  at,
  certain: amount as Decimal,
  low: ZERO,
  high: ZERO,
  open: 0,
  marketplace: (marketplace ? amount : 0n) as Decimal,
});
