import { formatDay, formatDecimal, formatInstant, tryParseDecimal, tryParseInstant, type Decimal, type Instant } from '#kernel';
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';

const refuse = (expected: string, code: string): never => {
  throw new GraphQLError(`expected ${expected}`, { extensions: { code } });
};

/** A scalar that travels as a string and is never rounded, guessed or repaired on the way. */
function textScalar<T>(
  name: string,
  description: string,
  expected: string | ((value: unknown) => string),
  read: (text: string) => T | null,
  write: (value: T) => string,
): GraphQLScalarType<T, string> {
  const code = `${name.toUpperCase()}_MALFORMED`;
  const parse = (text: unknown): T =>
    (typeof text === 'string' ? read(text) : null) ?? refuse(typeof expected === 'string' ? expected : expected(text), code);
  return new GraphQLScalarType<T, string>({
    name,
    description,
    serialize: (value) => write(value as T),
    parseValue: parse,
    parseLiteral: (node: ValueNode) =>
      parse(node.kind === Kind.STRING ? node.value : node.kind === Kind.INT || node.kind === Kind.FLOAT ? NaN : null),
  });
}

/** Which of its rules a decimal breaks: a sum that has 19 places is no typing error, and whoever sends it wants to know. */
function expectedDecimal(value: unknown): string {
  if (typeof value === 'number') return 'a decimal as a string, for example "1200.50"; a JSON number has been a float already';
  const problem = typeof value === 'string' ? tryParseDecimal(value) : null;
  if (problem === 'DECIMAL_TOO_PRECISE') return 'a decimal of at most 18 digits after the point; the ledger rounds nothing';
  if (problem === 'DECIMAL_TOO_LARGE') return 'a decimal of fewer than 21 digits before the point';
  return 'a decimal as a string, for example "1200.50", without an exponent';
}

export const DecimalScalar = textScalar<Decimal>(
  'Decimal',
  'An exact decimal as a string: fewer than 21 digits before the point, at most 18 after it, no exponent. Never a JSON number: those are floats in most clients.',
  expectedDecimal,
  (text) => {
    const value = /[eE]/.test(text) ? 'DECIMAL_MALFORMED' : tryParseDecimal(text);
    return typeof value === 'bigint' ? value : null;
  },
  formatDecimal,
);

export const DateTimeScalar = textScalar<Instant>(
  'DateTime',
  'An instant, ISO 8601 with a zone; answered in UTC, with milliseconds only where there are any.',
  'an instant as a string, for example "2025-04-11T00:00:00Z"',
  // Without a zone it would be another instant on another machine.
  (text) => (/T.*(Z|[+-]\d{2}:?\d{2})$/.test(text) ? tryParseInstant(text) : null),
  formatInstant,
);

export const LocalDateScalar = textScalar<Instant>(
  'LocalDate',
  'A calendar day, ISO 8601: "2025-04-11".',
  'a day as a string, for example "2025-04-11"',
  (text) => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? tryParseInstant(text) : null),
  formatDay,
);

const DURATION = /^P(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})(?:\.(\d{1,3}))?S)?)?$/;
const UNITS_MS = [86_400_000, 3_600_000, 60_000, 1_000] as const;

function readDuration(text: string): number | null {
  const match = DURATION.exec(text);
  if (!match || !/\d/.test(text) || text.endsWith('T')) return null;
  const whole = UNITS_MS.reduce((sum, unit, index) => sum + unit * parseInt(match[index + 1] ?? '0', 10), 0);
  return whole + parseInt((match[5] ?? '').padEnd(3, '0') || '0', 10);
}

export function writeDuration(ms: number): string {
  const [days, hours, minutes] = UNITS_MS.map((unit, index) => Math.floor((index === 0 ? ms : ms % (UNITS_MS[index - 1] as number)) / unit)) as [
    number,
    number,
    number,
    number,
  ];
  const seconds = (ms % 60_000) / 1000;
  const time = `${hours ? `${hours}H` : ''}${minutes ? `${minutes}M` : ''}${seconds ? `${seconds}S` : ''}`;
  return `P${days ? `${days}D` : ''}${time ? `T${time}` : days ? '' : 'T0S'}`;
}

export const DurationScalar = textScalar<number>(
  'Duration',
  'An exact span of time, ISO 8601 with days, hours, minutes and seconds ("P30D", "PT6H"). No months or years: their length depends on where they begin.',
  'a duration as a string, for example "P30D"',
  readDuration,
  writeDuration,
);
