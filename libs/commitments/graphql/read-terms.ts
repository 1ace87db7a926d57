import { type Decimal, type Mutable, ZERO } from '#kernel';
import { Refusal } from '#platform';
import { type CallContext, readInstant, readPeriod, requireId } from '#platform/graphql';
import { expandRecurring } from '../domain/recurring.js';
import {
  type Amount,
  changedMeasure,
  type Clause,
  DEFAULT_TERMS,
  DIMENSIONS,
  type Eligibility,
  type MeasureChange,
  type NamedChanges,
  type Schedule,
  type Terms,
} from '../domain/terms.js';
import type { ClauseInput, EligibilityInput } from './clause.input.js';
import type { AmountInput, CommitmentTermsInput, ScheduleInput, TrancheAmountInput } from './terms.input.js';

const refuse = (what: string): never => {
  throw new Refusal('INPUT_INVALID', `${what} Nothing was done.`);
};

const isGiven = <T>(part: T): part is NonNullable<T> => part !== undefined && part !== null;

export function readAmount({ value, unknown, atLeast, atMost }: AmountInput): Amount {
  const given = value ?? null;
  if (given !== null && unknown) return refuse('An amount is either known or unknown: give `value` or `unknown`, not both.');
  if (given !== null) return { kind: 'known', value: given };
  if (!unknown) return refuse('An amount without a value must say why: give `unknown`.');
  return { kind: 'unknown', reason: unknown, atLeast: atLeast ?? (ZERO as Decimal), atMost: atMost ?? null };
}

function readSchedule({ tranches, recurring, unknown }: ScheduleInput): Schedule {
  if ([tranches, recurring, unknown].filter(isGiven).length !== 1) return refuse('A schedule is exactly one of `tranches`, `recurring`, `unknown`.');
  if (unknown) return { kind: 'unknown', reason: unknown };
  if (recurring) {
    const { start, every, periods, amounts } = recurring;
    if (amounts.length !== 1 && periods && periods !== amounts.length) return refuse('A ramp has as many amounts as periods.');
    const each = amounts.map(readAmount);
    const first = each[0] ?? refuse('A recurring schedule needs an amount.');
    return {
      kind: 'tranches',
      tranches: expandRecurring({ start, every, amounts: each.length === 1 ? Array.from({ length: periods ?? 1 }, () => first) : each }),
    };
  }
  return {
    kind: 'tranches',
    tranches: (tranches ?? []).map(({ id, start, end, amount }) => ({
      id,
      start: readInstant(start),
      end: end ? readInstant(end) : null,
      amount: readAmount(amount),
    })),
  };
}

function readClause(input: ClauseInput): Clause {
  const dimensions: Record<string, readonly string[]> = {};
  for (const dimension of DIMENSIONS) {
    const values = input[dimension];
    if (values && values.length > 0) dimensions[dimension] = values;
  }
  return { dimensions, tags: (input.tags ?? []).map(({ key, values }) => ({ key, values })) };
}

function readEligibility({ inclusions, exclusions, unknown }: EligibilityInput): Eligibility {
  if (!unknown) return { kind: 'rules', inclusions: inclusions.map(readClause), exclusions: exclusions.map(readClause) };
  return inclusions.length + exclusions.length > 0 ? refuse('Eligibility is either rules or unknown.') : { kind: 'unknown', reason: unknown };
}

const ISO_4217: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** Three letters are an ISO 4217 code or a slip; anything longer is a virtual currency (credits, tokens), spelled as in the files. */
function knownCurrency(currency: string): string {
  if (currency.length === 3 && !ISO_4217.has(currency))
    throw new Refusal(
      'CURRENCY_UNKNOWN',
      `${currency} is no currency code of ISO 4217, such as USD. Nothing was done. Mend the code; a virtual currency has a longer name.`,
    );
  return currency;
}

type ChangeOf<Kind extends MeasureChange['kind']> = Mutable<Extract<MeasureChange, { kind: Kind }>>;

