// Compiles into dist what is older than its sources. It only translates: `npm run check` is what judges types.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const quiet = process.argv.includes('--quiet');
const force = process.argv.includes('--force');

const newest = (path) => {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  // A directory's own time counts too: it changes when a file is removed.
  return stat.isDirectory() ? Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name)))) : stat.mtimeMs;
};

function target(name, sources, command) {
  const stamp = join(root, 'dist', `.built-${name}`);
  const startedAt = Date.now() / 1000;
  if (!force && existsSync(stamp) && Math.max(...sources.map((path) => newest(join(root, path)))) <= statSync(stamp).mtimeMs) return;
  if (!quiet) console.error(`Building ${name} …`);
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
  if (status !== 0) {
    console.error(`${stdout}${stderr}The build of ${name} failed; nothing was started. [BUILD-001]`);
    process.exit(1);
  }
  writeFileSync(stamp, '');
  // What changed while the build ran is newer than it.
  utimesSync(stamp, startedAt, startedAt);
}

mkdirSync(join(root, 'dist'), { recursive: true });
const settings = ['package-lock.json', '.ci/build.mjs'];
target(
  'ledger',
  ['apps', 'libs', 'test/bench', 'test/support', 'package.json', 'tsconfig.json', 'tsconfig.build.json', ...settings],
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--noCheck'],
);
target('programs', ['apps', 'libs', 'package.json', '.ci/bundle.mjs', ...settings], ['.ci/bundle.mjs']);
target('graphiql', ['apps/ledger/graphiql', ...settings], ['apps/ledger/graphiql/build.mjs']);
