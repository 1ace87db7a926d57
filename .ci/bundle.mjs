// Bundles what tsc compiled, with the packages it needs, into dist/apps/bundle: a start finds and loads a thousand modules otherwise,
// which takes longer than all it does then. The folder lies as deep as apps/ledger, so that what is asked for beside the sources is found.
import { mkdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const outdir = join(dist, 'apps/bundle');

// Workers keep their names: they are started by an address beside the code that starts them.
const PROGRAMS = {
  ledger: 'apps/ledger/main.js',
  demo: 'apps/ledger/demo.js',
  tenor: 'apps/cli/main.js',
  'projector.worker': 'apps/ledger/projector.worker.js',
  'intake.worker': 'libs/charges/intake/intake.worker.js',
  'index.worker': 'libs/event-store/embedded/index.worker.js',
  'checkpoint.worker': 'libs/event-store/embedded/checkpoint.worker.js',
};

// The first is loaded only where the store is one; of the others, frameworks ask whether they are installed.
const OUTSIDE = [
  '@eventstore/db-client',
  '#guard-node',
  '@apollo/gateway',
  '@apollo/subgraph',
  '@as-integrations/express5',
  '@fastify/static',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  'class-transformer/storage',
  'graphql-ws',
  'subscriptions-transport-ws',
  'ts-morph',
];

/**
 * GraphQL types are named after classes, and the bundler gives another name to one of two that would meet in a file. Its own
 * `keepNames` names functions as well, each time they are made, which the paths of every request would pay for.
 */
const classNames = {
  name: 'class-names',
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/, namespace: 'file' }, async ({ path }) => {
      if (!path.startsWith(dist)) return undefined;
      const compiled = await readFile(path, 'utf8');
      const contents = compiled.replaceAll(
        /\bclass (\w+)( extends [\w.]+)? \{$/gm,
        "$& static { Object.defineProperty(this, 'name', { value: '$1' }); }",
      );
      return { contents };
    });
  },
};

rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir, { recursive: true });
await build({
  absWorkingDir: dist,
  entryPoints: Object.entries(PROGRAMS).map(([out, path]) => ({ in: join(dist, path), out })),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  outdir,
  chunkNames: '[name]-[hash]',
  external: OUTSIDE.flatMap((name) => [name, `${name}/*`]),
  // Packages in CommonJS ask for Node's own modules with `require`, which an ES module has not.
  banner: { js: "import { createRequire as toRequire } from 'node:module'; const require = toRequire(import.meta.url);" },
  sourcemap: 'linked',
  sourcesContent: false,
  plugins: [classNames],
  logLevel: 'error',
});
