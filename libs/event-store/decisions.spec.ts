import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

import { accept, reject, type Decider, type Json } from '#kernel';

import { EventStoreDBDouble } from '../../test/support/eventstoredb-double/index.js';
import { COMMAND_BOUND } from './binding.js';
import type { CommandContext, EventCodec } from './command.js';
import { createDecisions, type Decisions } from './decisions.js';
import { eventHash } from './envelope.js';
import { StoreFault } from './fault.js';
import { openEventStore } from './open.js';
import { type AppendOutcome, eachByItself, type EventStore, type RecordedEvent, type StreamWrite } from './port.js';

type Counted = { readonly type: 'Counted'; readonly by: number; readonly total: number };
type Count = { readonly by: number; readonly times?: number };
type TooMuch = { readonly code: 'TOO_MUCH'; readonly total: number };

/** Adds up to 100; adding 0 is accepted and changes nothing. */
const counter: Decider<number, Count, Counted, TooMuch> = {
  initialState: 0,
  decide: ({ by, times = 1 }, total) => {
    if (total + by * times > 100) return reject({ code: 'TOO_MUCH', total });
    return by === 0 ? accept() : accept(...Array.from({ length: times }, (_, i) => ({ type: 'Counted' as const, by, total: total + by * (i + 1) })));
  },
  evolve: (total, { by }) => total + by,
};

const codec: EventCodec<Counted> = {
  toStored: ({ by, total }) => ({
    type: 'Counted',
    schemaVersion: 1,
    data: { by, total },
    effectiveAt: '2026-01-01T00:00:00Z',
    evidence: [{ document: 'd1' }],
  }),
  fromStored: ({ type, data }) => (type === 'Counted' ? { type, by: data['by'] as number, total: data['total'] as number } : null),
};

const TARGET = 'l.org.counter-1';
const request = (key: string, command: Count, context: Partial<CommandContext> = {}) => ({
  context: { organization: 'org', actor: 'ann', key, ...context },
  commandType: 'Count',
  target: TARGET,
  input: command as Json,
  decider: counter,
  codec,
  command,
  ruleVersion: '1',
});

/** Breaks off before or after the n-th write of an append, as a process does that is killed there. */
class Crashing implements EventStore {
  crashes: number[] = [];
  constructor(private readonly inner: EventStore) {}
  get atomicAcrossStreams() {
    return this.inner.atomicAcrossStreams;
  }
  async append(writes: readonly StreamWrite[]): Promise<AppendOutcome> {
    const at = this.crashes.shift() ?? Infinity;
    if (at > writes.length) return this.inner.append(writes);
    if (at > 0) await this.inner.append(this.inner.atomicAcrossStreams ? writes : writes.slice(0, at));
    throw new StoreFault('STORE-102', 'killed', { retryable: true });
  }
  appendEach: EventStore['appendEach'] = (appends) => eachByItself(this, appends);
  readStream: EventStore['readStream'] = (...args) => this.inner.readStream(...args);
  readAll: EventStore['readAll'] = (...args) => this.inner.readAll(...args);
  head: EventStore['head'] = () => this.inner.head();
  watch: EventStore['watch'] = (wake) => this.inner.watch(wake);
  close: EventStore['close'] = () => this.inner.close();
}

let now = Date.UTC(2026, 0, 1);
const clock = { now: () => now++ };
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const openEmbedded = (): Promise<EventStore> => openEventStore('sqlite::memory:', { ledger: 'l', clock });
const openDouble = async (): Promise<EventStore> => {
  const double = await EventStoreDBDouble.start();
  closing.push(() => double.stop());
  return openEventStore(double.url, { ledger: 'l', clock });
};

const everything = async (store: EventStore): Promise<readonly RecordedEvent[]> => (await store.readAll({ after: null, limit: 10_000 })).events;
const counted = async (store: EventStore): Promise<readonly RecordedEvent[]> => (await everything(store)).filter(({ type }) => type === 'Counted');

