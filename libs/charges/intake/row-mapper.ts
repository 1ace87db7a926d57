import type { Instant } from '#kernel';
import { CHARGE_CATEGORIES } from '../domain/charge.js';
import {
  DECIMAL_COLUMNS,
  digestParts,
  escapeField,
  FIRST_DECIMAL,
  FIRST_INSTANT,
  SPELLING_COUNT,
  VALUE_COUNT,
  type StringColumn,
  type ValueColumn,
} from '../wire/charge-row.js';
import { focusName, VALUE_COLUMNS, type Header } from './columns.js';
import { isAbsent, readDecimal, type DecimalReading } from './decimal-field.js';
import { InstantReader, type InstantReading } from './instant-field.js';
import { JsonReader, readContractApplied, readTags, type JsonReading } from './json-field.js';
import type { LineCodec } from './line-codec.js';
import { type RawFields, TextFields } from './raw-rows.js';
import { ROW_PROBLEMS, type RowProblem, type RowProblemCode, type Warnings } from './row-problem.js';

const at = (column: ValueColumn): number => VALUE_COLUMNS.indexOf(column);
const START = at('start');
const END = at('end');
const PERIOD_START = at('billingPeriodStart');
const PERIOD_END = at('billingPeriodEnd');
const ACCOUNT = at('billingAccount');
const CURRENCY = at('billingCurrency');
const TAGS = at('tags');
const APPLIED = at('contractApplied');
const BILLED = at('billedCost');
const FIELD_MAX = 16_384;
const LINE_MAX = 40_000;

// Allowed values by lower case; where FOCUS closes the list, another value may mean anything, also about money.
const CLOSED: { readonly [column in StringColumn]?: ReadonlyMap<string, string> } = {
  category: allowed(CHARGE_CATEGORIES),
  chargeClass: allowed(['Correction']),
  commitmentDiscountStatus: allowed(['Used', 'Unused']),
};
function allowed(values: readonly string[]): ReadonlyMap<string, string> {
  return new Map(values.map((value) => [value.toLowerCase(), value]));
}
const CLOSED_AT = VALUE_COLUMNS.map((column) => CLOSED[column as StringColumn]);
const CATEGORY = at('category');
// Printable ASCII without blanks around it: what needs neither trimming nor escaping.
const PLAIN = /^[!-~](?:[ -~]*[!-~])?$/;
// ISO 4217 as Node's own data knows it, historic codes too: an old invoice keeps its currency.
const ISO_4217 = new Set(Intl.supportedValuesOf('currency'));

/** Maps raw rows of one file to encoded lines. After `map` returned null, `problems` says why. */
export class RowMapper {
  problems: RowProblem[] = [];
  /** Of the row mapped last, when readable: also of one that is quarantined. */
  billingPeriodStart = '';
  billingAccount = '';

  private readonly values = new Array<string>(VALUE_COUNT).fill('');
  private readonly spelling = new Array<string>(SPELLING_COUNT).fill('');
  private readonly lastRaw: (string | undefined)[] = [];
  private readonly lastText: string[] = [];
  private readonly instants = new InstantReader();
  private readonly tags = new JsonReader(readTags);
  private readonly applied = new JsonReader(readContractApplied);
  private readonly decimal: DecimalReading = { canonical: '', spelling: '', problem: null, lenient: false };
  private readonly currencies: ReadonlySet<string>;
  private fields: RawFields = new TextFields([]);
  private line = 0;

  /** @param virtualCurrencies units besides ISO 4217 that BillingCurrency may name, as declared for the import. */
  constructor(
    private readonly header: Header,
    private readonly warnings: Warnings,
    private readonly codec: LineCodec,
    virtualCurrencies: readonly string[] = [],
  ) {
    this.currencies = new Set([...ISO_4217, ...virtualCurrencies]);
  }

  /** Digest of a raw row under this header: the name by which a mend finds it again. */
  badDigest(fields: readonly string[]): string {
    return digestParts([...this.header.names, '', ...fields]);
  }

  /** The row as a line of the codec, or null when it must be quarantined. */
  map(fields: RawFields, row: number, line: number, fault: boolean): string | null {
    this.fields = fields;
    this.line = line;
    if (this.problems.length > 0) this.problems = [];
    if (fault) this.problem('FOCUS-202', null, fields.all().join(','));
    const columns = this.header.names.length;
    if (fields.length !== columns && !this.surplusIsEmpty(columns)) this.problem('FOCUS-201', null, `${fields.length} fields for ${columns} columns`);
    this.readStrings();
    const readable = this.readInstants();
    const respelled = this.readDecimals();
    if (this.problems.length > 0 || !readable) return null;
    let units = 0;
    for (let c = 0; c < FIRST_INSTANT; c++) units += (this.values[c] as string).length;
    if (respelled) for (const text of this.spelling) units += text.length;
    if (units <= LINE_MAX) return this.codec.encode(row, this.values, respelled ? this.spelling : null);
    this.problem('FOCUS-260', null, `${units} characters`);
    return null;
  }

  private surplusIsEmpty(columns: number): boolean {
    if (this.fields.length < columns) return false;
    for (let i = columns; i < this.fields.length; i++) if (!isAbsent(this.fields.at(i).trim())) return false;
    this.warnings.add('FOCUS-305', null, this.line);
    return true;
  }

  /** The field of a column as the file has it, the first source that is not absent. */
  private raw(c: number): string {
    const positions = this.header.positions[c] as readonly number[];
    if (positions.length === 0) return this.header.defaults[c] ?? '';
    const first = this.fields.at(positions[0] as number);
    if (positions.length === 1 || !isAbsent(first)) return first;
    for (const position of positions) {
      const field = this.fields.at(position);
      if (!isAbsent(field.trim())) return field;
    }
    return first;
  }

