import { formatDecimal, formatInstant, type Instant, type JsonObject, parseDecimal, parseInstant, ZERO } from '#kernel';
import type { CoverageDelta } from '../domain/allocation/coverage.js';
import type { Decision, Entry, Posting, ReasonCode } from '../domain/allocation/decision.js';

/** One commitment's part of a pattern: which commitment (index from 1; absent: none), why, and how many postings a row has there. */
interface StoredEntry {
  readonly commitment?: number;
  readonly reason: ReasonCode;
  readonly postings?: number;
  /** Index into `stated`, for an unallocated posting. */
  readonly stated?: number;
}

interface StoredMargin {
  readonly posting: number;
  readonly low?: string;
  readonly high?: string;
  readonly open?: number;
}

/** Totals of postings undone: a reversal, or the old side of a re-allocation. */
export interface Undone {
  readonly commitment: string;
  readonly posting: Posting;
}

export interface StoredAllocation {
  /** Delivery and chunk whose rows are decided; absent where an event only undoes. */
  readonly deliveryId?: string;
  readonly chunk?: number;
  readonly run: string;
  readonly trigger: string;
  /** The run is complete with this event: its postings count from here. */
  readonly final?: boolean;
  readonly commitments?: readonly string[];
  readonly instants?: readonly string[];
  readonly stated?: readonly { readonly contractId: string; readonly commitmentId: string }[];
  readonly patterns?: readonly { readonly entries?: readonly StoredEntry[] }[];
  /** Rows decided, by index in the chunk; absent: every row, in order. */
  readonly rows?: readonly number[];
  /** Pattern of each row decided. */
  readonly decided?: readonly number[];
  /** Certain amount of each posting, row by row, entry by entry. */
  readonly amounts?: readonly string[];
  /** Date of each posting, as an index into `instants`. */
  readonly at?: readonly number[];
  /** Postings that count against a marketplace share. */
  readonly marketplace?: readonly number[];
  readonly margins?: readonly StoredMargin[];
  readonly undone?: readonly {
    readonly commitment: number;
    readonly at: number;
    readonly amount?: string;
    readonly low?: string;
    readonly high?: string;
    readonly open?: number;
    readonly marketplace?: string;
  }[];
  readonly coverage?: readonly {
    readonly provider?: string;
    readonly currency: string;
    readonly column: string;
    readonly hour: number;
    readonly usage?: string;
    readonly covered?: string;
    readonly low?: string;
    readonly high?: string;
  }[];
}

/** Collects the decisions of one chunk into the stored form. Rows come in the order of the chunk. */
export class AllocationBuilder {
  private readonly commitments = new Dictionary();
  private readonly instants = new Dictionary();
  private readonly stated = new Dictionary();
  private readonly patterns = new Map<string, number>();
  private readonly patternList: { entries: StoredEntry[] }[] = [];
  private readonly rows: number[] = [];
  private readonly decided: number[] = [];
  private readonly amounts: string[] = [];
  private readonly at: number[] = [];
  private readonly marketplace: number[] = [];
  private readonly margins: StoredMargin[] = [];
  private readonly undoneList: NonNullable<StoredAllocation['undone']>[number][] = [];
  private readonly coverageList: NonNullable<StoredAllocation['coverage']>[number][] = [];

  get size(): number {
    return this.decided.length + this.undoneList.length;
  }

  decide(row: number, decision: Decision): void {
    let key = '';
    for (const { commitment, reason, postings, stated } of decision) {
      key += `${commitment ?? ''}|${reason}|${postings.length}|${stated ? JSON.stringify(stated) : ''};`;
      for (const posting of postings) this.post(posting);
    }
    let pattern = this.patterns.get(key);
    if (pattern === undefined) {
      this.patterns.set(key, (pattern = this.patternList.length));
      this.patternList.push({ entries: decision.map((entry) => this.entry(entry)) });
    }
    this.rows.push(row);
    this.decided.push(pattern);
  }

