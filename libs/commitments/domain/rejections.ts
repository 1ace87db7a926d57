import type { CommitmentCategory } from './terms.js';

/** Every refusal of a commitment command, in order of precedence: the first that applies is the answer. */
export type CommitmentRejection =
  | { readonly code: 'CONTRACT_UNKNOWN'; readonly contractId: string }
  | { readonly code: 'CONTRACT_TERMINATED'; readonly contractId: string }
  | { readonly code: 'PROVIDER_UNKNOWN'; readonly provider: string }
  | { readonly code: 'COMMITMENT_EXISTS'; readonly commitmentId: string }
  | { readonly code: 'COMMITMENT_NOT_FOUND' }
  | { readonly code: 'COMMITMENT_VOIDED'; readonly commitmentId: string }
  | { readonly code: 'FACT_NOT_FOUND'; readonly fact: number }
  | { readonly code: 'FACT_VOIDED'; readonly fact: number }
  | { readonly code: 'FACT_NOT_CORRECTABLE'; readonly fact: number }
  | { readonly code: 'EVIDENCE_NOT_FOUND'; readonly evidenceId: string }
  | { readonly code: 'EVIDENCE_EXISTS'; readonly evidenceId: string }
  | { readonly code: 'COMMITMENT_CANCELLED'; readonly commitmentId: string }
  | { readonly code: 'CHANGES_EMPTY' }
  | { readonly code: 'TRANCHE_NOT_FOUND'; readonly tranche: string }
  | { readonly code: 'TRANCHE_AMOUNT_TWICE'; readonly tranche: string }
  | { readonly code: 'MEASURE_INCOMPLETE'; readonly category: CommitmentCategory }
  | { readonly code: 'SCHEDULE_EMPTY' }
  | { readonly code: 'TRANCHE_DUPLICATE'; readonly tranche: string }
  | { readonly code: 'TRANCHE_END_BEFORE_START'; readonly tranche: string }
  | { readonly code: 'TRANCHES_OVERLAP'; readonly tranche: string; readonly other: string }
  | { readonly code: 'TERM_END_BEFORE_START' }
  | { readonly code: 'TRANCHE_OUTSIDE_TERM'; readonly tranche: string }
  | { readonly code: 'AMOUNT_NEGATIVE'; readonly tranche: string }
  | { readonly code: 'AMOUNT_BOUNDS'; readonly tranche: string }
  | { readonly code: 'MEASURE_CATEGORY_MISMATCH'; readonly category: string; readonly measure: string }
  | { readonly code: 'PREPAID_NEEDS_COST_COLUMN'; readonly column: string }
  | { readonly code: 'CONTINUOUS_NEEDS_INTERVAL' }
  | { readonly code: 'INTERVAL_OUT_OF_RANGE' }
  | { readonly code: 'INTERVAL_ONLY_CONTINUOUS' }
  | { readonly code: 'CONTINUOUS_NEEDS_EXACT_DATES'; readonly tranche: string }
  | { readonly code: 'CLAUSE_EMPTY'; readonly where: string }
  | { readonly code: 'MARKETPLACE_SHARE_OUT_OF_RANGE'; readonly share: string }
  | { readonly code: 'PARENT_IS_SELF'; readonly commitmentId: string }
  | { readonly code: 'PARENT_NOT_FOUND'; readonly parent: string }
  | { readonly code: 'PARENT_MEASURE_DIFFERS'; readonly parent: string }
  | { readonly code: 'PARENT_CYCLE'; readonly parent: string };

