import { formatDecimal, tryParseDecimal, type Decimal } from '#kernel';
import type { AppliedElement } from '../domain/charge.js';
import { appliedText, escapeField, tagsText } from '../wire/charge-row.js';
import { isAbsent } from './decimal-field.js';
import { detached } from './instant-field.js';
import type { RowProblemCode, WarningCode } from './row-problem.js';

export interface JsonReading {
  /** Canonical JSON, escaped for a line; "" when absent. */
  readonly value: string;
  /** "=" + the source's own text where its numbers were spelled otherwise, else "". */
  readonly spelling: string;
  readonly problem: RowProblemCode | null;
  readonly warnings: readonly WarningCode[];
}

const NONE: JsonReading = { value: '', spelling: '', problem: null, warnings: [] };
const failed = (problem: RowProblemCode): JsonReading => ({ ...NONE, problem });

/** A number of a JSON text, as it was written: JSON.parse alone would make it a float. */
class JsonNumber {
  constructor(readonly source: string) {}
}

type Parsed = null | boolean | string | JsonNumber | readonly Parsed[] | { readonly [key: string]: Parsed };
type SourceReviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
const keepNumbers: SourceReviver = (_key, value, context) => (typeof value === 'number' ? new JsonNumber(context.source as string) : value);

/** JSON.parse with numbers kept as text. @throws SyntaxError */
export const parseExactJson = (text: string): Parsed => JSON.parse(text, keepNumbers as Parameters<typeof JSON.parse>[1]) as Parsed;

type Members = { readonly [key: string]: Parsed };
const isObject = (value: Parsed): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);

/** JSON text with sorted members and numbers as the source wrote them. */
function jsonText(value: Parsed): string {
  if (value instanceof JsonNumber) return value.source;
  if (Array.isArray(value)) return `[${(value as readonly Parsed[]).map(jsonText).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${jsonText(value[key] as Parsed)}`)
    .join(',')}}`;
}

/** Tags: a JSON object; a value that is no string is kept as its JSON text. */
export function readTags(raw: string): JsonReading {
  const parsed = tryParse(raw);
  if (parsed === undefined) return NONE;
  if (parsed === MALFORMED || !isObject(parsed)) return failed('FOCUS-250');
  const tags = Object.entries(parsed).map(([key, value]): [string, string] => [
    key.toWellFormed(),
    (typeof value === 'string' ? value : jsonText(value)).toWellFormed(),
  ]);
  return { ...NONE, value: escapeField(tagsText(tags)) };
}

const MALFORMED = Symbol('malformed');
function tryParse(raw: string): Parsed | undefined | typeof MALFORMED {
  const text = raw.trim();
  if (isAbsent(text)) return undefined;
  try {
    const parsed = parseExactJson(text);
    return parsed === null ? undefined : parsed;
  } catch {
    return MALFORMED;
  }
}

/** ContractApplied: elements with exact decimals; `…ID` for `…Id`, and cost beside quantity, are met in the wild and accepted. */
export function readContractApplied(raw: string): JsonReading {
  const parsed = tryParse(raw);
  if (parsed === undefined) return NONE;
  const warnings = new Set<WarningCode>();
  const list = parsed === MALFORMED ? null : elementsOf(parsed, warnings);
  if (list === null) return failed('FOCUS-251');
  const applied: AppliedElement[] = [];
  let respelled = false;
  for (const each of list) {
    const element = isObject(each) ? readElement(each, warnings) : null;
    if (element === null) return failed('FOCUS-251');
    respelled ||= element.respelled;
    applied.push(element.applied);
  }
  return { value: escapeField(appliedText(applied)), spelling: respelled ? `=${escapeField(raw)}` : '', problem: null, warnings: [...warnings] };
}

function elementsOf(parsed: Parsed, warnings: Set<WarningCode>): readonly Parsed[] | null {
  if (Array.isArray(parsed)) {
    warnings.add('FOCUS-306');
    return parsed as readonly Parsed[];
  }
  if (!isObject(parsed)) return null;
  const elements = member(parsed, ['Elements', 'elements'], warnings);
  return Array.isArray(elements) ? (elements as readonly Parsed[]) : null;
}

function member(object: Members, names: readonly string[], warnings: Set<WarningCode>): Parsed {
  for (const [index, name] of names.entries()) {
    const value = object[name];
    if (value === undefined) continue;
    if (index > 0) warnings.add('FOCUS-306');
    return value;
  }
  return null;
}

function readElement(element: Members, warnings: Set<WarningCode>): { applied: AppliedElement; respelled: boolean } | null {
  const contractId = identifier(member(element, ['ContractId', 'ContractID'], warnings));
  const commitmentId = identifier(member(element, ['ContractCommitmentId', 'ContractCommitmentID', 'CommitmentId'], warnings));
  const cost = amount(member(element, ['ContractCommitmentAppliedCost', 'AppliedCost'], warnings));
  const quantity = amount(member(element, ['ContractCommitmentAppliedQuantity', 'AppliedQuantity'], warnings));
  const unit = member(element, ['ContractCommitmentAppliedUnit', 'AppliedUnit'], warnings);
  if (contractId === null || commitmentId === null || cost === undefined || quantity === undefined || (cost === null && quantity === null))
    return null;
  if (unit !== null && typeof unit !== 'string') return null;
  if (cost !== null && quantity !== null) warnings.add('FOCUS-307');
  return {
    applied: {
      contractId,
      commitmentId,
      cost: cost?.value ?? null,
      quantity: quantity?.value ?? null,
      unit: unit === null || unit === '' ? null : unit.toWellFormed(),
    },
    respelled: (cost?.respelled ?? false) || (quantity?.respelled ?? false),
  };
}

const identifier = (value: Parsed): string | null => (typeof value === 'string' && value.trim() !== '' ? value.trim().toWellFormed() : null);

/** null is absent, undefined is no exact decimal. A number in quotes is a number. */
function amount(value: Parsed): { value: Decimal; respelled: boolean } | null | undefined {
  if (value === null || value === '') return null;
  const source = value instanceof JsonNumber ? value.source : typeof value === 'string' ? value.trim() : '';
  const parsed = tryParseDecimal(source);
  return typeof parsed === 'string' ? undefined : { value: parsed, respelled: formatDecimal(parsed) !== source };
}

const MEMO_MAX = 5000;
/** Remembers what a text was read as: tags repeat from row to row. */
export class JsonReader {
  private readonly memo = new Map<string, JsonReading>();
  constructor(private readonly parse: (raw: string) => JsonReading) {}

  read(raw: string): JsonReading {
    let reading = this.memo.get(raw);
    if (reading === undefined) {
      reading = this.parse(raw);
      if (this.memo.size >= MEMO_MAX) this.memo.clear();
      this.memo.set(detached(raw), reading);
    }
    return reading;
  }
}
