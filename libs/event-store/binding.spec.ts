import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '#kernel';
import { Binding, type BoundData, commandEnvelope, keyIds } from './binding.js';

const ids = keyIds('l', 'org', 'key');
const envelope = commandEnvelope(ids, { organization: 'org', actor: 'a', key: 'key' }, 'rule-1');
const bound = fc.record({
  commandType: fc.constantFrom('Make', 'Amend'),
  digest: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex')),
  eventCount: fc.nat({ max: 2 ** 32 - 1 }),
  target: fc.oneof(fc.constant('l.org.commitment-1'), fc.string()),
  targetRevision: fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER - 1 }),
});

const binding = (data: BoundData, of = ids): Binding => new Binding(of, data, envelope, null);

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
