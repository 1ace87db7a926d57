import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spendTerms } from '../../../test/support/commitments.js';
import { drawnIn2025, make, testCore, type TestCore } from '../../../test/support/core.js';
import { Deliveries } from '../read/deliveries.js';
import { Quarantine, quarantinedFieldsOf } from '../read/quarantine.js';
import { RowMending } from './mend-rows.js';
import { quarantineCsv, quarantinedFields } from './quarantine-file.js';

const HEADER =
  'BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargePeriodEnd,ChargePeriodStart,ProviderName,ServiceName';
const row = (cost: string, start: string, billingPeriod = `${start.slice(0, 7)}-01T00:00:00Z`) =>
  `${cost},acct,USD,,${billingPeriod},Usage,${start}T01:00:00Z,${start}T00:00:00Z,AWS,Compute`;

const ORG = 'o1';
let ledger: TestCore;
let files: string;
let mending: RowMending;
let count = 0;
beforeEach(async () => {
  ledger = await testCore();
  files = mkdtempSync(join(tmpdir(), 'tenor-files-'));
  const { store, decisions, database, files: kept, ledger: id } = ledger.core;
  mending = new RowMending({
    store,
    decisions,
    database,
    files: kept,
    ledger: id,
    caughtUp: () => ledger.core.settle(),
    workDir: join(files, 'work'),
    inProcess: true,
  });
  await make(ledger.core, ORG, 'a', spendTerms('1000'));
});
afterEach(async () => {
  await ledger.close();
  rmSync(files, { recursive: true });
});

const file = (content: string): string => {
  const path = join(files, `${++count}.csv`);
  writeFileSync(path, content);
  return path;
};
async function deliver(...rows: string[]) {
  const path = file([HEADER, ...rows, ''].join('\n'));
  const result = await ledger.core.imports.run({ path, name: 'test.csv', feed: 'aws', caller: { organization: ORG, actor: 'tester' } });
  if ('rejection' in result) throw new Error(result.rejection.code);
  await ledger.core.settle();
  return result.summary;
}
async function exported(deliveryId: string): Promise<string[]> {
  const { database, store, files: kept } = ledger.core;
  const sha256 = (await quarantinedFieldsOf(database, store, ledger.core.ledger, ORG, deliveryId)) as string;
  const fields = await quarantinedFields(kept, sha256);
  const open = new Set(new Quarantine(database).rows(ORG, deliveryId, { limit: 100, openOnly: true }).map((each) => each.row));
  const lines: string[] = [];
  if (fields) for await (const line of quarantineCsv(fields, (each) => open.has(each))) lines.push(line);
  return lines;
}
async function mend(deliveryId: string, lines: readonly string[], organization = ORG) {
  const result = await mending.run({
    deliveryId,
    path: file(`${lines.join('\n')}\n`),
    name: 'mended.csv',
    caller: { organization, actor: 'tester' },
  });
  await ledger.core.settle();
  return result;
}
const drawn = () => drawnIn2025(ledger.core);

