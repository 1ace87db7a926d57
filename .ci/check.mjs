// What `npm run check` judges: types, lint, format, borders, stored schemas, freshness of what is generated, unit specs.
// `--static` leaves the specs out. Every fault is shown, not only the first.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const failed = [];

function step(name, script, args, cwd = '.') {
  const from = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, script), ...args], { cwd: join(root, cwd), encoding: 'utf8' });
  report(name, status === 0, from, `${stdout}${stderr}`);
}

function report(name, ok, from, words) {
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - from) / 1000).toFixed(1)} s)`);
  if (ok) return;
  failed.push(name);
  console.log(words.trimEnd());
}

const GENERATED = ['libs/event-schema/generated', 'docs/events.md', 'docs/rejections.md', 'docs/schema.graphql'];
const filesOf = (path) =>
  !existsSync(path) ? [] : statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => filesOf(join(path, name))) : [path];
const digests = () =>
  new Map(
    GENERATED.flatMap((path) => filesOf(join(root, path))).map((file) => [file, createHash('sha256').update(readFileSync(file)).digest('hex')]),
  );

/** Compares before and after instead of asking git, so that work not yet committed can be checked too; `.ci/run` asks git as well. */
function generatedIsFresh() {
  const from = performance.now();
  const before = digests();
  const { status, stderr } = spawnSync(process.execPath, [join(root, '.ci/generate.mjs')], { cwd: root, encoding: 'utf8' });
  const after = digests();
  const stale = [...new Set([...before.keys(), ...after.keys()])].filter((file) => before.get(file) !== after.get(file));
  report(
    'generated files are fresh',
    status === 0 && stale.length === 0,
    from,
    `${stderr}${stale.map((file) => `was stale, now regenerated: ${file}\n`).join('')}`,
  );
}

const buf = 'node_modules/@bufbuild/buf/bin/buf';
step('types', 'node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json']);
step('lint', 'node_modules/eslint/bin/eslint.js', ['.', '--max-warnings', '0']);
step('format', 'node_modules/prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']);
step('borders', 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', ['--config', '.dependency-cruiser.cjs', 'libs', 'apps', 'test']);
step('stored schemas: lint', buf, ['lint'], 'proto');
step('stored schemas: format', buf, ['format', '-d', '--exit-code'], 'proto');
step('stored schemas: nothing released is broken', buf, ['breaking', '--against', 'released.binpb'], 'proto');
generatedIsFresh();
if (!process.argv.includes('--static')) step('unit specs', 'node_modules/vitest/vitest.mjs', ['run', '--project', 'unit']);

if (failed.length > 0) {
  console.log(`\n${failed.length} failed: ${failed.join(', ')}. [CHECK-001]`);
  process.exit(1);
}
