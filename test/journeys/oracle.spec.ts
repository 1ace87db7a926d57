import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { Drawdown } from '#charges';
import type { Terms } from '#commitments/domain';
import { type Decimal, exactly, formatDecimal, formatInstant, type Instant, MS_PER_DAY, MS_PER_HOUR, parseDecimal } from '#kernel';
import { Random } from '../../libs/charges/generator/random.js';
import { at, clause, known, spendTerms } from '../support/commitments.js';
import { commit, make, testCore, type TestCore } from '../support/core.js';
import { type OracleCommitment, type OracleFact, oraclePostings, type OracleRow } from '../support/oracle.js';

// Random ledgers through the real import and the real commands, against a second model of the arithmetic: what is drawn must be
// the same to the last digit, at every recorded position. So what came in step by step is also what a replay gives.

const ORG = 'o1';
const START = at('2025-01-01');
const HEADER =
  'BilledCost,BillingAccountId,BillingCurrency,BillingPeriodStart,ChargeCategory,ChargePeriodEnd,ChargePeriodStart,ProviderName,PublisherName,SkuId,ContractApplied';
const SKUS = ['a', 'b'];

let ledger: TestCore;
afterEach(() => ledger.close());

const text = (value: bigint): string => formatDecimal(value as Decimal);
const date = (value: number): string => formatInstant(value as Instant);
const line = ({ cost, billingPeriod, start, end, sku, marketplace, stated }: OracleRow): string => {
  const applied = stated
    ? { Elements: [{ ContractId: 'K', ContractCommitmentId: stated.commitment, ContractCommitmentAppliedCost: text(stated.cost) }] }
    : null;
  const quoted = applied ? `"${JSON.stringify(applied).replaceAll('"', '""')}"` : '';
  return `${text(cost)},acct,USD,${date(billingPeriod)},Usage,${date(end)},${date(start)},p1,${marketplace ? 'Third' : ''},${sku},${quoted}`;
};

function termsOf({ id, amount, start, end, priority, parent, sku, interval, marketplace }: OracleCommitment): Terms {
  return spendTerms(text(amount), {
    priority,
    parent,
    schedule: {
      kind: 'tranches',
      tranches: [{ id: 't', start: exactly(start as Instant), end: exactly(end as Instant), amount: known(text(amount)) }],
    },
    ...(interval === null ? {} : { model: 'Continuous' as const, interval: { unit: 'hour' as const, count: interval / MS_PER_HOUR } }),
    ...(sku === null ? {} : { eligibility: { kind: 'rules' as const, inclusions: [clause({ sku: [sku] })], exclusions: [] } }),
    marketplace: marketplace === null ? null : { share: parseDecimal(`0.${marketplace}`), rows: [] },
    reference: { contractCommitments: [{ contractId: 'K', commitmentId: id }], commitmentDiscountIds: [] },
  });
}

const amountOf = (random: Random): bigint =>
  parseDecimal(random.chance(0.2) ? `${random.integer(0, 99)}.${random.integer(1, 999_999_999)}` : `${random.integer(1, 60)}`);

function commitmentOf(random: Random, id: string, parents: readonly string[]): OracleCommitment {
  const interval = random.chance(0.4) ? MS_PER_HOUR * random.pick([1, 6, 24]) : null;
  const start = START + random.pick([0, 7, 14]) * MS_PER_DAY;
  const end = START + random.pick([20, 59, 90]) * MS_PER_DAY;
  const [priority, amount] = [random.integer(0, 2), interval === null ? 3n * amountOf(random) : amountOf(random) / 4n];
  const parent = parents.length > 0 && random.chance(0.4) ? random.pick(parents) : null;
  const sku = random.chance(0.3) ? random.pick(SKUS) : null;
  return { id, priority, parent, sku, start, end, amount, interval, marketplace: random.chance(0.3) ? random.pick([25, 50]) : null };
}

function rowOf(random: Random, ids: readonly string[]): Omit<OracleRow, 'row'> {
  const month = random.integer(0, 1);
  const start = START + random.integer(31 * month, 31 * month + 27) * MS_PER_DAY + random.integer(0, 23) * MS_PER_HOUR;
  const cost = amountOf(random) * (random.chance(0.2) ? -1n : 1n);
  return {
    billingPeriod: at(month === 0 ? '2025-01-01' : '2025-02-01'),
    start,
    end: start + random.pick([1, 1, 7, 72]) * MS_PER_HOUR,
    cost,
    sku: random.pick(SKUS),
    marketplace: random.chance(0.25),
    stated: random.chance(0.15) ? { commitment: random.pick(ids), cost: cost / 2n } : null,
  };
}

