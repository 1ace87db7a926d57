import type { Instant } from '#kernel';

/** The only source of "now". */
export interface Clock {
  now(): Instant;
}

export const systemClock: Clock = { now: () => Date.now() as Instant };

/** A clock that moves only when told to. For tests and for the demo's generator. */
export class SteppedClock implements Clock {
  constructor(private instant: Instant) {}

  now(): Instant {
    return this.instant;
  }

  /** Moves to `instant`; a clock may stand still or go back, as a machine's can. */
  set(instant: Instant): void {
    this.instant = instant;
  }

  advance(ms: number): void {
    this.instant = (this.instant + ms) as Instant;
  }
}