/** Code → what it means and what to do next: the catalogue's rows. */
export const COMMITMENT_REJECTIONS: Readonly<Record<CommitmentRejection['code'], string>> = {
  CONTRACT_UNKNOWN: 'No such contract in your organization. Nothing was recorded. Sign it first, or look its id up with the `contracts` query.',
  CONTRACT_TERMINATED:
    'The contract had ended when the commitment took effect. Nothing was recorded. Give the day on which it became binding, or the contract it was made under.',
  PROVIDER_UNKNOWN: 'No such party in your organization. Nothing was recorded. Register it first, or look its id up with the `parties` query.',
  COMMITMENT_EXISTS: 'A commitment with this id stands already. Nothing was recorded. Use a new idempotency key for a new commitment.',
  COMMITMENT_NOT_FOUND: 'No such commitment in your organization. Nothing was recorded. Look its id up with the `commitments` query.',
  COMMITMENT_VOIDED: 'The commitment was recorded by mistake and withdrawn; it takes no further facts. Nothing was recorded. Make a new one.',
  FACT_NOT_FOUND: 'The commitment has no such fact. Nothing was recorded. Its history lists the facts with their numbers.',
  FACT_VOIDED: 'That fact was withdrawn already. Nothing was recorded. Name a fact that stands; the history lists them.',
  FACT_NOT_CORRECTABLE:
    'That fact cannot be corrected, voided or given evidence in this way. Nothing was recorded. Name a making, an amendment, a reclassification or a cancellation; of a cancellation only the date can be corrected.',
  EVIDENCE_NOT_FOUND: 'No evidence with this id stands on the commitment. Nothing was recorded. Look its id up in the `evidence` of the commitment.',
  EVIDENCE_EXISTS: 'Evidence with this id stands already. Nothing was recorded. Use a new idempotency key for a new item.',
  COMMITMENT_CANCELLED: 'The commitment is cancelled. Nothing was recorded. Void the cancellation first if it was a mistake.',
  CHANGES_EMPTY: 'The command names no field to change. Nothing was recorded. Name at least one.',
  TRANCHE_NOT_FOUND: 'The schedule has no tranche with this id. Nothing was recorded. Name an existing one, or replace the schedule whole.',
  TRANCHE_AMOUNT_TWICE: 'The command gives two amounts for one tranche. Nothing was recorded. Give one.',
  MEASURE_INCOMPLETE:
    'What counts changes between Spend and Usage, and the command does not say in which currency or unit. Nothing was recorded. Name the `currency` of a Spend, the `unit` of a Usage.',
  SCHEDULE_EMPTY:
    'The schedule has no tranche, so it commits to nothing. Nothing was recorded. Give one at least, or say with `unknown` why the schedule is not known.',
  TRANCHE_DUPLICATE: 'Two tranches have the same id. Nothing was recorded. Give each its own.',
  TRANCHE_END_BEFORE_START:
    'The tranche ends before or when it starts. Nothing was recorded. Give a later end: intervals are half-open, [start, end).',
  TRANCHES_OVERLAP: 'Two tranches share time; a charge could belong to both. Nothing was recorded. End one where the other starts.',
  TERM_END_BEFORE_START: 'The term ends before or when it starts. Nothing was recorded. Give a later end: intervals are half-open, [start, end).',
  TRANCHE_OUTSIDE_TERM: 'The tranche reaches beyond the stated term. Nothing was recorded. Widen the term or cut the tranche.',
  AMOUNT_NEGATIVE: 'A commitment is never negative. Nothing was recorded. Give an amount of zero or more.',
  AMOUNT_BOUNDS: 'The upper bound of the unknown amount lies below its lower bound. Nothing was recorded. Mend the one or the other.',
  MEASURE_CATEGORY_MISMATCH:
    'Spend is measured by a cost column and a currency, Usage by a quantity column and a unit. Nothing was recorded. Name the pair of the category, or the other category.',
  PREPAID_NEEDS_COST_COLUMN:
    'The BilledCost of a prepaid commitment is spent at purchase, so nothing would draw. Nothing was recorded. Name EffectiveCost or ContractedCost.',
  CONTINUOUS_NEEDS_INTERVAL: 'A Continuous commitment expires each interval, and none is named. Nothing was recorded. Name the interval.',
  INTERVAL_OUT_OF_RANGE: 'The interval count is no whole number from 1 to 10,000. Nothing was recorded. Give one that is, or a larger unit.',
  INTERVAL_ONLY_CONTINUOUS: 'A Discontinuous commitment has no interval. Nothing was recorded. Leave the interval out, or make it Continuous.',
  CONTINUOUS_NEEDS_EXACT_DATES:
    'The intervals of a Continuous commitment count from exact tranche dates, and one is uncertain. Nothing was recorded. Give exact dates, or say with `unknown` why the schedule is not known.',
  CLAUSE_EMPTY: 'A clause names no dimension and would match every charge. Nothing was recorded. Name one; to admit all, give no inclusion.',
  MARKETPLACE_SHARE_OUT_OF_RANGE: 'The marketplace share does not lie between 0 and 1. Nothing was recorded. Give a share such as 0.25 for 25 %.',
  PARENT_IS_SELF: 'A commitment cannot be nested in itself. Nothing was recorded. Name another parent, or none.',
  PARENT_NOT_FOUND: 'No such parent commitment in your organization. Nothing was recorded. Look its id up with the `commitments` query.',
  PARENT_MEASURE_DIFFERS:
    'A nested commitment counts the same cost column, or the same quantity column and unit, as its parent, and this one does not. Nothing was recorded. Give it the measure of its parent, or leave the parent out.',
  PARENT_CYCLE: 'The parent is itself nested in this commitment. Nothing was recorded. Name another parent, or take that one out of its own first.',
};