/** Facts of one ledger in order, with the position at which each was allocated. */
async function history(random: Random): Promise<{ facts: OracleFact[]; positions: number[] }> {
  const facts: OracleFact[] = [];
  const positions: number[] = [];
  let terms: OracleCommitment[] = [];
  const rows: Omit<OracleRow, 'row'>[] = [];
  const amended = new Set<string>();
  let serial = 0;
  const change = async (next: OracleCommitment[], work: Promise<number>): Promise<void> => {
    await work;
    facts.push({ terms: (terms = next) });
  };
  const deliver = async (): Promise<void> => {
    for (const [index] of [...rows].reverse().entries()) if (random.chance(0.2)) rows.splice(index, 1);
    for (let i = random.integer(3, 7); i > 0; i--)
      rows.push(
        rowOf(
          random,
          terms.map(({ id }) => id),
        ),
      );
    if (random.chance(0.5)) rows.push({ ...random.pick(rows) });
    const months = random.pick([['2025-01-01'], ['2025-02-01'], ['2025-01-01', '2025-02-01']]).map(at);
    const file = rows.filter(({ billingPeriod }) => months.includes(billingPeriod as Instant)).map((row, index) => ({ ...row, row: index + 1 }));
    const path = join(ledger.directory, `${++serial}.csv`);
    writeFileSync(path, [HEADER, ...file.map(line), ''].join('\n'));
    const caller = { organization: ORG, actor: 'tester' };
    const result = await ledger.core.imports.run({ path, name: 'f', feed: 'f', covers: months, caller });
    expect(result).toMatchObject({ summary: { scan: { quarantined: 0 } } });
    facts.push({ file, covers: months });
  };
  const add = async (): Promise<void> => {
    const made = commitmentOf(
      random,
      `C${terms.length}x${++serial}`,
      terms.map(({ id }) => id),
    );
    await change([...terms, made], make(ledger.core, ORG, made.id, termsOf(made)));
  };
  const edit = async (): Promise<void> => {
    const old = random.pick(terms);
    const edited = { ...old, ...(random.chance(0.5) ? { amount: 3n * amountOf(random) } : { priority: random.integer(0, 3) }) };
    // Later ones from later on, so that the last one recorded decides.
    const effectiveAt = exactly((old.start + serial * MS_PER_HOUR) as Instant);
    const { priority, schedule } = termsOf(edited);
    const common = { changes: { priority, schedule }, reason: 'r', evidence: [] };
    // An amendment would leave earlier intervals their old amount, and a corrected making changes nothing that was amended since.
    const isAmended = old.interval === null && (amended.has(old.id) || random.chance(0.5));
    if (isAmended) amended.add(old.id);
    const correct = { type: 'CorrectCommitment' as const, fact: 0, effectiveAt: null, ...common };
    const amend = { type: 'AmendCommitment' as const, effectiveAt, ...common };
    await change(
      terms.map((each) => (each === old ? edited : each)),
      commit(ledger.core, ORG, old.id, `edit-${++serial}`, isAmended ? amend : correct),
    );
  };
  const withdraw = async (): Promise<void> => {
    const { id } = random.pick(terms);
    await change(
      terms.filter((each) => each.id !== id),
      commit(ledger.core, ORG, id, `void-${id}`, { type: 'VoidCommitment', fact: 0, reason: 'r', evidence: [] }),
    );
  };
  for (let step = 0; step < 12; step++) {
    const work =
      step < 2
        ? add
        : step === 2 || random.chance(0.5)
          ? deliver
          : random.chance(0.4)
            ? add
            : random.chance(0.75) || terms.length < 3
              ? edit
              : withdraw;
    await work();
    await ledger.core.settle();
    positions.push(ledger.core.projector.position as number);
  }
  return { facts, positions };
}

it.each(Array.from({ length: 12 }, (_, index) => index + 1))('ledger %i draws what the second model draws, at every position', async (seed) => {
  ledger = await testCore();
  const random = new Random(seed);
  const { facts, positions } = await history(random);
  const ids = new Set(facts.flatMap((fact) => ('terms' in fact ? fact.terms.map(({ id }) => id) : [])));
  let compared = 0;
  for (const [index, position] of positions.entries()) {
    const postings = oraclePostings(facts.slice(0, index + 1));
    for (const id of ids) {
      const drawdown = new Drawdown(ledger.core.database, id, position);
      const from = START + random.integer(0, 40) * MS_PER_DAY;
      const spans = [
        [START - 366 * MS_PER_DAY, START + 366 * MS_PER_DAY],
        [from, from + random.integer(1, 800) * MS_PER_HOUR],
      ] as const;
      for (const [s, e] of spans) {
        const expected = postings
          .filter((each) => each.commitment === id && each.at >= s && each.at < e)
          .reduce((sum, { amount }) => sum + amount, 0n);
        const { certain } = drawdown.between(s as Instant, e as Instant);
        expect(`${id} at ${index} [${date(s)}, ${date(e)}) ${text(certain)}`).toBe(`${id} at ${index} [${date(s)}, ${date(e)}) ${text(expected)}`);
        if (expected !== 0n) compared++;
      }
    }
  }
  expect(compared).toBeGreaterThan(5);
});
