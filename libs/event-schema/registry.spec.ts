import { describe, expect, it } from 'vitest';
import { EventRegistry, SchemaMismatch, schema, storedEvent } from './index.js';

const amount = storedEvent('AmountStated', schema.AmountSchema, {
  version: 3,
  upcasters: [({ sum, ...rest }) => ({ ...rest, amount: sum ?? '0' }), ({ amount, ...rest }) => ({ ...rest, known: amount ?? '0' })],
});
const registry = new EventRegistry([amount]);

describe('the registry of stored events', () => {
  it('brings the oldest version up to date one step at a time', () => {
    expect(registry.upcast('AmountStated', 1, { sum: '12' })).toEqual({ known: '12' });
    expect(registry.upcast('AmountStated', 2, { amount: '12' })).toEqual({ known: '12' });
    expect(registry.upcast('AmountStated', 3, { known: '12' })).toEqual({ known: '12' });
  });

  it('refuses versions and types that it does not know', () => {
    expect(() => registry.upcast('AmountStated', 4, {})).toThrow(/version 4/);
    expect(() => registry.upcast('Nothing', 1, {})).toThrow(/unknown event type/);
  });

  it('refuses a version without its steps, and a name used twice', () => {
    expect(() => storedEvent('X', schema.AmountSchema, { version: 2 })).toThrow(/needs 1 upcasters/);
    expect(() => new EventRegistry([amount, amount])).toThrow(/twice/);
  });

  it('holds data against the schema, unknown fields included', () => {
    expect(() => registry.verify('AmountStated', { known: '12' })).not.toThrow();
    expect(() => registry.verify('AmountStated', { known: 12 })).toThrow(SchemaMismatch);
    expect(() => registry.verify('AmountStated', { known: '12', more: true })).toThrow(SchemaMismatch);
    expect(() => registry.verify('AmountStated', { known: '12', unknown: { reason: 'x' } })).toThrow(SchemaMismatch);
  });
});
