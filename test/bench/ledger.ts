import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Terms } from '#commitments/domain';
import { readConfig, systemClock } from '#platform';
import { type Core, openCore } from '../../apps/ledger/core.js';
import { BENCH_ACCOUNT_GROUPS, BENCH_ELIGIBLE_SERVICES } from '../../libs/charges/generator/index.js';
import { clause, spendTerms } from '../support/commitments.js';
import { make } from '../support/core.js';

export const ORGANIZATION = 'o1';
/** The one that the service's key belongs to; 32 hexadecimal digits, as every organization has. */
export const SERVED = 'be'.repeat(16);
export interface BenchLedger {
  readonly core: Core;
  close(): Promise<void>;
}

/** A ledger on the disk, as the service runs it. */
export async function openLedger(directory: string): Promise<BenchLedger> {
  mkdirSync(directory, { recursive: true });
  const config = readConfig({ TENOR_DATA: directory, TENOR_STORE: `sqlite:${join(directory, 'ledger.db')}` });
  const core = await openCore({
    config,
    clock: systemClock,
    onFault: (error) => {
      throw error;
    },
  });
  core.projector.start();
  return { core, close: () => core.close() };
}

const eligible = (dimensions: Partial<Record<'service' | 'account', readonly string[]>>): Partial<Terms> => ({
  eligibility: { kind: 'rules', inclusions: [clause(dimensions)], exclusions: [] },
});
const rules = { service: BENCH_ELIGIBLE_SERVICES };

/** Four commitments over half the rows: one with two nested in it, and one behind it in the waterfall. */
export async function openBenchLedger(directory: string): Promise<BenchLedger> {
  const ledger = await openLedger(directory);
  await make(ledger.core, ORGANIZATION, 'master', spendTerms('4000', { ...eligible(rules), priority: 1 }));
  await make(
    ledger.core,
    ORGANIZATION,
    'research',
    spendTerms('1500', { ...eligible({ ...rules, account: BENCH_ACCOUNT_GROUPS.research }), priority: 1, parent: 'master' }),
  );
  await make(
    ledger.core,
    ORGANIZATION,
    'production',
    spendTerms('1500', { ...eligible({ ...rules, account: BENCH_ACCOUNT_GROUPS.production }), priority: 2, parent: 'master' }),
  );
  await make(ledger.core, ORGANIZATION, 'overflow', spendTerms('2000', { ...eligible(rules), priority: 2 }));
  return ledger;
}
