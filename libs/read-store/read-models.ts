import type { EventStore, Position } from '#event-store';

const CATCH_UP_MS = 600_000;

/** The read models do not reach what is stored: the log or the disk is in trouble. */
export class ProjectionFault extends Error {
  constructor(
    readonly head: Position,
    readonly position: Position | null,
  ) {
    super(
      `the read models stand at ${position ?? 'nothing'} and do not reach ${head}. Nothing was decided by them. Is the store in reach, the disk full? Try again. [READ-101]`,
    );
    this.name = 'ProjectionFault';
  }
}

/** The kinds of the streams that some events came from; null where that is not known. */
export type Kinds = ReadonlySet<string> | null;

/** How far the read models are, and who waits for them: the same whether they are filled in this thread or in another. */
export abstract class ReadModels {
  private readonly waiters = new Set<{ readonly until: () => boolean; readonly resolve: () => void }>();
  protected behindSince: number | null = null;
  private readonly versions = new Map<string, number>();
  private all = 0;

  constructor(
    private readonly log: Pick<EventStore, 'head'>,
    protected readonly clock: { now(): number },
  ) {}

  /** The last event projected. */
  abstract get position(): Position | null;

  /** Follows the log from now on. */
  abstract start(): void;

  /** Looks for new events now. */
  abstract wake(): void;

  /** The database was changed for another generation: it goes on from that one's checkpoint. */
  abstract reopened(): void;

  abstract close(): Promise<void>;

  /** How long events have waited that are stored and not projected yet, in milliseconds; 0 when there are none. */
  get lagMs(): number {
    return this.behindSince === null ? 0 : Math.max(0, this.clock.now() - this.behindSince);
  }

  /** Resolves when everything stored by now is projected. @throws ProjectionFault when that takes too long */
  async catchUp(): Promise<void> {
    const head = await this.log.head();
    if (head === null) return;
    // What reads the models next decides by them, so being nearly there is not enough, also not after a fault in between.
    if (!(await this.waitFor(() => (this.position ?? -1) >= head, CATCH_UP_MS))) throw new ProjectionFault(head, this.position);
  }

  /** Resolves true once `until` holds, false after `timeoutMs`. It is asked after every batch. */
  async waitFor(until: () => boolean, timeoutMs: number): Promise<boolean> {
    if (until()) return true;
    return new Promise((resolve) => {
      const waiter = {
        until,
        resolve: (): void => {
          clearTimeout(timer);
          this.waiters.delete(waiter);
          resolve(true);
        },
      };
      const timer = setTimeout(() => {
        this.waiters.delete(waiter);
        resolve(false);
      }, timeoutMs);
      this.waiters.add(waiter);
      // Looking for new events may find at once that another process has projected them.
      this.wake();
    });
  }

  protected get isAwaited(): boolean {
    return this.waiters.size > 0;
  }

  /** Rises whenever an event of such a stream was projected: what was remembered of them is to be read again. */
  versionOf(kind: string): number {
    return this.all + (this.versions.get(kind) ?? 0);
  }

  /** Events of these kinds of streams were projected; null: of any. Asks all waiters again. */
  protected moved(kinds: Kinds): void {
    if (kinds === null) this.all++;
    else for (const kind of kinds) this.versions.set(kind, (this.versions.get(kind) ?? 0) + 1);
    for (const waiter of this.waiters) if (waiter.until()) waiter.resolve();
  }
}
