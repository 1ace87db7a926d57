import { decimalFromJson, decimalToJson, periodFromJson, periodToJson } from '#event-schema';
import type { Json, JsonObject } from '#kernel';
import type {
  Amount,
  Clause,
  Dimension,
  Eligibility,
  Interval,
  MarketplaceLimit,
  Measure,
  ProviderReference,
  Schedule,
  TermChanges,
  Tranche,
} from '../domain/terms.js';
import { DIMENSIONS } from '../domain/terms.js';

export function amountToJson(amount: Amount): JsonObject {
  if (amount.kind === 'known') return { known: decimalToJson(amount.value) };
  const { reason, atLeast, atMost } = amount;
  return { unknown: { reason, atLeast: decimalToJson(atLeast), atMost: atMost === null ? undefined : decimalToJson(atMost) } };
}

export function amountFromJson(json: Json | undefined): Amount {
  const { known, unknown } = json as { known?: string; unknown?: { reason: string; atLeast?: string; atMost?: string } };
  if (known !== undefined) return { kind: 'known', value: decimalFromJson(known) };
  const { reason = '', atLeast = '0', atMost } = unknown ?? { reason: '' };
  return { kind: 'unknown', reason, atLeast: decimalFromJson(atLeast), atMost: atMost === undefined ? null : decimalFromJson(atMost) };
}

const clauseToJson = ({ dimensions, tags }: Clause): JsonObject => ({
  dimensions: DIMENSIONS.flatMap((dimension) => (dimensions[dimension] ? [{ dimension, values: dimensions[dimension] }] : [])),
  tags: tags.map(({ key, values }) => ({ key, values })),
});

function clauseFromJson(json: Json): Clause {
  const { dimensions = [], tags = [] } = json as {
    dimensions?: { dimension: Dimension; values?: string[] }[];
    tags?: { key: string; values?: string[] }[];
  };
  return {
    dimensions: Object.fromEntries(dimensions.map(({ dimension, values }) => [dimension, values ?? []])),
    tags: tags.map(({ key, values }) => ({ key, values: values ?? [] })),
  };
}

const trancheToJson = (tranche: Tranche): JsonObject => ({ id: tranche.id, ...periodToJson(tranche), amount: amountToJson(tranche.amount) });
function trancheFromJson(json: Json): Tranche {
  const { id, amount } = json as { id: string; amount: Json };
  return { id, ...periodFromJson(json), amount: amountFromJson(amount) };
}

const scheduleToJson = (schedule: Schedule): JsonObject =>
  schedule.kind === 'unknown' ? { unknown: { reason: schedule.reason } } : { tranches: { items: schedule.tranches.map(trancheToJson) } };
function scheduleFromJson(json: Json): Schedule {
  const { unknown, tranches } = json as { unknown?: { reason: string }; tranches?: { items?: Json[] } };
  return unknown ? { kind: 'unknown', reason: unknown.reason } : { kind: 'tranches', tranches: (tranches?.items ?? []).map(trancheFromJson) };
}

const eligibilityToJson = (eligibility: Eligibility): JsonObject =>
  eligibility.kind === 'unknown'
    ? { unknown: { reason: eligibility.reason } }
    : { rules: { inclusions: eligibility.inclusions.map(clauseToJson), exclusions: eligibility.exclusions.map(clauseToJson) } };
function eligibilityFromJson(json: Json): Eligibility {
  const { unknown, rules } = json as { unknown?: { reason: string }; rules?: { inclusions?: Json[]; exclusions?: Json[] } };
  if (unknown) return { kind: 'unknown', reason: unknown.reason };
  return { kind: 'rules', inclusions: (rules?.inclusions ?? []).map(clauseFromJson), exclusions: (rules?.exclusions ?? []).map(clauseFromJson) };
}

const measureToJson = (measure: Measure): JsonObject =>
  measure.kind === 'cost'
    ? { cost: { column: measure.column, currency: measure.currency } }
    : { quantity: { column: measure.column, unit: measure.unit } };
function measureFromJson(json: Json): Measure {
  const { cost, quantity } = json as { cost?: { column: never; currency: string }; quantity?: { column: never; unit: string } };
  return cost ? { kind: 'cost', ...cost } : { kind: 'quantity', ...(quantity as { column: never; unit: string }) };
}

