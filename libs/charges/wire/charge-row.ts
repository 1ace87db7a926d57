import { createHash, hash } from 'node:crypto';
import { canonicalJson, formatDecimal, formatInstant, tryParseInstant, type Decimal, type Instant, type Json } from '#kernel';
import type { AppliedElement, Charge } from '../domain/charge.js';

/** Columns whose values repeat: stored as indexes into a chunk's dictionary of strings. Index 0 of it is "absent". */
export const STRING_COLUMNS = [
  'billingAccount',
  'billingCurrency',
  'category',
  'chargeClass',
  'commitmentDiscountId',
  'commitmentDiscountStatus',
  'commitmentDiscountUnit',
  'consumedUnit',
  'contractApplied',
  'invoiceIssuer',
  'pricingUnit',
  'provider',
  'publisher',
  'region',
  'service',
  'serviceCategory',
  'sku',
  'skuPrice',
  'subAccount',
  'tags',
] as const;
export const INSTANT_COLUMNS = ['billingPeriodEnd', 'billingPeriodStart', 'end', 'start'] as const;
export const DECIMAL_COLUMNS = [
  'billedCost',
  'commitmentDiscountQuantity',
  'consumedQuantity',
  'contractedCost',
  'effectiveCost',
  'listCost',
  'pricingQuantity',
] as const;

export type StringColumn = (typeof STRING_COLUMNS)[number];
export type InstantColumn = (typeof INSTANT_COLUMNS)[number];
export type DecimalColumn = (typeof DECIMAL_COLUMNS)[number];
export type ValueColumn = StringColumn | InstantColumn | DecimalColumn;

export const FIRST_INSTANT = STRING_COLUMNS.length;
export const FIRST_DECIMAL = FIRST_INSTANT + INSTANT_COLUMNS.length;
export const VALUE_COUNT = FIRST_DECIMAL + DECIMAL_COLUMNS.length;
/** One spelling per decimal column, then the source's own text of ContractApplied where its numbers were spelled otherwise. */
export const SPELLING_COUNT = DECIMAL_COLUMNS.length + 1;

/**
 * One row between the reader and the chunk, as text: cheap to sort, to spill and to compare.
 * `values`: strings (escaped), instants (canonical ISO), decimals (canonical); "" is absent, in the order of the three column lists.
 * `spelling`: per decimal "" (canonical), digits (padded with zeros to that many places) or "=" + the source's text; null when all are "".
 */
export interface EncodedRow {
  readonly row: number;
  readonly values: readonly string[];
  readonly spelling: readonly string[] | null;
}

export const FIELD_SEPARATOR = '\x1f';
/** Seven base-36 digits: ordinals that sort as text. */
export const rowKey = (row: number): string => row.toString(36).padStart(7, '0');

const DIGEST_DOMAIN = 'tenor.charge.1\n';
/** SHA-256 (base64url, 43 characters) of the joined values of one row. */
export const digestValues = (joined: string): string => hash('sha256', DIGEST_DOMAIN + joined, 'base64url');

/** Digest of the parsed, recorded values of a charge without its row number: equal for rows that a re-delivery may exchange. */
export const rowDigest = (charge: Charge): string => digestValues(encodeCharge(charge).join(FIELD_SEPARATOR));

/** SHA-256 over many parts, each kept apart from the next: ["ab","c"] and ["a","bc"] differ. */
export function digestParts(parts: readonly string[]): string {
  const sha = createHash('sha256');
  for (const part of parts) sha.update(`${part.length}:${part}\n`);
  return sha.digest('base64url');
}

// Control characters separate fields and lines here, so a value that holds one is written as DLE + (code + 64).

const CONTROL = /[\x00-\x1f]/;

const CONTROLS = /[\x00-\x1f]/g;

const ESCAPED = /\x10([@-_])/g;
export const escapeField = (text: string): string =>
  CONTROL.test(text) ? text.replace(CONTROLS, (c) => `\x10${String.fromCharCode(c.charCodeAt(0) + 64)}`) : text;
export const unescapeField = (text: string): string =>
  text.includes('\x10') ? text.replace(ESCAPED, (_, c: string) => String.fromCharCode(c.charCodeAt(0) - 64)) : text;

/** The values of a charge in the order of STRING_COLUMNS, INSTANT_COLUMNS, DECIMAL_COLUMNS. */
export function encodeCharge(charge: Charge): string[] {
  const values: string[] = [];
  for (const column of STRING_COLUMNS) values.push(escapeField(stringValue(charge, column)));
  for (const column of INSTANT_COLUMNS) values.push(charge[column] === null ? '' : formatInstant(charge[column]));
  for (const column of DECIMAL_COLUMNS) values.push(charge[column] === null ? '' : formatDecimal(charge[column]));
  return values;
}

function stringValue(charge: Charge, column: StringColumn): string {
  switch (column) {
    case 'chargeClass':
      return charge.correction ? 'Correction' : '';
    case 'tags':
      return tagsText(charge.tags);
    case 'contractApplied':
      return appliedText(charge.contractApplied);
    default:
      return charge[column] ?? '';
  }
}

/** Canonical JSON object of the tags, "" when there are none. */
export function tagsText(tags: readonly (readonly [string, string])[]): string {
  if (tags.length === 0) return '';
  // Object.fromEntries would drop a tag called __proto__ on the way.
  const object = Object.create(null) as Record<string, Json>;
  for (const [key, value] of tags) object[key] = value;
  return canonicalJson(object);
}

export const parseTags = (text: string): readonly (readonly [string, string])[] =>
  text === ''
    ? []
    : (Object.entries(JSON.parse(text) as Record<string, string>).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)) as [string, string][]);

/** Canonical JSON array of the applied elements, decimals as canonical text, absent members left out; "" when there are none. */
export function appliedText(elements: readonly AppliedElement[]): string {
  if (elements.length === 0) return '';
  const plain = (value: Decimal | null) => (value === null ? undefined : formatDecimal(value));
  return canonicalJson(
    elements.map(({ contractId, commitmentId, cost, quantity, unit }) => ({
      commitmentId,
      contractId,
      cost: plain(cost),
      quantity: plain(quantity),
      unit: unit ?? undefined,
    })),
  );
}

export const instantOfValue = (value: string): Instant => tryParseInstant(value) as Instant;
