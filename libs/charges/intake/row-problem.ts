/** What can be wrong with a row. Such a row is quarantined, whole, and its line, column and the expected form are told. */
export const ROW_PROBLEMS = {
  'FOCUS-201': 'as many fields as the header has columns',
  'FOCUS-202': 'quotes around a whole field, a quote within doubled ("")',
  'FOCUS-210': 'a value',
  'FOCUS-211': 'a decimal number such as 1234.56 or 1.5E-7',
  'FOCUS-212': 'a decimal number below 10^20',
  'FOCUS-213': 'a decimal number of at most 18 places',
  'FOCUS-214': 'a number whose comma cannot be read in two ways: 1234.56',
  'FOCUS-220': 'an instant such as 2025-04-11T00:00:00Z',
  'FOCUS-221': 'an end that is not before its start',
  'FOCUS-230': 'one of the values that FOCUS allows',
  'FOCUS-240': 'a currency code of ISO 4217 such as USD, or a virtual currency declared for this import',
  'FOCUS-250': 'a JSON object such as {"team":"research"}',
  'FOCUS-251': '{"Elements":[{"ContractId":"…","ContractCommitmentId":"…","ContractCommitmentAppliedCost":1.5}]}',
  'FOCUS-260': 'at most 16,384 characters in a field and 40,000 in a row',
} as const;
export type RowProblemCode = keyof typeof ROW_PROBLEMS;

export interface RowProblem {
  readonly code: RowProblemCode;
  /** The column as the file's header spells it, null when the whole row is meant. */
  readonly column: string | null;
  /** What was found, cut to 80 characters. */
  readonly found: string;
  readonly expected: string;
}

/** What was read leniently. Told once a file for each code and column, with a count and the first place. */
export const FILE_WARNINGS = {
  'FOCUS-301': 'a date without a time zone was read as UTC',
  'FOCUS-302': 'a date in the form month/day/year was read as such',
  'FOCUS-303': 'a currency sign, thousands separators or blanks around a number were ignored',
  'FOCUS-304': 'a currency code in lower case was accepted',
  'FOCUS-305': 'surplus empty fields at the end of a row were ignored',
  'FOCUS-306': 'ContractApplied spells its members otherwise than FOCUS does',
  'FOCUS-307': 'ContractApplied states both a cost and a quantity',
  'FOCUS-308': 'a value was accepted in another letter case',
  'FOCUS-310': 'amounts are stored as binary floating point: their shortest decimal form was read',
  'FOCUS-311': 'bytes that are not UTF-8 were replaced',
  'FOCUS-312': 'a column of the file is missing and a default was used',
  'FOCUS-313': 'a row was mended as told before',
} as const;
export type WarningCode = keyof typeof FILE_WARNINGS;

export interface FileWarning {
  readonly code: WarningCode;
  readonly column: string | null;
  readonly text: string;
  readonly count: number;
  /** Physical line (CSV) or row (Parquet) of the first case; 0 when the whole file is meant. */
  readonly firstLine: number;
}

/** Counts warnings by code and column: a file of a million rows gives a handful. */
export class Warnings {
  private readonly found = new Map<string, { code: WarningCode; column: string | null; count: number; firstLine: number }>();

  add(code: WarningCode, column: string | null, line: number): void {
    const key = `${code}${column ?? ''}`;
    const known = this.found.get(key);
    if (known) known.count++;
    else this.found.set(key, { code, column, count: 1, firstLine: line });
  }

  list(): FileWarning[] {
    return [...this.found.values()].map((warning) => ({ ...warning, text: FILE_WARNINGS[warning.code] }));
  }
}