  private readStrings(): void {
    for (let c = 0; c < FIRST_INSTANT; c++) {
      const raw = this.raw(c);
      // Neighbouring rows mostly agree, and comparing is cheaper than reading.
      if (raw === this.lastRaw[c]) {
        this.values[c] = this.lastText[c] as string;
        continue;
      }
      const before = this.problems.length;
      const text = c === TAGS ? this.json(c, this.tags.read(raw)) : c === APPLIED ? this.json(c, this.applied.read(raw)) : this.text(c, raw);
      this.values[c] = text;
      const plain = c !== APPLIED && this.problems.length === before && !this.leniently(c, raw, text);
      this.lastRaw[c] = plain ? raw : undefined;
      this.lastText[c] = text;
    }
    this.billingAccount = this.values[ACCOUNT] as string;
  }

  /** Whether reading this again must count a warning again. */
  private leniently(c: number, raw: string, text: string): boolean {
    return (c === CURRENCY || CLOSED_AT[c] !== undefined) && raw !== text;
  }

  private text(c: number, raw: string): string {
    if (raw === '' && c !== CURRENCY && c !== CATEGORY) return '';
    if (raw.length <= FIELD_MAX && raw.length !== 4 && c !== CURRENCY && CLOSED_AT[c] === undefined && PLAIN.test(raw)) return raw;
    const trimmed = raw.trim();
    if (isAbsent(trimmed)) {
      if (c === CURRENCY || c === CATEGORY) this.problem('FOCUS-210', c, raw);
      return '';
    }
    if (trimmed.length > FIELD_MAX) return this.problem('FOCUS-260', c, trimmed);
    if (c === CURRENCY) return this.currency(trimmed);
    const closed = CLOSED_AT[c];
    if (closed === undefined) return escapeField(trimmed.toWellFormed());
    const value = closed.get(trimmed.toLowerCase());
    if (value === undefined)
      return this.problem('FOCUS-230', c, trimmed, `one of ${[...closed.values()].join(', ')}${c === CATEGORY ? '' : ' or nothing'}`);
    if (value !== trimmed) this.warn('FOCUS-308', c);
    return value;
  }

  private currency(text: string): string {
    if (this.currencies.has(text)) return text;
    const upper = text.toUpperCase();
    if (!ISO_4217.has(upper)) return this.problem('FOCUS-240', CURRENCY, text);
    this.warn('FOCUS-304', CURRENCY);
    return upper;
  }

  private json(c: number, { value, spelling, problem, warnings }: JsonReading): string {
    if (c === APPLIED) this.spelling[DECIMAL_COLUMNS.length] = spelling;
    for (const warning of warnings) this.warn(warning, c);
    if (problem !== null) return this.problem(problem, c, this.raw(c));
    if (value.length > FIELD_MAX) return this.problem('FOCUS-260', c, this.raw(c));
    return value;
  }

  private readInstants(): boolean {
    const periodStart = this.instant(PERIOD_START, true);
    const periodEnd = this.instant(PERIOD_END, false);
    const start = this.instant(START, true);
    const end = this.instant(END, true);
    this.billingPeriodStart = periodStart.text;
    this.order(periodStart.instant, periodEnd.instant, PERIOD_END);
    this.order(start.instant, end.instant, END);
    return start.instant !== null;
  }

  private instant(c: number, required: boolean): InstantReading {
    const raw = this.raw(c);
    const reading = this.instants.read(raw);
    this.values[c] = reading.text;
    if (reading.malformed) this.problem('FOCUS-220', c, raw);
    else if (required && reading.instant === null) this.problem('FOCUS-210', c, raw);
    if (reading.warning !== null) this.warn(reading.warning, c);
    return reading;
  }

  private order(start: Instant | null, end: Instant | null, c: number): void {
    if (start !== null && end !== null && end < start)
      this.problem('FOCUS-221', c, this.raw(c), `an end that is not before ${this.values[c === END ? START : PERIOD_START] as string}`);
  }

  private readDecimals(): boolean {
    const reading = this.decimal;
    let respelled = this.values[APPLIED] !== '' && this.spelling[DECIMAL_COLUMNS.length] !== '';
    for (let d = 0; d < DECIMAL_COLUMNS.length; d++) {
      const c = FIRST_DECIMAL + d;
      const raw = this.raw(c);
      readDecimal(raw, reading);
      this.values[c] = reading.canonical;
      this.spelling[d] = reading.spelling === '' ? '' : escapeField(reading.spelling);
      if (reading.spelling !== '') respelled = true;
      if (reading.problem !== null) this.problem(reading.problem, c, raw);
      else if (c === BILLED && reading.canonical === '') this.problem('FOCUS-210', c, raw);
      if (reading.lenient) this.warn('FOCUS-303', c);
    }
    return respelled;
  }

  private columnName(c: number): string {
    const position = (this.header.positions[c] as readonly number[])[0];
    return position === undefined ? focusName(VALUE_COLUMNS[c] as ValueColumn) : (this.header.names[position] as string);
  }

  private warn(code: Parameters<Warnings['add']>[0], c: number): void {
    this.warnings.add(code, this.columnName(c), this.line);
  }

  private problem(code: RowProblemCode, c: number | null, found: string, expected: string = ROW_PROBLEMS[code]): '' {
    this.problems.push({ code, column: c === null ? null : this.columnName(c), found: found.slice(0, 80).toWellFormed(), expected });
    return '';
  }
}
