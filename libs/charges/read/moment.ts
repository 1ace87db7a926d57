import { isSettled, type PostingsAt, postingsAt } from './drawdown.js';
import { type Instant, PairCache } from '#kernel';
import { type Entities, type ReadModels, Remembered } from '#read-store';

/** Where an answer stands on both axes. */
export interface Moment {
  readonly organization: string;
  /** t: what is asked about. */
  readonly effective: Instant;
  /** The prefix of the total order that counts. */
  readonly position: number;
  /** As asked, or the moment of asking. */
  readonly recorded: Instant;
  /** Postings are read at this position; pending: some that belong to `position` are still to come. */
  readonly postings: PostingsAt;
  /** How far the read models are behind the clock of the asker, in milliseconds; 0 when everything stored is read. */
  readonly lagMs: number;
}

export interface AsOf {
  readonly effective?: Instant | null;
  readonly recorded?: Instant | null;
  /** Instead of `recorded`: an exact position, from a consistency token. */
  readonly position?: number | null;
}

export class NotVisibleYet extends Error {
  constructor(readonly waitedMs: number) {
    super(`the read models did not reach the position within ${waitedMs} ms`);
    this.name = 'NotVisibleYet';
  }
}

const WAIT_MAX_MS = 5_000;
const READ_MAX = 10_000;

/** Turns `asOf` and `atLeast` into a moment; waits, bounded, until what the token names is visible. */
export class Moments {
  private readonly read: Remembered<PairCache<PostingsAt>>;

  constructor(
    private readonly entities: Entities,
    private readonly projector: ReadModels,
    private readonly clock: { now(): Instant },
  ) {
    this.read = new Remembered(entities.database, () => new PairCache(READ_MAX));
  }

  /** @throws NotVisibleYet */
  async reach(organization: string, atLeast: number): Promise<void> {
    if (!(await this.projector.waitFor(() => this.isVisible(organization, atLeast), WAIT_MAX_MS))) throw new NotVisibleYet(WAIT_MAX_MS);
  }

  /** Projected, and allocated as far as it moves any posting. */
  isVisible(organization: string, position: number): boolean {
    return (this.projector.position ?? 0) >= position && isSettled(this.entities.database, organization, position);
  }

  at(organization: string, asOf: AsOf = {}): Moment {
    const now = this.clock.now();
    const last = this.projector.position ?? 0;
    const asked = asOf.position ?? (asOf.recorded === undefined || asOf.recorded === null ? last : this.entities.positionAt(asOf.recorded));
    const position = Math.min(asked, last);
    return {
      organization,
      effective: asOf.effective ?? now,
      position,
      recorded: asOf.recorded ?? now,
      postings: this.postings(organization, position),
      lagMs: this.projector.lagMs,
    };
  }

  /** What is projected up to a position never changes what postings are read there. */
  private postings(organization: string, position: number): PostingsAt {
    const read = this.read.current;
    const key = `${position}`;
    return read.get(organization, key) ?? read.add(organization, key, postingsAt(this.entities.database, organization, position));
  }
}
