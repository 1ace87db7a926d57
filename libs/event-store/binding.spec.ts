import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '#kernel';
import { Binding, type BoundData, CommandEvent, commandEnvelope, keyIds } from './binding.js';
import { openEmbeddedStore } from './embedded/index.js';
import { stamped, type StreamWrite } from './port.js';

const ids = keyIds('l', 'org', 'key');
const envelope = commandEnvelope(ids, { organization: 'org', actor: 'a', key: 'key' }, 'rule-1');
const bound = fc.record({
  commandType: fc.constantFrom('Make', 'Amend'),
  digest: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex')),
  eventCount: fc.nat({ max: 2 ** 32 - 1 }),
  target: fc.oneof(fc.constant('l.org.commitment-1'), fc.string()),
  targetRevision: fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER - 1 }),
});

const binding = (data: BoundData, of = ids): Binding => new Binding(of.key, data, envelope, null);

describe('the binding of a key', () => {
  it('is stored as canonical JSON', () => {
    fc.assert(
      fc.property(bound, (data) => {
        expect(binding(data).data).toBe(canonicalJson(data));
      }),
    );
  });

  it('has an id that is a UUIDv8 and the same each time', () => {
    fc.assert(
      fc.property(bound, (data) => {
        const { id } = binding(data);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(binding({ ...data }).id).toBe(id);
      }),
    );
  });

  it('has another id when the key, the revision or the number of events is another', () => {
    const other = keyIds('l', 'org', 'another');
    fc.assert(
      fc.property(bound, bound, (one, two) => {
        const id = (data: BoundData, of = ids): string => binding(data, of).id;
        expect(id(one) === id({ ...two, digest: one.digest })).toBe(one.eventCount === two.eventCount && one.targetRevision === two.targetRevision);
        expect(id(one)).not.toBe(id(one, other));
      }),
    );
  });
});

/** A command as it is appended: its key's binding and its events. */
const command = fc
  .record({
    actor: fc.constantFrom('ann', 'bob', 'ü'),
    onBehalfOf: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
    causation: fc.option(fc.uuid(), { nil: undefined }),
    events: fc.array(
      fc.record({
        data: fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }).map((data) => canonicalJson(data)),
        effectiveAt: fc.option(fc.constant('2026-01-01T00:00:00Z')),
        evidence: fc.array(fc.record({ document: fc.string() }), { maxLength: 2 }),
        schemaVersion: fc.integer({ min: 1, max: 3 }),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ actor, onBehalfOf, causation, events }) => (key: string): StreamWrite[] => {
    const own = keyIds('l', 'org', key);
    const context = { organization: 'org', actor, key, ...(onBehalfOf && { onBehalfOf }), ...(causation && { causation }) };
    const envelope = commandEnvelope(own, context, 'rule-1');
    const stored = events.map(({ data, ...rest }, i) => new CommandEvent(own.key, i, 'Happened', data, envelope.of(rest)));
    const target = `l.org.thing-${key}`;
    const data = { commandType: 'Do "it"', digest: 'ab'.repeat(32), eventCount: stored.length, target, targetRevision: -1 };
    const bound: StreamWrite = { stream: own.stream, expected: 'no-stream', events: [new Binding(own.key, data, envelope, stored[0] ?? null)] };
    return stored.length === 0 ? [bound] : [bound, { stream: target, expected: 'no-stream', events: stored }];
  });

it('is read as it was appended, though the embedded store writes down only what the event after it does not say', async () => {
  const now = Date.UTC(2026, 5, 1);
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 8 }), async (commands) => {
      const directory = mkdtempSync(join(tmpdir(), 'tenor-binding-'));
      const path = join(directory, 'ledger.db');
      const store = openEmbeddedStore(path, { clock: { now: () => now } });
      try {
        const appends = commands.map((make, i) => make(`key ${i}`));
        await Promise.all(appends.map((writes) => store.append(writes)));
        const expected = appends.flat().flatMap(({ stream, events }) =>
          events.map(({ id, type, data, metadata }, revision) => {
            const text = stamped(metadata, new Date(now).toISOString());
            return { stream, revision, id, type, text: data, metadataText: text, recordedAt: now, data: JSON.parse(data) as unknown };
          }),
        );
        const { events } = await store.readAll({ after: null, limit: 1_000 });
        expect(
          events.map(({ stream, revision, id, type, text, metadataText, recordedAt, data }) => ({
            stream,
            revision,
            id,
            type,
            text,
            metadataText,
            recordedAt,
            data,
          })),
        ).toEqual(expected);
        // Another process finds each key, and the same append again is known.
        const other = openEmbeddedStore(path);
        for (const writes of appends) {
          expect((await other.readStream((writes[0] as StreamWrite).stream)).map(({ id }) => id)).toEqual([writes[0]?.events[0]?.id]);
          expect(await other.append(writes)).toMatchObject({ ok: true, appended: writes.map(() => ({ repeated: true })) });
        }
        await other.close();
        const database = new DatabaseSync(path, { readOnly: true });
        const written = database.prepare('SELECT heads FROM log').all() as { heads: string }[];
        database.close();
        const whole = written.flatMap(({ heads }) => JSON.parse(heads) as unknown[]).filter((head) => head === 'CommandBound');
        expect(whole).toHaveLength(appends.filter((writes) => writes.length === 1).length);
        const heads = written.map((row) => row.heads).join();
        for (const [, target] of appends) for (const [i, { id }] of (target?.events ?? []).entries()) expect(heads.includes(id)).toBe(i > 0);
      } finally {
        await store.close();
        rmSync(directory, { recursive: true });
      }
    }),
    { numRuns: 25 },
  );
});
