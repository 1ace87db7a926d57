import { request } from 'node:http';
import { once } from 'node:events';
import { connect } from 'node:net';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { IntakeProblem } from '#charges';
import { StoreFault } from '#event-store';
import { parseDecimal } from '#kernel';
import { firstKey } from '../../apps/ledger/first-key.js';
import { spendTerms } from '../support/commitments.js';
import { drawnIn2025, make } from '../support/core.js';
import { charge, ended, Folder, startService, tenor, tenorProcess } from '../support/import-journey.js';

let folder: Folder;
let service: Awaited<ReturnType<typeof startService>>;
let organization: string;
let admin: string;
const keys: Record<string, { key: string; secret: string }> = {};

beforeAll(async () => {
  folder = new Folder();
  service = await startService(folder);
  const first = await firstKey(service.core);
  if (!first) throw new Error('an empty ledger makes its first key');
  ({ organization, secret: admin } = first);
  for (const role of ['reader', 'recorder'])
    keys[role] = (await tenor(folder, 'key', 'create', '--role', role)).json[0] as { key: string; secret: string };
  await make(service.core, organization, 'a', spendTerms('1000'));
  await service.core.settle();
});
afterAll(async () => {
  await service.close();
  folder.remove();
});

interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}
async function upload(body: Buffer | FormData | string, query: string, secret = keys['recorder']?.secret as string): Promise<Answered> {
  const response = await fetch(`${service.running.url}/import/focus?${query}`, {
    method: 'POST',
    body: typeof body === 'string' || body instanceof FormData ? body : new Uint8Array(body),
    headers: { authorization: `Bearer ${secret}` },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
const codeOf = ({ body }: Answered): unknown => (body['errors'] as { extensions: { code: string } }[] | undefined)?.[0]?.extensions.code;
const csv = (...rows: string[]): Buffer => readFileSync(folder.file(rows));
const drawn = () => drawnIn2025(service.core);
const incoming = () => readdirSync(join(folder.path, 'data', 'files', 'incoming'));

const LARGE = Buffer.alloc(8 * 1024 * 1024, 'x');
/** The next upload's second piece finds a full disk. */
function fillsUpOnce(): void {
  const { files } = service.core;
  const draft = files.draft();
  let pieces = 0;
  const write = vi.spyOn(draft, 'write').mockImplementation(() => {
    if (++pieces < 2) return;
    draft.abort();
    throw new IntakeProblem('FOCUS-114', `Writing ${draft.path} failed with ENOSPC.`, 'Free some space.');
  });
  const made = vi.spyOn(files, 'draft').mockImplementationOnce(() => draft);
  spies.push(write, made);
}
const spies: { mockRestore(): void }[] = [];
afterEach(() => {
  for (const spy of spies.splice(0)) spy.mockRestore();
});

describe('an upload', () => {
  it('is imported, and a query with its token sees the rows; the same again changes nothing, compressed or in a form', async () => {
    const bytes = csv(charge('1', '2025-02-01'), charge('n/a', '2025-02-02'));
    const first = await upload(bytes, 'feed=aws&wait=allocated&name=feb.csv');
    expect(first).toMatchObject({
      status: 200,
      body: { status: 'recorded', additions: 1, quarantined: 1, file: { name: 'feb.csv', format: 'csv' }, periods: [{ rows: 1, quarantined: 1 }] },
    });
    expect(drawn()).toBe('1');
    const query = JSON.stringify({
      query:
        'query ($t: String) { of: deliveries(atLeast: $t, filter: { feed: "aws" }) { nodes { number feed } } none: deliveries(filter: { feed: "other" }) { nodes { number } } }',
      variables: { t: first.body['token'] },
    });
    const response = await fetch(`${service.running.url}/graphql`, {
      method: 'POST',
      body: query,
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
    });
    expect(await response.json()).toMatchObject({ data: { of: { nodes: [{ number: 1, feed: 'aws' }] }, none: { nodes: [] } } });
    expect(await upload(gzipSync(bytes), 'feed=aws')).toMatchObject({ status: 200, body: { status: 'unchanged', deliveryId: null } });
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(bytes)]), 'feb.csv');
    expect(await upload(form, 'feed=aws')).toMatchObject({ status: 200, body: { status: 'unchanged', file: { name: 'feb.csv' } } });
    expect(incoming()).toEqual([]);
  });

  it('may be a dry run, which keeps nothing', async () => {
    const before = await service.core.store.head();
    const result = await upload(csv(charge('5', '2025-02-01'), charge('6', '2025-02-02')), 'feed=aws&dryRun=true');
    expect(result).toMatchObject({ status: 200, body: { status: 'checked', additions: 2, reversals: 1 } });
    expect(await service.core.files.has((result.body['file'] as { sha256: string }).sha256)).toBe(false);
    expect(await service.core.store.head()).toBe(before);
    expect(incoming()).toEqual([]);
  });

  it('that is none of ours is refused with a code, and not kept', async () => {
    expect(await upload('a,b\n1,2\n', 'feed=aws').then((each) => [each.status, codeOf(each)])).toEqual([422, 'FOCUS-102']);
    const cut = gzipSync(csv(...Array.from({ length: 500 }, (_, i) => charge(`${i}.25`, '2025-02-01'))));
    expect(await upload(cut.subarray(0, cut.length - 20), 'feed=aws').then((each) => [each.status, codeOf(each)])).toEqual([422, 'FOCUS-105']);
    expect(await upload(Buffer.alloc(0), 'feed=aws').then((each) => [each.status, codeOf(each)])).toEqual([400, 'INPUT_INVALID']);
    expect(incoming()).toEqual([]);
  });

  it('names what is wrong with the call', async () => {
    const bytes = csv(charge('1', '2025-02-01'));
    for (const query of ['', 'feed=', 'feed=aws&covers=soon', 'feed=aws&dryRun=perhaps', 'feed=aws&colour=red'])
      expect(await upload(bytes, query).then((each) => [each.status, codeOf(each)])).toEqual([400, 'INPUT_INVALID']);
    expect(await upload(bytes, 'feed=aws&appendOnly=true')).toMatchObject({
      status: 409,
      body: { rejection: { code: 'FEED_APPEND_ONLY_MISMATCH' } },
    });
  });

  it('larger than the free space is refused before it is read', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { authorization: `Bearer ${keys['recorder']?.secret}`, 'content-length': '9000000000000000' };
      const call = request(`${service.running.url}/import/focus?feed=aws`, { method: 'POST', headers }, (response) => {
        resolve(response.statusCode);
        call.destroy();
      });
      call.on('error', reject);
      call.flushHeaders();
    });
    expect(status).toBe(507);
  });

  it.each([
    ['refused at once', '', 401, 'UNAUTHENTICATED'],
    ['that its disk has no room for', 'recorder', 507, 'FOCUS-114'],
  ])('%s is read to its end, and the caller who closes afterwards hears why', async (_, role, status, code) => {
    if (status === 507) fillsUpOnce();
    const { port } = new URL(service.running.url);
    const socket = connect({ port: Number(port), noDelay: true });
    const told: Buffer[] = [];
    socket.on('data', (piece) => told.push(piece));
    const over = once(socket, 'close');
    const key = role === '' ? '' : `authorization: Bearer ${keys[role]?.secret}\r\n`;
    socket.write(`POST /import/focus?feed=aws HTTP/1.1\r\nhost: x\r\n${key}connection: close\r\ncontent-length: ${LARGE.length}\r\n\r\n`);
    for (let at = 0; at < LARGE.length; at += 65_536) {
      // As one who sends over a network, and does not listen meanwhile.
      if (!socket.write(LARGE.subarray(at, at + 65_536))) await once(socket, 'drain');
    }
    await over;
    expect(Buffer.concat(told).toString()).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*"${code}"`));
    expect(Buffer.concat(told).toString()).not.toContain(folder.path);
    expect(incoming()).toEqual([]);
  });

  it('that its disk has no room for is told so in a form as well', async () => {
    fillsUpOnce();
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(LARGE)]), 'large.csv');
    expect(await upload(form, 'feed=aws').then((each) => [each.status, codeOf(each)])).toEqual([507, 'FOCUS-114']);
    expect(incoming()).toEqual([]);
  });

  it('that the store does not take is to be sent again', async () => {
    const down = new StoreFault('STORE-104', `${folder.path} is down`, { retryable: true });
    spies.push(vi.spyOn(service.core.imports, 'run').mockRejectedValueOnce(down));
    const bytes = csv(charge('7', '2025-08-01'));
    const refused = await upload(bytes, 'feed=aws&name=august.csv');
    expect(refused).toMatchObject({ status: 503, body: { errors: [{ extensions: { code: 'UNAVAILABLE', retryable: true } }] } });
    expect(JSON.stringify(refused.body)).not.toContain(folder.path);
    expect(await upload(bytes, 'feed=aws&dryRun=true')).toMatchObject({ status: 200, body: { additions: 1 } });
  });

  it('wants a key with the role recorder', async () => {
    const bytes = csv(charge('1', '2025-02-01'));
    expect(await upload(bytes, 'feed=aws', keys['reader']?.secret).then((each) => [each.status, codeOf(each)])).toEqual([403, 'FORBIDDEN']);
    expect(await upload(bytes, 'feed=aws', 'tnr_nobody').then((each) => [each.status, codeOf(each)])).toEqual([401, 'UNAUTHENTICATED']);
  });
});

describe('the command line beside a running service', () => {
  it('imports into the same ledger, and the service shows it soon', async () => {
    const { code, err } = await ended(tenorProcess(folder, 'import', 'focus', folder.file([charge('40', '2025-03-01')]), '--feed', 'other'));
    expect([code, err]).toEqual([0, '']);
    expect(await service.core.projector.waitFor(() => drawn() === '41', 5_000)).toBe(true);
  });

  it('rebuilds the read models, and the service changes over without stopping', async () => {
    const { json, err } = await ended(tenorProcess(folder, 'projection', 'rebuild'));
    expect(err).toBe('');
    expect(json).toMatchObject([{ equal: true, switched: true }]);
    service.core.generationWatch.check();
    expect(service.core.database.path).toContain(json[0]?.['generation']);
    expect(drawn()).toBe('41');
    expect(await upload(csv(charge('41', '2025-03-01')), 'feed=other&wait=allocated')).toMatchObject({ body: { additions: 1, reversals: 1 } });
    expect(drawn()).toBe('42');
  });

  it('ends a key, and the service refuses it', async () => {
    expect((await ended(tenorProcess(folder, 'key', 'revoke', keys['recorder']?.key as string))).code).toBe(0);
    await service.core.projector.waitFor(() => service.callers.authenticate(keys['recorder']?.secret as string) === null, 5_000);
    expect((await upload(csv(charge('1', '2025-02-01')), 'feed=aws')).status).toBe(401);
  });

  it('makes the first key of an empty ledger only once', async () => {
    expect(await firstKey(service.core)).toBeNull();
    expect(existsSync(join(folder.path, 'data', 'secret'))).toBe(true);
  });
});

describe('an upload in another format', () => {
  it('may be Parquet', async () => {
    const text = (name: string, value: string) => ({ name, data: [value], type: 'STRING' as const });
    const time = (name: string, value: string) => ({ name, data: [new Date(value)], type: 'TIMESTAMP' as const });
    const bytes = parquetWriteBuffer({
      columnData: [
        text('BilledCost', '0.25'),
        text('BillingAccountId', 'acct'),
        text('BillingCurrency', 'USD'),
        time('BillingPeriodStart', '2025-04-01T00:00:00Z'),
        text('ChargeCategory', 'Usage'),
        time('ChargePeriodEnd', '2025-04-02T01:00:00Z'),
        time('ChargePeriodStart', '2025-04-02T00:00:00Z'),
        text('ProviderName', 'AWS'),
        text('ServiceName', 'Compute'),
      ],
    });
    const before = drawn();
    expect(await upload(Buffer.from(bytes), 'feed=parquet&wait=allocated&name=april.parquet', admin)).toMatchObject({
      status: 200,
      body: { status: 'recorded', additions: 1, quarantined: 0, file: { format: 'parquet' } },
    });
    expect(parseDecimal(drawn()) - parseDecimal(before)).toBe(parseDecimal('0.25'));
    expect(incoming()).toEqual([]);
  });
});
