import {
  amountFigure,
  type Decimal,
  divideHalfEven,
  excessOver,
  exact,
  type Figure,
  type Fraction,
  indeterminateFigure,
  type Instant,
  isExactQuantity,
  mergeReasons,
  MS_PER_DAY,
  plus,
  type Quantity,
  ratioFigure,
  roundFraction,
  smallerOf,
  undefinedFigure,
  ZERO,
} from '#kernel';

/** What one period's figures are made of. Instants are null where the bound is uncertain. */
export interface UtilizationInput {
  readonly entity: string;
  readonly start: Instant | null;
  readonly end: Instant | null;
  readonly t: Instant;
  readonly committed: Quantity;
  /** D(t). */
  readonly drawn: Quantity;
  /** Drawn within the declared forecast window, which begins at `windowStart` (cut at the period's start). */
  readonly window: { readonly start: Instant | null; readonly drawn: Quantity };
}

/** Figures of arithmetic.md section 5 for a Discontinuous commitment; each is worked out when it is asked for. */
export class BalanceUtilization {
  private kept: Partial<Record<'committed' | 'drawn' | 'remaining' | 'overage' | 'utilization', Figure>> = {};

  constructor(
    readonly input: UtilizationInput,
    private readonly t: Instant = input.t,
  ) {}

  /** The same amounts at another instant: what depends on amounts alone is not worked out again. */
  at(t: Instant): BalanceUtilization {
    const moved = new BalanceUtilization(this.input, t);
    moved.kept = this.kept;
    return moved;
  }

  get committed(): Figure {
    return (this.kept.committed ??= amountFigure(this.input.committed));
  }

  get drawn(): Figure {
    return (this.kept.drawn ??= amountFigure(this.input.drawn));
  }

  get remaining(): Figure {
    return (this.kept.remaining ??= amountFigure(excessOver(this.input.committed, this.input.drawn)));
  }

  get overage(): Figure {
    return (this.kept.overage ??= amountFigure(excessOver(this.input.drawn, this.input.committed)));
  }

  /** D ÷ C; undefined where C is 0. */
  get utilization(): Figure {
    return (this.kept.utilization ??= ratio(this.input.drawn, this.input.committed, this.input.entity));
  }

  /** (t − s) ÷ (e − s), exact to the second. */
  get elapsed(): Figure {
    const span = this.span();
    if (!span) return indeterminateFigure([this.uncertain()]);
    return ratioFigure(roundFraction({ numerator: span.gone, denominator: span.whole }));
  }

  /** U ÷ τ: 1 is on plan; undefined at the period's start. */
  get pace(): Figure {
    const span = this.span();
    if (!span) return indeterminateFigure([this.uncertain()]);
    if (span.gone === 0n) return undefinedFigure(this.input.entity);
    return ratio(this.input.drawn, this.input.committed, this.input.entity, span.whole, span.gone);
  }

  /** D + r × (e − t); undefined at the period's start. */
  get forecast(): Figure {
    const forecast = this.forecastQuantity();
    return 'status' in forecast ? forecast : amountFigure(forecast);
  }

  /** max(0, C − F), from the exact forecast. */
  get projectedShortfall(): Figure {
    const span = this.span();
    if (!span) return indeterminateFigure([this.uncertain()]);
    const { drawn, committed, window } = this.input;
    if (window.start === null) return indeterminateFigure([this.uncertain()]);
    const length = BigInt(span.now - window.start);
    if (length === 0n) return span.left === 0n ? amountFigure(excessOver(committed, drawn)) : undefinedFigure(this.input.entity);
    // Over the common denominator, so that only the result is rounded.
    const scaledForecast = plus(scale(drawn, length), scale(window.drawn, span.left));
    return amountFigure(unscale(excessOver(scale(committed, length), scaledForecast), length));
  }

  /** max(0, C − D) ÷ (e − t) in days; undefined at the period's end. */
  get requiredRate(): Figure {
    const span = this.span();
    if (!span) return indeterminateFigure([this.uncertain()]);
    if (span.left === 0n) return undefinedFigure(this.input.entity);
    return amountFigure(unscale(scale(excessOver(this.input.committed, this.input.drawn), BigInt(MS_PER_DAY)), span.left));
  }

  private forecastQuantity(): Quantity | Figure {
    const span = this.span();
    const { drawn, window } = this.input;
    if (!span || window.start === null) return indeterminateFigure([this.uncertain()]);
    const length = BigInt(span.now - window.start);
    if (span.left === 0n) return drawn;
    if (length === 0n) return undefinedFigure(this.input.entity);
    return unscale(plus(scale(drawn, length), scale(window.drawn, span.left)), length);
  }

