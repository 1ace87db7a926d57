import { fork } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchFile } from '../../libs/charges/generator/index.js';
import { type Family, interleaved, median, ratio, round } from './figure.js';
import type { ImportReport } from './focus.process.js';
import { withDirectory } from './workspace.js';

const ROWS = 1_000_000;
const ROUNDS = 3;
const SEED = 7;

export const focus: Family = {
  figures: ['focus.import', 'focus.import.rss-mib'],
  run: () => withDirectory(measure),
};

async function measure(directory: string) {
  const file = await benchCsv(ROWS);
  const reports: ImportReport[] = [];
  const [ours, theirs] = await interleaved(
    ROUNDS,
    async () => {
      const report = await inChild('import', file, join(directory, 'ledger'));
      rmSync(join(directory, 'ledger'), { recursive: true });
      reports.push(report);
      return report.rowsPerSecond;
    },
    async () => (await inChild('papa', file, directory)).rowsPerSecond,
  );
  const rss = reports.map(({ rssMib }) => rssMib);
  const stages = reports.map(
    ({ recordedMs, allocatedMs }) => `recorded after ${round(recordedMs / 1000)} s, allocated and projected after ${round(allocatedMs / 1000)} s`,
  );
  const imported = {
    what: `import of ${ROWS} rows of 44 columns: parsed, allocated to four commitments, durable, projected (${stages.join('; ')})`,
    unit: 'rows/s',
    rounds: ours,
  };
  return [
    ratio('focus.import', '>= 0.20', imported, { what: 'Papa Parse alone, streaming the same file, rows counted', unit: 'rows/s', rounds: theirs }),
    {
      name: 'focus.import.rss-mib',
      value: round(Math.max(...rss)),
      unit: 'MiB',
      reach: '<= 512',
      measured: {
        what: 'peak resident memory of the importing process',
        median: round(median(rss)),
        rounds: rss.map(round),
        quarters: reports.map(({ quarters }) => quarters.join(' ')).join('; '),
      },
      against: { what: 'nothing: a bound' },
    },
  ];
}

/** The bench file, made once and kept: it depends on nothing but its size and seed. */
export async function benchCsv(rows: number): Promise<string> {
  const path = join(process.env['TENOR_BENCH_DIR'] ?? tmpdir(), `tenor-bench-${rows}-${SEED}.csv`);
  if (existsSync(path)) return path;
  await benchFile(`${path}.part`, { rows, seed: SEED });
  renameSync(`${path}.part`, path);
  return path;
}

/** A process of its own for each side and round, so that its memory is its own. */
export function inChild(role: 'import' | 'papa', file: string, directory: string): Promise<ImportReport> {
  const child = fork(fileURLToPath(new URL('./focus.process.js', import.meta.url)), [role, file, directory], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', (report) => resolve(report as ImportReport));
    child.once('exit', (code) => reject(new Error(`${role} ended with code ${code}`)));
  });
}
