import { divideHalfEven } from '#kernel';

/**
 * arithmetic.md sections 1 to 3 once more, the slow way and apart from the product's code: no plans, caches, bounds or batches.
 * What the ledger says at any position is worked out from the first fact. Amounts are whole numbers of 10^-18, dates milliseconds.
 */
export interface OracleRow {
  readonly row: number;
  readonly billingPeriod: number;
  readonly start: number;
  readonly end: number;
  readonly cost: bigint;
  readonly sku: string;
  readonly marketplace: boolean;
  /** The provider's own statement: on which commitment, how much. */
  readonly stated: { readonly commitment: string; readonly cost: bigint } | null;
}

export interface OracleCommitment {
  readonly id: string;
  readonly priority: number;
  readonly parent: string | null;
  /** Only rows of this SKU; null: all. */
  readonly sku: string | null;
  readonly start: number;
  readonly end: number;
  /** Of the period; of an interval where `interval` is given. */
  readonly amount: bigint;
  /** Continuous: its length. */
  readonly interval: number | null;
  /** Percent of the amount that marketplace rows may reach; null: all of it. */
  readonly marketplace: number | null;
}

export type OracleFact =
  { readonly file: readonly OracleRow[]; readonly covers: readonly number[] } | { readonly terms: readonly OracleCommitment[] };

interface Posting {
  readonly commitment: string;
  readonly at: number;
  readonly amount: bigint;
  readonly marketplace: boolean;
}

type Held = { readonly text: string; readonly row: OracleRow };

/** Postings that stand after these facts: terms as known last, files in the order in which they came. */
export function oraclePostings(facts: readonly OracleFact[]): readonly Posting[] {
  const terms = facts.reduce<readonly OracleCommitment[]>((known, fact) => ('terms' in fact ? fact.terms : known), []);
  const oracle = new Oracle(terms);
  const inForce = new Map<number, Held[]>();
  for (const fact of facts) {
    if (!('file' in fact)) continue;
    const added: Held[] = [];
    for (const period of new Set([...fact.covers, ...fact.file.map((row) => row.billingPeriod)])) {
      const left = fact.file.filter((row) => row.billingPeriod === period).map((row) => ({ text: textOf(row), row }));
      const kept: Held[] = [];
      // Oldest first, so that of identical rows the last recorded are those that nothing is left for.
      for (const old of inForce.get(period) ?? []) {
        const match = left.findIndex(({ text }) => text === old.text);
        if (match === -1) oracle.reverse(old.row);
        else kept.push(...left.splice(match, 1).map(() => old));
      }
      added.push(...left);
      inForce.set(period, kept);
    }
    added.sort((a, b) => a.row.start - b.row.start || a.row.row - b.row.row);
    for (const each of added) {
      oracle.allocate(each.row);
      inForce.get(each.row.billingPeriod)?.push(each);
    }
  }
  return oracle.standing();
}