describe('quarantine', () => {
  it('goes out and comes back: mended rows count under their delivery and row number, the rest stays', async () => {
    const { deliveryId } = await deliver(row('10', '2025-02-01'), row('n/a', '2025-02-02'), row('7', '2025-02-30'));
    const id = deliveryId as string;
    expect(drawn()).toBe('10');
    const lines = await exported(id);
    expect(lines[0]).toBe(`x_TenorRow,x_TenorLine,x_TenorProblems,${HEADER}`);
    expect(lines[1]).toMatch(/^2,3,BilledCost: expected a decimal number such as .* \[FOCUS-211\],n\/a,acct/);
    const result = await mend(id, [lines[0] as string, (lines[1] as string).replace('n/a', '5.00'), lines[2] as string]);
    expect(result).toMatchObject({ summary: { status: 'mended', mended: 1, stillBad: [{ row: 3 }], replaced: 0, mendedBefore: 0 } });
    expect(drawn()).toBe('15');
    expect(new Quarantine(ledger.core.database).count(ORG, id)).toEqual({ open: 1, all: 2 });
    expect(await exported(id)).toHaveLength(2);
    const chunk = await ledger.core.store.readStream(`${ledger.core.ledger}.${ORG}.delivery-${id}`, { from: 2 });
    expect(chunk.map(({ data }) => [data['chunk'], data['row']])).toEqual([[2, [2]]]);
    // Once more, and then the other one.
    expect(await mend(id, [lines[0] as string, (lines[1] as string).replace('n/a', '5.00')])).toMatchObject({
      summary: { status: 'unchanged', mendedBefore: 1 },
    });
    expect(await mend(id, [lines[0] as string, (lines[2] as string).replaceAll('2025-02-30', '2025-02-28')])).toMatchObject({
      summary: { mended: 1 },
    });
    expect(drawn()).toBe('22');
  });

  it('holds for the same bad bytes in later deliveries of the feed', async () => {
    const first = await deliver(row('10', '2025-02-01'), row('n/a', '2025-02-02'));
    const lines = await exported(first.deliveryId as string);
    await mend(first.deliveryId as string, [lines[0] as string, (lines[1] as string).replace('n/a', '5')]);
    expect(await deliver(row('10', '2025-02-01'), row('n/a', '2025-02-02'), row('1', '2025-02-03'))).toMatchObject({
      additions: 1,
      reversals: 0,
      unchanged: 2,
      scan: { mended: 1, quarantined: 0 },
    });
    expect(drawn()).toBe('16');
    expect(await deliver(row('10', '2025-02-01'))).toMatchObject({ reversals: 2 });
    expect(drawn()).toBe('10');
  });

  it('changes nothing where the delivery was replaced', async () => {
    const first = await deliver(row('10', '2025-02-01'), row('n/a', '2025-02-02'));
    const lines = await exported(first.deliveryId as string);
    await deliver(row('10', '2025-02-01'), row('4', '2025-02-02'));
    const before = await ledger.core.store.head();
    expect(await mend(first.deliveryId as string, [lines[0] as string, (lines[1] as string).replace('n/a', '5')])).toMatchObject({
      summary: { status: 'unchanged', mended: 0, replaced: 1 },
    });
    expect(await ledger.core.store.head()).toBe(before);
    expect(drawn()).toBe('14');
  });

  it('gives a row whose period was unreadable a slice that the next delivery replaces', async () => {
    const first = await deliver(row('10', '2025-02-01'), row('3', '2025-03-05', 'soon'));
    const lines = await exported(first.deliveryId as string);
    expect(await mend(first.deliveryId as string, [lines[0] as string, (lines[1] as string).replace('soon', '2025-03-01T00:00:00Z')])).toMatchObject({
      summary: { mended: 1 },
    });
    expect(drawn()).toBe('13');
    await deliver(row('2', '2025-03-05'));
    expect(drawn()).toBe('12');
  });

  it('refuses what was never quarantined, rows named twice, and other organizations', async () => {
    const { deliveryId } = await deliver(row('10', '2025-02-01'), row('n/a', '2025-02-02'));
    const id = deliveryId as string;
    const [head, bad] = (await exported(id)) as [string, string];
    expect(await mend(id, [head, bad.replace(/^2,/, '1,')])).toEqual({ rejection: { code: 'ROW_NOT_QUARANTINED', row: 1 } });
    expect(await mend(id, [head, bad, bad])).toEqual({ rejection: { code: 'MEND_ROW_TWICE', row: 2 } });
    expect(await mend(id, [head, bad.replace(/^2,/, 'x,')])).toEqual({ rejection: { code: 'MEND_ROW_UNREADABLE', line: 2 } });
    expect(await mend(id, [head, bad], 'o2')).toEqual({ rejection: { code: 'DELIVERY_NOT_FOUND', deliveryId: id } });
    await expect(mend(id, [HEADER, row('1', '2025-02-02')])).rejects.toThrow('FOCUS-103');
    expect(await mend(id, [head, bad])).toMatchObject({ summary: { status: 'unchanged', stillBad: [{ row: 2 }] } });
  });

  it('takes up a mend that broke off between its chunk and the fact', async () => {
    const { deliveryId } = await deliver(row('10', '2025-02-01'), row('n/a', '2025-02-02'));
    const id = deliveryId as string;
    const [head, bad] = (await exported(id)) as [string, string];
    const { decisions } = ledger.core;
    const broken = { ...decisions, execute: () => Promise.reject(new Error('killed')) };
    const { store, database, files: kept } = ledger.core;
    const half = new RowMending({
      store,
      decisions: broken,
      database,
      files: kept,
      ledger: ledger.core.ledger,
      caughtUp: () => ledger.core.settle(),
      workDir: join(files, 'work'),
      inProcess: true,
    });
    const path = file([head, bad.replace('n/a', '5'), ''].join('\n'));
    await expect(half.run({ deliveryId: id, path, name: 'm', caller: { organization: ORG, actor: 'tester' } })).rejects.toThrow('killed');
    await ledger.core.settle();
    expect(drawn()).toBe('10');
    expect(await mend(id, [head, bad.replace('n/a', '5')])).toMatchObject({ summary: { mended: 1 } });
    expect(drawn()).toBe('15');
    expect(await ledger.core.store.readStream(`${ledger.core.ledger}.${ORG}.delivery-${id}`)).toHaveLength(3);
  });

  it('lists deliveries by their own numbers', async () => {
    await deliver(row('10', '2025-02-01'));
    await deliver(row('11', '2025-02-01'));
    const deliveries = new Deliveries(ledger.core.database);
    expect(deliveries.list(ORG, { after: 1, limit: 10 })).toMatchObject([{ number: 2, additions: 1, reversals: 1 }]);
    expect(deliveries.list('o2', { limit: 10 })).toEqual([]);
    expect(deliveries.count(ORG)).toBe(2);
  });
});
