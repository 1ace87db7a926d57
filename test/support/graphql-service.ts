import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Caller, type CallerSource, createLog, readConfig, SteppedClock } from '#platform';
import { type Core } from '../../apps/ledger/core.js';
import { compose } from '../../apps/ledger/compose.js';
import { createLedger, type RunningLedger } from '../../apps/ledger/index.js';
import { at } from './commitments.js';
import type { StartedStore } from './stores.js';

export interface Answer {
  readonly data: Record<string, never> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

/** The whole service on any store, with callers of two organizations that need no keys. */
export interface TestService {
  readonly ledger: RunningLedger;
  readonly core: Core;
  readonly clock: SteppedClock;
  readonly directory: string;
  ask(query: string, variables?: Record<string, unknown>, key?: string): Promise<Answer>;
  /** As `ask`, and throws on errors. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  data(query: string, variables?: Record<string, unknown>, key?: string): Promise<any>;
  close(): Promise<void>;
}

const caller = (organization: string, ...roles: ('reader' | 'recorder' | 'admin')[]): Caller => ({
  organization,
  actor: 'tester',
  keyId: `${organization}key`,
  roles: new Set(roles),
});
const CALLERS: Readonly<Record<string, Caller>> = { one: caller('one', 'admin'), reader: caller('one', 'reader'), two: caller('two', 'admin') };
export const TEST_CALLERS: CallerSource = { authenticate: (secret) => CALLERS[secret] ?? null };

export interface TestServiceOptions {
  readonly store?: StartedStore;
  readonly directory?: string;
  readonly now?: string;
}

export async function testService({
  store,
  directory = mkdtempSync(join(tmpdir(), 'tenor-service-')),
  now = '2026-01-01',
}: TestServiceOptions = {}): Promise<TestService> {
  const clock = new SteppedClock(at(now));
  const config = readConfig({
    TENOR_DATA: directory,
    TENOR_STORE: store?.url ?? `sqlite:${join(directory, 'ledger.db')}`,
    TENOR_LEDGER: store?.ledger,
    TENOR_PORT: '0',
    TENOR_LOG: 'error',
  });
  const options = await compose(config, { clock, inProcess: true });
  const ledger = await createLedger({ ...options, callers: TEST_CALLERS, log: createLog('error') });
  const ask = async (query: string, variables: Record<string, unknown> = {}, key = 'one'): Promise<Answer> => {
    const response = await fetch(`${ledger.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  };
  return {
    ledger,
    core: options.core,
    clock,
    directory,
    ask,
    data: async (query, variables, key) => {
      const { data, errors } = await ask(query, variables, key);
      if (errors) throw new Error(JSON.stringify(errors));
      return data;
    },
    close: async () => {
      await ledger.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
