import type { Instant } from '#kernel';
import { type Clock, systemClock } from '#platform';

/** Stands at the days of the demo's year while its facts are recorded; then it is the machine's own. */
export class DemoClock implements Clock {
  private stepped: Instant | null = null;

  now(): Instant {
    return this.stepped ?? systemClock.now();
  }

  set(instant: Instant): void {
    this.stepped = instant;
  }

  release(): void {
    this.stepped = null;
  }
}
