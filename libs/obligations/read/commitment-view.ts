import { type Drawdown, isFine, LEVELS, NOTHING, type PostingsAt, type Drawn } from '#charges';
import {
  changePoints,
  evidencePoints,
  intervalIndex,
  intervalStart,
  isDisputed,
  type Lifecycle,
  type MadeCommitment,
  type Terms,
  termsAt,
} from '#commitments/domain';
import {
  type Decimal,
  exact,
  type Instant,
  LATEST,
  mergeReasons,
  MS_PER_HOUR,
  type Quantity,
  type Reason,
  startOfDay,
  startOfHour,
  unknownBetween,
  ZERO,
} from '#kernel';
import type { Entity } from '#read-store';
import { lifecycleAt } from '../domain/lifecycle.js';
import { amountAt, type CommitmentPeriod, eitherOf, periodsContaining, periodsOf } from '../domain/periods.js';
import { BalanceUtilization, ContinuousUtilization, type IntervalUse } from '../domain/utilization.js';

export interface PeriodFigures {
  readonly period: CommitmentPeriod;
  readonly balance: BalanceUtilization | null;
  readonly continuous: ContinuousUtilization | null;
}

interface Stable {
  readonly from: Instant;
  /** Looked up when another instant is asked about: most past ones are asked about once. */
  until: Instant | null;
  readonly end: Instant;
  readonly figures: PeriodFigures | null;
  lifecycle?: Lifecycle | null;
}

/** One commitment as recorded at one position: answers for any t. What does not change between two dates is kept. */
export class CommitmentView {
  /** Opaque id of its node, once it was made: a list asks for it again and again. */
  nodeId: string | null = null;
  private stable: Stable | null = null;
  private shown: { readonly from: Instant; readonly until: Instant; readonly terms: Terms } | null = null;

  constructor(
    readonly entity: Entity,
    readonly commitment: MadeCommitment,
    private readonly drawdown: Drawdown,
    private readonly postings: PostingsAt,
  ) {}

  get id(): string {
    return this.commitment.commitmentId;
  }

  disputed(t: Instant): boolean {
    return isDisputed(this.commitment, t);
  }

  /** The terms to show at `t`; of several that may be in force the latest recorded. Kept until the terms may change. */
  termsFor(t: Instant): Terms {
    const kept = this.shown;
    if (kept && kept.from <= t && t < kept.until) return kept.terms;
    const terms = termsAt(this.commitment, t).variants.at(-1)?.terms ?? this.commitment.final;
    this.shown = { from: t, until: changePoints(this.commitment).find((point) => point > t) ?? LATEST, terms };
    return terms;
  }

  /** The period that contains `t`; several where that is uncertain; none in a gap. */
  current(t: Instant): { readonly periods: readonly CommitmentPeriod[]; readonly certain: boolean } {
    return periodsContaining(this.commitment, t);
  }

  periods(t: Instant): readonly CommitmentPeriod[] {
    return periodsOf(this.termsFor(t));
  }

  /** FOCUS lifecycle at `t`; what remains matters in the last period only. Kept with the figures. */
  lifecycle(t: Instant): Lifecycle | null {
    const kept = this.stableAt(t);
    if (kept?.lifecycle !== undefined) return kept.lifecycle;
    const figures = this.figures(t);
    const isLast = figures !== null && figures.period.id === this.periods(t).at(-1)?.id;
    const lifecycle = lifecycleAt(this.commitment, t, isLast ? (figures.balance?.remaining ?? null) : null);
    const stable = this.stableAt(t);
    if (stable) stable.lifecycle = lifecycle;
    return lifecycle;
  }

  /** Figures of the period that contains `t` for the default forecast window; kept while neither terms nor postings move. */
  figures(t: Instant): PeriodFigures | null {
    const kept = this.stableAt(t);
    if (kept?.figures?.balance) return { ...kept.figures, balance: kept.figures.balance.at(t) };
    const { periods, certain } = this.current(t);
    const period = periods[0];
    const figures = period ? (certain ? this.figuresOf(period, t, null) : this.uncertainFigures(periods, t)) : null;
    if (period && certain && period.end !== null) this.stable = { from: t, until: null, end: period.end, figures };
    return figures;
  }

