import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], testTimeout = 5_000) => ({
  extends: true as const,
  test: { name, include, exclude: ['**/node_modules/**', '**/dist/**', '**/fixtures/**'], testTimeout, hookTimeout: testTimeout * 4 },
});

export default defineConfig({
  // `#kernel` and its like are read from the TypeScript sources, so that no test runs against a stale build.
  resolve: {
    conditions: ['source'],
    // The copy that Node gives to everybody else: a second one would refuse the first one's types.
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }],
  },
  ssr: { resolve: { conditions: ['source'] } },
  // Nest finds a constructor's parts by the types that the compiler writes beside it.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      project('unit', ['libs/**/*.spec.ts', 'apps/**/*.spec.ts'], 15_000),
      project('architecture', ['test/architecture/**/*.spec.ts'], 60_000),
      project('golden', ['test/golden/**/*.spec.ts'], 30_000),
      project('conformance', ['test/conformance/**/*.spec.ts'], 60_000),
      project('journeys', ['test/journeys/**/*.spec.ts'], 120_000),
    ],
  },
});
