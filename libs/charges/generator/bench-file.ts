import { BENCH_COLUMNS } from './focus-columns.js';
import { Random, scaled } from './random.js';
import { csvLine, writeLines } from './write-file.js';

export interface BenchOptions {
  readonly rows: number;
  readonly seed: number;
  /** The file has 44 columns; the field is here so that a report can name it. */
  readonly columns?: 44;
  /** Share of rows that must be quarantined. */
  readonly badShare?: number;
  /** Share of rows with a negative BilledCost (refunds). */
  readonly negativeShare?: number;
  /** Share of rows whose ServiceName is one of BENCH_ELIGIBLE_SERVICES. */
  readonly eligibleShare?: number;
  readonly year?: number;
}

/**
 * What rules can select in a bench file:
 * - ServiceName: `BENCH_ELIGIBLE_SERVICES` in `eligibleShare` of the rows, else `BENCH_OTHER_SERVICES`;
 * - SubAccountId: half the rows in each group of `BENCH_ACCOUNT_GROUPS`, independently of the service, for nested children;
 * - RegionId us-east-1, us-west-2, eu-central-1; SkuId four to a service; tags team (20) and project (10);
 * - ProviderName AWS, BillingAccountId bench-payer, BillingCurrency USD, ChargeCategory Usage throughout;
 * - hourly charges anywhere in the year, in no order; twelve billing periods; BilledCost 0.000001 to 50, at ten places.
 * Bad rows take turns: a malformed cost, an impossible date, an unknown currency, a field too few.
 */
export const BENCH_ELIGIBLE_SERVICES = ['Amazon Elastic Compute Cloud', 'Amazon SageMaker', 'Amazon Bedrock', 'AWS Trainium'] as const;
export const BENCH_OTHER_SERVICES = ['Amazon Simple Storage Service', 'Amazon CloudWatch', 'AWS Lambda', 'Amazon Route 53'] as const;
const group = (name: string) => Array.from({ length: 10 }, (_, i) => `${name}-${String(i + 1).padStart(2, '0')}`);
export const BENCH_ACCOUNT_GROUPS = { research: group('research'), production: group('production') } as const;

const REGIONS = [
  ['us-east-1', 'US East (N. Virginia)'],
  ['us-west-2', 'US West (Oregon)'],
  ['eu-central-1', 'Europe (Frankfurt)'],
] as const;

/** Header and rows of the bench file, one line at a time. */
export function* benchLines({
  rows,
  seed,
  badShare = 0.01,
  negativeShare = 0.01,
  eligibleShare = 0.5,
  year = 2025,
}: BenchOptions): Generator<string> {
  const random = new Random(seed);
  yield csvLine(BENCH_COLUMNS);
  const hours = hoursOf(year);
  const accounts = [...BENCH_ACCOUNT_GROUPS.research, ...BENCH_ACCOUNT_GROUPS.production];
  for (let i = 0; i < rows; i++) {
    const eligible = random.chance(eligibleShare);
    const service = random.pick(eligible ? BENCH_ELIGIBLE_SERVICES : BENCH_OTHER_SERVICES);
    const row = benchRow(random, random.pick(hours), service, random.pick(accounts), random.chance(negativeShare));
    yield random.chance(badShare) ? spoil(row, i) : row.join(',');
  }
}

/** Writes the bench file (gzip when the path ends in .gz). */
export const benchFile = (path: string, options: BenchOptions): Promise<void> => writeLines(path, benchLines(options));

interface Hour {
  readonly start: string;
  readonly end: string;
  readonly periodStart: string;
  readonly periodEnd: string;
}

function hoursOf(year: number): Hour[] {
  const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const hours: Hour[] = [];
  for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + 1, 0, 1); at += 3_600_000) {
    const month = new Date(at).getUTCMonth();
    hours.push({
      start: iso(at),
      end: iso(at + 3_600_000),
      periodStart: iso(Date.UTC(year, month, 1)),
      periodEnd: iso(Date.UTC(year, month + 1, 1)),
    });
  }
  return hours;
}

/** Fields in the order of BENCH_COLUMNS, quoted where need be. */
function benchRow(random: Random, hour: Hour, service: string, account: string, negative: boolean): string[] {
  const [region, regionName] = random.pick(REGIONS);
  const sku = `${service.replaceAll(/[^A-Z0-9]/g, '')}${random.integer(1, 4)}`;
  const quantity = random.integer(1, 4000);
  const price = random.integer(1, 125_000);
  const cost = scaled((negative ? -1 : 1) * quantity * price, 10);
  const list = scaled((negative ? -1 : 1) * quantity * (price + (price >> 2)), 10);
  const resource = `arn:aws:compute:${region}:${account}:instance/i-${random.integer(0x10000000, 0x7fffffff).toString(16)}`;
  const tags = `"{""team"": ""team-${random.integer(1, 20)}"", ""project"": ""project-${random.integer(1, 10)}""}"`;
  return [
    `${region}a`, cost, 'bench-payer', 'Bench Laboratory', 'USD', hour.periodEnd, hour.periodStart,
    'Usage', '', `"${scaled(price, 10)} USD per unit of ${sku}, ${regionName}"`, 'Usage-Based', hour.end, hour.start, '',
    '', '', '', '', '', scaled(quantity, 0), 'Hours',
    cost, scaled(price, 10), cost, '"Amazon Web Services, Inc."', list, scaled(price + (price >> 2), 10), 'Standard', scaled(quantity, 0),
    'Hours', 'AWS', '"Amazon Web Services, Inc."', region, regionName, resource, '', 'Instance', 'Compute',
    service, sku, `${sku}.OD`, account, account, tags,
  ]; // prettier-ignore
}

const COST = BENCH_COLUMNS.indexOf('BilledCost');
const START = BENCH_COLUMNS.indexOf('ChargePeriodStart');
const CURRENCY = BENCH_COLUMNS.indexOf('BillingCurrency');

function spoil(row: string[], index: number): string {
  switch (index % 4) {
    case 0:
      return row.with(COST, 'n/a').join(',');
    case 1:
      return row.with(START, '2025-02-30T00:00:00Z').join(',');
    case 2:
      return row.with(CURRENCY, 'US$').join(',');
    default:
      return row.slice(1).join(',');
  }
}
