import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const fixtures = join(import.meta.dirname, 'fixtures');
const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as { forbidden: { name: string }[] };

async function violations(baseDir: string, folders: string[]): Promise<string[]> {
  const options = (await extractOptions(join(root, '.dependency-cruiser.cjs'))) as ICruiseOptions;
  const { output } = await cruise(folders, { ...options, baseDir, validate: true });
  return (output as ICruiseResult).summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
}

const tree = (fixture: string) => readdirSync(join(fixtures, fixture)).filter((name) => name !== 'package.json');

describe('borders', () => {
  it('hold in the project', async () => {
    expect(await violations(root, ['libs', 'apps', 'test'])).toEqual([]);
  });

  it('accept a sound tree', async () => {
    expect(await violations(join(fixtures, 'sound'), tree('sound'))).toEqual([]);
  });

  it.each(readdirSync(fixtures).filter((name) => name !== 'sound'))('are broken by the fixture %s', async (fixture) => {
    expect(await violations(join(fixtures, fixture), tree(fixture))).toContainEqual(expect.stringMatching(`^${fixture}: `));
  });

  it('have a fixture for every rule', () => {
    const kinds = forbidden.map(({ name }) => name).filter((name) => !name.startsWith('slice-order-'));
    expect(readdirSync(fixtures).filter((name) => name !== 'sound' && !name.startsWith('slice-order-'))).toEqual(kinds.sort());
  });
});
