import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IntakeSession } from '../intake/session.js';
import { chargesOf, Scratch } from '../intake/testing/focus-fixture.js';
import { BENCH_ELIGIBLE_SERVICES, benchFile, benchLines, demoYear, focusColumns, writeLines } from './index.js';

async function scan(scratch: Scratch, path: string) {
  const intake = await IntakeSession.open(join(scratch.path, 'work'));
  const summary = await intake.scan({ path });
  const charges = await chargesOf(intake);
  await intake.close();
  return { summary, charges };
}

describe('the demo year', () => {
  it('is some tens of thousands of rows in every FOCUS version, the same for the same seed', async () => {
    using scratch = new Scratch();
    const files = demoYear({ seed: 7, year: 2025 });
    expect(new Set(files.map(({ focusVersion }) => focusVersion))).toEqual(new Set(['1.0', '1.1', '1.2', '1.3', '1.4']));
    expect(files.map(({ exportedAt }) => exportedAt)).toEqual(files.map(({ exportedAt }) => exportedAt).sort());
    const totals = { rows: 0, quarantined: 0, corrections: 0, negative: 0, applied: 0, unused: 0 };
    for (const file of files) {
      const path = join(scratch.path, file.fileName);
      await writeLines(path, file.lines());
      const { summary, charges } = await scan(scratch, path);
      expect(summary).toMatchObject({ focusVersion: file.focusVersion, warnings: [] });
      expect(summary.slices).toHaveLength(1);
      totals.rows += summary.rows;
      totals.quarantined += summary.quarantined;
      for (const charge of charges) {
        if (charge.correction) totals.corrections++;
        if (charge.billedCost < 0n) totals.negative++;
        if (charge.contractApplied.length > 0) totals.applied++;
        if (charge.commitmentDiscountStatus === 'Unused') totals.unused++;
      }
    }
    expect(totals.rows).toBeGreaterThan(20_000);
    expect(totals.rows).toBeLessThan(40_000);
    expect(totals.quarantined).toBeGreaterThan(20);
    expect(totals.corrections).toBeGreaterThan(50);
    expect(totals.negative).toBeGreaterThan(100);
    expect(totals.applied).toBeGreaterThan(5000);
    expect(totals.unused).toBeGreaterThan(200);
    const again = demoYear({ seed: 7, year: 2025 });
    expect([...(again[5] as (typeof again)[0]).lines()]).toEqual([...(files[5] as (typeof files)[0]).lines()]);
  });

  it('stops at the day that it is told', () => {
    const files = demoYear({ seed: 7, year: 2025, until: '2025-10-14' });
    expect(files.at(-1)?.billingPeriod).toBe('2025-10');
    expect(files.every(({ exportedAt }) => exportedAt <= '2025-10-16')).toBe(true);
  });

  it('knows how many columns each version has', () => {
    expect((['1.0', '1.1', '1.2', '1.3', '1.4'] as const).map((version) => focusColumns(version).length)).toEqual([43, 50, 57, 65, 65]);
  });
});

describe('the bench file', () => {
  it('has the shares that it is told', async () => {
    using scratch = new Scratch();
    const path = join(scratch.path, 'bench.csv.gz');
    await benchFile(path, { rows: 10_000, seed: 3 });
    const { summary, charges } = await scan(scratch, path);
    expect([...benchLines({ rows: 1, seed: 1 })][0]?.split(',')).toHaveLength(44);
    expect(summary.rows).toBe(10_000);
    expect(summary.quarantined / 10_000).toBeCloseTo(0.01, 2);
    expect(charges.filter(({ billedCost }) => billedCost < 0n).length / 10_000).toBeCloseTo(0.01, 2);
    expect(
      charges.filter(({ service }) => (BENCH_ELIGIBLE_SERVICES as readonly string[]).includes(service ?? '')).length / charges.length,
    ).toBeCloseTo(0.5, 1);
  });
});