const clauses = (list: readonly Clause[]): JsonObject => ({ items: list.map(clauseToJson) });
const clausesFrom = (json: Json): readonly Clause[] => ((json as { items?: Json[] }).items ?? []).map(clauseFromJson);

/** Fields that may be set to "none": named in `unset`, so that an absent member always means "not named". */
const UNSETTABLE = ['term', 'interval', 'parent', 'marketplace'] as const;

type Writers = { readonly [F in keyof TermChanges]-?: (value: Exclude<TermChanges[F], null | undefined>) => Json };
const WRITERS: Writers = {
  name: (name) => name,
  kind: (kind) => kind,
  category: (category) => category,
  model: (model) => model,
  measure: measureToJson,
  prepaid: (value) => ({ value }),
  term: periodToJson,
  schedule: scheduleToJson,
  interval: ({ unit, count }) => ({ unit, count }),
  eligibility: eligibilityToJson,
  priority: (value) => ({ value }),
  parent: (parent) => parent,
  reference: ({ contractCommitments, commitmentDiscountIds }) => ({
    contractCommitments: contractCommitments.map((each) => ({ ...each })),
    commitmentDiscountIds,
  }),
  purchaseRows: clauses,
  feeRows: clauses,
  marketplace: ({ share, rows }) => ({ share: decimalToJson(share), rows: rows.map(clauseToJson) }),
  periodDate: (date) => date,
  trancheAmounts: (amounts) => amounts.map(({ id, amount }) => ({ amount: amountToJson(amount), id })),
};

/** Looks at what is named only: of an amendment's fields that is one or two of twenty. */
export function changesToJson(terms: TermChanges): JsonObject {
  const json: Record<string, Json> = {};
  let unset: string[] | undefined;
  for (const field in terms) {
    const value = terms[field as keyof TermChanges];
    if (value === undefined) continue;
    if (value === null) (unset ??= []).push(field);
    else json[field] = (WRITERS[field as keyof TermChanges] as (value: unknown) => Json)(value);
  }
  // The order of the fields is not the caller's to choose: what is stored must not hang on it.
  if (unset) json['unset'] = UNSETTABLE.filter((field) => unset.includes(field));
  return json;
}

type Readers = { readonly [F in keyof TermChanges]-?: (json: Json) => TermChanges[F] };
const READERS: Readers = {
  name: (json) => json as string,
  kind: (json) => json as TermChanges['kind'],
  category: (json) => json as TermChanges['category'],
  model: (json) => json as TermChanges['model'],
  measure: measureFromJson,
  prepaid: (json) => (json as { value?: boolean }).value ?? false,
  term: periodFromJson,
  schedule: scheduleFromJson,
  interval: (json) => json as unknown as Interval,
  eligibility: eligibilityFromJson,
  priority: (json) => (json as { value?: number }).value ?? 0,
  parent: (json) => json as string,
  reference: (json) => {
    const { contractCommitments = [], commitmentDiscountIds = [] } = json as Partial<ProviderReference>;
    return { contractCommitments, commitmentDiscountIds };
  },
  purchaseRows: clausesFrom,
  feeRows: clausesFrom,
  marketplace: (json): MarketplaceLimit => {
    const { share, rows } = json as { share: string; rows?: Json[] };
    return { share: decimalFromJson(share), rows: (rows ?? []).map(clauseFromJson) };
  },
  periodDate: (json) => json as TermChanges['periodDate'],
  trancheAmounts: (json) => (json as { id: string; amount: Json }[]).map(({ id, amount }) => ({ id, amount: amountFromJson(amount) })),
};

export function changesFromJson(json: Json | undefined): TermChanges {
  const stored = json as { readonly [field: string]: Json } & { unset?: string[] };
  const changes: Record<string, unknown> = {};
  for (const [field, read] of Object.entries(READERS)) if (stored[field] !== undefined) changes[field] = read(stored[field] as Json);
  for (const field of (stored['unset'] as readonly string[] | undefined) ?? []) changes[field] = null;
  return changes;
}
