import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowDigest } from '../wire/charge-row.js';
import type { InForceRow } from './intake.js';
import { IntakeSession } from './session.js';
import { chargesOf, collect, csv, row, Scratch } from './testing/focus-fixture.js';

async function* inForce(rows: readonly InForceRow[]): AsyncGenerator<readonly InForceRow[]> {
  for (let i = 0; i < rows.length; i += 3) yield rows.slice(i, i + 3);
}
const costs = (values: readonly number[]): string => csv(...values.map((value) => row({ BilledCost: `${value}.0` })));

async function scanned(scratch: Scratch, text: string): Promise<IntakeSession> {
  const intake = await IntakeSession.open(join(scratch.path, 'work'));
  await intake.scan({ path: scratch.file('delivery.csv', text) });
  return intake;
}

describe('comparing a delivery with the rows in force', () => {
  it('reverses and adds exactly the multiset difference', async () => {
    const values = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(values, values, async (before, after) => {
        using scratch = new Scratch();
        const first = await scanned(scratch, costs(before));
        const old = (await chargesOf(first)).map((charge) => ({
          digest: rowDigest(charge),
          address: `event:${charge.row}`,
          cost: charge.billedCost,
        }));
        const intake = await scanned(scratch, costs(after));
        const counts = await intake.diff(inForce(old));
        const reversed = await collect(intake.reversals());
        const added = await chargesOf(intake, { onlyAdded: true });
        const kept = old.filter(({ address }) => !reversed.includes(address)).map(({ cost }) => cost);
        expect([...kept, ...added.map(({ billedCost }) => billedCost)].map(String).sort()).toEqual(
          (await chargesOf(intake)).map(({ billedCost }) => String(billedCost)).sort(),
        );
        expect(counts).toEqual({ reversed: reversed.length, added: added.length, unchanged: kept.length });
        expect(Math.min(counts.reversed + kept.length - before.length, counts.added + kept.length - after.length)).toBe(0);
        for (const { cost } of old)
          if (reversed.length + added.length > 0)
            expect(old.some((o) => o.cost === cost && reversed.includes(o.address)) && added.some(({ billedCost }) => billedCost === cost)).toBe(
              false,
            );
        await Promise.all([first.close(), intake.close()]);
      }),
      { numRuns: 40 },
    );
  });

  it('of identical rows reverses the last recorded and adds the last of the file', async () => {
    using scratch = new Scratch();
    const intake = await scanned(scratch, costs([7, 7, 7, 8]));
    const [seven] = await chargesOf(intake);
    const digest = rowDigest(seven as NonNullable<typeof seven>);
    await intake.diff(inForce([{ digest, address: 'a' }]));
    expect((await chargesOf(intake, { onlyAdded: true })).map((charge) => charge.row)).toEqual([2, 3, 4]);
    const five = ['a', 'b', 'c', 'd', 'e'].map((address) => ({ digest, address }));
    await intake.diff(inForce([{ digest: 'x'.repeat(43), address: 'gone' }, ...five]));
    expect(await collect(intake.reversals())).toEqual(['gone', 'd', 'e']);
    await intake.close();
  });

  it('finds nothing to do in the same rows spelled and ordered otherwise', async () => {
    using scratch = new Scratch();
    const first = await scanned(scratch, csv(row({ BilledCost: '1.50' }), row({ BilledCost: '2' }), row({ BilledCost: 'bad' })));
    const old = (await chargesOf(first)).map((charge) => ({ digest: rowDigest(charge), address: `${charge.row}` }));
    const again = await scanned(scratch, csv(row({ BilledCost: '2.000' }), row({ BilledCost: '1.5', ServiceName: 'Compute ', Tags: 'NULL' })));
    expect(await again.diff(inForce(old))).toEqual({ reversed: 0, added: 0, unchanged: 2 });
    await Promise.all([first.close(), again.close()]);
  });

  it('looks at the named slices only', async () => {
    using scratch = new Scratch();
    const other = row({ BillingPeriodStart: '2025-02-01T00:00:00Z', BillingPeriodEnd: '2025-03-01T00:00:00Z' });
    const intake = await scanned(scratch, csv(row(), other, row({ BillingAccountId: 'second' })));
    const slices = [{ billingAccount: 'acc', billingPeriodStart: '2025-02-01T00:00:00Z' }];
    expect(await intake.diff(inForce([]), slices)).toEqual({ reversed: 0, added: 1, unchanged: 0 });
    expect((await chargesOf(intake, { slices })).map((charge) => charge.row)).toEqual([2]);
    await intake.close();
  });
});
