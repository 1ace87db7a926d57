import { createReadStream } from 'node:fs';
import Papa from 'papaparse';
import { openBenchLedger, ORGANIZATION } from './ledger.js';

export interface ImportReport {
  readonly rowsPerSecond: number;
  /** Until the delivery is recorded, and until it is allocated and projected. */
  readonly recordedMs: number;
  readonly allocatedMs: number;
  readonly rssMib: number;
  /** Resident memory at each quarter of the way through the file. */
  readonly quarters: readonly number[];
}

const MIB = 1024;

const [role, file, directory] = process.argv.slice(2) as [string, string, string];
const report = role === 'papa' ? await papa(file) : await importFile(file, directory);
process.send?.(report);
process.disconnect();

async function importFile(path: string, into: string): Promise<ImportReport> {
  const ledger = await openBenchLedger(into);
  const quarters: number[] = [];
  const from = performance.now();
  const result = await ledger.core.imports.run({
    path,
    name: 'bench.csv',
    feed: 'bench',
    caller: { organization: ORGANIZATION, actor: 'bench' },
    onProgress: ({ bytesRead, bytesTotal }) => {
      if (bytesRead / bytesTotal >= (quarters.length + 1) / 4) quarters.push(Math.floor(process.memoryUsage.rss() / 1024 / 1024));
    },
  });
  if ('rejection' in result) throw new Error(result.rejection.code);
  const recordedMs = performance.now() - from;
  await ledger.core.settle();
  const allocatedMs = performance.now() - from;
  await ledger.close();
  const { rows } = result.summary.scan;
  return { rowsPerSecond: (rows / allocatedMs) * 1000, recordedMs, allocatedMs, rssMib: process.resourceUsage().maxRSS / MIB, quarters };
}

function papa(path: string): Promise<ImportReport> {
  let rows = 0;
  const from = performance.now();
  return new Promise((resolve, reject) => {
    Papa.parse<string[]>(createReadStream(path, { highWaterMark: 256 * 1024 }), {
      chunk: ({ data }) => {
        rows += data.length;
      },
      complete: () => {
        const ms = performance.now() - from;
        resolve({ rowsPerSecond: (rows / ms) * 1000, recordedMs: ms, allocatedMs: ms, rssMib: process.resourceUsage().maxRSS / MIB, quarters: [] });
      },
      error: reject,
    });
  });
}
