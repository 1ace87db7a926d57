import { Option } from 'commander';
import { Deliveries, type DeliveryRow, Quarantine } from '#charges';
import { formatInstant, type Instant } from '#kernel';
import { usage } from '../cli-error.js';
import { CALLER, countOf } from '../options.js';
import { table } from '../output.js';
import type { MakeNoun } from '../noun.js';
import { authority, type CallerFlags, withCore } from '../session.js';
import type { Core } from '../../ledger/index.js';

interface ListFlags extends CallerFlags {
  readonly limit?: string;
  readonly after?: string;
}

export function deliveryCommands(noun: MakeNoun): void {
  const delivery = noun('delivery', 'Deliveries: billing files as they were recorded');
  const options = [new Option('--limit <n>', 'at most so many (50)'), new Option('--after <number>', 'only later ones'), ...CALLER()];
  delivery.verb<ListFlags>('list', 'Name the deliveries in recorded order', options, ({ io, out, flags }) =>
    withCore(io, flags, async (core) => {
      const { organization } = await authority(core, io, flags, 'reader');
      await core.projector.catchUp();
      const limit = countOf(flags.limit, 50);
      const deliveries = new Deliveries(core.database);
      const rows = deliveries.list(organization, { after: countOf(flags.after, 0), limit });
      const quarantine = new Quarantine(core.database);
      const data = rows.map((each) => described(each, deliveries.feedName(each.feedId), quarantine.count(organization, each.deliveryId).open));
      const cells = data.map((each) => [
        `${each.number}`,
        each.recordedAt,
        each.feed,
        each.deliveryId,
        `${each.rows}`,
        `${each.additions}`,
        `${each.reversals}`,
        `${each.quarantinedOpen}/${each.quarantined}`,
      ]);
      out.result({ deliveries: data }, table(['NO', 'RECORDED', 'FEED', 'DELIVERY', 'ROWS', 'ADDED', 'REVERSED', 'QUARANTINED'], cells));
      if (data.length === 0) out.next('tenor import focus FILE --feed NAME');
      else if (data.length === limit) out.next(`tenor delivery list --after ${data.at(-1)?.number}`);
      else if (data.some((each) => each.quarantinedOpen > 0))
        out.next(`tenor quarantine list ${data.findLast((each) => each.quarantinedOpen > 0)?.number}`);
    }),
  );
}

function described(
  { number, deliveryId, feedId, recordedAt, file, rows, additions, reversals, quarantined, slices }: DeliveryRow,
  feed: string,
  quarantinedOpen: number,
) {
  const periods = slices.map((slice) => ({ ...slice, billingPeriodStart: formatInstant(slice.billingPeriodStart) }));
  return {
    number,
    deliveryId,
    feedId,
    feed,
    recordedAt: formatInstant(recordedAt as Instant),
    file: { ...file },
    rows,
    additions,
    reversals,
    quarantined,
    quarantinedOpen,
    periods,
  };
}

/** A delivery by its number or its id. @throws CliError */
export function deliveryNamed(core: Core, organization: string, named: string): DeliveryRow {
  const deliveries = new Deliveries(core.database);
  const found = /^\d{1,9}$/.test(named) ? deliveries.numbered(organization, parseInt(named, 10)) : deliveries.find(organization, named);
  if (found === null) throw usage(`No delivery "${named}" in this organization.`, '`tenor delivery list` names those that exist.');
  return found;
}
