import { join } from 'node:path';
import { Random } from '../../libs/charges/generator/index.js';
import { type Decimal, formatDecimal, type Instant } from '#kernel';
import { type AsOfLedger, asOfLedger, BEGIN, NOW, type RecordedMoment, SCALE } from './as-of-ledger.js';
import { type Family, type Figure, interleaved, ratio } from './figure.js';
import { Connection, requestMaker } from './load/connection.js';
import { startService } from './service.js';
import { withDirectory } from './workspace.js';

const CHARGES = 1_000_000;
const CORRECTIONS = 10_000;
const INSTANTS = 200;
const ROUNDS = 21;
/**
 * Asked for so long first, in turn: the compiler comes to the code of past answers, of which there is more, after that of the present one, and what
 * it does in a service's first seconds is not what is measured.
 */
const WARM_UP_MS = 4_000;
const UTILIZATION = `query ($id: ID!, $asOf: AsOfInput) { commitment(id: $id, asOf: $asOf) { utilization {
  committed { value } drawn { value } remaining { value } utilization { value } elapsed { value }
  pace { value } forecast { value } projectedShortfall { value } requiredRate { value } } } }`;
/** Of the tenfold ledger only so many answers are folded again: a fold reads ten million postings. */
const CHECKED_LARGE = 40;

export const asOf: Family = {
  figures: ['query.as-of', 'query.as-of.growth'],
  run: (_options, wanted) => withDirectory((directory) => measure(directory, wanted)),
};

/** Microseconds a query, of the past ones in a row or of as many at now, from a service that is warm. */
interface Asking {
  readonly checked: number;
  past(): Promise<number>;
  now(): Promise<number>;
  close(): void;
}

async function measure(directory: string, wanted: ReadonlySet<string>): Promise<readonly Figure[]> {
  const small = await open(join(directory, 'small'), 1, Infinity);
  const [past, now] = await interleaved(ROUNDS, small.past, small.now);
  const figures: Figure[] = [];
  if (wanted.has('query.as-of'))
    figures.push(
      ratio(
        'query.as-of',
        '<= 2',
        {
          what: `utilization over GraphQL at ${INSTANTS} random instants on each axis, ${CHARGES} charges and ${CORRECTIONS} corrections; ${small.checked} answers equal to a fold of all postings`,
          unit: 'us',
          rounds: past,
        },
        { what: 'the same query at now', unit: 'us', rounds: now },
      ),
    );
  if (wanted.has('query.as-of.growth')) {
    const large = await open(join(directory, 'large'), 10, CHECKED_LARGE);
    const [ofLarge, ofSmall] = await interleaved(ROUNDS, large.past, small.past);
    large.close();
    figures.push(
      ratio(
        'query.as-of.growth',
        '<= 1.3',
        { what: `the same with ten times the charges and corrections; ${large.checked} answers checked`, unit: 'us', rounds: ofLarge },
        { what: 'with the smaller ledger, in turn', unit: 'us', rounds: ofSmall },
      ),
    );
  }
  small.close();
  return figures;
}

async function open(directory: string, factor: number, checks: number): Promise<Asking> {
  const ledger = await asOfLedger(directory, CHARGES * factor, CORRECTIONS * factor);
  const random = new Random(factor);
  const last = ledger.moments.length - 1;
  const moments = Array.from({ length: INSTANTS }, () => ({
    effective: (BEGIN + random.integer(0, NOW - BEGIN)) as Instant,
    ...(ledger.moments[random.integer(0, last)] as RecordedMoment),
  }));
  await ledger.close();
  const service = await startService({ directory, commitments: 0, stock: false });
  const id = service.ids[0] as string;
  const connection = await Connection.open(new URL(service.url));
  const requestOf = (effective: number, recorded: string | null): Buffer => {
    const asOf = { effective: new Date(effective).toISOString(), ...(recorded === null ? {} : { recorded }) };
    return requestMaker(new URL(service.url), JSON.stringify({ query: UTILIZATION, variables: { id, asOf } }), service.headers, 0)();
  };
  const requests = moments.map(({ effective, recorded }) => requestOf(effective, recorded));
  const present = requestOf(NOW, null);
  const checked = await check(ledger, connection, moments.slice(0, checks), requests, present);
  const past = (): Promise<number> => each(INSTANTS, (i) => ask(connection, requests[i] as Buffer));
  const now = (): Promise<number> => each(INSTANTS, () => ask(connection, present));
  for (const warm = performance.now() + WARM_UP_MS; performance.now() < warm;) await interleaved(1, past, now);
  const close = (): void => {
    connection.close();
    service.close();
  };
  return { checked, past, now, close };
}

type Asked = RecordedMoment & { readonly effective: Instant };

/** The amount drawn that the query answers, against a fold over all postings that reads no cell. */
async function check(ledger: AsOfLedger, connection: Connection, moments: readonly Asked[], past: readonly Buffer[], now: Buffer): Promise<number> {
  const verify = async (request: Buffer, t: number, position: number): Promise<void> => {
    const { data } = JSON.parse(await ask(connection, request)) as { data: { commitment: { utilization: { drawn: { value: string } } } } };
    const { value } = data.commitment.utilization.drawn;
    const expected = formatDecimal((ledger.fold(t, position) * SCALE) as Decimal);
    if (value !== expected) throw new Error(`D(${new Date(t).toISOString()}, ${position}) is ${value}, the fold says ${expected}`);
  };
  for (const [i, { effective, position }] of moments.entries()) await verify(past[i] as Buffer, effective, position);
  await verify(now, NOW, Infinity);
  return moments.length + 1;
}

function ask(connection: Connection, request: Buffer): Promise<string> {
  return new Promise((resolve, reject) =>
    connection.send(request, ({ ok, body }) =>
      ok ? resolve(body.toString('utf8')) : reject(new Error(`the query failed: ${body.toString('utf8')}`)),
    ),
  );
}

/** Microseconds a call. */
async function each(count: number, work: (index: number) => Promise<unknown>): Promise<number> {
  const from = performance.now();
  for (let i = 0; i < count; i++) await work(i);
  return ((performance.now() - from) * 1000) / count;
}