/** A bulk of one is the command itself. */
const inBulk = (decisions: Decisions): Decisions => ({
  ...decisions,
  execute: (one) => decisions.executeAll([one]).then(([result]) => result as NonNullable<typeof result>),
});

describe.each([
  ['embedded, one by one', openEmbedded, (decisions: Decisions) => decisions],
  ['embedded, in bulk', openEmbedded, inBulk],
  ['EventStoreDB double, one by one', openDouble, (decisions: Decisions) => decisions],
  ['EventStoreDB double, in bulk', openDouble, inBulk],
])('decisions on %s', (_, openInner, as) => {
  const open = async (): Promise<{ store: Crashing; decisions: Decisions; restart: () => Decisions }> => {
    const store = new Crashing(await openInner());
    closing.push(() => store.close());
    const restart = (): Decisions => as(createDecisions({ store, ledger: 'l' }));
    return { store, decisions: restart(), restart };
  };

  it('accepts, and says where the events stand', async () => {
    const { store, decisions } = await open();
    const result = await decisions.execute(request('k1', { by: 2, times: 3 }));
    expect(result).toMatchObject({ status: 'accepted', stream: TARGET, revision: 2, repeated: false, position: await store.head() });
    expect(await decisions.load(TARGET, counter, codec)).toEqual({ state: 6, revision: 2 });
  });

  it('answers a repeated key with the first answer, flagged, also after a restart and more events', async () => {
    const { store, decisions, restart } = await open();
    const first = await decisions.execute(request('k1', { by: 2, times: 3 }));
    await decisions.execute(request('k2', { by: 1 }));
    for (const again of [decisions, restart()]) expect(await again.execute(request('k1', { by: 2, times: 3 }))).toEqual({ ...first, repeated: true });
    expect(await counted(store)).toHaveLength(4);
  });

  it('gives the first answer even when the command would be refused by now', async () => {
    const { decisions, restart } = await open();
    const first = await decisions.execute(request('k1', { by: 60 }));
    expect(await decisions.execute(request('k1', { by: 60 }))).toEqual({ ...first, repeated: true });
    expect(await restart().execute(request('k1', { by: 60 }, { expectedRevision: 'no-stream' }))).toEqual({ ...first, repeated: true });
  });

  it('refuses a key that comes with another input, type or target', async () => {
    const { decisions } = await open();
    await decisions.execute(request('k1', { by: 1 }));
    const reused = { status: 'rejected', rejection: { code: 'IDEMPOTENCY_KEY_REUSED', commandType: 'Count' } };
    expect(await decisions.execute(request('k1', { by: 2 }))).toEqual(reused);
    expect(await decisions.execute({ ...request('k1', { by: 1 }), commandType: 'Discount' })).toEqual(reused);
    expect(await decisions.execute({ ...request('k1', { by: 1 }), target: 'l.org.counter-2' })).toEqual(reused);
    expect(await decisions.execute(request('k1', { by: 1 }, { organization: 'other' }))).toMatchObject({ status: 'accepted', repeated: false });
  });

  it('forgets rejections, remembers an accepted command that changed nothing', async () => {
    const { store, decisions, restart } = await open();
    expect(await decisions.execute(request('k1', { by: 101 }))).toEqual({ status: 'rejected', rejection: { code: 'TOO_MUCH', total: 0 } });
    expect(await everything(store)).toEqual([]);
    expect(await decisions.execute(request('k1', { by: 1 }))).toMatchObject({ status: 'accepted' });
    const nothing = await decisions.execute(request('k2', { by: 0 }));
    expect(nothing).toMatchObject({ status: 'accepted', revision: 0, events: [], repeated: false });
    await decisions.execute(request('k3', { by: 1 }));
    expect(await restart().execute(request('k2', { by: 0 }))).toEqual({ ...nothing, repeated: true });
    expect(await decisions.execute(request('k2', { by: 5 }))).toMatchObject({ rejection: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });

  it('keeps to the revision that the caller saw', async () => {
    const { decisions, restart } = await open();
    expect(await decisions.execute(request('k1', { by: 1 }, { expectedRevision: 3 }))).toEqual({
      status: 'rejected',
      rejection: { code: 'REVISION_CONFLICT', expected: 3, actual: -1 },
    });
    await decisions.execute(request('k1', { by: 1 }, { expectedRevision: 'no-stream' }));
    const other = restart();
    await other.execute(request('k2', { by: 1 }, { expectedRevision: 0 }));
    expect(await decisions.execute(request('k3', { by: 1 }, { expectedRevision: 0 }))).toEqual({
      status: 'rejected',
      rejection: { code: 'REVISION_CONFLICT', expected: 0, actual: 1 },
    });
  });

  it('is right with several writers: a lagging cache neither accepts nor refuses', async () => {
    const { decisions, restart } = await open();
    const other = restart();
    await decisions.execute(request('k1', { by: 50 }));
    await other.execute(request('k2', { by: 40 }));
    expect(await decisions.execute(request('k3', { by: 20 }))).toEqual({ status: 'rejected', rejection: { code: 'TOO_MUCH', total: 90 } });
    expect(await decisions.execute(request('k4', { by: 10 }))).toMatchObject({ status: 'accepted', revision: 2, events: [{ total: 100 }] });
    const results = await Promise.all(Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? decisions : other).execute(request(`z${i}`, { by: -1 }))));
    expect(new Set(results.map((result) => result.status === 'accepted' && result.revision)).size).toBe(10);
    expect((await restart().load(TARGET, counter, codec)).state).toBe(90);
  });

  it('stores one command once when two processes execute it at the same time', async () => {
    const { store, decisions, restart } = await open();
    const results = await Promise.all([decisions, restart(), decisions, restart()].map((each) => each.execute(request('k1', { by: 1, times: 2 }))));
    expect(new Set(results.map((result) => result.status === 'accepted' && result.revision))).toEqual(new Set([1]));
    expect(await counted(store)).toHaveLength(2);
  });

  it('finishes a command that was broken off, after others moved the target', async () => {
    const { store, decisions, restart } = await open();
    await decisions.execute(request('k0', { by: 1 }));
    store.crashes = [1];
    await expect(decisions.execute(request('k1', { by: 10 }))).rejects.toMatchObject({ code: 'STORE-102' });
    await restart().execute(request('k2', { by: 5 }));
    const finished = await restart().execute(request('k1', { by: 10 }));
    expect(finished).toMatchObject({ status: 'accepted', repeated: store.atomicAcrossStreams });
    expect(await decisions.execute(request('k1', { by: 10 }))).toEqual({ ...finished, repeated: true });
    expect((await restart().load(TARGET, counter, codec)).state).toBe(16);
  });

  it('writes the whole envelope, in canonical order', async () => {
    const { store, decisions } = await open();
    await decisions.execute(request('k1', { by: 1 }, { onBehalfOf: 'bob', correlation: 'c1' }));
    const [binding, event] = await everything(store);
    expect(binding).toMatchObject({
      type: COMMAND_BOUND,
      revision: 0,
      data: { commandType: 'Count', target: TARGET, targetRevision: -1, eventCount: 1 },
    });
    expect(binding?.stream).toBe(`l.org.key-${String(event?.metadata['keyDigest'])}`);
    expect(event?.metadata).toEqual({
      $causationId: null,
      $correlationId: 'c1',
      actor: 'ann',
      effectiveAt: '2026-01-01T00:00:00Z',
      evidence: [{ document: 'd1' }],
      keyDigest: expect.any(String) as string,
      onBehalfOf: 'bob',
      organization: 'org',
      recordedAt: expect.stringMatching(/^2026-01-01T00:00:0\d\.\d{3}Z$/) as string,
      ruleVersion: '1',
      schemaVersion: 1,
    });
    expect(Object.keys(event?.metadata ?? {})).toEqual(Object.keys(event?.metadata ?? {}).sort());
  });

  it('derives the ids of new things from the key', async () => {
    const { decisions, restart } = await open();
    const seen: string[] = [];
    const make = (ids: { derive(name: string): string }): Count => (seen.push(ids.derive('counter')), { by: 1 });
    for (const each of [decisions, restart()]) await each.execute({ ...request('k1', { by: 1 }), command: make });
    expect(seen[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
    expect(new Set(seen).size).toBe(1);
  });

  it('stores every command once, however often it is repeated, interleaved and broken off', async () => {
    const step = fc.record({ key: fc.integer({ min: 0, max: 5 }), crash: fc.constantFrom(Infinity, Infinity, 0, 1, 2), restart: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { maxLength: 10 }), async (rounds) => {
        const { store, decisions: first, restart } = await open();
        let decisions = first;
        const command = (key: number): Count => ({ by: key, times: (key % 3) + 1 });
        const answers = new Map<number, Set<string>>();
        for (const round of rounds) {
          store.crashes = round.map(({ crash }) => crash);
          if (round[0]?.restart) decisions = restart();
          await Promise.allSettled(round.map(({ key }) => decisions.execute(request(`k${key}`, command(key)))));
        }
        store.crashes = [];
        for (const { key } of [...rounds.flat(), ...rounds.flat()]) {
          const { repeated: _, ...answer } = (await restart().execute(request(`k${key}`, command(key)))) as { repeated?: boolean };
          answers.set(key, (answers.get(key) ?? new Set()).add(JSON.stringify(answer)));
        }
        for (const different of answers.values()) expect(different.size).toBe(1);
        const expected = [...answers.keys()].reduce((total, key) => total + key * ((key % 3) + 1), 0);
        expect((await restart().load(TARGET, counter, codec)).state).toBe(expected);
        expect(new Set((await everything(store)).map(({ id }) => id)).size).toBe((await everything(store)).length);
      }),
      { numRuns: 25 },
    );
    // Some hundred journeys over a server in the process: on a busy machine that is not done in the usual time.
  }, 60_000);
});

describe.each([
  ['embedded', openEmbedded],
  ['EventStoreDB double', openDouble],
])('a bulk of commands on %s', (_, openInner) => {
  const counters = ['l.org.counter-1', 'l.org.counter-2', 'l.org.counter-3'];
  const at = (n: number, key: string, command: Count, context: Partial<CommandContext> = {}) => ({
    ...request(key, command, context),
    target: counters[n] as string,
  });
  const open = async () => {
    const store = new Crashing(await openInner());
    closing.push(() => store.close());
    const decisions = createDecisions({ store, ledger: 'l' });
    await Promise.all(counters.map((target, n) => decisions.execute({ ...request(`make ${n}`, { by: 1 }), target })));
    return { store, decisions };
  };
  const totals = (decisions: Decisions) => Promise.all(counters.map(async (target) => (await decisions.load(target, counter, codec)).state));

  it('answers each for itself, in their order', async () => {
    const { store, decisions } = await open();
    await decisions.execute(at(0, 'old', { by: 5 }));
    const results = await decisions.executeAll([
      at(0, 'a', { by: 1 }),
      at(1, 'b', { by: 100 }),
      at(0, 'c', { by: 2, times: 2 }),
      at(1, 'old', { by: 5 }),
      at(2, 'd', { by: 3 }, { expectedRevision: 7 }),
      at(0, 'old', { by: 5 }),
      at(2, 'e', { by: 0 }),
      at(2, 'a', { by: 1 }),
      at(0, 'a', { by: 1 }),
    ]);
    expect(results).toMatchObject([
      { status: 'accepted', revision: 2, repeated: false, events: [{ total: 7 }] },
      { status: 'rejected', rejection: { code: 'TOO_MUCH', total: 1 } },
      { status: 'accepted', revision: 4, repeated: false, events: [{ total: 9 }, { total: 11 }] },
      { status: 'rejected', rejection: { code: 'IDEMPOTENCY_KEY_REUSED' } },
      { status: 'rejected', rejection: { code: 'REVISION_CONFLICT', expected: 7, actual: 0 } },
      { status: 'accepted', revision: 1, repeated: true },
      { status: 'accepted', revision: 0, events: [] },
      { status: 'rejected', rejection: { code: 'IDEMPOTENCY_KEY_REUSED' } },
      { status: 'accepted', revision: 2, repeated: true },
    ]);
    expect(await totals(decisions)).toEqual([11, 1, 1]);
    expect(await counted(store)).toHaveLength(3 + 1 + 3);
  });

  it('leaves every stream free again when some of it fails, and repeats it whole', async () => {
    const { store, decisions } = await open();
    const bulk = [at(0, 'a', { by: 1 }), at(1, 'b', { by: 1 }), at(1, 'c', { by: 1 }), at(2, 'd', { by: 1 })];
    store.crashes = [Infinity, 0];
    await expect(decisions.executeAll(bulk)).rejects.toMatchObject({ code: 'STORE-102' });
    store.crashes = [];
    expect((await decisions.executeAll(bulk)).map(({ status }) => status)).toEqual(Array(4).fill('accepted'));
    expect(await totals(decisions)).toEqual([2, 3, 2]);
    expect(await decisions.executeAll([])).toEqual([]);
  });

  it('is refused for a command that cannot be decided, which holds up no other', async () => {
    const { decisions } = await open();
    const broken = { ...at(1, 'b', { by: 1 }), decider: { ...counter, decide: () => JSON.parse('') as never } };
    await expect(decisions.executeAll([at(0, 'a', { by: 1 }), broken])).rejects.toThrow(SyntaxError);
    expect((await decisions.executeAll([at(0, 'a', { by: 1 }), at(1, 'b', { by: 1 })])).map(({ status }) => status)).toEqual([
      'accepted',
      'accepted',
    ]);
    expect(await totals(decisions)).toEqual([2, 2, 1]);
  });
});

it('a queue that never empties keeps nothing of the commands that were answered', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const store = await openEmbedded();
  closing.push(() => store.close());
  const decisions = createDecisions({ store, ledger: 'l' });
  const asked: WeakRef<object>[] = [];
  const ask = (n: number) => {
    const one = request(`k${n}`, { by: 0 });
    asked.push(new WeakRef(one));
    return decisions.execute(one);
  };
  const kept = () => asked.slice(0, 40).filter((one) => one.deref() !== undefined);
  let last = ask(0);
  // What the compiler works on at the moment it holds itself, for a while: those are collected some commands later, which a queue's are not.
  for (let n = 1; n < 50 || (n < 500 && kept().length > 0); n++) {
    const next = ask(n);
    await last;
    last = next;
    if (n >= 48) collect();
  }
  expect(kept()).toEqual([]);
  await last;
});

it('gives the same events and hashes on both stores', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ key: fc.integer({ min: 0, max: 9 }), by: fc.integer({ min: 0, max: 30 }) }), { maxLength: 12 }),
      async (commands) => {
        const hashes: string[][] = [];
        for (const openInner of [openEmbedded, openDouble]) {
          now = Date.UTC(2027, 0, 1);
          const store = await openInner();
          closing.push(() => store.close());
          const fixed = { store, ledger: 'l' };
          for (const { key, by } of commands) {
            now = Date.UTC(2027, 0, 1) + key;
            await createDecisions(fixed).execute(request(`k${key}`, { by }));
          }
          hashes.push((await everything(store)).map((event) => eventHash({ ...plain(event), metadata: { ...event.metadata, recordedAt: '' } })));
        }
        expect(hashes[0]).toEqual(hashes[1]);
      },
    ),
    { numRuns: 10 },
  );
});

const plain = ({ position, stream, revision, id, type, data, metadata }: RecordedEvent): RecordedEvent => ({
  position,
  stream,
  revision,
  id,
  type,
  data,
  metadata,
});
