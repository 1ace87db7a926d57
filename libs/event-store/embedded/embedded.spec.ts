import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { TENOR_NAMESPACE, uuidV5 } from '../ids.js';
import { Binding, CommandEvent, commandEnvelope, keyIds } from '../binding.js';
import type { NewEvent, StreamWrite } from '../port.js';
import { openDatabase, SCHEMA_VERSION } from './database.js';
import { IndexWriter } from './index-writer.js';
import { EmbeddedEventStore, openEmbeddedStore } from './index.js';
import { Log } from './log.js';
import { pathOfPlaces, PlaceIndex } from './place-index.js';
import { ENTRY } from './places.js';
import { Tail } from './tail.js';

const event = (name: string, text = name): NewEvent => ({
  id: uuidV5(TENOR_NAMESPACE, name),
  type: 'Happened',
  data: JSON.stringify({ text }),
  metadata: ['{"recordedAt":"', '"}'],
});
const write = (name: string, stream = `l.o.thing-${name}`, expected: number | 'no-stream' = 'no-stream') => ({
  stream,
  expected,
  events: [event(name)],
});

describe('embedded store', () => {
  let directory: string;
  let path: string;
  const open: EmbeddedEventStore[] = [];
  const openStore = (): EmbeddedEventStore => {
    const store = openEmbeddedStore(path, { busyTimeoutMs: 50 });
    open.push(store);
    return store;
  };
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tenor-embedded-'));
    path = join(directory, 'tenor.db');
  });
  afterEach(async () => {
    for (const store of open.splice(0)) await store.close();
    rmSync(directory, { recursive: true });
  });

  const idsOf = async (store: EmbeddedEventStore, stream: string): Promise<string[]> => (await store.readStream(stream)).map(({ id }) => id);

  it('commits all appends of one turn together', async () => {
    const store = openStore();
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.append([write(`e${i}`)])));
    const database = openDatabase(path);
    // A commit of small events is one row.
    expect(database.prepare('SELECT count(*) AS n FROM log').get()).toEqual({ n: 1 });
    database.close();
  });

  it('writes what is queued before it closes', async () => {
    const pending = openStore().append([write('last')]);
    await open[0]?.close();
    expect(await pending).toMatchObject({ ok: true });
    expect(await idsOf(openStore(), 'l.o.thing-last')).toEqual([event('last').id]);
  });

  it('finds heads, repeats and ranges beyond the part that is kept in memory, as before and after it is indexed', async () => {
    const store = openStore();
    const other = openStore();
    const appendTo = (client: EmbeddedEventStore, from: number, to: number) =>
      Promise.all(
        Array.from({ length: to - from }, (_, i) =>
          client.append([
            write(`m${from + i}`, 'l.o.thing-many', from + i === 0 ? 'no-stream' : from + i - 1),
            write(`k${from + i}`, `l.o.key-${from + i}`),
          ]),
        ),
      );
    const check = async (client: EmbeddedEventStore, count: number) => {
      const names = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => event(`m${from + i}`).id);
      expect((await client.readStream('l.o.thing-many', { from: count - 5 })).map(({ id }) => id)).toEqual(names(count - 5, count));
      expect((await client.readStream('l.o.thing-many', { from: 10, limit: 4000 })).map(({ id }) => id)).toEqual(names(10, Math.min(4010, count)));
      expect(await client.append([write('m7', 'l.o.thing-many', 6)])).toMatchObject({ appended: [{ revision: 7, repeated: true }] });
      expect(await client.append([write('k3', 'l.o.key-3')])).toMatchObject({ appended: [{ revision: 0, repeated: true }] });
      expect(await client.append([write('x', 'l.o.thing-many', 3)])).toMatchObject({ conflict: { actual: count - 1 } });
    };
    await appendTo(store, 0, 9000);
    await check(store, 9000);
    await check(other, 9000);
    await appendTo(other, 9000, 18_000);
    await check(store, 18_000);
    await check(other, 18_000);
    expect(entries()).toBe(36_000);
    await appendTo(store, 18_000, 34_000);
    for (const client of [store, other, openStore()]) await check(client, 34_000);
    // Two processes that write the same entries write them once.
    expect(entries()).toBe(68_000);
    for (let i = 0; i < 20; i++) await [store, other][i % 2]?.append([write(`slow ${i}`)]);
    for (const client of [store, other, openStore()]) await check(client, 34_000);
  });

  const entries = (): number => {
    const database = new DatabaseSync(pathOfPlaces(path));
    const chunks = database.prepare('SELECT entries FROM chunks').all() as { entries: Uint8Array }[];
    database.close();
    const places = chunks.flatMap(({ entries }) => [...new Float64Array(entries.buffer)].filter((_, i) => i % ENTRY === ENTRY - 1));
    expect(new Set(places).size).toBe(places.length);
    return places.length;
  };

  describe('with an index of places that is not its own', () => {
    const many = (store: EmbeddedEventStore, from: number, to: number) =>
      Promise.all(
        Array.from({ length: to - from }, (_, i) => store.append([write(`m${from + i}`, `l.o.thing-${(from + i) % 10}`, before(from + i))])),
      );
    const before = (i: number): number | 'no-stream' => (i < 10 ? 'no-stream' : Math.floor(i / 10) - 1);
    const check = async (count: number): Promise<void> => {
      const store = openStore();
      for (const stream of [0, 7]) {
        const recorded = await store.readStream(`l.o.thing-${stream}`);
        expect(recorded.map(({ id }) => id)).toEqual(
          Array.from({ length: Math.ceil((count - stream) / 10) }, (_, i) => event(`m${i * 10 + stream}`).id),
        );
      }
      expect(await store.append([write('m7', 'l.o.thing-7')])).toMatchObject({ appended: [{ revision: 0, repeated: true }] });
      await store.close();
    };
    beforeEach(async () => {
      const store = openStore();
      await many(store, 0, 40_000);
      await store.close();
      expect(entries()).toBe(40_000);
    });

    it('of what came after a backup that was restored', async () => {
      const database = new DatabaseSync(path);
      database.exec('DELETE FROM log WHERE last > 39990');
      const [{ last }] = database.prepare('SELECT max(last) AS last FROM log').all() as [{ last: number }];
      database.close();
      await check(last);
    });

    it('lost, or damaged', async () => {
      rmSync(pathOfPlaces(path));
      await check(40_000);
      expect(entries()).toBeGreaterThan(32_000);
      writeFileSync(pathOfPlaces(path), 'no database at all'.repeat(1000));
      await check(40_000);
      expect(entries()).toBeGreaterThan(32_000);
    });

    it('in the same file, as it was before', async () => {
      const database = new DatabaseSync(path);
      database.exec(
        'CREATE TABLE places (hash, revision, position); CREATE TABLE indexed (position); INSERT INTO indexed VALUES (7); PRAGMA user_version = 2',
      );
      database.close();
      rmSync(pathOfPlaces(path));
      await check(40_000);
      expect(new DatabaseSync(path).prepare('SELECT name FROM sqlite_master').all()).toEqual([{ name: 'log' }]);
    });
  });

  it.each([3, 4])('goes on with a file of format %i, in which more of a binding and of the event after it stood written', async (format) => {
    const key = keyIds('l', 'o', 'k');
    const envelope = commandEnvelope(key, { organization: 'o', actor: 'ann', key: 'k' }, '1');
    const happened = new CommandEvent(key.key, 0, 'Happened', '{}', envelope.of({ effectiveAt: null, evidence: [], schemaVersion: 1 }));
    const bound = { commandType: 'Do', digest: 'ab'.repeat(32), eventCount: 1, target: 'l.o.thing-k', targetRevision: -1 };
    const writes: StreamWrite[] = [
      { stream: key.stream, expected: 'no-stream', events: [new Binding(key.key, bound, envelope, happened)] },
      { stream: bound.target, expected: 'no-stream', events: [happened] },
    ];
    const store = openStore();
    await store.append([write('a')]);
    if (format === 4) await store.append(writes);
    await store.close();
    const database = new DatabaseSync(path);
    const newest = database.prepare('SELECT last, heads FROM log ORDER BY last DESC LIMIT 1').get() as { last: number; heads: string };
    const heads = JSON.parse(newest.heads) as unknown[];
    if (format === 4) heads.splice(8 + 3, 1, happened.id);
    database.prepare('UPDATE log SET heads = ? WHERE last = ?').run(JSON.stringify(heads), newest.last);
    database.exec(`PRAGMA user_version = ${format}`);
    database.close();
    const again = openStore();
    expect(await idsOf(again, 'l.o.thing-a')).toEqual([event('a').id]);
    const outcome = await again.append(writes);
    expect(outcome).toMatchObject({ ok: true, appended: writes.map(() => ({ repeated: format === 4 })) });
    expect(await idsOf(again, bound.target)).toEqual([happened.id]);
    expect(openDatabase(path).prepare('PRAGMA user_version').get()).toEqual({ user_version: SCHEMA_VERSION });
  });

  it('writes the index in a thread while commits go on', async () => {
    const database = openDatabase(path);
    const log = new Log(database);
    const index = new PlaceIndex(pathOfPlaces(path), 1000);
    const tail = new Tail(log, index);
    const store = openStore();
    await Promise.all(Array.from({ length: 33_000 }, (_, i) => store.append([write(`t${i}`)])));
    await store.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${pathOfPlaces(path)}${suffix}`, { force: true });
    const fresh = new PlaceIndex(pathOfPlaces(path), 1000);
    for (let position = 1; position <= 33_000; position++) tail.add(log.row(position).stream(position), 0, position);
    const workerUrl = new URL('../../../dist/libs/event-store/embedded/index.worker.js', import.meta.url);
    const writer = new IndexWriter({ tail, index: fresh, path, busyTimeoutMs: 1000, workerUrl });
    writer.stored(32_999);
    writer.stored(33_000);
    expect(tail.agedUntil).toBe(33_000);
    await vi.waitFor(() => expect(tail.agedUntil).toBe(null), 5000);
    expect(fresh.watermark).toEqual({ position: 33_000, id: event('t32999').id });
    expect(tail.lastRevision('l.o.thing-t5')).toBe(0);
    await writer.close();
    for (const each of [index, fresh, database]) each.close();
  });

  it('wakes who watches for what another process wrote, also when somebody has read it meanwhile', async () => {
    const other = openStore();
    const store = openEmbeddedStore(path, { watchIntervalMs: 200 });
    open.push(store);
    const woken = vi.fn();
    store.watch(woken);
    await other.append([write('elsewhere')]);
    expect(await store.head()).toBe(1);
    await vi.waitFor(() => expect(woken).toHaveBeenCalledTimes(1));
  });

  it('appends twice to one stream in one commit, also where the index may know it', async () => {
    const store = openStore();
    await store.append([write('first', 'l.o.thing-x')]);
    expect(await Promise.all([1, 2].map((n) => store.append([write(`n${n}`, 'l.o.thing-x', n - 1)])))).toMatchObject([{ ok: true }, { ok: true }]);
    const twice = [write('a', 'l.o.thing-y'), write('b', 'l.o.thing-y', 0)];
    expect(await Promise.all(twice.map((each) => store.append([each])))).toMatchObject([{ ok: true }, { ok: true }]);
    expect(await idsOf(store, 'l.o.thing-y')).toEqual([event('a').id, event('b').id]);
  });

  it('gives every envelope back as it was, also where two share a part of a pair of surrogates', async () => {
    const names = ['a😀b', 'a😁b', 'a🄀b', 'aab', '', 'a😀b', '𐐀', '😀𐐀'];
    const envelopes = names.map((name) => `{"actor":${JSON.stringify(name)},"end":"${name}"}`);
    const events = envelopes.map((text, i) => ({ ...event(`envelope ${i}`), metadata: text }));
    const store = openStore();
    await store.append([{ stream: 'l.o.thing-envelopes', expected: 'no-stream', events }]);
    for (const client of [store, openStore()]) {
      const recorded = await client.readStream('l.o.thing-envelopes');
      expect(recorded.map(({ metadata }) => metadata)).toEqual(envelopes.map((text) => JSON.parse(text) as unknown));
    }
  });

  describe('on a full disk', () => {
    it('refuses with a code, keeps what it acknowledged, and goes on when there is space', async () => {
      const database = openDatabase(path);
      const store = new EmbeddedEventStore(database, path, {});
      open.push(store);
      await store.append([write('before')]);
      const pages = (database.prepare('PRAGMA page_count').get() as { page_count: number }).page_count;
      database.exec(`PRAGMA max_page_count = ${pages + 4}`);
      const big = (name: string) => ({ stream: 'l.o.thing-big', expected: 'no-stream' as const, events: [event(name, 'x'.repeat(100_000))] });
      const failed = await Promise.allSettled([store.append([write('neighbour')]), store.append([big('big')])]);
      for (const each of failed) expect(each).toMatchObject({ status: 'rejected', reason: { code: 'STORE-104', retryable: true } });
      expect(String((failed[0] as PromiseRejectedResult).reason)).toMatch(/No space left.*Nothing of this was written or acknowledged.*Free space/);
      expect(await idsOf(store, 'l.o.thing-before')).toEqual([event('before').id]);
      expect(await store.readStream('l.o.thing-neighbour')).toEqual([]);
      database.exec('PRAGMA max_page_count = 100000');
      expect(await Promise.all([store.append([write('neighbour')]), store.append([big('big')])])).toMatchObject([{ ok: true }, { ok: true }]);
    });
  });

  describe('refuses to open', () => {
    it('a file that is no database', () => {
      writeFileSync(path, 'hello, this is text and no database at all. '.repeat(200));
      expect(openStore).toThrow(expect.objectContaining({ code: 'STORE-107' }));
    });
    it('a database of another program, and leaves it as it is', () => {
      const foreign = new DatabaseSync(path);
      foreign.exec('CREATE TABLE notes (text TEXT)');
      expect(openStore).toThrow(expect.objectContaining({ code: 'STORE-107' }));
      expect(foreign.prepare('SELECT name FROM sqlite_master').all()).toEqual([{ name: 'notes' }]);
      foreign.close();
    });
    it('a file of a newer version', async () => {
      await openStore().close();
      const database = new DatabaseSync(path);
      database.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
      database.close();
      expect(openStore).toThrow(expect.objectContaining({ code: 'STORE-108' }));
    });
    it('a directory, or a file in none', () => {
      mkdirSync(path);
      expect(openStore).toThrow(expect.objectContaining({ code: 'STORE-105' }));
      path = join(directory, 'nowhere', 'tenor.db');
      expect(openStore).toThrow(expect.objectContaining({ code: 'STORE-105' }));
    });
    it('a damaged file', async () => {
      const store = openStore();
      for (let i = 0; i < 20; i++) await store.append([write(`e${i}`)]);
      await store.close();
      truncateSync(path, 4096 * 3);
      const damaged = async () => {
        await openStore().readAll({ after: null, limit: 100 });
      };
      await expect(damaged()).rejects.toMatchObject({ code: 'STORE-106', retryable: false });
    });
  });

  it('says so when another process holds the lock for too long, and goes on afterwards', async () => {
    const store = openStore();
    const blocker = new DatabaseSync(path);
    blocker.exec('BEGIN IMMEDIATE');
    await expect(store.append([write('one')])).rejects.toMatchObject({ code: 'STORE-109', retryable: true });
    blocker.exec('ROLLBACK');
    blocker.close();
    expect(await store.append([write('one')])).toMatchObject({ ok: true });
  });

  it('lets a defect in one append alone fail', async () => {
    const store = openStore();
    const known = { ...event('known'), data: '{"other":"content"}' };
    await store.append([{ stream: 'l.o.thing-b', expected: 'no-stream', events: [known] }]);
    const [first, second] = await Promise.allSettled([
      store.append([{ stream: 'l.o.thing-b', expected: 'no-stream', events: [event('known')] }]),
      store.append([write('fine')]),
    ]);
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'STORE-111' } });
    expect(second).toMatchObject({ status: 'fulfilled', value: { ok: true } });
  });
});