  /** As `figures`, with a declared forecast window. */
  figuresWithin(t: Instant, windowMs: number): PeriodFigures | null {
    const { periods, certain } = this.current(t);
    const period = periods[0];
    if (!period) return null;
    return certain ? this.figuresOf(period, t, windowMs) : this.uncertainFigures(periods, t);
  }

  /** Figures of a period that `periods` lists. Versions of the terms that may be in force at `t` may bound it otherwise, or lack it. */
  figuresOfListed(period: CommitmentPeriod, t: Instant, windowMs: number | null): PeriodFigures {
    const { variants } = termsAt(this.commitment, t);
    if (variants.length === 1) return this.figuresOf(period, t, windowMs);
    const versions = variants.flatMap(({ terms }) => periodsOf(terms).find(({ id }) => id === period.id) ?? []);
    const agree = versions.length === variants.length && versions.every(({ start, end }) => start === period.start && end === period.end);
    return agree ? this.figuresOf(period, t, windowMs) : this.uncertainFigures(versions, t, versions.length < variants.length);
  }

  /** Inside an uncertainty: what every period that may contain `t` agrees on stands, the rest is indeterminate. */
  private uncertainFigures(periods: readonly CommitmentPeriod[], t: Instant, mayBeNone = periods.length === 1): PeriodFigures {
    const each = periods.map((period) => this.figuresOf(period, t, null).balance?.input);
    const reasons: readonly Reason[] = [{ code: 'PERIOD_UNCERTAIN', entity: this.id }];
    const nothing = unknownBetween(ZERO, null, ZERO, reasons);
    const either = eitherOf(this.id);
    const combine = (of: 'committed' | 'drawn'): Quantity => {
      const quantities = each.map((input) => input?.[of] ?? nothing);
      const all = quantities.reduce(either);
      // A period that may not have begun yet, or may not be: its amount may not be committed at all.
      const combined = mayBeNone ? either(all, unknownBetween(ZERO, ZERO, ZERO, reasons)) : all;
      return { ...combined, reasons: mergeReasons(combined.reasons, reasons) };
    };
    const drawn = combine('drawn');
    const input = { entity: this.id, start: null, end: null, t, committed: combine('committed'), drawn, window: { start: null, drawn } };
    return { period: periods[0] as CommitmentPeriod, balance: new BalanceUtilization(input), continuous: null };
  }

  /** Figures of one period at `t` (clamped to it). `windowMs`: the declared forecast window; null: the whole period so far. */
  figuresOf(period: CommitmentPeriod, t: Instant, windowMs: number | null): PeriodFigures {
    if (period.terms.model === 'Continuous') return { period, balance: null, continuous: this.continuous(period, t, windowMs) };
    const { start, end } = period;
    const from = start ?? ((period.bounds.start.notBefore ?? 0) as Instant);
    const until = end ?? period.bounds.end?.notAfter ?? LATEST;
    const now = Math.min(Math.max(t, from), until) as Instant;
    const drawn = this.drawn(from, now);
    const windowStart = start === null ? null : windowMs === null ? start : (Math.max(start, now - windowMs) as Instant);
    const balance = new BalanceUtilization({
      entity: this.id,
      start,
      end,
      t,
      committed: amountAt(this.commitment, period, t),
      drawn,
      window: { start: windowStart, drawn: windowStart === null || windowStart === start ? drawn : this.drawn(windowStart, now) },
    });
    return { period, balance, continuous: null };
  }

  /** What postings dated in [from, to) draw. */
  drawn(from: Instant, to: Instant): Quantity {
    const drawn = this.drawdown.between(from, to);
    return this.quantity(isFine(this.commitment.final) ? this.withUnsplit(drawn, from, to) : drawn);
  }

  /** A charge over too many intervals to be split stands in every day that it touches: what is unknown there may be any interval's. */
  private withUnsplit(drawn: Drawn, from: Instant, to: Instant): Drawn {
    const { low, high, openUp, openDown } = this.drawdown.between(startOfDay(from), to);
    return { ...drawn, low, high, openUp, openDown };
  }

  private quantity(drawn: Drawn): Quantity {
    const provisional: readonly Reason[] = this.postings.pending ? [{ code: 'ALLOCATION_PENDING', entity: this.id }] : [];
    const { certain, low, high, openUp, openDown } = drawn;
    if (low === 0n && high === 0n && openUp === 0 && openDown === 0)
      return provisional.length === 0 ? exact(certain) : { ...exact(certain), provisional };
    return {
      low: openDown > 0 ? null : ((certain + low) as Decimal),
      high: openUp > 0 ? null : ((certain + high) as Decimal),
      known: certain,
      reasons: [{ code: 'POSTINGS_UNKNOWN', entity: this.id }],
      provisional,
    };
  }

