import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { TENOR_NAMESPACE, uuidV5 } from '../ids.js';
import type { NewEvent, StreamWrite } from '../port.js';
import { type EmbeddedEventStore, openEmbeddedStore } from './index.js';

type Synced = (error: NodeJS.ErrnoException | null) => void;
/** The kernel answers once. */
const once = (done: Synced): Synced => {
  let answered = false;
  return (error) => {
    if (!answered) done(error);
    answered = true;
  };
};
/** Syncs that wait for the test to end them; null: the disk answers. */
let held: Synced[] | null = null;
let syncsAtOnce = 0;
/** The disk fails, whoever waits for it. */
let failing = false;

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  return {
    ...real,
    fdatasync: (fd: number, done: Synced) => (failing ? done(failure()) : held === null ? real.fdatasync(fd, done) : void held.push(once(done))),
    fdatasyncSync: (fd: number) => {
      syncsAtOnce++;
      if (failing) throw failure();
      real.fdatasyncSync(fd);
    },
  };
});

const STREAM = 'l.o.thing-1';
const event = (name: string): NewEvent => ({
  id: uuidV5(TENOR_NAMESPACE, name),
  type: 'Happened',
  data: `{"name":"${name}"}`,
  metadata: ['{"recordedAt":"', '"}'],
});
const write = (name: string, expected: number | 'no-stream' = 'no-stream', stream = STREAM): StreamWrite => ({
  stream,
  expected,
  events: [event(name)],
});
const failure = (): NodeJS.ErrnoException => Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });

