import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { formatDecimal, parseInstant } from '#kernel';
import { readText, Scratch } from './testing/focus-fixture.js';

type Columns = Parameters<typeof parquetWriteBuffer>[0]['columnData'];
type Schema = NonNullable<Parameters<typeof parquetWriteBuffer>[0]['schema']>;

const DAY = new Date('2025-01-05T00:00:00Z');
const string = (name: string, value: string, rows: number) => ({ name, data: new Array<string>(rows).fill(value), type: 'STRING' as const });
const time = (name: string, rows: number) => ({ name, data: new Array<Date>(rows).fill(DAY), type: 'TIMESTAMP' as const });
const rest = (rows: number): Columns => [
  string('BillingCurrency', 'USD', rows),
  string('ChargeCategory', 'Usage', rows),
  time('BillingPeriodStart', rows),
  time('ChargePeriodStart', rows),
  time('ChargePeriodEnd', rows),
];
function bytes(columnData: Columns, schema?: Schema): Uint8Array {
  // With a schema the writer takes the types from there, and no other.
  const columns = schema === undefined ? columnData : columnData.map(({ name, data }) => ({ name, data }));
  return new Uint8Array(parquetWriteBuffer({ columnData: columns, rowGroupSize: 2, ...(schema ? { schema } : {}) }));
}
const OTHERS: Schema = [
  ...['BillingCurrency', 'ChargeCategory'].map((name) => ({
    name,
    type: 'BYTE_ARRAY' as const,
    converted_type: 'UTF8' as const,
    repetition_type: 'REQUIRED' as const,
  })),
  ...['BillingPeriodStart', 'ChargePeriodStart', 'ChargePeriodEnd'].map((name) => ({
    name,
    type: 'INT64' as const,
    converted_type: 'TIMESTAMP_MILLIS' as const,
    repetition_type: 'REQUIRED' as const,
  })),
];

describe('a Parquet file', () => {
  it('gives DECIMAL(38,18) exactly, where a float would not hold it', async () => {
    using scratch = new Scratch();
    const values = [12345678901234567890_123456789012345678n, -1n, 99999999999999999999_999999999999999999n, 0n, 1_500000000000000000n];
    const columns = [{ name: 'BilledCost', data: values }, ...rest(5)];
    const cost = {
      name: 'BilledCost',
      type: 'FIXED_LEN_BYTE_ARRAY' as const,
      type_length: 16,
      converted_type: 'DECIMAL' as const,
      precision: 38,
      scale: 18,
      repetition_type: 'REQUIRED' as const,
    };
    const { charges, summary } = await readText(scratch, bytes(columns, [{ name: 'root', num_children: 6 }, cost, ...OTHERS]));
    expect(charges.map(({ billedCost }) => billedCost)).toEqual(values);
    expect(charges[0]).toMatchObject({ start: parseInstant('2025-01-05'), row: 1 });
    expect(summary).toMatchObject({ format: 'parquet', rows: 5, warnings: [] });
    expect(summary.sha256).toBe(summary.fileSha256);
  });

  it('gives INT64 decimals exactly', async () => {
    using scratch = new Scratch();
    const cost = {
      name: 'BilledCost',
      type: 'INT64' as const,
      converted_type: 'DECIMAL' as const,
      precision: 18,
      scale: 4,
      repetition_type: 'OPTIONAL' as const,
    };
    const { charges, quarantined } = await readText(
      scratch,
      bytes([{ name: 'BilledCost', data: [90071992547409931n, null, -5n] }, ...rest(3)], [{ name: 'root', num_children: 6 }, cost, ...OTHERS]),
    );
    expect(charges.map(({ billedCost }) => formatDecimal(billedCost))).toEqual(['9007199254740.9931', '-0.0005']);
    expect(quarantined).toMatchObject([{ row: 2, line: 2, problems: [{ code: 'FOCUS-210' }] }]);
  });

  it('reads a double by its shortest decimal form and warns', async () => {
    using scratch = new Scratch();
    const { charges, summary } = await readText(scratch, bytes([{ name: 'BilledCost', data: [0.1, 1e-7, -2.5], type: 'DOUBLE' }, ...rest(3)]));
    expect(charges.map(({ billedCost }) => formatDecimal(billedCost))).toEqual(['0.1', '0.0000001', '-2.5']);
    expect(summary.warnings).toMatchObject([{ code: 'FOCUS-310', column: 'BilledCost' }]);
  });

  it('is refused when it is cut off', async () => {
    using scratch = new Scratch();
    const whole = bytes([{ name: 'BilledCost', data: [0.5], type: 'DOUBLE' }, ...rest(1)]);
    await expect(readText(scratch, whole.subarray(0, whole.length - 20))).rejects.toMatchObject({ code: 'FOCUS-107' });
  });
});
