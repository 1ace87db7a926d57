import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decimal, parseInstant } from '#kernel';
import { FileStore } from './file-store.js';
import { csv, HEADER, readText, row, Scratch } from './testing/focus-fixture.js';

describe('reading a FOCUS file', () => {
  it('gives charges in the order of their start, then their row', async () => {
    using scratch = new Scratch();
    const { charges, summary } = await readText(scratch, csv(row({ ChargePeriodStart: '2025-01-05T12:00:00Z' }), row(), row({ BilledCost: '-2' })));
    expect(charges.map((charge) => charge.row)).toEqual([2, 3, 1]);
    expect(charges[0]).toMatchObject({
      billedCost: decimal('1.5'),
      start: parseInstant('2025-01-05'),
      service: 'Compute',
      billingAccount: 'acc',
      tags: [],
      sku: null,
    });
    expect(summary).toMatchObject({
      rows: 3,
      quarantined: 0,
      focusVersion: '1.0',
      slices: [{ billingAccount: 'acc', billingPeriodStart: '2025-01-01T00:00:00Z', rows: 3, quarantined: 0 }],
    });
  });

  it('is the same compressed or not, with a byte order mark or CRLF', async () => {
    using scratch = new Scratch();
    const text = csv(row(), row({ Tags: '"{""b"":1.50,""a"":""x""}"' }));
    const plain = await readText(scratch, text);
    const zipped = await readText(scratch, gzipSync(text));
    expect(zipped.charges).toEqual(plain.charges);
    expect(zipped.summary).toMatchObject({ format: 'csv+gzip', sha256: createHash('sha256').update(text).digest('hex') });
    expect(plain.charges[1]?.tags).toEqual([
      ['a', 'x'],
      ['b', '1.50'],
    ]);
    for (const other of [`\ufeff${text}`, text.replaceAll('\n', '\r\n'), Buffer.from(`\ufeff${text}`, 'utf16le')])
      expect((await readText(scratch, other)).charges).toEqual(plain.charges);
  });

  it('quarantines each bad row with line, column and expected form, and keeps the rest', async () => {
    using scratch = new Scratch();
    const bad = [
      row({ BilledCost: 'NaN' }), row({ BilledCost: '1e400' }), row({ BilledCost: '' }), row({ BillingCurrency: 'ZZZZ' }), row({ ChargePeriodStart: '2025-01-05T30:00:00Z' }),
      row({ ChargePeriodEnd: '2025-01-04T00:00:00Z' }), row({ ChargeCategory: 'Usages' }), row({ Tags: '"{""a"":"' }), row().slice(0, -1), `"x"${row()}`,
    ]; // prettier-ignore
    const { charges, quarantined, summary } = await readText(scratch, csv(row({ Tags: '"{""a"":\n1}"' }), ...bad, row()));
    expect(charges).toHaveLength(2);
    expect(quarantined.map(({ line, problems }) => [line, problems[0]?.code, problems[0]?.column])).toEqual([
      [4, 'FOCUS-211', 'BilledCost'], [5, 'FOCUS-212', 'BilledCost'], [6, 'FOCUS-210', 'BilledCost'], [7, 'FOCUS-240', 'BillingCurrency'], [8, 'FOCUS-220', 'ChargePeriodStart'],
      [9, 'FOCUS-221', 'ChargePeriodEnd'], [10, 'FOCUS-230', 'ChargeCategory'], [11, 'FOCUS-250', 'Tags'], [12, 'FOCUS-201', null], [13, 'FOCUS-202', null],
    ]); // prettier-ignore
    expect(quarantined[4]?.problems[0]?.expected).toContain('2025-04-11T00:00:00Z');
    expect(summary).toMatchObject({ rows: 12, quarantined: 10, slices: [{ rows: 2, quarantined: 10 }] });
  });

  it('reads leniently what can be read in one way only, and says so', async () => {
    using scratch = new Scratch();
    const { charges, summary } = await readText(
      scratch,
      csv(
        row({
          BilledCost: '"$10,100.00 "',
          BillingPeriodStart: '4/1/25',
          BillingPeriodEnd: '5/1/25',
          ChargePeriodStart: '2025-04-01 00:00:00',
          ChargePeriodEnd: '2025-04-01 00:00:00',
          BillingAccountId: 'NULL',
          BillingCurrency: 'usd',
        }),
      ),
    );
    expect(charges).toMatchObject([
      { billedCost: decimal('10100'), billingPeriodStart: parseInstant('2025-04-01'), billingAccount: null, billingCurrency: 'USD' },
    ]);
    expect(summary.warnings.map(({ code, column, firstLine }) => [code, column, firstLine])).toEqual(
      expect.arrayContaining([
        ['FOCUS-303', 'BilledCost', 2],
        ['FOCUS-302', 'BillingPeriodStart', 2],
        ['FOCUS-301', 'ChargePeriodStart', 2],
        ['FOCUS-304', 'BillingCurrency', 2],
      ]),
    );
    expect(summary.slices).toMatchObject([{ billingAccount: '' }]);
  });

  it('reads ContractApplied without a float, and accepts how it is found in the wild', async () => {
    using scratch = new Scratch();
    const applied =
      '"{""Elements"":[{""ContractID"":""c"",""ContractCommitmentId"":""k"",""ContractCommitmentAppliedCost"":12345678901234567.123456789012345678,""ContractCommitmentAppliedQuantity"":2.50,""ContractCommitmentAppliedUnit"":""Hours""}]}"';
    const { charges, summary } = await readText(
      scratch,
      `${HEADER},ContractApplied,ProviderName,ServiceProviderName\n${row()},${applied},Old,NULL\n`,
    );
    expect(charges[0]?.contractApplied).toEqual([
      { contractId: 'c', commitmentId: 'k', cost: decimal('12345678901234567.123456789012345678'), quantity: decimal('2.5'), unit: 'Hours' },
    ]);
    expect(charges[0]?.provider).toBe('Old');
    expect(summary.focusVersion).toBe('1.3');
    expect(summary.warnings.map(({ code }) => code)).toEqual(['FOCUS-306', 'FOCUS-307']);
  });

  it('fills in a default for a column that is missing, and accepts a declared virtual currency', async () => {
    using scratch = new Scratch();
    const text = 'billed_cost,Billing Period Start,ChargePeriodStart,ChargePeriodEnd,ChargeCategory\n1,2025-01-01,2025-01-01,2025-01-01,Purchase\n';
    await expect(readText(scratch, text)).rejects.toMatchObject({ code: 'FOCUS-103' });
    const { charges, summary } = await readText(scratch, text, { defaults: { BillingCurrency: 'Credit' }, virtualCurrencies: ['Credit'] });
    expect(charges).toMatchObject([{ billingCurrency: 'Credit', category: 'Purchase' }]);
    expect(summary.warnings).toContainEqual(expect.objectContaining({ code: 'FOCUS-312', column: 'BillingCurrency' }));
  });

  it('reads a mend in place of the same bad bytes', async () => {
    using scratch = new Scratch();
    const text = csv(row(), row({ BilledCost: 'n/a' }));
    const { quarantined } = await readText(scratch, text);
    const { badDigest, fields } = quarantined[0] as (typeof quarantined)[0];
    const mended = await readText(scratch, text, { mends: new Map([[badDigest, [fields.with(0, '7')]]]) });
    expect(mended.charges.map((charge) => [charge.row, charge.billedCost])).toEqual([
      [1, decimal('1.5')],
      [2, decimal('7')],
    ]);
    expect(mended.summary).toMatchObject({ mended: 1, quarantined: 0 });
  });

  it('reads the mend of a period that the file holds, and none of another', async () => {
    using scratch = new Scratch();
    const bad = row({ BillingPeriodStart: '2025-13-01', BilledCost: '9' });
    const { quarantined } = await readText(scratch, csv(bad));
    const { badDigest, fields } = quarantined[0] as (typeof quarantined)[0];
    const column = HEADER.split(',').indexOf('BillingPeriodStart');
    const mends = new Map([[badDigest, ['2025-01-01', '2025-02-01'].map((period) => fields.with(column, period))]]);
    const good = (period: string): string => row({ BillingPeriodStart: period });
    const periodsOf = async (text: string) => {
      const { charges, summary } = await readText(scratch, text, { mends });
      return [
        charges.map(({ billingPeriodStart }) => new Date(billingPeriodStart).toISOString().slice(0, 7)),
        summary.mended,
        summary.quarantinedWithoutPeriod,
      ];
    };
    // Before and after the good row: what the file holds is known at its end.
    expect(await periodsOf(csv(bad, good('2025-01-01')))).toEqual([['2025-01', '2025-01'], 1, 0]);
    expect(await periodsOf(csv(good('2025-02-01'), bad))).toEqual([['2025-02', '2025-02'], 1, 0]);
    expect(await periodsOf(csv(good('2024-12-01'), bad))).toEqual([['2024-12'], 0, 1]);
  });
});