  /** Intervals that lie whole in the period and in the declared window, and have ended by `t`; what is left of a cut one at its end is none. */
  private continuous(period: CommitmentPeriod, t: Instant, windowMs: number | null): ContinuousUtilization | null {
    const { interval } = period.terms;
    const { start, end } = period;
    if (!interval || start === null || end === null) return null;
    const now = Math.min(Math.max(t, start), end) as Instant;
    const windowStart = Math.max(start, windowMs === null ? start : now - windowMs) as Instant;
    const containing = intervalIndex(start, interval, windowStart);
    const first = intervalStart(start, interval, containing) < windowStart ? containing + 1 : containing;
    const ended = intervalIndex(start, interval, now);
    const drawnIn = this.intervalDraws(period, windowStart, now);
    const uses = function* (this: CommitmentView): Iterable<IntervalUse> {
      let amount: { readonly until: Instant; readonly value: Quantity } | null = null;
      for (let index = first; index < ended; index++) {
        const [from, to] = [intervalStart(start, interval, index), intervalStart(start, interval, index + 1)];
        // The amount in force at the interval's last instant; it changes only where the terms do.
        if (!amount || to > amount.until) amount = { until: this.nextChange(to), value: amountAt(this.commitment, { ...period, end: to }, to, t) };
        yield { committed: amount.value, drawn: this.quantity(drawnIn(from, to)) };
      }
    };
    return new ContinuousUtilization(this.id, uses.call(this), {
      intervalsTotal: intervalIndex(start, interval, end),
      elapsed: { numerator: BigInt(now - start), denominator: BigInt(end - start) },
      soFar: windowStart === start ? null : this.continuous(period, t, null),
    });
  }

  /** Postings of a Continuous commitment stand at the starts of its intervals: whole hours are read in one pass, others one by one. */
  private intervalDraws({ start, terms }: CommitmentPeriod, from: Instant, to: Instant): (from: Instant, to: Instant) => Drawn {
    const hourly = terms.interval?.unit === 'hour' && terms.interval.count === 1 && start !== null && startOfHour(start) === start;
    if (isFine(this.commitment.final)) return this.fineDraws(from, to);
    if (!hourly) return (a, b) => this.drawdown.between(a, b);
    const cells = this.drawdown.cells(LEVELS.hour, from, (to + MS_PER_HOUR) as Instant);
    return (a) => cells.get(a) ?? NOTHING;
  }

  /** So many intervals that only those in hours with postings are looked up: in the others nothing stands but what is unknown of the day. */
  private fineDraws(from: Instant, to: Instant): (from: Instant, to: Instant) => Drawn {
    const posted = this.drawdown.cells(LEVELS.hour, startOfHour(from), to);
    let empty: { readonly hour: Instant; readonly day: Instant; readonly drawn: Drawn } | null = null;
    return (a, b) => {
      for (let hour = startOfHour(a); hour < b; hour = (hour + MS_PER_HOUR) as Instant)
        if (posted.has(hour)) return this.withUnsplit(this.drawdown.between(a, b), a, b);
      const [hour, day] = [startOfHour((b - 1) as Instant), startOfDay(a)];
      if (empty?.hour !== hour || empty.day !== day) empty = { hour, day, drawn: this.withUnsplit(NOTHING, a, b) };
      return empty.drawn;
    };
  }

  private nextChange(t: Instant): Instant {
    return changePoints(this.commitment).find((point) => point >= t) ?? LATEST;
  }

  private stableAt(t: Instant): Stable | null {
    const kept = this.stable;
    if (!kept || t < kept.from) return null;
    return t === kept.from || t < (kept.until ??= this.steadyUntil(kept.from, kept.end)) ? kept : null;
  }

  private steadyUntil(t: Instant, end: Instant): Instant {
    const change = changePoints(this.commitment).find((point) => point > t) ?? LATEST;
    const posting = this.drawdown.nextPosting(t) ?? LATEST;
    const evidence = evidencePoints(this.commitment).filter((point) => point > t);
    return Math.min(change, posting, end, ...evidence) as Instant;
  }
}
