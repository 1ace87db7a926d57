import { createRequire } from 'node:module';
import * as g from 'graphql';
import { expect, it } from 'vitest';
it('one graphql', () => {
  expect(createRequire(import.meta.url)('graphql').GraphQLScalarType === g.GraphQLScalarType).toBe(true);
});
