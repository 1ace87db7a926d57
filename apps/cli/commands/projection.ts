import { Option } from 'commander';
import { rebuild } from '#read-store';
import { projections } from '../../ledger/index.js';
import { EXIT } from '../exit-codes.js';
import { table } from '../output.js';
import type { MakeNoun } from '../noun.js';
import { progress } from '../progress.js';
import { type CommonFlags, withCore } from '../session.js';

interface RebuildFlags extends CommonFlags {
  readonly force?: boolean;
}

export function projectionCommands(noun: MakeNoun): void {
  const projection = noun('projection', 'Read models: everything in them follows from the events');
  const options = [new Option('--force', 'switch also where tables differ')];
  projection.verb<RebuildFlags>(
    'rebuild',
    'Build the read models anew beside the live ones, compare table by table, switch if equal',
    options,
    ({ io, out, flags }) =>
      withCore(io, flags, async (core) => {
        await core.settle();
        const head = (await core.store.head()) ?? 1;
        const bar = progress(out, 'rebuilding');
        const { store, generations, clock } = core;
        const onProgress = (events: number, position: number) => bar.update(position, head, `${events} events`);
        const result = await rebuild({ store, generations, projections, clock, force: flags.force === true, onProgress }).finally(() => bar.stop());
        const tables = result.tables.map(({ table: name, live, rebuilt }) => ({ table: name, equal: live === rebuilt, live, rebuilt }));
        const { equal, switched, events, generation } = result;
        out.result(
          { equal, switched, events, generation, tables },
          table(
            ['TABLE', 'LIVE = REBUILT', 'SHA-256'],
            tables.map((each) => [each.table, each.equal ? 'equal' : 'DIFFERENT', each.rebuilt.slice(0, 16)]),
          ),
        );
        out.say(
          `${events} events. ${switched ? `${generation} is in use now; a running service changes over within a second.` : 'The live read models stay in use.'}`,
        );
        if (equal) return EXIT.ok;
        if (!switched) out.next('find out why before you replace it; then: tenor projection rebuild --force');
        return EXIT.different;
      }),
  );
}