  private span(): { now: Instant; gone: bigint; left: bigint; whole: bigint } | null {
    const { start, end } = this.input;
    if (start === null || end === null) return null;
    const now = Math.min(Math.max(this.t, start), end) as Instant;
    return { now, gone: BigInt(now - start), left: BigInt(end - now), whole: BigInt(end - start) };
  }

  private uncertain() {
    return { code: 'PERIOD_UNCERTAIN', entity: this.input.entity };
  }
}

/** One interval of a Continuous commitment. */
export interface IntervalUse {
  readonly committed: Quantity;
  readonly drawn: Quantity;
}

/** Whole intervals that have ended: what is not used in one expires with it. */
export class ContinuousUtilization {
  readonly sums: {
    readonly committed: Quantity;
    readonly drawn: Quantity;
    readonly used: Quantity;
    readonly expired: Quantity;
    readonly overage: Quantity;
  };

  constructor(
    readonly entity: string,
    intervals: Iterable<IntervalUse>,
    private readonly period: {
      /** Whole intervals of the period, ended or not. */
      readonly intervalsTotal: number;
      readonly elapsed: Fraction;
      /** Over the whole period so far, where `intervals` are those of a shorter window. */
      readonly soFar: ContinuousUtilization | null;
    },
  ) {
    let [committed, drawn, used, expired, overage] = [exact(ZERO), exact(ZERO), exact(ZERO), exact(ZERO), exact(ZERO)];
    let ended = 0;
    for (const interval of intervals) {
      ended++;
      committed = plus(committed, interval.committed);
      drawn = plus(drawn, interval.drawn);
      used = plus(used, smallerOf(interval.drawn, interval.committed));
      expired = plus(expired, excessOver(interval.committed, interval.drawn));
      overage = plus(overage, excessOver(interval.drawn, interval.committed));
    }
    this.intervalsEnded = ended;
    this.sums = { committed, drawn, used, expired, overage };
  }

  readonly intervalsEnded: number;

  get intervalsTotal(): number {
    return this.period.intervalsTotal;
  }
  get elapsed(): Figure {
    return ratioFigure(roundFraction(this.period.elapsed));
  }
  get committed(): Figure {
    return amountFigure(this.sums.committed);
  }
  get drawn(): Figure {
    return amountFigure(this.sums.drawn);
  }
  get used(): Figure {
    return amountFigure(this.sums.used);
  }
  get expired(): Figure {
    return amountFigure(this.sums.expired);
  }
  /** What has expired in the period so far, whatever the window. */
  get shortfall(): Figure {
    return (this.period.soFar ?? this).expired;
  }
  get overage(): Figure {
    return amountFigure(this.sums.overage);
  }
  get utilization(): Figure {
    return ratio(this.sums.used, this.sums.committed, this.entity);
  }
}

/** a ÷ b (× m ÷ n) at 18 places. Indeterminate unless the answer is the same for every value that the unknowns can take. */
export function ratio(a: Quantity, b: Quantity, entity: string | null, m = 1n, n = 1n): Figure {
  const provisional = mergeReasons(a.provisional, b.provisional);
  // Of nothing it is undefined, however much was drawn.
  if (isExactQuantity(b) && b.low === ZERO) return undefinedFigure(entity);
  if (isExactQuantity(a) && isExactQuantity(b)) {
    const [numerator, denominator] = [(a.low as bigint) * m, (b.low as bigint) * n];
    return ratioFigure(
      roundFraction(denominator < 0n ? { numerator: -numerator, denominator: -denominator } : { numerator, denominator }),
      provisional,
    );
  }
  // Nothing drawn of something is 0, however much that something is; of nothing it would be undefined.
  if (isExactQuantity(a) && a.low === ZERO && b.low !== null && b.low > ZERO) return ratioFigure(ZERO, provisional);
  return indeterminateFigure(mergeReasons(a.reasons, b.reasons));
}

const scale = (q: Quantity, factor: bigint): Quantity => ({
  ...q,
  low: times(q.low, factor),
  high: times(q.high, factor),
  known: (q.known * factor) as Decimal,
});
const times = (value: Decimal | null, factor: bigint): Decimal | null => (value === null ? null : ((value * factor) as Decimal));
const over = (value: Decimal | null, divisor: bigint): Decimal | null => (value === null ? null : (divideHalfEven(value, divisor) as Decimal));
const unscale = (q: Quantity, divisor: bigint): Quantity => {
  const isExact = isExactQuantity(q);
  const low = over(q.low, divisor);
  // Bounds that differ must not meet by rounding: the value would look certain.
  const high = isExact ? low : over(q.high, divisor);
  return { ...q, low, high: !isExact && high === low && high !== null ? ((high + 1n) as Decimal) : high, known: over(q.known, divisor) as Decimal };
};
