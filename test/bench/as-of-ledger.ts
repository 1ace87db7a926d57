import { envelopeText, uuidV5 } from '#event-store';
import { canonicalJson, type Decimal, type Instant, MS_PER_HOUR } from '#kernel';
import { allocationStream } from '#charges';
import { exactPosting } from '../../libs/charges/domain/allocation/balances.js';
import type { Posting } from '../../libs/charges/domain/allocation/decision.js';
import { Random } from '../../libs/charges/generator/index.js';
import { AllocationBuilder } from '../../libs/charges/wire/allocation.wire.js';
import type { Core } from '../../apps/ledger/core.js';
import { spendTerms } from '../support/commitments.js';
import { make } from '../support/core.js';
import { openLedger, SERVED } from './ledger.js';

export const COMMITMENT = 'drawn';
export const BEGIN = Date.UTC(2025, 0, 1) as Instant;
/** Just after the last charge, in the middle of an hour. */
export const NOW = (Date.UTC(2025, 11, 28, 15, 30) + 1) as Instant;
/** Amounts are kept here as whole millionths; the ledger's decimals have eighteen places. */
export const SCALE = 10n ** 12n;

const CHUNK = 1000;
const DELIVERIES = 100;
const NAMESPACE = '6f1f0f5e-3c5b-5d0a-9d5e-7a6c1b0e4f21';

export interface RecordedMoment {
  readonly recorded: string;
  /** The last event recorded by then. */
  readonly position: number;
}

export interface AsOfLedger {
  /** After each run, for inside one the answer is that before it: something to ask about. */
  readonly moments: readonly RecordedMoment[];
  /** What was drawn before `t` as recorded at `position`, by adding up every posting. */
  fold(t: number, position: number): bigint;
  close(): Promise<void>;
}

/** A ledger of one commitment with so many charges, and re-deliveries that changed so many of them, as the allocator would have recorded it. */
export async function asOfLedger(directory: string, charges: number, corrections: number): Promise<AsOfLedger> {
  const { core, close } = await openLedger(directory);
  await make(core, SERVED, COMMITMENT, spendTerms('1000000000'));
  const log = new Log(core, charges, corrections);
  await log.charge();
  await log.correct();
  await core.projector.catchUp();
  return { moments: await momentsOf(core, log.positions.slice(1)), fold: (t, position) => log.fold(t, position), close };
}

async function momentsOf(core: Core, positions: readonly number[]): Promise<readonly RecordedMoment[]> {
  const moments: RecordedMoment[] = [];
  for (const after of positions) {
    const { events } = await core.store.readAll({ after: after - 1, limit: 1 });
    const recorded = events[0]?.metadata['recordedAt'] as string;
    moments.push({ recorded, position: core.entities.positionAt(Date.parse(recorded)) });
  }
  return moments;
}

class Log {
  readonly positions: number[] = [];
  private readonly random = new Random(42);
  /** Parallel to each other: when, how much in millionths, since which position; an undone posting counts negative. */
  private readonly at: Float64Array;
  private readonly amount: BigInt64Array;
  private readonly since: Float64Array;
  private entries = 0;
  private revision = -1;
  private position = 0;

  constructor(
    private readonly core: Core,
    private readonly charges: number,
    private readonly corrections: number,
  ) {
    const size = charges + 2 * corrections;
    [this.at, this.amount, this.since] = [new Float64Array(size), new BigInt64Array(size), new Float64Array(size)];
  }

  /** One delivery: charges spread evenly over the year to now, mostly on the hour. */
  async charge(): Promise<void> {
    const step = (NOW - 1 - BEGIN) / this.charges;
    for (let from = 0; from < this.charges; from += CHUNK) {
      const builder = new AllocationBuilder();
      for (let i = from; i < from + CHUNK; i++) {
        const exact = Math.floor(BEGIN + i * step);
        this.decide(builder, i - from, (i % 100 === 0 ? exact - (exact % 1000) : exact - (exact % MS_PER_HOUR)) as Instant);
      }
      await this.append(builder, { deliveryId: 'd0', chunk: from / CHUNK, final: from + CHUNK >= this.charges });
    }
    this.count(0, 0);
  }

  /** Re-deliveries: each undoes the postings of some rows and posts other amounts. */
  async correct(): Promise<void> {
    const each = this.corrections / DELIVERIES;
    for (let delivery = 1; delivery <= DELIVERIES; delivery++) {
      const first = this.entries;
      const builder = new AllocationBuilder();
      for (let i = 0; i < each; i++) {
        // Row i of each block is corrected once only, so that what is undone stands.
        const row = ((delivery - 1) * each + i) * Math.floor(this.charges / this.corrections);
        const undone = this.posting(this.at[row] as Instant, this.amount[row] as bigint);
        builder.undo({ commitment: COMMITMENT, posting: undone });
        this.note(undone.at, -(this.amount[row] as bigint));
        this.decide(builder, i, undone.at);
      }
      await this.append(builder, { deliveryId: `d${delivery}`, chunk: 0, final: true });
      this.count(first, this.position);
    }
  }

  fold(t: number, position: number): bigint {
    let total = 0n;
    for (let i = 0; i < this.entries; i++) if ((this.at[i] as number) < t && (this.since[i] as number) <= position) total += this.amount[i] as bigint;
    return total;
  }

  private decide(builder: AllocationBuilder, row: number, at: Instant): void {
    const amount = BigInt(this.random.integer(1, 50_000_000));
    builder.decide(row, [{ commitment: COMMITMENT, reason: 'DREW', postings: [this.posting(at, amount)] }]);
    this.note(at, amount);
  }

  private posting = (at: Instant, amount: bigint): Posting => exactPosting(at, (amount * SCALE) as Decimal, false);

  private note(at: Instant, amount: bigint): void {
    this.at[this.entries] = at;
    this.amount[this.entries++] = amount;
  }

  /** Postings of a run count from its first event on. */
  private count(first: number, position: number): void {
    const from = position === 0 ? (this.positions[0] as number) : position;
    this.since.fill(from, first, this.entries);
    if (position !== 0) this.positions.push(position);
    else this.positions.push(this.position);
  }

  private async append(builder: AllocationBuilder, address: { deliveryId: string; chunk: number; final: boolean }): Promise<void> {
    const run = uuidV5(NAMESPACE, address.deliveryId);
    const data = canonicalJson({ ...builder.build(address, null), run, trigger: run });
    const metadata = envelopeText({
      schemaVersion: 1,
      organization: SERVED,
      effectiveAt: null,
      actor: 'bench',
      onBehalfOf: null,
      keyDigest: null,
      correlation: run,
      causation: null,
      ruleVersion: 'allocation-1',
      evidence: [],
    });
    const stream = allocationStream(this.core.ledger, SERVED);
    const outcome = await this.core.store.append([
      {
        stream,
        expected: this.revision < 0 ? 'no-stream' : this.revision,
        events: [{ id: uuidV5(run, `${address.chunk}`), type: 'ChargesAllocated', data, metadata }],
      },
    ]);
    if (!outcome.ok) throw new Error('somebody else writes to the bench');
    this.revision++;
    this.position = outcome.position;
    if (this.positions.length === 0) this.positions.push(outcome.position);
  }
}
