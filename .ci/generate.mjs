// Writes everything that is generated and committed: code from proto/, the catalogues, the GraphQL schema.
// With --release it also makes today's schemas the ones that later changes must not break.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const generated = join(root, 'libs/event-schema/generated');

function run(cwd, script, ...args) {
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], { cwd: join(root, cwd), stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) process.exit(1);
}
const buf = (...args) => run('proto', 'node_modules/@bufbuild/buf/bin/buf', ...args);

const modules = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? modules(join(folder, entry.name)) : entry.name.endsWith('_pb.ts') ? [join(folder, entry.name)] : [],
  );

buf('generate');
const exports = modules(generated)
  .map((file) => `export * from './${relative(generated, file).replaceAll('\\', '/').replace(/\.ts$/, '.js')}';\n`)
  .sort();
writeFileSync(join(generated, 'index.ts'), exports.join(''));

run('.', '.ci/build.mjs', '--quiet');
if (existsSync(join(root, 'dist/apps/ledger/catalogue/main.js'))) run('.', 'dist/apps/ledger/catalogue/main.js', 'docs');

if (process.argv.includes('--release')) {
  buf('build', '-o', 'released.binpb');
  copyFileSync(join(root, 'docs/schema.graphql'), join(root, 'docs/schema.released.graphql'));
}
