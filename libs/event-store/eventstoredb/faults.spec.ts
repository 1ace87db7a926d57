import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { EventStoreDBDouble } from '../../../test/support/eventstoredb-double/index.js';
import { uuidV5, TENOR_NAMESPACE } from '../ids.js';
import type { NewEvent } from '../port.js';
import { openEventStoreDB, type EventStoreDBStore } from './index.js';

const event = (name: string): NewEvent => ({
  id: uuidV5(TENOR_NAMESPACE, name),
  type: 'Happened',
  data: `{"name":"${name}"}`,
  metadata: ['{"recordedAt":"', '"}'],
});
const write = (name: string, expected: number | 'no-stream' = 'no-stream', stream = 'l.o.thing-1') => ({ stream, expected, events: [event(name)] });

describe('EventStoreDB adapter under faults', () => {
  let double: EventStoreDBDouble;
  let store: EventStoreDBStore;
  const open = (options: { deadlineMs?: number; retries?: number } = {}) =>
    openEventStoreDB(double.url, { ledger: 'l', deadlineMs: 2000, retries: 4, retryDelayMs: 5, ...options });
  const stored = () => double.log.stream('l.o.thing-1')?.map(({ id }) => id) ?? [];

  beforeEach(async () => {
    double = await EventStoreDBDouble.start();
    store = open();
  });
  afterEach(async () => {
    await store.close();
    await double.stop();
  });

  it.each([
    ['an UnavailableError', 'unavailable'],
    ['"Server Is Not Ready", an UnknownError', 'not-ready'],
    ['NotLeader', 'not-leader'],
  ] as const)('repeats an append that ended with %s', async (_, fault) => {
    double.failNextAppends(fault, fault);
    expect(await store.append([write('one')])).toMatchObject({ ok: true, appended: [{ revision: 0, repeated: false }] });
    expect(double.appendCalls).toBe(3);
    expect(stored()).toEqual([event('one').id]);
  });

  it('stores once what was stored before the connection dropped', async () => {
    double.failNextAppends('dropped');
    expect(await store.append([write('one')])).toMatchObject({ ok: true, appended: [{ revision: 0, repeated: false }] });
    expect(double.appendCalls).toBe(2);
    expect(stored()).toEqual([event('one').id]);
  });

  it('stores once what was stored without an answer, by a deadline of its own', async () => {
    const impatient = open({ deadlineMs: 100 });
    await impatient.head();
    double.failNextAppends('lost');
    expect(await impatient.append([write('one')])).toMatchObject({ ok: true, appended: [{ revision: 0, repeated: false }] });
    expect(stored()).toEqual([event('one').id]);
    await impatient.close();
  });

  it('gives up on a frozen server at its deadline, says that the outcome is unknown, and goes on after the thaw', async () => {
    const impatient = open({ deadlineMs: 60, retries: 1 });
    await impatient.append([write('one')]);
    double.freeze();
    await expect(impatient.append([write('two', 0)])).rejects.toMatchObject({ code: 'STORE-102', retryable: true });
    await expect(impatient.readStream('l.o.thing-1')).rejects.toMatchObject({ code: 'STORE-102' });
    await expect(impatient.readAll({ after: null, limit: 5 })).rejects.toMatchObject({ code: 'STORE-102' });
    double.thaw();
    expect(await impatient.append([write('two', 0)])).toMatchObject({ ok: true, appended: [{ revision: 1 }] });
    expect(stored()).toEqual([event('one').id, event('two').id]);
    await impatient.close();
  });

  it('tells a server that is away from one that refuses, and finds it again', async () => {
    const hasty = open({ retries: 1 });
    await hasty.append([write('one')]);
    double.crash();
    const refused = await hasty.append([write('two', 0)]).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'STORE-101', retryable: true });
    expect(String(refused)).toContain('Is it running?');
    await double.restart();
    const again = open({ retries: 10 });
    expect(await again.append([write('two', 0)])).toMatchObject({ ok: true });
    await hasty.close();
    await again.close();
  });

  it('keeps the appends to one server out of the fate of another', async () => {
    const neighbour = await EventStoreDBDouble.start();
    const other = openEventStoreDB(neighbour.url, { ledger: 'l', deadlineMs: 2000, retries: 0 });
    await other.append([write('before')]);
    await store.append([write('one')]);
    neighbour.freeze();
    const arrived = neighbour.nextAppend();
    const inFlight = other.append([write('after', 0)]);
    await arrived;
    double.crash();
    await double.restart();
    neighbour.thaw();
    expect(await inFlight).toMatchObject({ ok: true, appended: [{ revision: 1 }] });
    await other.close();
    await neighbour.stop();
  });

  it('reports the real current revision, whatever the connection string asks for', async () => {
    const quiet = openEventStoreDB(`${double.url}&throwOnAppendFailure=false`, { ledger: 'l' });
    for (let i = 0; i < 4; i++) await quiet.append([write(`e${i}`, i === 0 ? 'no-stream' : i - 1)]);
    expect(await quiet.append([write('x', 1)])).toMatchObject({ ok: false, conflict: { actual: 3 } });
    await quiet.close();
  });

  it('compares what a known id carries, because the server keeps the old data and says "stored"', async () => {
    await store.append([write('one')]);
    const forged = { ...event('one'), data: '{"name":"forged"}' };
    await expect(store.append([{ stream: 'l.o.thing-1', expected: 'no-stream', events: [forged] }])).rejects.toMatchObject({ code: 'STORE-111' });
    const restarted = open();
    await expect(restarted.append([{ stream: 'l.o.thing-1', expected: 'no-stream', events: [forged] }])).rejects.toMatchObject({ code: 'STORE-111' });
    await restarted.close();
  });

  it('tells of a contested write what another process stored since this one looked at the log', async () => {
    const other = openEventStoreDB(double.url, { ledger: 'l', clock: { now: () => Date.now() + 1000 } });
    const contested = (name: string) => ({ ...write(name, 'no-stream', `l.o.thing-${name}`), contested: true as const });
    await store.append([contested('mine')]);
    await other.append([contested('theirs')]);
    expect(await store.append([contested('theirs')])).toMatchObject({ ok: true, appended: [{ revision: 0, repeated: true }] });
    await other.append([contested('forged')]);
    const forged = { ...contested('forged'), events: [{ ...event('forged'), data: '{"name":"other"}' }] };
    await expect(store.append([forged])).rejects.toMatchObject({ code: 'STORE-111' });
    expect(await store.append([contested('new')])).toMatchObject({ ok: true, appended: [{ repeated: false }] });
    await other.close();
  });

  it('hides events of the server and of other ledgers, and never asks for a position between events', async () => {
    const other = openEventStoreDB(double.url, { ledger: 'other' });
    for (let i = 0; i < 5; i++) {
      await other.append([write(`o${i}`, 'no-stream', `other.o.thing-${i}`)]);
      await store.append([write(`m${i}`, 'no-stream', `l.o.thing-m${i}`)]);
    }
    for (let i = 5; i < 90; i++) await other.append([write(`o${i}`, 'no-stream', `other.o.thing-${i}`)]);
    const ids: string[] = [];
    for (let after: number | null = null; ;) {
      const page = await store.readAll({ after, limit: 2 });
      ids.push(...page.events.map(({ stream }) => stream));
      after = page.events.at(-1)?.position ?? after;
      if (page.caughtUp) break;
    }
    expect(ids).toEqual([0, 1, 2, 3, 4].map((i) => `l.o.thing-m${i}`));
    expect(await open().head()).toBe(double.log.stream('l.o.thing-m4')?.[0]?.position);
    await other.close();
  });

  describe('watching', () => {
    const nextWake = () => {
      let resolve = (): void => {};
      const woken = () => new Promise<void>((done) => (resolve = done));
      return { wake: () => resolve(), woken };
    };

    it('goes on after its subscription was cut off as too slow', async () => {
      const { wake, woken } = nextWake();
      const first = woken();
      const subscription = store.watch(wake);
      await first;
      const cut = woken();
      double.cutSubscriptions();
      await cut;
      await woken();
      const appended = woken();
      await store.append([write('one')]);
      await appended;
      await subscription.close();
    });

    it('goes on after the server was away, and wakes when it went and for what was stored meanwhile', async () => {
      const { wake, woken } = nextWake();
      const first = woken();
      const subscription = store.watch(wake);
      await first;
      const gone = woken();
      double.crash();
      await gone;
      const renewed = woken();
      double.log.append('l.o.thing-9', -1, [
        { id: event('meanwhile').id, type: 'Happened', contentType: 'application/json', data: Buffer.from('{}'), metadata: Buffer.from('{}') },
      ]);
      await double.restart();
      await renewed;
      expect((await store.readAll({ after: null, limit: 5 })).events.map(({ stream }) => stream)).toEqual(['l.o.thing-9']);
      await subscription.close();
    });
  });
});
