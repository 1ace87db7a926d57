/** What was measured on one side of a figure: numbers by name, with the raw rounds, so that a reader can judge the spread. */
export type Measured = Readonly<Record<string, number | string | readonly number[]>>;

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The bound that the value must keep, e.g. ">= 0.40". */
  readonly reach: string;
  readonly measured: Measured;
  readonly against: Measured;
}

export interface BenchOptions {
  /** Adds the sizes of ten million rows. */
  readonly large: boolean;
}

/** Figures that are measured together, in a process of their own. */
export interface Family {
  readonly figures: readonly string[];
  run(options: BenchOptions, wanted: ReadonlySet<string>): Promise<readonly Figure[]>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] as number;
}

/** Three significant digits: more would only be noise. */
export function round(value: number): number {
  if (value === 0) return 0;
  const step = 10 ** (2 - Math.floor(Math.log10(Math.abs(value))));
  return Math.round(value * step) / step;
}

export interface Side {
  readonly what: string;
  readonly unit: string;
  readonly rounds: readonly number[];
}

const described = ({ what, unit, rounds }: Side): Measured => ({ what, unit, median: round(median(rounds)), rounds: rounds.map(round) });

/** The median of the rounds' ratios: both sides of a round saw the same weather. */
export function ratio(name: string, reach: string, measured: Side, against: Side): Figure {
  const ratios = measured.rounds.map((value, index) => value / (against.rounds[index] as number));
  return {
    name,
    value: round(median(ratios)),
    unit: 'ratio',
    reach,
    measured: { ...described(measured), ratios: ratios.map(round) },
    against: described(against),
  };
}

export const meets = ({ value, reach }: Figure): boolean => {
  const bound = JSON.parse(reach.slice(2)) as number;
  return reach.startsWith('<=') ? value <= bound : value >= bound;
};

/** Runs both sides in turn, the first one alternating, so that neither always meets the warmer machine. */
export async function interleaved(rounds: number, measured: () => Promise<number>, against: () => Promise<number>): Promise<[number[], number[]]> {
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let n = 0; n < rounds; n++) {
    if (n % 2 === 0) ours.push(await measured());
    theirs.push(await against());
    if (n % 2 === 1) ours.push(await measured());
  }
  return [ours, theirs];
}
