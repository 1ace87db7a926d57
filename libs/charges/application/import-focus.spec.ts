import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatDecimal, parseInstant } from '#kernel';
import { spendTerms } from '../../../test/support/commitments.js';
import { make, testCore, type TestCore, commit } from '../../../test/support/core.js';
import { decimal, exactly } from '#kernel';
import { Drawdown } from '../read/drawdown.js';

const HEADER =
  'BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargePeriodEnd,ChargePeriodStart,ProviderName,ServiceName';
const row = (cost: string, start: string, billingPeriod = `${start.slice(0, 7)}-01`) =>
  `${cost},acct,USD,,${billingPeriod}T00:00:00Z,Usage,${start}T01:00:00Z,${start}T00:00:00Z,AWS,Compute`;

const ORG = 'o1';
let ledger: TestCore;
let files: string;
beforeEach(async () => {
  ledger = await testCore();
  files = mkdtempSync(join(tmpdir(), 'tenor-files-'));
});
afterEach(async () => {
  await ledger.close();
  rmSync(files, { recursive: true });
});

let count = 0;
async function deliver(rows: readonly string[], options: { feed?: string; covers?: string[] } = {}) {
  const path = join(files, `${++count}.csv`);
  writeFileSync(path, [HEADER, ...rows, ''].join('\n'));
  const result = await ledger.core.imports.run({
    path,
    name: 'test.csv',
    feed: options.feed ?? 'aws',
    covers: (options.covers ?? []).map((day) => parseInstant(day)),
    caller: { organization: ORG, actor: 'tester' },
  });
  if ('rejection' in result) throw new Error(result.rejection.code);
  await ledger.core.settle();
  return result.summary;
}
const drawn = (id: string, position = Number.MAX_SAFE_INTEGER, from = '2025-01-01', to = '2026-01-01') =>
  formatDecimal(new Drawdown(ledger.core.database, id, position).between(parseInstant(from), parseInstant(to)).certain);

describe('deliveries', () => {
  it('example 7: file 1 has x and y, file 2 lacks x', async () => {
    await make(ledger.core, ORG, 'a', spendTerms('100', { priority: 1 }));
    await make(ledger.core, ORG, 'b', spendTerms('1000', { priority: 2 }));
    const first = await deliver([row('100', '2025-02-01'), row('50', '2025-02-02')]);
    expect(first).toMatchObject({ status: 'recorded', additions: 2, reversals: 0 });
    expect([drawn('a'), drawn('b')]).toEqual(['100', '50']);
    const then = ledger.core.projector.position as number;
    expect(await deliver([row('50', '2025-02-02')])).toMatchObject({ status: 'recorded', additions: 0, reversals: 1, unchanged: 1 });
    expect([drawn('a'), drawn('b')]).toEqual(['0', '50']);
    expect([drawn('a', then), drawn('b', then)]).toEqual(['100', '50']);
    expect(await deliver([row('50', '2025-02-02')])).toMatchObject({ status: 'unchanged' });
  });

  it('example 8: a row of 100 delivered again as 90', async () => {
    await make(ledger.core, ORG, 'a', spendTerms('100', { priority: 1 }));
    await make(ledger.core, ORG, 'b', spendTerms('1000', { priority: 2 }));
    await deliver([row('100', '2025-02-01')]);
    await deliver([row('90.0', '2025-02-01')]);
    expect([drawn('a'), drawn('b')]).toEqual(['90', '0']);
  });

  it('re-allocates what came before the commitment, and again when its terms change', async () => {
    await deliver([row('60', '2025-02-01'), row('60', '2025-02-02')]);
    await make(ledger.core, ORG, 'a', spendTerms('100', { priority: 1 }));
    await ledger.core.settle();
    expect(drawn('a')).toBe('120');
    await make(ledger.core, ORG, 'b', spendTerms('1000', { priority: 2 }));
    await ledger.core.settle();
    expect([drawn('a'), drawn('b')]).toEqual(['100', '20']);
    await commit(ledger.core, ORG, 'a', 'amend', {
      type: 'AmendCommitment',
      effectiveAt: exactly(parseInstant('2025-06-01')),
      changes: { trancheAmounts: [{ id: 't1', amount: { kind: 'known', value: decimal('30') } }] },
      reason: 'renegotiated',
      evidence: [],
    });
    await ledger.core.settle();
    expect([drawn('a'), drawn('b')]).toEqual(['30', '90']);
  });

  it('empties a period that the import covers without a row', async () => {
    await make(ledger.core, ORG, 'a', spendTerms('100'));
    await deliver([row('10', '2025-02-01'), row('7', '2025-03-01')]);
    await deliver([row('7', '2025-03-01')], { covers: ['2025-02-01', '2025-03-01'] });
    expect(drawn('a')).toBe('7');
  });

  it('keeps the count of identical rows', async () => {
    await make(ledger.core, ORG, 'a', spendTerms('100'));
    await deliver([row('10', '2025-02-01'), row('10', '2025-02-01'), row('10', '2025-02-01')]);
    expect(drawn('a')).toBe('30');
    expect(await deliver([row('10', '2025-02-01'), row('10', '2025-02-01')])).toMatchObject({ reversals: 1, additions: 0 });
    expect(drawn('a')).toBe('20');
  });
});
