import { join } from 'node:path';
import { type Family, type Figure, interleaved, median, percentile, ratio, round } from './figure.js';
import { p99, rate, type Target, throughput } from './load/compare.js';
import { httpPeer } from './peers/http-server.js';
import { type Service, startService } from './service.js';
import { withDirectory } from './workspace.js';

const COMMITMENTS = 1_000;
const BULK = 100;
/** As many as it answers the most commands with: of 4, 8, 12, 16 and 24. */
const BULK_CONNECTIONS = 12;
const INPUT = (key: string, commitment: string) => ({
  idempotencyKey: key,
  commitment,
  reason: 'bench',
  effectiveAt: { at: '2025-02-01T00:00:00Z' },
  changes: { name: `named by ${key}` },
});
const SINGLE =
  'mutation ($input: AmendCommitmentInput!) { amendCommitment(input: $input) { ... on CommandAccepted { revision token } ... on CommandRejected { code } } }';
const MANY =
  'mutation ($input: AmendCommitmentsInput!) { amendCommitments(input: $input) { ... on CommandAccepted { revision token } ... on CommandRejected { code } } }';
const VISIBLE = 'query ($id: ID!, $token: String) { commitment(id: $id, atLeast: $token) { name } }';

export const mutations: Family = {
  figures: ['graphql.mutation', 'graphql.mutation.p99-ms', 'graphql.bulk', 'token.visible.p99-ms'],
  run: (_options, wanted) => withDirectory((directory) => measure(directory, wanted)),
};

async function measure(directory: string, wanted: ReadonlySet<string>): Promise<readonly Figure[]> {
  const service = await startService({ directory: join(directory, 'ledger'), commitments: COMMITMENTS, stock: false });
  const single: Target = {
    url: service.url,
    headers: service.headers,
    choices: service.ids,
    body: JSON.stringify({ query: SINGLE, variables: { input: INPUT('%N%', '%C%') } }),
  };
  const answer = await service.ask(SINGLE, { input: INPUT('once', service.ids[0] as string) });
  const peer = await httpPeer({ answer });
  const figures: Figure[] = [];
  // Before the loads, which leave hundreds of facts on every commitment for the first query after them to read.
  if (wanted.has('token.visible.p99-ms')) figures.push(await visible(service));
  if (wanted.has('graphql.mutation')) {
    const [ours, theirs] = await throughput(single, { url: peer.url, body: single.body, choices: service.ids });
    figures.push(
      ratio(
        'graphql.mutation',
        '>= 0.20',
        { what: 'amendCommitment, one a request, 50 connections', unit: 'commands/s', rounds: ours },
        { what: 'node:http that parses the same JSON POST and answers the same JSON, no store', unit: 'requests/s', rounds: theirs },
      ),
    );
  }
  if (wanted.has('graphql.mutation.p99-ms')) {
    const durable = await httpPeer({ answer, file: join(directory, 'appended') });
    figures.push(await openLoop(single, { ...single, url: durable.url }));
    durable.close();
  }
  if (wanted.has('graphql.bulk')) figures.push(await bulk(service, single));
  peer.close();
  service.close();
  return figures;
}

type Steady = Awaited<ReturnType<typeof p99>>;

async function openLoop(single: Target, peer: Target): Promise<Figure> {
  const [ours, settling, theirs]: [Steady[], Steady[], Steady[]] = [[], [], []];
  const paces: number[] = [];
  // Each round by the peak right before it: a machine that others share is not equally fast for a minute. What the peak left to be done is done first.
  for (let n = 0; n < 9; n++) {
    const pace = await halfThePeak(single);
    paces.push(pace);
    settling.push(await p99(single, pace, 4));
    ours.push(await p99(single, pace, 4));
    theirs.push(await p99(peer, await halfThePeak(peer), 4));
  }
  const values = ours.map((run) => run.p99);
  return {
    name: 'graphql.mutation.p99-ms',
    value: round(median(values)),
    unit: 'ms',
    reach: '<= 15',
    measured: {
      what: '99th percentile from the intended send time at half the peak of the closed loop, which was measured right before each round',
      unit: 'ms',
      median: round(median(values)),
      rounds: values.map(round),
      p50: ours.map((run) => round(run.p50)),
      max: ours.map((run) => round(run.max)),
      perSecond: paces,
      p99AfterPeak: settling.map((run) => round(run.p99)),
    },
    against: {
      what: 'a bound; and in turn the same of node:http that appends the same JSON POST to a file, one fdatasync a turn, at half of its own peak',
      unit: 'ms',
      median: round(median(theirs.map((run) => run.p99))),
      rounds: theirs.map((run) => round(run.p99)),
      p50: theirs.map((run) => round(run.p50)),
      max: theirs.map((run) => round(run.max)),
    },
  };
}

const halfThePeak = async (target: Target): Promise<number> => Math.round((await rate(target, 2)) / 2);

async function bulk(service: Service, single: Target): Promise<Figure> {
  const items = Array.from({ length: BULK }, (_, index) => INPUT(`%N%-${index}`, '%C%'));
  const many: Target = { ...single, connections: BULK_CONNECTIONS, body: JSON.stringify({ query: MANY, variables: { input: { items } } }) };
  // What both run is compiled first, whatever was measured before.
  await rate(single, 2);
  await rate(many, 4);
  // Short rounds: a machine that others share is not equally fast for long.
  const [ours, theirs] = await interleaved(
    11,
    async () => (await rate(many, 2)) * BULK,
    () => rate(single, 2),
  );
  return ratio(
    'graphql.bulk',
    '>= 6',
    { what: `amendCommitments of ${BULK} inputs, ${BULK_CONNECTIONS} connections`, unit: 'commands/s', rounds: ours },
    { what: 'amendCommitment, one a request, 50 connections', unit: 'commands/s', rounds: theirs },
  );
}

/** From the acknowledgement of a mutation to the answer of a query that carries its token. */
async function visible(service: Service): Promise<Figure> {
  const waits: number[] = [];
  for (let n = 0; n < 1_500; n++) {
    const id = service.ids[n % service.ids.length] as string;
    const { data } = (await service.ask(SINGLE, { input: INPUT(`visible ${n}`, id) })) as { data: { amendCommitment: { token: string } } };
    const acknowledged = performance.now();
    const seen = (await service.ask(VISIBLE, { id, token: data.amendCommitment.token })) as { data: { commitment: { name: string } } };
    if (n >= 100) waits.push(performance.now() - acknowledged);
    if (seen.data.commitment.name !== `named by visible ${n}`) throw new Error('a query with the token of a write did not see it');
  }
  return {
    name: 'token.visible.p99-ms',
    value: round(percentile(waits, 0.99)),
    unit: 'ms',
    reach: '<= 20',
    measured: {
      what: 'mutation acknowledged to answer of a query with its token, HTTP included, each checked to see the write',
      unit: 'ms',
      median: round(median(waits)),
      count: waits.length,
      max: round(Math.max(...waits)),
    },
    against: { what: 'nothing: a bound' },
  };
}
