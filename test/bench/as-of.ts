import { join } from 'node:path';
import { Drawdown } from '#charges';
import { Random } from '../../libs/charges/generator/index.js';
import { type Instant, MS_PER_DAY } from '#kernel';
import { type AsOfLedger, asOfLedger, BEGIN, COMMITMENT, NOW, SCALE } from './as-of-ledger.js';
import { type Family, type Figure, median, round } from './figure.js';
import { withDirectory } from './workspace.js';

const CHARGES = 1_000_000;
const CORRECTIONS = 10_000;
const INSTANTS = 200;
const ROUNDS = 5;
/** Of the tenfold ledger only so many answers are folded again: a fold reads ten million postings. */
const CHECKED_LARGE = 40;

export const asOf: Family = {
  figures: ['query.as-of', 'query.as-of.growth'],
  run: (_options, wanted) => withDirectory((directory) => measure(directory, wanted)),
};

interface Timing {
  readonly past: number[];
  readonly now: number[];
  readonly checked: number;
}

async function measure(directory: string, wanted: ReadonlySet<string>): Promise<readonly Figure[]> {
  const small = await time(join(directory, 'small'), 1, Infinity);
  const ratios = small.past.map((value, index) => value / (small.now[index] as number));
  const figures: Figure[] = [
    {
      name: 'query.as-of',
      value: round(median(ratios)),
      unit: 'ratio',
      reach: '<= 2',
      measured: {
        what: `D(t, r) at ${INSTANTS} random instants on each axis, ${CHARGES} charges and ${CORRECTIONS} corrections; ${small.checked} answers equal to a fold of all postings`,
        unit: 'us',
        median: round(median(small.past)),
        rounds: small.past.map(round),
        ratios: ratios.map(round),
      },
      against: { what: 'the same query at now', unit: 'us', median: round(median(small.now)), rounds: small.now.map(round) },
    },
  ];
  if (!wanted.has('query.as-of.growth')) return figures;
  const large = await time(join(directory, 'large'), 10, CHECKED_LARGE);
  figures.push({
    name: 'query.as-of.growth',
    value: round(median(large.past) / median(small.past)),
    unit: 'ratio',
    reach: '<= 1.3',
    measured: {
      what: `the same with ten times the charges and corrections; ${large.checked} answers checked`,
      unit: 'us',
      median: round(median(large.past)),
      rounds: large.past.map(round),
    },
    against: { what: 'as measured with the smaller ledger', unit: 'us', median: round(median(small.past)), rounds: small.past.map(round) },
  });
  return figures;
}

async function time(directory: string, factor: number, checks: number): Promise<Timing> {
  const ledger = await asOfLedger(directory, CHARGES * factor, CORRECTIONS * factor);
  const drawdown = new Drawdown(ledger.core.database);
  const random = new Random(factor);
  const instants = Array.from({ length: INSTANTS }, () => (BEGIN + random.integer(0, NOW - BEGIN)) as Instant);
  const last = ledger.positions.length - 1;
  const positions = Array.from({ length: INSTANTS }, () => ledger.positions[random.integer(0, last)] as number);
  const query = (t: Instant, position: number): bigint => drawdown.between(COMMITMENT, BEGIN, t, position).certain;
  const checked = check(ledger, query, instants, positions, checks);
  const timing: Timing = { past: [], now: [], checked };
  for (let n = 0; n < ROUNDS; n++) {
    timing.past.push(each(INSTANTS, (i) => query(instants[i] as Instant, positions[i] as number)));
    timing.now.push(each(INSTANTS, () => query(NOW, Number.MAX_SAFE_INTEGER)));
  }
  await ledger.close();
  return timing;
}

/** Every combination of a random instant with a random position, against a fold over all postings that reads no cell. */
function check(
  ledger: AsOfLedger,
  query: (t: Instant, position: number) => bigint,
  instants: readonly Instant[],
  positions: readonly number[],
  checks: number,
): number {
  const count = Math.min(checks, instants.length);
  for (let i = 0; i < count; i++) {
    const [t, position] = [instants[i] as Instant, positions[i] as number];
    const expected = ledger.fold(t, position) * SCALE;
    const found = query(t, position);
    if (found !== expected) throw new Error(`D(${new Date(t).toISOString()}, ${position}) is ${found}, the fold says ${expected}`);
  }
  if (query((NOW + MS_PER_DAY) as Instant, Number.MAX_SAFE_INTEGER) !== ledger.fold(Infinity, Infinity) * SCALE)
    throw new Error('the total at now differs from the fold');
  return count + 1;
}

/** Microseconds a call. */
function each(count: number, work: (index: number) => void): number {
  const from = performance.now();
  for (let i = 0; i < count; i++) work(i);
  return ((performance.now() - from) * 1000) / count;
}
