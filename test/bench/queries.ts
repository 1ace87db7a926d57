import { join } from 'node:path';
import { type Family, type Figure, ratio } from './figure.js';
import { type Target, throughput } from './load/compare.js';
import { httpPeer } from './peers/http-server.js';
import { type Service, startService } from './service.js';
import { withDirectory } from './workspace.js';

const COMMITMENTS = 1_000;
const ONE =
  'query ($id: ID!) { commitment(id: $id) { id name unit utilization { committed { value status } drawn { value status } remaining { value } utilization { value } pace { value } projectedShortfall { value } } } }';
// Ten fields of each commitment.
const LIST =
  '{ commitments(first: 100) { nodes { id number name category unit lifecycle utilization { committed { value } drawn { value } remaining { value } utilization { value } } } } }';

export const queries: Family = {
  figures: ['query.one.vs-stock', 'query.list.vs-stock', 'query.one.vs-http', 'query.list.vs-http'],
  run: (_options, wanted) => withDirectory((directory) => measure(directory, wanted)),
};

async function measure(directory: string, wanted: ReadonlySet<string>): Promise<readonly Figure[]> {
  // One ledger, two services over it: the same store, resolvers and guards behind different doors.
  const ours = await startService({ directory: join(directory, 'ledger'), commitments: COMMITMENTS, stock: false });
  const stock = await startService({ directory: join(directory, 'ledger'), commitments: COMMITMENTS, stock: true });
  const figures: Figure[] = [];
  for (const [name, query, times] of [
    ['one', ONE, 2],
    ['list', LIST, 4],
  ] as const) {
    const variables = name === 'one' ? { id: ours.ids[0] } : {};
    const target = ({ url, headers }: Service): Target => ({ url, headers, body: JSON.stringify({ query, variables }) });
    const answer = await ours.ask(query, variables);
    if (wanted.has(`query.${name}.vs-stock`)) {
      const [a, b] = await throughput(target(ours), target(stock));
      figures.push(
        ratio(`query.${name}.vs-stock`, `>= ${times}`, side(name, a), {
          what: 'the same resolvers, guards and store under stock Nest, Apollo, Express and graphql-js',
          unit: 'requests/s',
          rounds: b,
        }),
      );
    }
    if (wanted.has(`query.${name}.vs-http`)) {
      const peer = await httpPeer({ answer });
      const [a, b] = await throughput(target(ours), { url: peer.url, body: target(ours).body });
      figures.push(
        ratio(`query.${name}.vs-http`, '>= 0.20', side(name, a), {
          what: 'node:http and JSON.stringify of the same answer',
          unit: 'requests/s',
          rounds: b,
        }),
      );
      peer.close();
    }
  }
  ours.close();
  stock.close();
  return figures;
}

const side = (name: string, rounds: readonly number[]) => ({
  what: name === 'one' ? 'utilization of one commitment, 50 connections' : 'a list of 100 commitments with ten fields, 50 connections',
  unit: 'requests/s',
  rounds,
});
