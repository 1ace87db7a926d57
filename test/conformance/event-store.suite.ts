import { createHash, randomUUID } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  DATA_BYTES_MAX,
  eventHash,
  uuidV5,
  type EventStore,
  type ExpectedRevision,
  type NewEvent,
  type RecordedEvent,
  type StreamWrite,
} from '#event-store';
import { canonicalJson, type JsonObject } from '#kernel';

/** One store under test. */
export interface TestBed {
  readonly ledger: string;
  /** Another client of the same store, with the given clock. */
  open(options?: { clock?: { now(): number } }): Promise<EventStore>;
  stop(): Promise<void>;
}

export const freshLedger = (): string => `t${randomUUID().replaceAll('-', '')}`;

export const newEvent = (name: string, data: JsonObject = { name }, type = 'SomethingHappened'): NewEvent => ({
  id: uuidV5('6f1f0f5e-3c5b-5d0a-9d5e-7a6c1b0e4f21', name),
  type,
  data: canonicalJson(data),
  metadata: ['{"actor":"someone","recordedAt":"', '"}'],
});

const plain = ({ position, stream, revision, id, type, data, metadata }: RecordedEvent) => ({ position, stream, revision, id, type, data, metadata });

/** What every event store of the ledger promises, each promise as a test. */
export function describeEventStore(name: string, makeBed: () => Promise<TestBed>): void {
  describe(`event store: ${name}`, () => {
    let bed: TestBed;
    let store: EventStore;
    const opened: EventStore[] = [];
    const open: TestBed['open'] = async (options) => {
      const another = await bed.open(options);
      opened.push(another);
      return another;
    };
    beforeEach(async () => {
      bed = await makeBed();
      store = await open();
    });
    afterEach(async () => {
      for (const each of opened.splice(0)) await each.close();
      await bed.stop();
    });

    const stream = (id = 'a'): string => `${bed.ledger}.org.thing-${id}`;
    const write = (expected: ExpectedRevision, names: readonly string[], id = 'a'): StreamWrite => ({
      stream: stream(id),
      expected,
      events: names.map((each) => newEvent(each)),
    });
    const append = (expected: ExpectedRevision, names: readonly string[], id = 'a') => store.append([write(expected, names, id)]);
    const ids = (names: readonly string[]): string[] => names.map((each) => newEvent(each).id);
    const readAllIds = async (from: EventStore, limit = 1000): Promise<string[]> => {
      const found: string[] = [];
      for (let after: number | null = null; ;) {
        const page = await from.readAll({ after, limit });
        found.push(...page.events.map(({ id }) => id));
        if (page.caughtUp) return found;
        after = (page.events.at(-1) as RecordedEvent).position;
      }
    };
    const wakes = async (watching: EventStore, act: () => Promise<unknown>, seen: () => Promise<boolean>): Promise<void> => {
      await new Promise<void>((resolve, reject) => {
        const look = (): void => void seen().then((yes) => yes && resolve(), reject);
        const subscription = watching.watch(look);
        act().catch(reject);
        opened.push({ close: () => subscription.close() } as EventStore);
      });
    };

    describe('revisions', () => {
      it('counts revisions from 0 and answers with the last one', async () => {
        expect(await append('no-stream', ['one', 'two'])).toMatchObject({ ok: true, appended: [{ stream: stream(), revision: 1, repeated: false }] });
        expect((await store.readStream(stream())).map(({ revision }) => revision)).toEqual([0, 1]);
      });
      it('answers a conflict with the real current revision', async () => {
        await append('no-stream', ['one', 'two', 'three']);
        expect(await append('no-stream', ['x'])).toEqual({ ok: false, conflict: { stream: stream(), expected: 'no-stream', actual: 2 }, stored: 0 });
        expect(await append(0, ['x'])).toMatchObject({ ok: false, conflict: { actual: 2 } });
        expect(await append(7, ['x'])).toMatchObject({ ok: false, conflict: { actual: 2 } });
        expect(await store.append([write(4, ['x'], 'unknown')])).toMatchObject({ ok: false, conflict: { expected: 4, actual: 'no-stream' } });
        expect(await store.readStream(stream())).toHaveLength(3);
      });
      it('stores nothing of a refused append of several events', async () => {
        await append('no-stream', ['one']);
        await append('no-stream', ['two', 'three']);
        expect((await store.readStream(stream())).map(({ id }) => id)).toEqual(ids(['one']));
      });
      it('checks the revision of an append without events, and creates nothing', async () => {
        expect(await append('no-stream', [])).toMatchObject({ ok: true });
        await append('no-stream', ['one']);
        expect(await append(0, [])).toMatchObject({ ok: true, appended: [{ revision: 0 }] });
        expect(await append('no-stream', [])).toMatchObject({ ok: false, conflict: { actual: 0 } });
        expect(await store.readStream(stream())).toHaveLength(1);
      });
      it('answers an unknown stream with no events', async () => {
        expect(await store.readStream(stream('nowhere'))).toEqual([]);
        expect(await store.head()).toBeNull();
        expect(await store.readAll({ after: null, limit: 10 })).toEqual({ events: [], caughtUp: true });
      });
      it('reads a stream from a revision, inclusive, up to a limit', async () => {
        await append('no-stream', ['one', 'two', 'three', 'four']);
        const read = async (from: number, limit?: number) =>
          (await store.readStream(stream(), limit === undefined ? { from } : { from, limit })).map(({ id }) => id);
        expect(await read(2)).toEqual(ids(['three', 'four']));
        expect(await read(1, 2)).toEqual(ids(['two', 'three']));
        expect(await read(4)).toEqual([]);
        expect(await read(40)).toEqual([]);
      });
    });

    describe('repeats at the exact revision', () => {
      const batch = ['one', 'two', 'three'];
      it('answers the whole batch, a prefix or a suffix at its own revision with the original place', async () => {
        const first = await append('no-stream', batch);
        const stored = await store.readStream(stream());
        expect(first.ok && first.position).toBe(stored[2]?.position);
        const repeat = async (expected: ExpectedRevision, names: string[], last: number) =>
          expect(await append(expected, names)).toEqual({
            ok: true,
            position: stored[last]?.position,
            until: expect.any(Number) as number,
            appended: [{ stream: stream(), revision: last, position: stored[last]?.position, repeated: true }],
          });
        await repeat('no-stream', batch, 2);
        await repeat('no-stream', ['one', 'two'], 1);
        await repeat(0, ['two', 'three'], 2);
        await repeat(1, ['three'], 2);
        expect(await store.readStream(stream())).toHaveLength(3);
      });
      it('also after more events, and from a client that was opened later', async () => {
        await append('no-stream', batch);
        await append(2, ['four']);
        await append('no-stream', ['elsewhere'], 'b');
        expect(await append('no-stream', batch)).toMatchObject({ ok: true, appended: [{ revision: 2, repeated: true }] });
        await store.close();
        expect(await (await open()).append([write('no-stream', batch)])).toMatchObject({ ok: true, appended: [{ revision: 2, repeated: true }] });
        expect(await readAllIds(await open())).toEqual(ids(['one', 'two', 'three', 'four', 'elsewhere']));
      });
      it.each([
        ['a gap', 'no-stream', ['one', 'three']],
        ['a misalignment', 0, ['one', 'two']],
        ['old and new ids mixed', 'no-stream', ['one', 'two', 'new']],
        ['more than is stored', 1, ['three', 'new']],
        ['a new id at an old revision', 0, ['new']],
      ] as const)('refuses %s', async (_, expected, names) => {
        await append('no-stream', batch);
        expect(await append(expected, names)).toEqual({ ok: false, conflict: { stream: stream(), expected, actual: 2 }, stored: 0 });
        expect(await store.readStream(stream())).toHaveLength(3);
      });
      it('appends a known id again at the current revision', async () => {
        await append('no-stream', ['one', 'two']);
        expect(await append(1, ['two'])).toMatchObject({ ok: true, appended: [{ revision: 2, repeated: false }] });
        expect((await store.readStream(stream())).map(({ id }) => id)).toEqual(ids(['one', 'two', 'two']));
      });
      it('stores one id twice in a batch, and in another stream', async () => {
        await append('no-stream', ['one', 'one']);
        expect(await append('no-stream', ['one'], 'b')).toMatchObject({ ok: true, appended: [{ repeated: false }] });
        expect(await readAllIds(store)).toEqual(ids(['one', 'one', 'one']));
      });
      it('throws when a known id comes with other data or another type', async () => {
        await append('no-stream', ['one']);
        const other = (event: NewEvent) => store.append([{ stream: stream(), expected: 'no-stream', events: [event] }]);
        await expect(other(newEvent('one', { name: 'another' }))).rejects.toMatchObject({ code: 'STORE-111', retryable: false });
        await expect(other(newEvent('one', { name: 'one' }, 'SomethingElseHappened'))).rejects.toMatchObject({ code: 'STORE-111' });
        expect((await store.readStream(stream()))[0]?.data).toEqual({ name: 'one' });
      });
      it('keeps the first moment of recording', async () => {
        let now = Date.UTC(2031, 0, 1);
        const stepped = await open({ clock: { now: () => now } });
        await stepped.append([write('no-stream', ['one'])]);
        now += 5000;
        await stepped.append([write('no-stream', ['one'])]);
        expect((await store.readStream(stream())).map(({ metadata }) => metadata['recordedAt'])).toEqual(['2031-01-01T00:00:00.000Z']);
      });
    });

    describe('several streams in one append', () => {
      it('stores all of them', async () => {
        const outcome = await store.append([write('no-stream', ['one'], 'a'), write('no-stream', ['two', 'three'], 'b')]);
        expect(outcome).toMatchObject({ ok: true, appended: [{ revision: 0 }, { revision: 1 }] });
        expect(outcome.ok && outcome.position).toBe(await store.head());
      });
      it('stores none of them on a conflict, or those before it, as the store declares', async () => {
        await append('no-stream', ['there'], 'b');
        const outcome = await store.append([write('no-stream', ['one'], 'a'), write('no-stream', ['two'], 'b'), write('no-stream', ['three'], 'c')]);
        const stored = store.atomicAcrossStreams ? 0 : 1;
        expect(outcome).toEqual({ ok: false, conflict: { stream: stream('b'), expected: 'no-stream', actual: 0 }, stored });
        expect(await store.readStream(stream('a'))).toHaveLength(stored);
        expect(await store.readStream(stream('c'))).toEqual([]);
        expect(await append('no-stream', ['one'], 'a')).toMatchObject({ ok: true });
      });
      it('takes several appends at once, each for itself: outcomes and faults in their order', async () => {
        await append('no-stream', ['one']);
        const malformed = { ...write('no-stream', ['bad'], 'n3'), stream: '$bad' };
        const each = [[write('no-stream', ['n1'], 'n1')], [write('no-stream', ['clash'])], [malformed], [write(0, ['two'])]];
        const appended = { ok: true, appended: [{ repeated: false }] };
        expect(await store.appendEach(each)).toMatchObject([appended, { ok: false, conflict: { actual: 0 } }, { code: 'STORE-113' }, appended]);
        const [first, last] = await store.appendEach([each[0] as StreamWrite[], [write(1, ['three'])]]);
        expect([first, last]).toMatchObject([
          { ok: true, appended: [{ repeated: true }] },
          { ok: true, position: (await store.head()) as number },
        ]);
        expect(await store.appendEach([])).toEqual([]);
      });
      it('does not let a conflict disturb its neighbours', async () => {
        await append('no-stream', ['one']);
        const outcomes = await Promise.all([
          append('no-stream', ['n1'], 'n1'),
          append('no-stream', ['clash']),
          append('no-stream', ['n2'], 'n2'),
          append(0, ['two']),
        ]);
        expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true, true]);
      });
    });

    describe('the total order', () => {
      const fill = async (count: number): Promise<RecordedEvent[]> => {
        for (let i = 0; i < count; i++) await append(i < 3 ? 'no-stream' : Math.floor(i / 3) - 1, [`e${i}`], `s${i % 3}`);
        return [...(await store.readAll({ after: null, limit: 1000 })).events];
      };
      it('is the order of appending, with strictly rising positions that streams and appends agree on', async () => {
        const events = await fill(12);
        expect(events.map(({ id }) => id)).toEqual(ids(Array.from({ length: 12 }, (_, i) => `e${i}`)));
        for (let i = 1; i < events.length; i++) expect(events[i]?.position).toBeGreaterThan(events[i - 1]?.position as number);
        for (const event of await store.readStream(stream('s1'))) expect(events.map(plain)).toContainEqual(plain(event));
        expect(await store.head()).toBe(events.at(-1)?.position);
      });
      it('resumes from any position and skips nothing', async () => {
        const events = await fill(9);
        for (let i = 0; i < events.length; i++) {
          const page = await store.readAll({ after: events[i]?.position as number, limit: 1000 });
          expect(page.events.map(({ id }) => id)).toEqual(events.slice(i + 1).map(({ id }) => id));
          expect(page.caughtUp).toBe(true);
        }
      });
      it('pages with any limit', async () => {
        const events = await fill(10);
        for (const limit of [1, 3, 10, 11]) expect(await readAllIds(store, limit)).toEqual(events.map(({ id }) => id));
      });
      it('shows later events to a reader that had caught up', async () => {
        const events = await fill(3);
        const after = events.at(-1)?.position as number;
        expect((await store.readAll({ after, limit: 5 })).events).toEqual([]);
        await append('no-stream', ['late'], 'late');
        expect((await store.readAll({ after, limit: 5 })).events.map(({ id }) => id)).toEqual(ids(['late']));
      });
      it('shows a reader no gap while two clients write at once', async () => {
        const other = await open();
        const writing = Promise.all(
          [store, other].flatMap((client, c) =>
            Array.from({ length: 40 }, (_, i) => client.append([write('no-stream', [`c${c}-${i}`], `c${c}x${i}`)])),
          ),
        );
        let done = false;
        void writing.then(() => (done = true));
        const seen: string[] = [];
        let after: number | null = null;
        for (;;) {
          const last: boolean = done;
          const page = await (await open()).readAll({ after, limit: 7 });
          seen.push(...page.events.map(({ id }) => id));
          after = page.events.at(-1)?.position ?? after;
          if (last && page.caughtUp) break;
          await new Promise((resolve) => setImmediate(resolve));
        }
        await writing;
        expect(seen).toHaveLength(80);
        expect(seen).toEqual(await readAllIds(store));
      });
    });

    describe('several clients', () => {
      it('lets one of two appends at the same revision win', async () => {
        const other = await open();
        await append('no-stream', ['one']);
        await other.readStream(stream());
        const outcomes = await Promise.all([append(0, ['mine']), other.append([write(0, ['theirs'])])]);
        expect(outcomes.map(({ ok }) => ok).sort()).toEqual([false, true]);
        expect(await store.readStream(stream())).toHaveLength(2);
      });
      it('sees what the other stored, at once', async () => {
        const other = await open();
        await append('no-stream', ['one']);
        expect(await other.append([write(0, ['two'])])).toMatchObject({ ok: true, appended: [{ revision: 1 }] });
        expect(await store.readStream(stream())).toHaveLength(2);
        expect(await append(0, ['three'])).toMatchObject({ ok: false, conflict: { actual: 1 } });
        expect(await append(1, ['three'])).toMatchObject({ ok: true });
      });
      it('stores a batch once that both append', async () => {
        const other = await open();
        const outcomes = await Promise.all([append('no-stream', ['one', 'two']), other.append([write('no-stream', ['one', 'two'])])]);
        expect(outcomes.map((outcome) => outcome.ok && outcome.position)).toEqual([await store.head(), await store.head()]);
        expect(await readAllIds(store)).toEqual(ids(['one', 'two']));
      });
    });

    it('says up to where to read to have seen all of an append, whatever was stored beside it', async () => {
      const other = `${stream()}-other`;
      const outcomes = await Promise.all([append('no-stream', ['one', 'two']), store.append([{ ...write('no-stream', ['three']), stream: other }])]);
      const { events } = await store.readAll({ after: null, limit: 10 });
      for (const outcome of outcomes) {
        expect(outcome.ok).toBe(true);
        if (!outcome.ok) continue;
        expect(outcome.until).toBeGreaterThanOrEqual(outcome.position);
        expect(events.map(({ position }) => position)).toContain(outcome.until);
      }
    });

    describe('watching', () => {
      it('wakes on an append of the same client', async () => {
        await wakes(
          store,
          () => append('no-stream', ['one']),
          async () => (await store.head()) !== null,
        );
      });
      it('wakes on an append of another client', async () => {
        const other = await open();
        await wakes(
          other,
          () => append('no-stream', ['one']),
          async () => (await readAllIds(other)).length === 1,
        );
      });
      it('stops when closed', async () => {
        let woken = 0;
        await store.watch(() => woken++).close();
        const before = woken;
        await append('no-stream', ['one']);
        expect(woken).toBe(before);
      });
    });

    describe('sizes and contents', () => {
      const sized = (bytes: number): NewEvent => newEvent('sized', { x: 'x'.repeat(bytes - '{"x":""}'.length) });
      it('takes exactly 1 MiB of data in one append', async () => {
        expect(await store.append([{ stream: stream(), expected: 'no-stream', events: [sized(DATA_BYTES_MAX)] }])).toMatchObject({ ok: true });
        expect(canonicalJson((await store.readStream(stream()))[0]?.data as JsonObject).length).toBe(DATA_BYTES_MAX);
      });
      it('refuses one byte more, before anything is written, and stays usable', async () => {
        const half = newEvent('half', { x: 'x'.repeat(DATA_BYTES_MAX / 2 - 8) });
        await expect(store.append([{ stream: stream(), expected: 'no-stream', events: [sized(DATA_BYTES_MAX + 1)] }])).rejects.toMatchObject({
          code: 'STORE-112',
        });
        await expect(store.append([{ stream: stream(), expected: 'no-stream', events: [half, half, newEvent('rest')] }])).rejects.toMatchObject({
          code: 'STORE-112',
        });
        await expect(
          store.append([{ stream: stream(), expected: 'no-stream', events: [newEvent('wide', { x: 'é'.repeat(DATA_BYTES_MAX / 2) })] }]),
        ).rejects.toMatchObject({ code: 'STORE-112' });
        expect(await append('no-stream', ['one'])).toMatchObject({ ok: true, appended: [{ revision: 0 }] });
      });
      it.each([
        ['an empty type', { ...newEvent('x'), type: '' }],
        ['a type of the server', { ...newEvent('x'), type: '$x' }],
        ['an id that is no UUID', { ...newEvent('x'), id: 'x' }],
        ['data that is no object', { ...newEvent('x'), data: '[]' }],
      ])('refuses %s before anything is written', async (_, event) => {
        await expect(
          store.append([write('no-stream', ['one'], 'a'), { stream: stream('b'), expected: 'no-stream', events: [event] }]),
        ).rejects.toMatchObject({ code: 'STORE-113' });
        expect(await readAllIds(store)).toEqual([]);
      });
      it('keeps an event type that nobody knows, and every field of it', async () => {
        const data = { nested: { list: [1, null, 'x', { deep: true }] }, empty: {}, zero: 0, none: null };
        await store.append([{ stream: stream(), expected: 'no-stream', events: [newEvent('odd', data, 'TypeOfTheFuture')] }]);
        expect((await store.readStream(stream())).map(plain)).toMatchObject([{ type: 'TypeOfTheFuture', data, metadata: { actor: 'someone' } }]);
      });
      it('keeps text in every script, and keys that look like numbers', async () => {
        const data = { text: 'Zürich 東京 🜚 \u0000 \u2028 "\\', '10': 'ten', '9': 'nine', é: 'e', __proto__x: 1 };
        await store.append([{ stream: `${bed.ledger}.org.thing-ü`, expected: 'no-stream', events: [newEvent('uni', data)] }]);
        const [event] = await store.readStream(`${bed.ledger}.org.thing-ü`);
        expect(canonicalJson(event?.data as JsonObject)).toBe(canonicalJson(data));
      });
      it('gives an event the hash that its canonical text has on any store', async () => {
        const at = Date.UTC(2040, 4, 6, 7, 8, 9, 10);
        const fixed = await open({ clock: { now: () => at } });
        const event = newEvent('hashed', { b: ['x', { z: 1, a: '1.50' }], a: null });
        await fixed.append([{ stream: stream(), expected: 'no-stream', events: [event] }]);
        const text = `{"data":${event.data},"id":"${event.id}","metadata":{"actor":"someone","recordedAt":"2040-05-06T07:08:09.010Z"},"revision":0,"stream":"${stream()}","type":"SomethingHappened"}`;
        expect(eventHash((await store.readStream(stream()))[0] as RecordedEvent)).toBe(createHash('sha256').update(text).digest('hex'));
      });
    });

    it('stamps the moment of recording, which never goes back', async () => {
      const times = [3000, 1000, 5000, 4000, 5001];
      let i = 0;
      const stepped = await open({ clock: { now: () => Date.UTC(2035, 0, 1) + (times[Math.min(i++, 4)] as number) } });
      for (let n = 0; n < 5; n++) await stepped.append([write('no-stream', [`t${n}`], `t${n}`)]);
      const stamps = (await store.readAll({ after: null, limit: 10 })).events.map(({ metadata }) => String(metadata['recordedAt']));
      expect([...stamps].sort()).toEqual(stamps);
      await (await open({ clock: { now: () => 0 } })).append([write('no-stream', ['late'], 'late')]);
      const last = (await store.readAll({ after: null, limit: 10 })).events.at(-1);
      expect(String(last?.metadata['recordedAt']) >= (stamps.at(-1) as string)).toBe(true);
    });

    it('refuses everything once it is closed', async () => {
      const other = await open();
      await other.close();
      await expect((async () => other.append([write('no-stream', ['one'])]))()).rejects.toMatchObject({ code: 'STORE-114' });
      await expect((async () => other.head())()).rejects.toMatchObject({ code: 'STORE-114' });
    });
  });
}
