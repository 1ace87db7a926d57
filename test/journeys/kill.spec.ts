import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Folder } from '../support/import-journey.js';
import { programPath } from '../support/programs.js';
import { type StartedStore, STORES } from '../support/stores.js';

const SERVICE = programPath('ledger');
const LANES = 8;

interface Accepted {
  readonly id: string;
  readonly revision: number;
  readonly repeated: boolean;
}

/** The compiled service in a process of its own. */
class Service {
  private constructor(
    private readonly child: ChildProcess,
    private readonly url: string,
    readonly apiKey: string,
  ) {}

  /** `key`: left out, the one that an empty ledger makes. */
  static async start(folder: Folder, key?: string): Promise<Service> {
    const child = spawn(process.execPath, [SERVICE], { env: { ...process.env, ...folder.env, TENOR_LOG: 'info' } });
    let told = '';
    child.stdout.on('data', (piece: Buffer) => (told += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => (told += piece.toString()));
    for (let left = 2_400; left > 0 && child.exitCode === null; left--) {
      const url = /"url":"(http[^"]+)"/.exec(told)?.[1];
      const found = key ?? /tnr_[\w-]{60,}/.exec(told)?.[0];
      if (url && found) return new Service(child, url, found);
      await setTimeout(25);
    }
    child.kill('SIGKILL');
    throw new Error(`the service did not start: ${told}`);
  }

  async command(field: string, type: string, input: object): Promise<Accepted> {
    const query = `mutation ($input: ${type}!) { ${field}(input: $input) { ... on CommandAccepted { id revision repeated } ... on CommandRejected { code message } } }`;
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.apiKey}` },
      body: JSON.stringify({ query, variables: { input } }),
    });
    const { data, errors } = (await response.json()) as { data?: Record<string, Accepted>; errors?: unknown };
    const answer = data?.[field];
    if (answer?.id === undefined) throw new Error(JSON.stringify(errors ?? answer));
    return answer;
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }
}

describe.each(STORES)('kill -9 of the service, $name', (kind) => {
  let store: StartedStore;
  let folder: Folder;
  let service: Service;
  beforeEach(async () => {
    store = await kind.start();
    folder = new Folder(store);
    service = await Service.start(folder);
  });
  afterEach(async () => {
    await service.kill();
    folder.remove();
    await store.stop();
  });

  const instant = { at: '2025-01-01T00:00:00Z' };
  async function commitments(): Promise<readonly string[]> {
    const party = async (name: string) => (await service.command('registerParty', 'RegisterPartyInput', { idempotencyKey: name, name })).id;
    const [provider, buyer] = [await party('Cloud'), await party('Lab')];
    const contract = await service.command('signContract', 'SignContractInput', {
      idempotencyKey: 'contract',
      effectiveAt: instant,
      terms: {
        name: 'Agreement',
        parties: [
          { party: provider, role: 'provider' },
          { party: buyer, role: 'buyer' },
        ],
      },
    });
    const tranche = { id: 't1', start: instant, end: { at: '2026-01-01T00:00:00Z' }, amount: { value: '100' } };
    const made = Array.from({ length: LANES }, (_, i) =>
      service.command('makeCommitment', 'MakeCommitmentInput', {
        idempotencyKey: `commitment ${i}`,
        contract: contract.id,
        provider,
        effectiveAt: instant,
        terms: { name: `Commitment ${i}`, currency: 'USD', schedule: { tranches: [tranche] } },
      }),
    );
    return (await Promise.all(made)).map(({ id }) => id);
  }
  const amend = (commitment: string, key: string) =>
    service.command('amendCommitment', 'AmendCommitmentInput', {
      idempotencyKey: key,
      commitment,
      reason: 'renamed',
      effectiveAt: instant,
      changes: { name: `named by ${key}` },
    });

  it('loses nothing that was acknowledged; what was in doubt is answered under its key', async () => {
    const ids = await commitments();
    const acknowledged: { id: string; key: string; revision: number }[] = [];
    const doubtful: { id: string; key: string }[] = [];
    // Each lane goes on until its call fails, which is the one that the kill left in doubt.
    const lane = async (id: string, lane: number): Promise<void> => {
      for (let n = 0; ; n++) {
        const key = `amend ${lane} ${n}`;
        try {
          acknowledged.push({ id, key, revision: (await amend(id, key)).revision });
        } catch {
          doubtful.push({ id, key });
          return;
        }
      }
    };
    const lanes = ids.map(lane);
    while (acknowledged.length < 40) await setTimeout(5);
    await service.kill();
    await Promise.all(lanes);
    service = await Service.start(folder, service.apiKey);
    expect(doubtful).toHaveLength(LANES);
    for (const { id, key, revision } of acknowledged) expect(await amend(id, key)).toMatchObject({ repeated: true, revision });
    const last = new Map(acknowledged.map(({ id, revision }) => [id, revision]));
    for (const { id, key } of doubtful) expect((await amend(id, key)).revision).toBe((last.get(id) ?? 0) + 1);
  });
});
