import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, findBreakingChanges } from 'graphql';
import { describe, expect, it } from 'vitest';

const read = (name: string) => readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8');
const released = buildSchema(read('schema.released.graphql'));
const breaks = (current: string) => findBreakingChanges(released, buildSchema(current)).map(({ description }) => description);

describe('the GraphQL schema', () => {
  it('breaks nothing that was released', () => {
    expect(breaks(read('schema.graphql'))).toEqual([]);
  });

  it('is caught when it does', () => {
    expect(breaks(read('schema.graphql').replace('version: String!', 'release: String!'))).not.toEqual([]);
  });
});
