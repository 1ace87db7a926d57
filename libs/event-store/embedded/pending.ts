import type { AppendOutcome, StreamWrite } from '../port.js';

/** An append that waits for its commit. */
export interface Pending {
  readonly writes: readonly StreamWrite[];
  settle(outcome: AppendOutcome | Error): void;
}

/** Answered with a promise of its own. */
export class Single implements Pending {
  constructor(
    readonly writes: readonly StreamWrite[],
    private readonly resolve: (outcome: AppendOutcome) => void,
    private readonly reject: (fault: Error) => void,
  ) {}

  settle(outcome: AppendOutcome | Error): void {
    if (outcome instanceof Error) this.reject(outcome);
    else this.resolve(outcome);
  }
}

/** Those that one promise answers, when the last of them is settled: one for each is a tenth of what an append costs. */
export class Several {
  readonly parts: readonly Pending[];
  private readonly outcomes: (AppendOutcome | Error)[] = [];
  private open: number;

  constructor(
    appends: readonly (readonly StreamWrite[])[],
    private readonly resolve: (outcomes: readonly (AppendOutcome | Error)[]) => void,
  ) {
    this.open = appends.length;
    this.parts = appends.map((writes, index) => new Part(writes, this, index));
  }

  settle(index: number, outcome: AppendOutcome | Error): void {
    this.outcomes[index] = outcome;
    if (--this.open === 0) this.resolve(this.outcomes);
  }
}

class Part implements Pending {
  constructor(
    readonly writes: readonly StreamWrite[],
    private readonly of: Several,
    private readonly index: number,
  ) {}

  settle(outcome: AppendOutcome | Error): void {
    this.of.settle(this.index, outcome);
  }
}
