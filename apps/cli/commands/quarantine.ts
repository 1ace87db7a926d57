import { createWriteStream } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Option } from 'commander';
import {
  MEND_REJECTIONS,
  type MendSummary,
  Quarantine,
  quarantineCsv,
  quarantinedFields,
  quarantinedFieldsOf,
  type QuarantinedRowView,
  readImportSettings,
} from '#charges';
import type { Json } from '#kernel';
import { refused } from '../cli-error.js';
import { CALLER, countOf, repeated } from '../options.js';
import { type Output, table } from '../output.js';
import type { MakeNoun } from '../noun.js';
import { authority, type CallerFlags, withCore } from '../session.js';
import { deliveryNamed } from './delivery.js';

interface ListFlags extends CallerFlags {
  readonly limit?: string;
  readonly after?: string;
  readonly all?: boolean;
}
interface ExportFlags extends CallerFlags {
  readonly output?: string;
}
interface MendFlags extends CallerFlags {
  readonly dryRun?: boolean;
  readonly currency?: string;
  readonly account?: string;
  readonly virtualCurrency?: readonly string[];
}

export function quarantineCommands(noun: MakeNoun): void {
  const quarantine = noun('quarantine', 'Rows that could not be read: list, export, return mended');
  const paging = [
    new Option('--limit <n>', 'at most so many (100)'),
    new Option('--after <row>', 'only later rows'),
    new Option('--all', 'also rows that were mended'),
    ...CALLER(),
  ];
  quarantine.verb<ListFlags>('list <delivery>', 'Say what is wrong with which row', paging, ({ io, out, flags, args }) =>
    withCore(io, flags, async (core) => {
      const { organization } = await authority(core, io, flags, 'reader');
      const { deliveryId, number } = deliveryNamed(core, organization, args[0] as string);
      const limit = countOf(flags.limit, 100);
      const rows = new Quarantine(core.database).rows(organization, deliveryId, {
        after: countOf(flags.after, 0),
        limit,
        openOnly: flags.all !== true,
      });
      const data = rows.map(({ mendedAt, problems, row, line }) => ({
        row,
        line,
        mended: mendedAt !== null,
        problems: problems.map((problem) => ({ ...problem })),
      }));
      out.result({ deliveryId, rows: data }, table(['ROW', 'LINE', 'COLUMN', 'EXPECTED', 'CODE'], rows.flatMap(lines)));
      if (data.length === limit) out.next(`tenor quarantine list ${number} --after ${data.at(-1)?.row}`);
      else if (data.length > 0) out.next(`tenor quarantine export ${number} -o mend.csv`);
    }),
  );
  quarantine.verb<ExportFlags>(
    'export <delivery>',
    'Write the rows as CSV, to be mended and returned',
    [new Option('-o, --output <file>', 'file to write; stdout when left out'), ...CALLER()],
    ({ io, out, flags, args }) =>
      withCore(io, flags, async (core) => {
        const { organization } = await authority(core, io, flags, 'reader');
        const { deliveryId, number } = deliveryNamed(core, organization, args[0] as string);
        const sha256 = await quarantinedFieldsOf(core.database, core.store, core.ledger, organization, deliveryId);
        if (sha256 === null) throw refused({ code: 'QUARANTINE_EMPTY' }, MEND_REJECTIONS);
        const fields = await quarantinedFields(core.files, sha256);
        if (fields === null) throw refused({ code: 'QUARANTINE_ERASED' }, MEND_REJECTIONS);
        const open = new Set(new Quarantine(core.database).rows(organization, deliveryId, { limit: -1, openOnly: true }).map(({ row }) => row));
        const csv = quarantineCsv(fields, (row) => open.has(row));
        if (flags.output === undefined) for await (const line of csv) out.raw(`${line}\n`);
        else {
          await pipeline(Readable.from(ended(csv)), createWriteStream(flags.output));
          out.result({ deliveryId, rows: open.size, file: flags.output }, `${open.size} rows in ${flags.output}`);
          out.next(`mend the fields, keep every column; then: tenor quarantine mend ${number} ${flags.output}`);
        }
      }),
  );
  const mend = [
    new Option('--dry-run', 'read and check, record nothing'),
    new Option('--currency <code>', 'as it was given to the import'),
    new Option('--account <id>', 'as it was given to the import'),
    repeated('--virtual-currency <code>', 'as it was given to the import'),
    ...CALLER(),
  ];
  quarantine.verb<MendFlags>('mend <delivery> <file>', 'Return mended rows under their delivery and row number', mend, ({ io, out, flags, args }) =>
    withCore(io, flags, async (core) => {
      const caller = await authority(core, io, flags, 'recorder');
      const [named, path] = args as [string, string];
      const { deliveryId, number } = deliveryNamed(core, caller.organization, named);
      const { scan } = readImportSettings({ currency: flags.currency, account: flags.account, virtualCurrencies: flags.virtualCurrency ?? [] });
      const result = await core.mending.run({ deliveryId, path, name: basename(path), scan, caller, dryRun: flags.dryRun === true });
      if ('rejection' in result) throw refused(result.rejection, MEND_REJECTIONS);
      if (result.summary.status === 'mended') await core.settle();
      showMend(out, result.summary, number);
    }),
  );
}

const lines = ({ row, line, problems }: QuarantinedRowView): string[][] =>
  problems.map(({ column, expected, code }) => [`${row}`, `${line}`, column === '' ? '(row)' : column, expected, code]);

async function* ended(csv: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of csv) yield `${line}\n`;
}

function showMend(out: Output, summary: MendSummary, number: number): void {
  const { position: _position, ...data } = summary;
  const { status, mended, stillBad, mendedBefore, replaced } = summary;
  const verb = status === 'checked' ? 'would be mended' : 'mended';
  const words = [
    `${mended} rows ${verb}, ${stillBad.length} still quarantined, ${mendedBefore} mended before`,
    ...(replaced > 0 ? [`${replaced} rows are of periods that a later delivery replaced: mending them changes nothing`] : []),
    ...stillBad.flatMap(({ row, problems }) =>
      problems.map(({ column, expected, code }) => `  row ${row}, ${column ?? 'whole row'}: expected ${expected} [${code}]`),
    ),
  ];
  out.result(data as unknown as Json, words.join('\n'));
  if (stillBad.length > 0) out.next(`tenor quarantine export ${number} -o mend.csv`);
  else out.next('tenor delivery list');
}