describe('a file that cannot be read', () => {
  const text = csv(...Array.from({ length: 3000 }, (_, i) => row({ BilledCost: `${i}.25` })));
  it.each<[string, string, string | Uint8Array]>([
    ['FOCUS-101', 'is empty', ''],
    ['FOCUS-101', 'holds blank lines only', '\n\r\n'],
    ['FOCUS-102', 'is something else', 'name,phone\nx,y\n'],
    ['FOCUS-103', 'lacks columns', 'BilledCost,ChargePeriodStart\n1,2025-01-01\n'],
    ['FOCUS-104', 'has a column twice', `${HEADER},billed cost\n${row()},1\n`],
    ['FOCUS-105', 'is a truncated gzip', gzipSync(text).subarray(0, 2000)],
    ['FOCUS-106', 'is a damaged gzip', gzipSync(text).fill(0xff, 200, 900)],
    ['FOCUS-107', 'is a truncated Parquet file', Buffer.from('PAR1 and nothing more')],
    ['FOCUS-108', 'never closes a quote', `${csv(row())}"${'x'.repeat(1_200_000)}`],
  ])('answers %s when it %s, and leaves nothing behind', async (code, _what, content) => {
    using scratch = new Scratch();
    const keepIn = join(scratch.path, 'files');
    await expect(readText(scratch, content, { keepIn })).rejects.toMatchObject({ code, name: 'IntakeProblem' });
    expect(
      readdirSync(scratch.path, { recursive: true })
        .map(String)
        .filter((name) => !['input', 'work', 'files', 'files/incoming'].includes(name)),
    ).toEqual([]);
  });

  it('answers FOCUS-109 for a path that is not there', async () => {
    using scratch = new Scratch();
    await expect(readText(scratch, 'x', { path: join(scratch.path, 'nowhere.csv') })).rejects.toMatchObject({ code: 'FOCUS-109' });
  });

  it('keeps the original and the quarantined rows by digest', async () => {
    using scratch = new Scratch();
    const store = new FileStore(join(scratch.path, 'files'));
    const { summary } = await readText(scratch, gzipSync(csv(row(), row({ BilledCost: 'x' }))), { keepIn: store.root });
    expect(summary.fileSha256).not.toBe(summary.sha256);
    expect(await store.has(summary.fileSha256)).toBe(true);
    expect(await store.has(summary.quarantineSha256 as string)).toBe(true);
    const upload = await readText(scratch, '', { path: store.pathOf(summary.fileSha256), keepIn: store.root });
    expect(upload.summary).toMatchObject({ fileSha256: summary.fileSha256, sha256: summary.sha256, rows: 2 });
    expect(await store.erase(summary.fileSha256)).toBe(true);
    expect(await store.erase(summary.fileSha256)).toBe(false);
  });
});
