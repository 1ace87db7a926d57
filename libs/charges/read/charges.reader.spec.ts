import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseInstant } from '#kernel';
import { spendTerms } from '../../../test/support/commitments.js';
import { make, testCore, type TestCore } from '../../../test/support/core.js';
import { type ChargeFilter, type ChargeKey, ChargesReader, type KnownCharge } from './charges.reader.js';

const ORG = 'o1';
const HEADER =
  'BilledCost,BillingAccountId,BillingCurrency,BillingPeriodStart,ChargeCategory,ChargePeriodEnd,ChargePeriodStart,ProviderName,ServiceName';
const SERVICES = ['Compute', 'Speicher “groß”', 'back\\slash', 'Compute Engine'];
const PROVIDERS = ['AWS', 'Google Cloud'];

describe('charges by a filter', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tenor-reader-'));
  let ledger: TestCore;
  let position: number;
  const reader = () => new ChargesReader(ledger.core.entities, ledger.core.store, ledger.core.ledger);
  const moment = () => ({ organization: ORG, position, postings: { position } }) as Parameters<ChargesReader['page']>[0];

  beforeAll(async () => {
    ledger = await testCore({ directory });
    await make(ledger.core, ORG, 'small', spendTerms('20'));
    await make(ledger.core, ORG, 'next', spendTerms('30', { priority: 2 }));
    // Each delivery is a chunk of its own, with services and providers that the others need not have.
    for (let month = 1; month <= 4; month++) {
      const rows = Array.from({ length: 12 }, (_, i) => {
        const [start, day] = [`2025-0${month}-01T00:00:00Z`, `2025-0${month}-${String(i + 1).padStart(2, '0')}`];
        const service = SERVICES[(month + (i % 2)) % SERVICES.length] as string;
        return `${i - 2},acct,USD,${start},Usage,${day}T01:00:00Z,${day}T00:00:00Z,${PROVIDERS[month % 2]},${service}`;
      });
      const path = join(directory, `${month}.csv`);
      writeFileSync(path, [HEADER, ...rows, ''].join('\n'));
      await ledger.core.imports.run({ path, name: 'x.csv', feed: 'aws', caller: { organization: ORG, actor: 'tester' } });
    }
    await ledger.core.settle();
    position = (await ledger.core.store.head()) as number;
  });
  afterAll(async () => {
    await ledger.close();
    rmSync(directory, { recursive: true });
  });

  const holds = ({ charge, decision }: KnownCharge, { provider, service, reason, drew, commitment, from, to }: ChargeFilter): boolean => {
    const entries = (decision ?? []).filter((entry) => !commitment || entry.commitment === commitment);
    if (provider && charge.provider !== provider) return false;
    if (service && charge.service !== service) return false;
    if ((from && charge.start < from) || (to && charge.start >= to)) return false;
    if ((commitment && entries.length === 0) || (reason && !entries.some((entry) => entry.reason === reason))) return false;
    return drew === undefined || entries.some((entry) => entry.postings.length > 0) === drew;
  };
  const filters: readonly ChargeFilter[] = [
    ...SERVICES.map((service) => ({ service })),
    ...PROVIDERS.map((provider) => ({ provider, service: 'Compute' })),
    { service: 'nothing such' },
    { provider: '', service: '' },
    { provider: 'AWS', drew: true },
    { drew: false },
    { reason: 'DREW' },
    { reason: 'DREW_IN_PART' },
    { reason: 'FULL', commitment: 'small' },
    { reason: 'DREW_OVER', service: 'Compute' },
    { reason: 'PURCHASE_OF_COMMITMENT' },
    { commitment: 'next', from: parseInstant('2025-02-05'), to: parseInstant('2025-03-03') },
  ];

  it.each(filters.map((filter) => [JSON.stringify(filter), filter] as const))('%s gives exactly the rows that it holds for', async (_, filter) => {
    const warm = reader();
    const all = await warm.page(moment(), {}, null, 1_000);
    expect(all).toHaveLength(48);
    const expected = all.filter((known) => holds(known, filter));
    // Once with nothing decoded yet, once with everything in memory, once page by page.
    expect(await reader().page(moment(), filter, null, 1_000)).toEqual(expected);
    expect(await warm.page(moment(), filter, null, 1_000)).toEqual(expected);
    const paged: KnownCharge[] = [];
    const cold = reader();
    for (let after: ChargeKey | null = null; ;) {
      const page = await cold.page(moment(), filter, after, 3);
      paged.push(...page);
      if (page.length < 3) break;
      after = (page.at(-1) as KnownCharge).key;
    }
    expect(paged).toEqual(expected);
  });

  it('finds something by nearly each of these filters', async () => {
    const all = await reader().page(moment(), {}, null, 1_000);
    expect(filters.filter((filter) => !all.some((known) => holds(known, filter)))).toEqual([
      { service: 'nothing such' },
      { reason: 'PURCHASE_OF_COMMITMENT' },
    ]);
  });
});