const textOf = ({ row: _row, ...rest }: OracleRow): string =>
  JSON.stringify(rest, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const positive = (a: bigint): bigint => (a > 0n ? a : 0n);

class Oracle {
  private readonly postings = new Map<OracleRow, Posting[]>();
  private readonly inOrder: readonly OracleCommitment[];

  constructor(terms: readonly OracleCommitment[]) {
    this.inOrder = terms
      .map((each, number) => ({ each, number }))
      .sort((a, b) => a.each.priority - b.each.priority || a.number - b.number)
      .map(({ each }) => each);
  }

  standing = (): readonly Posting[] => [...this.postings.values()].flat();
  reverse = (row: OracleRow): boolean => this.postings.delete(row);

  allocate(row: OracleRow): void {
    this.postings.set(row, []);
    if (row.stated === null) return this.fill(this.standIns(this.below(null), row), row, row.cost);
    // Stands for the parents too, as far as it stands for the commitment itself: what lies outside its term does not.
    const { commitment, cost } = row.stated;
    const own = this.find(commitment);
    const standing = own ? this.take(own, row, cost, true) : 0n;
    for (let up = this.parentOf(own); up && standing !== 0n; up = this.parentOf(up)) this.take(up, row, standing, true);
  }

  private parentOf = (of: OracleCommitment | undefined): OracleCommitment | undefined => (of?.parent ? this.find(of.parent) : undefined);
  private find = (id: string): OracleCommitment | undefined => this.inOrder.find((each) => each.id === id);
  private below = (parent: string | null): readonly OracleCommitment[] =>
    this.inOrder.filter((each) => (each.parent !== null && this.find(each.parent) ? each.parent : null) === parent);

  /** Of one that does not admit the row, its children stand in its place. */
  private standIns(commitments: readonly OracleCommitment[], row: OracleRow): readonly OracleCommitment[] {
    return commitments.flatMap((each) => {
      const admits = (each.sku === null || each.sku === row.sku) && this.parts(each, row, 0n).length > 0;
      return admits ? [each] : this.standIns(this.below(each.id), row);
    });
  }

  /** Priority order; a negative charge the other way round. The last one takes the rest; children share what their parent took. */
  private fill(commitments: readonly OracleCommitment[], row: OracleRow, amount: bigint): void {
    let rest = amount;
    const order = amount < 0n ? [...commitments].reverse() : commitments;
    order.forEach((each, index) => {
      if (rest === 0n) return;
      const taken = this.take(each, row, rest, index === order.length - 1);
      rest -= taken;
      if (taken !== 0n) this.fill(this.standIns(this.below(each.id), row), row, taken);
    });
  }

  private take(commitment: OracleCommitment, row: OracleRow, amount: bigint, takesRest: boolean): bigint {
    let taken = 0n;
    for (const { at, share } of this.parts(commitment, row, amount)) {
      const room = takesRest
        ? share
        : share < 0n
          ? -least(-share, positive(this.drawn(commitment, at)))
          : least(share, positive(commitment.amount - this.drawn(commitment, at)));
      const bounded = commitment.marketplace !== null && row.marketplace && row.stated === null && share > 0n;
      const limit = bounded ? positive((commitment.amount * BigInt(commitment.marketplace)) / 100n - this.drawn(commitment, at, true)) : room;
      const part = bounded ? least(room, limit) : room;
      taken += part;
      if (part !== 0n) this.postings.get(row)?.push({ commitment: commitment.id, at, amount: part, marketplace: row.marketplace });
    }
    return taken;
  }

  /** Drawn in the period, or the interval, that contains `at`. */
  private drawn({ id, interval }: OracleCommitment, at: number, marketplaceOnly = false): bigint {
    const counted = this.standing().filter(
      (each) => each.commitment === id && (interval === null || each.at === at) && (each.marketplace || !marketplaceOnly),
    );
    return counted.reduce((sum, each) => sum + each.amount, 0n);
  }

  /** Where an amount lies in the term: whole at the charge's start, or spread by the second over intervals. */
  private parts({ start, end, interval }: OracleCommitment, row: OracleRow, amount: bigint): readonly { at: number; share: bigint }[] {
    if (interval === null) return row.start >= start && row.start < end ? [{ at: row.start, share: amount }] : [];
    const parts: { at: number; share: bigint }[] = [];
    for (let at = start; at < end; at += interval) {
      const overlap = Math.min(row.end, at + interval) - Math.max(row.start, at);
      if (overlap > 0) parts.push({ at, share: divideHalfEven(amount * BigInt(overlap), BigInt(row.end - row.start)) });
    }
    const last = parts.at(-1);
    // All of it inside: the residue stands in the last interval. Else it goes on with what is outside.
    if (last && row.start >= start && row.end <= end) last.share += parts.reduce((rest, { share }) => rest - share, amount);
    return parts;
  }
}