  undo({ commitment, posting }: Undone): void {
    this.undoneList.push({
      commitment: this.commitments.of(commitment),
      at: this.instants.of(formatInstant(posting.at)) - 1,
      ...spellMargin(posting),
      ...(posting.certain === ZERO ? {} : { amount: formatDecimal(posting.certain) }),
      ...(posting.marketplace === ZERO ? {} : { marketplace: formatDecimal(posting.marketplace) }),
    });
  }

  cover({ provider, currency, column, hour, usage, covered, low = ZERO, high = ZERO }: CoverageDelta): void {
    this.coverageList.push({
      ...(provider === null ? {} : { provider }),
      currency,
      column,
      hour: this.instants.of(formatInstant(hour)) - 1,
      ...(usage === ZERO ? {} : { usage: formatDecimal(usage) }),
      ...(covered === ZERO ? {} : { covered: formatDecimal(covered) }),
      ...(low === ZERO ? {} : { low: formatDecimal(low) }),
      ...(high === ZERO ? {} : { high: formatDecimal(high) }),
    });
  }

  build(common: Pick<StoredAllocation, 'deliveryId' | 'chunk' | 'final'>, chunkRows: number | null): JsonObject {
    const everyRow = chunkRows !== null && this.rows.length === chunkRows;
    const some = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined);
    return {
      ...common,
      commitments: some(this.commitments.values),
      instants: some(this.instants.values),
      stated: some(this.stated.values.map((text) => JSON.parse(text) as JsonObject)),
      patterns: some(this.patternList) as never,
      rows: everyRow ? undefined : some(this.rows),
      decided: some(this.decided),
      amounts: some(this.amounts),
      at: some(this.at),
      marketplace: some(this.marketplace),
      margins: some(this.margins) as never,
      undone: some(this.undoneList) as never,
      coverage: some(this.coverageList) as never,
    };
  }

  private entry({ commitment, reason, postings, stated }: Entry): StoredEntry {
    return {
      ...(commitment === null ? {} : { commitment: this.commitments.of(commitment) }),
      reason,
      ...(postings.length === 0 ? {} : { postings: postings.length }),
      ...(stated ? { stated: this.stated.of(JSON.stringify(stated)) - 1 } : {}),
    };
  }

  private post(posting: Posting): void {
    const index = this.amounts.length;
    this.amounts.push(formatDecimal(posting.certain));
    this.at.push(this.instants.of(formatInstantCached(posting.at)) - 1);
    if (posting.marketplace !== ZERO) this.marketplace.push(index);
    if (posting.low !== ZERO || posting.high !== ZERO || posting.open !== 0) this.margins.push({ posting: index, ...spellMargin(posting) });
  }
}

const spellMargin = ({ low, high, open }: Posting) => ({
  ...(low === ZERO ? {} : { low: formatDecimal(low) }),
  ...(high === ZERO ? {} : { high: formatDecimal(high) }),
  ...(open === 0 ? {} : { open }),
});

// Rows come in order of time, so the same instant is spelled again and again.
let lastInstant: Instant | null = null;
let lastSpelling = '';
function formatInstantCached(instant: Instant): string {
  if (instant !== lastInstant) {
    lastSpelling = formatInstant(instant);
    lastInstant = instant;
  }
  return lastSpelling;
}

/** Text → number from 1, in order of first use. */
class Dictionary {
  readonly values: string[] = [];
  private readonly numbers = new Map<string, number>();

  of(value: string): number {
    let number = this.numbers.get(value);
    if (number === undefined) {
      this.values.push(value);
      this.numbers.set(value, (number = this.values.length));
    }
    return number;
  }
}

/** The stored form, read back. */
export class AllocationReader {
  private readonly offsets: readonly number[];
  private readonly marketplace: ReadonlySet<number>;
  private readonly margins: ReadonlyMap<number, StoredMargin>;
  private readonly rowIndex: ReadonlyMap<number, number> | null;
  private readonly times: readonly Instant[];

