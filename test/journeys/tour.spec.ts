import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEMO_SECRET, readConfig } from '#platform';
import { compose } from '../../apps/ledger/compose.js';
import { DemoClock } from '../../apps/ledger/demo/demo-clock.js';
import { type Demo, seedDemo } from '../../apps/ledger/demo/seed-demo.js';
import { createLedger, type RunningLedger } from '../../apps/ledger/index.js';

// The README's tour, asked of the demo. `UPDATE_TOUR=1` writes the answers; a diff in them is a change of what a reader sees.
const README = fileURLToPath(new URL('../../README.md', import.meta.url));
const QUERY = /```graphql\n([\s\S]*?)```\n(?:\n```json\n([\s\S]*?)```\n)?/g;

let ledger: RunningLedger;
let demo: Demo;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tenor-tour-'));
  const env = {
    TENOR_DATA: directory,
    TENOR_STORE: `sqlite:${join(directory, 'ledger.db')}`,
    TENOR_PORT: '0',
    TENOR_LOG: 'error',
    TENOR_SECRET: DEMO_SECRET,
  };
  const clock = new DemoClock();
  const options = await compose(readConfig(env, { demo: true }), { clock, inProcess: true });
  demo = await seedDemo(options.core, clock);
  ledger = await createLedger(options);
}, 120_000);
afterAll(async () => {
  await ledger.close();
  rmSync(directory, { recursive: true });
});

async function answer(query: string): Promise<string> {
  const response = await fetch(`${ledger.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${demo.apiKey}` },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
  expect(errors).toBeUndefined();
  return `${JSON.stringify(data, null, 2)}\n`;
}

it('answers as the README says', async () => {
  const text = readFileSync(README, 'utf8');
  const tour = [...text.matchAll(QUERY)];
  expect(tour).toHaveLength(10);
  let updated = text;
  for (const [block, query, expected] of tour) {
    const actual = await answer(query as string);
    if (process.env['UPDATE_TOUR']) updated = updated.replace(block, () => `\`\`\`graphql\n${query}\`\`\`\n\n\`\`\`json\n${actual}\`\`\`\n`);
    else expect(actual).toBe(expected);
    // A tour that shows nothing shows nothing: each question is one that the demo's year can answer.
    expect(actual).not.toMatch(/"(nodes|totals|coverages|series)": \[\]/);
  }
  if (process.env['UPDATE_TOUR']) writeFileSync(README, updated);
});

it('takes the last file again, as its banner suggests, and changes nothing', async () => {
  const { fileName, feed } = demo.last;
  const response = await fetch(`${ledger.url}/import/focus?feed=${feed}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${demo.apiKey}` },
    body: readFileSync(join(directory, 'exports', fileName)),
  });
  expect(await response.json()).toMatchObject({ status: 'unchanged', additions: 0, reversals: 0 });
});
