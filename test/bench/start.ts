import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Family, type Figure, median, round } from './figure.js';
import { benchCsv, inChild } from './focus.js';
import { startService } from './service.js';
import { withDirectory } from './workspace.js';

const ROWS = 1_000_000;
const COMMITMENTS = 10_000;
const ROUNDS = 5;

export const start: Family = {
  figures: ['start.cold-ms', 'start.rss-mib'],
  run: () => withDirectory(measure),
};

async function measure(directory: string): Promise<readonly Figure[]> {
  const data = join(directory, 'ledger');
  await inChild('import', await benchCsv(ROWS), data);
  const seeded = await startService({ directory: data, commitments: COMMITMENTS, stock: false, seedOnly: true });
  seeded.close();
  const runs: Started[] = [];
  // The first start fills the compile cache, as the first start after an installation does.
  for (let n = 0; n <= ROUNDS; n++) runs.push(await coldStart(data, seeded.apiKey, seeded.ids[0] as string));
  const [, ...counted] = runs;
  const [ms, rss] = [counted.map((run) => run.ms), counted.map((run) => run.rssMib)];
  return [
    {
      name: 'start.cold-ms',
      value: round(median(ms)),
      unit: 'ms',
      reach: '<= 1500',
      measured: {
        what: `process start to the first answered query, ledger of ${ROWS} charges and ${COMMITMENTS} commitments`,
        unit: 'ms',
        median: round(median(ms)),
        rounds: ms.map(round),
      },
      against: { what: 'nothing: a bound', first: round((runs[0] as Started).ms) },
    },
    {
      name: 'start.rss-mib',
      value: round(median(rss)),
      unit: 'MiB',
      reach: '<= 300',
      measured: { what: 'resident memory at rest, two seconds after it', unit: 'MiB', median: round(median(rss)), rounds: rss.map(round) },
      against: { what: 'nothing: a bound' },
    },
  ];
}

interface Started {
  readonly ms: number;
  readonly rssMib: number;
}

async function coldStart(data: string, apiKey: string, id: string): Promise<Started> {
  const port = await freePort();
  const env = { ...process.env, TENOR_DATA: data, TENOR_STORE: `sqlite:${join(data, 'ledger.db')}`, TENOR_PORT: `${port}`, TENOR_LOG: 'error' };
  const begin = performance.now();
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../apps/bundle/ledger.js', import.meta.url))], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const body = JSON.stringify({
    query: 'query ($id: ID!) { commitment(id: $id) { name utilization { drawn { value } remaining { value } } } }',
    variables: { id },
  });
  const ask = async (): Promise<boolean> => {
    const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
      body,
    }).catch(() => null);
    if (answer === null) return false;
    const { data: found } = (await answer.json()) as { data?: { commitment: unknown } };
    if (!found?.commitment) throw new Error('the first query was not answered');
    return true;
  };
  while (!(await ask())) await new Promise((resolve) => setTimeout(resolve, 2));
  const ms = performance.now() - begin;
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const rssMib = parseInt(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? '0', 10) / 1024;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await ended;
  return { ms, rssMib };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
