import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EventRegistry } from '#event-schema';
import { canonicalJson, type Json, type JsonObject } from '#kernel';
import { STORED_EVENTS } from '../../apps/ledger/catalogue/sources.js';
import { asGolden, readStored } from './reading.js';
import { DOMAIN_EVENTS, type Sample, SAMPLES, WIDENED } from './samples.js';

const folder = join(import.meta.dirname, 'events');
const registry = new EventRegistry(STORED_EVENTS);

interface Golden {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: JsonObject;
  readonly reads: unknown;
}
const nameOf = (type: string, version: number): string => `${type}.v${version}.json`;
const widenedNameOf = (type: string, version: number): string => `${type}.v${version}.widened.json`;

// Never touches a file that is there: see README.md.
if (process.env['TENOR_GOLDEN'] === 'add') {
  const add = (name: string, { type, schemaVersion, data }: Sample): void => {
    const path = join(folder, name);
    if (!existsSync(path))
      writeFileSync(path, `${JSON.stringify({ type, schemaVersion, data, reads: asGolden(readStored(type, data)) }, null, 2)}\n`);
  };
  for (const sample of SAMPLES) add(nameOf(sample.type, sample.schemaVersion), sample);
  for (const sample of WIDENED) add(widenedNameOf(sample.type, sample.schemaVersion), sample);
}

const golden = readdirSync(folder).map((file): Golden & { file: string } => ({
  file,
  ...(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Golden),
}));

describe('stored events of every version ever shipped', () => {
  it('have a file each', () => {
    const versions = STORED_EVENTS.flatMap(({ type, version }) => Array.from({ length: version }, (_, index) => nameOf(type, index + 1)));
    const widened = WIDENED.map(({ type, schemaVersion }) => widenedNameOf(type, schemaVersion));
    expect(golden.map(({ file }) => file).sort()).toEqual([...versions, ...widened].sort());
  });

  it.each(golden)('$file is read as it always was', ({ file, type, schemaVersion, data, reads }) => {
    expect([nameOf(type, schemaVersion), widenedNameOf(type, schemaVersion)]).toContain(file);
    expect(asGolden(readStored(type, registry.upcast(type, schemaVersion, data)))).toEqual(reads);
  });

  it.each(golden)('$file fits its schema once it is upcast', ({ type, schemaVersion, data }) => {
    expect(() => registry.verify(type, registry.upcast(type, schemaVersion, data))).not.toThrow();
  });
});

describe('what is written today', () => {
  it('is one of each type, of the version that the catalogue names', () => {
    expect(SAMPLES.map(({ type }) => type).sort()).toEqual(registry.types.map(({ type }) => type));
    for (const { type, schemaVersion } of SAMPLES) expect(schemaVersion).toBe(registry.find(type)?.version);
  });

  it.each(SAMPLES)('$type fits its schema: no unknown field, no wrong type', ({ type, data }) => {
    expect(() => registry.verify(type, data)).not.toThrow();
  });

  it.each(SAMPLES)('$type with any field more, at any depth, does not', ({ type, data }) => {
    expect(() => registry.verify(type, { ...data, somethingElse: 1 })).toThrow(/does not fit/);
  });

  it.each(DOMAIN_EVENTS.map((event) => ({ type: event.type, event })))('$type comes back as it was', ({ type, event }) => {
    const sample = SAMPLES.find((each) => each.type === type) as (typeof SAMPLES)[number];
    expect(readStored(type, sample.data)).toEqual(event);
  });

  it.each(WIDENED)('$type comes back as it was with the fields that it gained', ({ type, data, event }) => {
    expect(() => registry.verify(type, data)).not.toThrow();
    expect(readStored(type, data)).toEqual(event);
  });

  it('has one canonical text', () => {
    for (const { data } of SAMPLES) {
      const text = canonicalJson(data as Json);
      expect(canonicalJson(JSON.parse(text) as Json)).toBe(text);
    }
  });
});
