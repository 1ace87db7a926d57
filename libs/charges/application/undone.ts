import type { Decimal, Instant } from '#kernel';
import type { Decision, Posting } from '../domain/allocation/decision.js';
import type { Undone } from '../wire/allocation.wire.js';

/** Postings undone, added up by commitment, date and openness: what an event needs to say of them. */
export class UndoneTotals {
  private readonly totals = new Map<string, Undone>();

  add(decision: Decision): void {
    for (const { commitment, postings } of decision) if (commitment !== null) for (const posting of postings) this.addPosting(commitment, posting);
  }

  values(): Iterable<Undone> {
    return this.totals.values();
  }

  private addPosting(commitment: string, posting: Posting): void {
    // A posting without bound is counted, not summed, so each stands for itself.
    const key = `${commitment}|${posting.at}|${posting.open === 0 ? '' : `open ${this.totals.size}`}`;
    const before = this.totals.get(key)?.posting;
    this.totals.set(key, { commitment, posting: before ? addPostings(before, posting) : posting });
  }
}

const addPostings = (a: Posting, b: Posting): Posting => ({
  at: a.at as Instant,
  certain: (a.certain + b.certain) as Decimal,
  low: (a.low + b.low) as Decimal,
  high: (a.high + b.high) as Decimal,
  open: a.open,
  marketplace: (a.marketplace + b.marketplace) as Decimal,
});
