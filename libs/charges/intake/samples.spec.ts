import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFile, Scratch } from './testing/focus-fixture.js';

// Files that others wrote. They are not part of this repository; what depends on them is only this extra check.
const FOLDER = process.env['TENOR_FOCUS_SAMPLES'] ?? join(import.meta.dirname, '../../../../shared/data/focus');
const EXAMPLES = join(FOLDER, 'spec-1.2-examples');
const absent = !existsSync(EXAMPLES);
const why = absent ? ` (skipped: no FOCUS samples in ${FOLDER}; set TENOR_FOCUS_SAMPLES)` : '';

describe.skipIf(absent)(`files of the FOCUS project${why}`, () => {
  it('reads the 1.0 sample whole', async () => {
    using scratch = new Scratch();
    const { summary, charges } = await readFile(scratch, join(FOLDER, 'focus-1.0-sample.csv'));
    expect(summary).toMatchObject({ focusVersion: '1.0', rows: 1000, quarantined: 0 });
    expect(charges).toHaveLength(1000);
    expect(new Set(charges.map(({ provider }) => provider))).toEqual(new Set(['AWS', 'Microsoft', 'Oracle']));
  });

  it.each(absent ? [] : readdirSync(EXAMPLES))('reads %s', async (name) => {
    using scratch = new Scratch();
    const { summary, charges, quarantined } = await readFile(scratch, join(EXAMPLES, name), { defaults: { BillingCurrency: 'USD' } });
    expect(charges.length + quarantined.length).toBe(summary.rows);
    expect(charges.length).toBeGreaterThan(0);
    // What the examples get wrong is an hour 30 and the like, never an amount.
    for (const { problems } of quarantined) for (const { code } of problems) expect(['FOCUS-220', 'FOCUS-221', 'FOCUS-201']).toContain(code);
  });
});