describe('what is acknowledged is on the disk', () => {
  let directory: string;
  let path: string;
  const open: EmbeddedEventStore[] = [];
  const openStore = (follow?: SharedArrayBuffer, takeDiskForSlow = true): EmbeddedEventStore => {
    const store = openEmbeddedStore(path, { watchIntervalMs: 1, follow, takeDiskForSlow });
    open.push(store);
    return store;
  };
  const seen = async (store: EmbeddedEventStore) => ({
    stream: (await store.readStream(STREAM)).length,
    all: (await store.readAll({ after: null, limit: 100 })).events.length,
    head: await store.head(),
  });

  beforeEach(() => {
    directory = fs.mkdtempSync(join(tmpdir(), 'tenor-durable-'));
    path = join(directory, 'tenor.db');
    held = null;
    failing = false;
  });
  afterEach(async () => {
    failing = false;
    for (const done of held ?? []) done(null);
    held = null;
    for (const store of open.splice(0)) await store.close();
    fs.rmSync(directory, { recursive: true });
  });

  it('answers an append, and shows it, only after its sync; the next commit waits', async () => {
    const store = openStore();
    const woken = vi.fn();
    store.watch(woken);
    held = [];
    let answered = 0;
    const first = store.append([write('a')]).finally(() => answered++);
    await turn();
    await turn();
    expect(held).toHaveLength(1);
    const second = store.append([write('b', 0)]).finally(() => answered++);
    await turn();
    await turn();
    expect(held).toHaveLength(1);
    expect(await seen(store)).toEqual({ stream: 0, all: 0, head: null });
    expect([answered, woken.mock.calls.length]).toEqual([0, 0]);
    // It is in the file, as another connection sees.
    const database = new DatabaseSync(path);
    expect(database.prepare('SELECT count(*) AS n FROM log').get()).toEqual({ n: 1 });
    database.close();
    held[0]?.(null);
    expect(await first).toMatchObject({ ok: true });
    expect(woken).toHaveBeenCalledTimes(1);
    expect(await seen(store)).toEqual({ stream: 1, all: 1, head: 1 });
    await vi.waitFor(() => expect(held).toHaveLength(2));
    held[1]?.(null);
    expect(await second).toMatchObject({ ok: true, position: 2 });
  });

  it('commits many while the disk is busy; each is answered and shown after a sync that began after its commit', async () => {
    const store = openStore();
    const syncs: Synced[] = (held = []);
    let answered = 0;
    const append = (from: number, to: number) => {
      for (let i = from; i < to; i++) void store.append([write(`e${i}`, i === 0 ? 'no-stream' : i - 1)]).then(() => answered++);
    };
    const turns = async () => {
      for (let i = 0; i < 4; i++) await turn();
    };
    append(0, 30);
    await turns();
    append(30, 60);
    await turns();
    append(60, 90);
    await turns();
    const database = new DatabaseSync(path);
    expect(database.prepare('SELECT max(last) AS last FROM log').get()).toEqual({ last: 90 });
    database.close();
    // The first began when 24 were committed, the second when 60 were; a third waits for one of them.
    expect(syncs).toHaveLength(2);
    expect(await seen(store)).toEqual({ stream: 0, all: 0, head: null });
    syncs[1]?.(null);
    await turns();
    expect(answered).toBe(36);
    expect(await seen(store)).toEqual({ stream: 60, all: 60, head: 60 });
    syncs[0]?.(null);
    await turns();
    expect(answered).toBe(60);
    expect(await seen(store)).toEqual({ stream: 60, all: 60, head: 60 });
    // What was answered from commits that are not on the disk yet waits for them.
    let repeated: unknown;
    void store.append([write('e40', 39)]).then((outcome) => (repeated = outcome));
    let conflict: unknown;
    void store.append([write('other', 20)]).then((outcome) => (conflict = outcome));
    await turns();
    expect([repeated, conflict]).toEqual([undefined, undefined]);
    expect(syncs).toHaveLength(3);
    syncs[2]?.(null);
    await turns();
    expect(answered).toBe(90);
    // After so many two are few, and may be gathering for some milliseconds.
    let ended = 3;
    await vi.waitFor(() => {
      for (; ended < syncs.length; ended++) syncs[ended]?.(null);
      expect(repeated).toMatchObject({ ok: true, appended: [{ revision: 40, repeated: true }] });
      expect(conflict).toMatchObject({ ok: false, conflict: { actual: 89 } });
    });
    expect(await seen(store)).toEqual({ stream: 90, all: 90, head: 90 });
  });

  it('does not know what became of an append whose sync failed, and writes nothing more on that disk', async () => {
    const store = openStore();
    await store.append([write('a')]);
    held = [];
    const doubtful = store.append([write('b', 0)]);
    await vi.waitFor(() => expect(held).toHaveLength(1));
    held[0]?.(failure());
    const fault = {
      code: 'STORE-110',
      retryable: true,
      message: expect.stringMatching(/EIO.*not known.*start the ledger again.*same key/) as unknown,
    };
    await expect(doubtful).rejects.toMatchObject(fault);
    // A second sync would succeed: the kernel tells of a lost page only once.
    held = null;
    await expect(store.append([write('b', 0)])).rejects.toMatchObject(fault);
    // Nor is anybody shown what may not be there after a power cut.
    await expect(store.readStream(STREAM)).rejects.toMatchObject(fault);
    await expect(store.readAll({ after: null, limit: 100 })).rejects.toMatchObject(fault);
    const again = openStore();
    expect(await again.append([write('b', 0)])).toMatchObject({ ok: true, appended: [{ repeated: true }] });
    expect(await seen(again)).toEqual({ stream: 2, all: 2, head: 2 });
  });

  it('answers what one sync covers although another one fails, and nothing of that one', async () => {
    const store = openStore();
    const syncs: Synced[] = (held = []);
    const outcomes: string[] = [];
    const append = (from: number, to: number) => {
      for (let i = from; i < to; i++)
        store.append([write(`e${i}`, i === 0 ? 'no-stream' : i - 1)]).then(
          () => outcomes.push('stored'),
          (fault: { code: string }) => outcomes.push(fault.code),
        );
    };
    append(0, 24);
    await turn();
    append(24, 48);
    await vi.waitFor(() => expect(syncs).toHaveLength(2));
    syncs[1]?.(null);
    await vi.waitFor(() => expect(outcomes).toEqual(Array(24).fill('stored')));
    syncs[0]?.(failure());
    await vi.waitFor(() => expect(outcomes).toHaveLength(48));
    expect(outcomes.slice(24)).toEqual(Array(24).fill('STORE-110'));
    await expect(store.append([write('e48', 47)])).rejects.toMatchObject({ code: 'STORE-110' });
  });

  it('brings to the disk what another process wrote before it shows it or answers by it', async () => {
    const [store, other] = [openStore(), openStore()];
    const waiting: Synced[] = (held = []);
    void other.append([write('a')]);
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    held = null;
    const before = syncsAtOnce;
    expect(await seen(store)).toEqual({ stream: 1, all: 1, head: 1 });
    expect(syncsAtOnce).toBe(before + 1);
    waiting[0]?.(null);
    held = waiting;
    void other.append([write('z', 'no-stream', 'l.o.thing-z')]);
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    held = null;
    expect(await store.append([write('mine', 'no-stream', 'l.o.thing-z')])).toMatchObject({ ok: false, conflict: { actual: 0 } });
    expect(syncsAtOnce).toBe(before + 2);
    waiting[1]?.(null);
  });

  it('shows what another one has brought to the disk and nothing more when it follows that one, without a sync of its own', async () => {
    const store = openStore();
    await store.append([write('a')]);
    const follower = openStore(store.durableMark);
    const before = syncsAtOnce;
    await store.append([write('b', 0)]);
    expect(await seen(follower)).toEqual({ stream: 2, all: 2, head: 2 });
    const waiting: Synced[] = (held = []);
    const third = store.append([write('c', 1)]);
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    expect(await seen(follower)).toEqual({ stream: 2, all: 2, head: 2 });
    held = null;
    waiting[0]?.(null);
    await third;
    expect(await seen(follower)).toEqual({ stream: 3, all: 3, head: 3 });
    expect(syncsAtOnce).toBe(before);
    // Of another process: the one that is followed has to notice.
    await openStore().append([write('d', 2)]);
    expect(await seen(follower)).toEqual({ stream: 3, all: 3, head: 3 });
    expect(await store.head()).toBe(4);
    expect(await seen(follower)).toEqual({ stream: 4, all: 4, head: 4 });
  });

  it('waits itself for a quick disk: an append is answered, and shown, after a sync in this thread', async () => {
    const store = openStore(undefined, false);
    // One that was slow a moment ago is left to another thread, so it may take some appends.
    await vi.waitFor(async () => {
      const [revision, before] = [(await store.readStream(STREAM)).length - 1, syncsAtOnce];
      await store.append([write(`e${revision + 1}`, revision < 0 ? 'no-stream' : revision)]);
      expect(await seen(store)).toEqual({ stream: revision + 2, all: revision + 2, head: revision + 2 });
      expect(syncsAtOnce).toBe(before + 1);
    });
  });

  it('says that it does not know, and shows nothing, when the disk fails while it waits for it', async () => {
    const store = openStore(undefined, false);
    await store.append([write('a')]);
    failing = true;
    const fault = { code: 'STORE-110', retryable: true };
    await expect(store.append([write('b', 0)])).rejects.toMatchObject(fault);
    failing = false;
    await expect(store.append([write('c', 1)])).rejects.toMatchObject(fault);
    await expect(store.readStream(STREAM)).rejects.toMatchObject(fault);
    expect(await seen(openStore())).toEqual({ stream: 2, all: 2, head: 2 });
  });
});