  constructor(readonly data: StoredAllocation) {
    let offset = 0;
    const perPattern = (data.patterns ?? []).map(({ entries = [] }) => entries.reduce((n, entry) => n + (entry.postings ?? 0), 0));
    this.offsets = (data.decided ?? []).map((pattern) => {
      const start = offset;
      offset += perPattern[pattern] as number;
      return start;
    });
    this.marketplace = new Set(data.marketplace ?? []);
    this.margins = new Map((data.margins ?? []).map((margin) => [margin.posting, margin]));
    this.rowIndex = data.rows ? new Map(data.rows.map((row, index) => [row, index])) : null;
    this.times = (data.instants ?? []).map(parseInstant);
  }

  /** Rows decided, as indexes into the chunk. */
  get rows(): readonly number[] {
    return this.data.rows ?? (this.data.decided ?? []).map((_, index) => index);
  }

  has(row: number): boolean {
    return this.rowIndex ? this.rowIndex.has(row) : row < (this.data.decided?.length ?? 0);
  }

  decision(row: number): Decision | null {
    const index = this.rowIndex ? this.rowIndex.get(row) : row;
    const pattern = index === undefined ? undefined : this.data.decided?.[index];
    if (index === undefined || pattern === undefined) return null;
    let next = this.offsets[index] as number;
    return (this.data.patterns?.[pattern]?.entries ?? []).map((entry): Entry => {
      const postings = Array.from({ length: entry.postings ?? 0 }, () => this.posting(next++));
      const stated = entry.stated === undefined ? undefined : this.data.stated?.[entry.stated];
      const commitment = entry.commitment === undefined ? null : (this.data.commitments?.[entry.commitment - 1] as string);
      return { commitment, reason: entry.reason, postings, ...(stated ? { stated } : {}) };
    });
  }

  /** Every posting on a commitment, without building decisions: for running totals. */
  forEachPosting(visit: (commitment: string, posting: Posting) => void): void {
    const { decided = [], patterns = [], commitments = [] } = this.data;
    let next = 0;
    for (const pattern of decided) {
      for (const { commitment, postings = 0 } of patterns[pattern]?.entries ?? []) {
        for (let i = 0; i < postings; i++) {
          const posting = this.posting(next++);
          if (commitment !== undefined) visit(commitments[commitment - 1] as string, posting);
        }
      }
    }
  }

  get undone(): readonly Undone[] {
    return (this.data.undone ?? []).map(({ commitment, at, amount = '0', low = '0', high = '0', open = 0, marketplace = '0' }) => ({
      commitment: this.data.commitments?.[commitment - 1] as string,
      posting: {
        at: this.times[at] as Instant,
        certain: parseDecimal(amount),
        low: parseDecimal(low),
        high: parseDecimal(high),
        open: open as -1 | 0 | 1,
        marketplace: parseDecimal(marketplace),
      },
    }));
  }

  get coverage(): readonly CoverageDelta[] {
    return (this.data.coverage ?? []).map(({ provider = null, currency, column, hour, usage = '0', covered = '0', low, high }) => ({
      provider,
      currency,
      column,
      hour: this.times[hour] as Instant,
      usage: parseDecimal(usage),
      covered: parseDecimal(covered),
      ...(low === undefined ? {} : { low: parseDecimal(low) }),
      ...(high === undefined ? {} : { high: parseDecimal(high) }),
    }));
  }

  private posting(index: number): Posting {
    const certain = parseDecimal(this.data.amounts?.[index] as string);
    const margin = this.margins.get(index);
    return {
      at: this.times[this.data.at?.[index] as number] as Instant,
      certain,
      low: margin?.low === undefined ? ZERO : parseDecimal(margin.low),
      high: margin?.high === undefined ? ZERO : parseDecimal(margin.high),
      open: (margin?.open ?? 0) as -1 | 0 | 1,
      marketplace: this.marketplace.has(index) ? certain : ZERO,
    };
  }
}