function readMeasure({ category, currency, costColumn, unit, quantityColumn }: CommitmentTermsInput): MeasureChange | undefined {
  const isSpend = isGiven(currency) || isGiven(costColumn);
  const isUsage = isGiven(unit) || isGiven(quantityColumn);
  if (!isSpend && !isUsage) return undefined;
  if ((isSpend && isUsage) || (isGiven(category) && isUsage !== (category === 'Usage')))
    return refuse('Spend is measured by a `costColumn` in a `currency`, Usage by a `quantityColumn` in a `unit`: name the one pair only.');
  if (isUsage) {
    const change: ChangeOf<'quantity'> = { kind: 'quantity' };
    if (isGiven(quantityColumn)) change.column = quantityColumn;
    if (isGiven(unit)) change.unit = unit;
    return change;
  }
  const change: ChangeOf<'cost'> = { kind: 'cost' };
  if (isGiven(costColumn)) change.column = costColumn;
  if (isGiven(currency)) change.currency = knownCurrency(currency);
  return change;
}

/** The fields that an input names. Null clears what can be cleared, and is refused elsewhere. */
export function readChanges(
  input: CommitmentTermsInput,
  amounts: readonly TrancheAmountInput[] | null | undefined,
  context: CallContext,
): NamedChanges {
  const { name, category, model, prepaid, term, schedule, interval, eligibility, priority, parent, reference, marketplace, periodDate } = input;
  const measure = readMeasure(input);
  // Kept with its fact: no longer than what most changes are.
  const changes: Mutable<NamedChanges> = isGiven(name) ? { name } : {};
  if (isGiven(category)) changes.category = category;
  if (isGiven(model)) changes.model = model;
  if (measure) changes.measure = measure;
  if (isGiven(prepaid)) changes.prepaid = prepaid;
  if (term !== undefined) changes.term = term && readPeriod(term);
  if (schedule) changes.schedule = readSchedule(schedule);
  if (interval !== undefined) changes.interval = interval && { unit: interval.unit, count: interval.count };
  if (eligibility) changes.eligibility = readEligibility(eligibility);
  if (isGiven(priority)) changes.priority = priority;
  if (parent !== undefined) changes.parent = parent === null ? null : requireId(context, 'Commitment', parent);
  if (reference) {
    changes.reference = {
      contractCommitments: reference.contractCommitments.map(({ contractId, commitmentId }) => ({ contractId, commitmentId })),
      commitmentDiscountIds: reference.commitmentDiscountIds,
    };
  }
  if (input.purchaseRows) changes.purchaseRows = input.purchaseRows.map(readClause);
  if (input.feeRows) changes.feeRows = input.feeRows.map(readClause);
  if (marketplace !== undefined) changes.marketplace = marketplace && { share: marketplace.share, rows: marketplace.rows.map(readClause) };
  if (isGiven(periodDate)) changes.periodDate = periodDate;
  if (amounts && amounts.length > 0) changes.trancheAmounts = amounts.map(({ tranche, amount }) => ({ id: tranche, amount: readAmount(amount) }));
  return changes;
}

/** All terms of a new commitment: what the input leaves out has a default, or is refused. */
export function readTerms(input: CommitmentTermsInput, context: CallContext): Terms {
  const changes = readChanges(input, null, context);
  const { name, schedule } = changes;
  if (name === undefined) return refuse('A commitment needs a `name`.');
  if (schedule === undefined) return refuse('A commitment needs a `schedule`; one that is not known says so with `unknown`.');
  const measure = changes.measure && changedMeasure(changes.measure, null);
  if (!measure) return refuse('A commitment needs a `currency` (Spend) or a `unit` (Usage).');
  return {
    ...DEFAULT_TERMS,
    category: measure.kind === 'cost' ? 'Spend' : 'Usage',
    ...changes,
    name,
    schedule,
    measure,
  };
}

/** Worth a second look: with no inclusion that names a provider, charges of every provider draw. */
export const warningsOf = ({ eligibility }: Terms): readonly string[] =>
  eligibility.kind === 'rules' && (eligibility.inclusions.length === 0 || eligibility.inclusions.some(({ dimensions }) => !dimensions.provider))
    ? ['ELIGIBILITY_ADMITS_EVERY_PROVIDER']
    : [];
