import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommitmentCommand } from '#commitments';
import { exactly, parseInstant } from '#kernel';
import { known, spendTerms } from '../../../test/support/commitments.js';
import { commit, make, testCore, type TestCore } from '../../../test/support/core.js';

const HEADER =
  'BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargePeriodEnd,ChargePeriodStart,ProviderName,ServiceName';
const line = ({ cost, day }: Row): string =>
  `${cost},acct,USD,,2025-02-01T00:00:00Z,Usage,2025-02-0${day}T01:00:00Z,2025-02-0${day}T00:00:00Z,AWS,Compute`;
const ORG = 'o1';

interface Row {
  readonly cost: number;
  readonly day: number;
}
type Step =
  | { readonly deliver: readonly Row[] }
  | { readonly make: number; readonly amount: number; readonly priority: number; readonly parent: boolean }
  | { readonly amend: number; readonly amount: number }
  | { readonly rename: number }
  | { readonly void: number };

const row = fc.record({ cost: fc.integer({ min: -4, max: 9 }), day: fc.integer({ min: 1, max: 3 }) });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.array(row, { minLength: 1, maxLength: 4 }).map((deliver) => ({ deliver })) },
  { weight: 3, arbitrary: fc.record({ make: fc.nat(2), amount: fc.integer({ min: 0, max: 12 }), priority: fc.nat(2), parent: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ amend: fc.nat(2), amount: fc.integer({ min: 0, max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ rename: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ void: fc.nat(2) }) },
);

/** What the ledger says in the end: by commitment and hour, and of coverage; cells that came back to nothing do not count. */
function totals({ core }: TestCore): unknown {
  const latest = (table: string, key: string, values: string) =>
    core.database
      .sql(
        `SELECT ${key}, ${values} FROM ${table} AS t WHERE position = (SELECT max(position) FROM ${table} AS u WHERE ${key
          .split(', ')
          .map((column) => `u.${column} = t.${column}`)
          .join(' AND ')}) ORDER BY ${key}`,
      )
      .all<(string | number)[]>()
      .filter((each) => each.slice(key.split(', ').length).some((value) => value !== '0' && value !== 0));
  return {
    drawdown: latest('drawdown', 'commitment, level, bucket', 'certain, low, high, open_up, open_down, marketplace'),
    coverage: latest('coverage', 'org, currency, column_name, provider, level, bucket', 'usage, covered'),
  };
}

/** Runs the script, allocating after each step. */
async function run(script: readonly Step[], files: string): Promise<unknown> {
  const ledger = await testCore();
  try {
    const { core } = ledger;
    const made = new Set<number>();
    const gone = new Set<number>();
    let count = 0;
    for (const each of script) {
      if ('deliver' in each) {
        const path = join(files, `${++count}.csv`);
        writeFileSync(path, [HEADER, ...each.deliver.map(line), ''].join('\n'));
        const result = await core.imports.run({ path, name: 'x.csv', feed: 'aws', caller: { organization: ORG, actor: 'tester' } });
        if ('rejection' in result) throw new Error(result.rejection.code);
      } else await change(core, each, made, gone, ++count);
      await core.settle();
    }
    return totals(ledger);
  } finally {
    await ledger.close();
  }
}

async function change(
  core: TestCore['core'],
  each: Exclude<Step, { deliver: unknown }>,
  made: Set<number>,
  gone: Set<number>,
  count: number,
): Promise<void> {
  const common = { reason: 'r', evidence: [] };
  if ('make' in each) {
    if (made.has(each.make)) return;
    made.add(each.make);
    const parent = each.parent && each.make > 0 && made.has(0) ? 'C0' : null;
    await make(core, ORG, `C${each.make}`, spendTerms(`${each.amount}`, { priority: each.priority, parent }));
    return;
  }
  const id = 'amend' in each ? each.amend : 'rename' in each ? each.rename : each.void;
  if (!made.has(id) || gone.has(id)) return;
  const effectiveAt = exactly(parseInstant('2025-01-01'));
  const command: CommitmentCommand =
    'amend' in each
      ? { type: 'AmendCommitment', effectiveAt, changes: { trancheAmounts: [{ id: 't1', amount: known(`${each.amount}`) }] }, ...common }
      : 'rename' in each
        ? { type: 'AmendCommitment', effectiveAt, changes: { name: `Name ${count}` }, ...common }
        : { type: 'VoidCommitment', fact: 0, ...common };
  if ('void' in each) gone.add(id);
  await commit(core, ORG, `C${id}`, `step ${count}`, command);
}

describe('re-allocation', () => {
  it('leaves what a ledger says that had known today’s terms from the start: postings and coverage', async () => {
    const files = mkdtempSync(join(tmpdir(), 'tenor-replay-'));
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (script) => {
          const terms = script.filter((each) => !('deliver' in each));
          const deliveries = script.filter((each) => 'deliver' in each);
          expect(await run(script, files)).toEqual(await run([...terms, ...deliveries], files));
        }),
        { numRuns: 25, interruptAfterTimeLimit: 10_000 },
      );
    } finally {
      rmSync(files, { recursive: true });
    }
  }, 60_000);

  it('goes through no charge when what changed is nothing that a charge draws by', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tenor-replay-'));
    const path = join(directory, 'charges.csv');
    writeFileSync(path, [HEADER, line({ cost: 5, day: 1 }), line({ cost: 4, day: 2 }), ''].join('\n'));
    const importing = await testCore({ directory });
    await make(importing.core, ORG, 'C0', spendTerms('7'));
    await importing.core.imports.run({ path, name: 'x.csv', feed: 'aws', caller: { organization: ORG, actor: 'tester' } });
    await importing.core.settle();
    await importing.close();
    // Another process, which has no chunk in memory.
    const ledger = await testCore({ directory });
    const { core } = ledger;
    const before = totals(ledger);
    const allocations = async () =>
      (await core.store.readStream(`${core.ledger}.${ORG}.allocation-${ORG}`)).map(({ data: { run: _run, trigger: _trigger, ...data } }) => data);
    const first = await allocations();
    let read = 0;
    const { readStream } = core.store;
    core.store.readStream = (stream, options) => {
      if (stream.includes('.delivery-')) read++;
      return readStream.call(core.store, stream, options);
    };
    const amend = (key: string, changes: Extract<CommitmentCommand, { type: 'AmendCommitment' }>['changes']) =>
      commit(core, ORG, 'C0', key, { type: 'AmendCommitment', effectiveAt: exactly(parseInstant('2025-01-01')), changes, reason: 'r', evidence: [] });
    await amend('name', { name: 'Another' });
    await core.settle();
    expect((await allocations()).slice(first.length)).toEqual([{ final: true }]);
    expect([read, totals(ledger)]).toEqual([0, before]);
    await amend('amount', { trancheAmounts: [{ id: 't1', amount: known('3') }] });
    await core.settle();
    expect(read).toBeGreaterThan(0);
    await ledger.close();
    rmSync(directory, { recursive: true });
  });
});
