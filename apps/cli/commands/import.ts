import { basename, join } from 'node:path';
import { Option } from 'commander';
import { cleanWork, FEED_REJECTIONS, formatPeriod, type ImportReport, importReport, type ImportRequest, readImportSettings } from '#charges';
import type { Json } from '#kernel';
import type { Core } from '../../ledger/index.js';
import { refused, usage } from '../cli-error.js';
import { CALLER, repeated } from '../options.js';
import type { Output } from '../output.js';
import { progress } from '../progress.js';
import type { MakeNoun } from '../noun.js';
import { authority, type CallerFlags, withCore } from '../session.js';

interface ImportFlags extends CallerFlags {
  readonly feed?: string;
  readonly appendOnly?: boolean;
  readonly covers?: readonly string[];
  readonly dryRun?: boolean;
  readonly wait: boolean;
  readonly currency?: string;
  readonly account?: string;
  readonly virtualCurrency?: readonly string[];
}

const OPTIONS = (): Option[] => [
  new Option('--feed <name>', "the provider's export that the files belong to"),
  repeated('--covers <period>', 'billing period that the file covers even where it has no row for it, e.g. 2025-05; may be given several times'),
  new Option('--append-only', 'files of this feed add to each other instead of replacing their periods'),
  new Option('--dry-run', 'read and compare, record nothing'),
  new Option('--no-wait', 'do not wait until the rows are allocated to commitments'),
  new Option('--currency <code>', 'BillingCurrency for files without the column'),
  new Option('--account <id>', 'BillingAccountId for files without the column'),
  repeated('--virtual-currency <code>', 'unit besides ISO 4217 that BillingCurrency may name; may be given several times'),
  ...CALLER(),
];

export function importCommands(noun: MakeNoun): void {
  const imports = noun('import', 'Bring billing files in');
  imports.verb<ImportFlags>(
    'focus <file...>',
    'Import FOCUS 1.0 to 1.4 (CSV, gzip or Parquet); a later delivery of a period replaces the earlier',
    OPTIONS(),
    ({ io, out, flags, args }) =>
      withCore(io, flags, async (core) => {
        if (flags.feed === undefined || flags.feed.trim() === '')
          throw usage('The feed is missing.', "Name the provider's export that the files belong to, e.g. --feed aws-data-exports.");
        const caller = await authority(core, io, flags, 'recorder');
        const settings = readImportSettings({
          covers: flags.covers ?? [],
          currency: flags.currency,
          account: flags.account,
          virtualCurrencies: flags.virtualCurrency ?? [],
        });
        const { appendOnly, dryRun = false, feed } = flags;
        // What an import that was killed left behind may be larger than the file.
        await cleanWork(join(core.config.TENOR_DATA, 'work'), false);
        const interrupt = new AbortController();
        const stop = () => interrupt.abort();
        process.once('SIGINT', stop);
        try {
          for (const path of args) {
            const request = {
              path,
              name: basename(path),
              feed,
              dryRun,
              caller,
              signal: interrupt.signal,
              ...settings,
              ...(appendOnly === undefined ? {} : { appendOnly }),
            };
            await importOne(core, out, request, flags.wait && !dryRun);
          }
        } finally {
          process.off('SIGINT', stop);
        }
      }),
  );
}

async function importOne(core: Core, out: Output, request: ImportRequest, wait: boolean): Promise<void> {
  const bar = progress(out, request.name);
  try {
    const onProgress: ImportRequest['onProgress'] = ({ bytesRead, bytesTotal, rows, quarantined }) =>
      bar.update(bytesRead, bytesTotal, `${rows} rows, ${quarantined} quarantined`);
    const result = await core.imports.run({ ...request, onProgress });
    bar.stop();
    if ('rejection' in result) throw refused(result.rejection, FEED_REJECTIONS);
    if (wait) await core.settle();
    const report = importReport(result.summary);
    out.result({ ...(report as unknown as Record<string, Json>), allocated: wait }, words(report));
    suggest(out, report, request);
  } finally {
    bar.stop();
  }
}

const HEADS: Readonly<Record<ImportReport['status'], string>> = {
  recorded: 'recorded',
  unchanged: 'unchanged: an equal file is in force already',
  checked: 'checked, nothing recorded',
};

function words({ status, file, rows, additions, reversals, unchanged, quarantined, mended, periods, warnings, deliveryId }: ImportReport): string {
  const lines = [
    `${file.name}: ${HEADS[status]}`,
    `  FOCUS ${file.focusVersion} (${file.format}), ${rows} rows: ${additions} added, ${reversals} reversed, ${unchanged} as before, ${quarantined} quarantined${mended > 0 ? `, ${mended} mended as told before` : ''}`,
    ...periods.map(
      (each) =>
        `  ${formatPeriod(each.billingPeriodStart)} ${each.billingAccount === '' ? '(no account)' : each.billingAccount}: ${each.rows} rows${each.quarantined > 0 ? `, ${each.quarantined} quarantined` : ''}`,
    ),
    ...warnings.map(({ code, column, count, text }) => `  ${count} × ${text}${column === null ? '' : `: ${column}`} [${code}]`),
  ];
  return deliveryId === null ? lines.join('\n') : [...lines, `  delivery ${deliveryId}`].join('\n');
}

function suggest(out: Output, { status, deliveryId, quarantined, reversals }: ImportReport, { feed, path }: ImportRequest): void {
  if (status === 'checked') return out.next(`tenor import focus ${path} --feed ${feed}`);
  if (deliveryId !== null && quarantined > 0)
    return out.next(`tenor quarantine list ${deliveryId}`, `tenor quarantine export ${deliveryId} -o mend.csv`);
  if (status === 'recorded' && reversals > 0) out.say('It replaced an earlier delivery; earlier answers stay on the recorded axis.');
  out.next('tenor delivery list');
}
