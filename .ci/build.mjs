// Compiles into dist when a source is newer than the last build. It only translates: `npm run check` is what judges types.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'dist/.built');
const sources = [
  'apps',
  'libs',
  'test/bench',
  'test/support',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  '.ci/build.mjs',
];

const newest = (path) => {
  const { mtimeMs, isDirectory } = ((s) => ({ mtimeMs: s.mtimeMs, isDirectory: s.isDirectory() }))(statSync(path));
  // A directory's own time counts too: it changes when a file is removed.
  return isDirectory ? Math.max(mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name)))) : mtimeMs;
};

const run = (command, args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'node_modules', command), ...args], { cwd: root, encoding: 'utf8' });
  if (status === 0) return;
  console.error(`${stdout}${stderr}The build failed; nothing was started. [BUILD-001]`);
  process.exit(1);
};

const startedAt = Date.now();
const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
const changed = Math.max(
  ...sources
    .map((path) => join(root, path))
    .filter(existsSync)
    .map(newest),
);
if (changed > built || process.argv.includes('--force')) {
  if (!process.argv.includes('--quiet')) console.error('Building …');
  mkdirSync(join(root, 'dist'), { recursive: true });
  run('typescript/bin/tsc', ['-p', 'tsconfig.build.json', '--noCheck']);
  if (existsSync(join(root, 'apps/ledger/graphiql/build.mjs'))) run('../apps/ledger/graphiql/build.mjs', []);
  writeFileSync(stamp, new Date(startedAt).toISOString());
}
