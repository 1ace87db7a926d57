import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, expect, it } from 'vitest';

import { canonicalJson } from '#kernel';

import { EventStoreDBDouble } from '../../test/support/eventstoredb-double/index.js';
import { copyStore } from './copy.js';
import { eventHash } from './envelope.js';
import { TENOR_NAMESPACE, uuidV5 } from './ids.js';
import { openEventStore } from './open.js';
import type { EventStore, StreamWrite } from './port.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
const embedded = async (): Promise<EventStore> => {
  const store = await openEventStore('sqlite::memory:', { ledger: 'l' });
  closing.push(() => store.close());
  return store;
};
const eventStoreDB = async (): Promise<EventStore> => {
  const double = await EventStoreDBDouble.start();
  const store = await openEventStore(double.url, { ledger: 'l' });
  closing.push(
    () => double.stop(),
    () => store.close(),
  );
  return store;
};
const write = (id: string, from: number, count: number): StreamWrite => ({
  stream: `l.o.thing-${id}`,
  expected: from === 0 ? 'no-stream' : from - 1,
  events: Array.from({ length: count }, (_, i) => ({
    id: uuidV5(TENOR_NAMESPACE, `${id} ${from + i}`),
    type: 'Happened',
    data: `{"10":"é","9":${from + i}}`,
    metadata: ['{"actor":"x","recordedAt":"', '"}'],
  })),
});
const fill = async (store: EventStore): Promise<void> => {
  for (let i = 0; i < 6; i++) {
    await store.append([write('a', i * 3, 3)]);
    await store.append([write(`b${i}`, 0, 2)]);
  }
};
const hashes = async (store: EventStore): Promise<string[]> => (await store.readAll({ after: null, limit: 1000 })).events.map(eventHash);

it('keeps every hash and the order, from the embedded store to EventStoreDB and back', async () => {
  const first = await embedded();
  await fill(first);
  const [second, third] = [await eventStoreDB(), await embedded()];
  expect(await copyStore(first, second, { pageSize: 7 })).toMatchObject({ events: 30, repeated: 0 });
  expect(await copyStore(second, third)).toMatchObject({ events: 30, repeated: 0 });
  expect(await hashes(second)).toEqual(await hashes(first));
  expect(await hashes(third)).toEqual(await hashes(first));
});

it.each([
  ['embedded', embedded],
  ['EventStoreDB', eventStoreDB],
])('goes on where an earlier copy to %s broke off, also in the middle of a run', async (_, target) => {
  const [from, to] = [await embedded(), await target()];
  await fill(from);
  const page = await from.readAll({ after: null, limit: 2 });
  await to.append([
    {
      stream: 'l.o.thing-a',
      expected: 'no-stream',
      events: page.events.map(({ id, type, data, metadata }) => ({ id, type, data: canonicalJson(data), metadata: canonicalJson(metadata) })),
    },
  ]);
  expect(await copyStore(from, to)).toMatchObject({ events: 30, repeated: 2 });
  const { position } = await copyStore(from, to, { pageSize: 4 });
  await from.append([write('late', 0, 1)]);
  expect(await copyStore(from, to, { after: position })).toMatchObject({ events: 1, repeated: 0 });
  expect(await hashes(to)).toEqual(await hashes(from));
});

it('refuses a target that holds something else', async () => {
  const [from, to] = [await embedded(), await embedded()];
  await fill(from);
  await to.append([write('other', 0, 1)]);
  await to.append([{ ...write('other', 1, 1), stream: 'l.o.thing-a', expected: 'no-stream' }]);
  await expect(copyStore(from, to)).rejects.toMatchObject({ code: 'STORE-116' });
});

it.each([['sqlite:'], ['postgres://x'], ['esdb://user:secret@'], ['esdb://host:2113']])(
  'refuses the address %s without showing a password',
  async (url) => {
    const refused = await openEventStore(url, { ledger: 'l' }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'STORE-115' });
    expect((refused as Error).message).not.toMatch(/secret/);
  },
);

it('reads the other spelling of the protocol, and makes missing directories', async () => {
  const double = await EventStoreDBDouble.start();
  const store = await openEventStore(double.url.replace('esdb', 'kurrentdb'), { ledger: 'l' });
  const directory = mkdtempSync(join(tmpdir(), 'tenor-open-'));
  closing.push(
    () => rmSync(directory, { recursive: true }),
    () => double.stop(),
    () => store.close(),
  );
  expect(await store.append([write('a', 0, 1)])).toMatchObject({ ok: true });
  const made = await openEventStore(`sqlite:${join(directory, 'a', 'b', 'tenor.db')}`, { ledger: 'l' });
  await made.close();
});
