import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { run } from '../../apps/cli/program.js';
import { compose, type Composed } from '../../apps/ledger/compose.js';
import { createLedger, type RunningLedger } from '../../apps/ledger/create-ledger.js';
import { readConfig } from '#platform';
import { programPath } from './programs.js';
import type { StartedStore } from './stores.js';

export const HEADER =
  'BilledCost,BillingAccountId,BillingCurrency,BillingPeriodStart,ChargeCategory,ChargePeriodEnd,ChargePeriodStart,ProviderName,ServiceName';

/** A charge of one hour on a day of 2025, in the billing period of its month unless another is given. */
export const charge = (cost: string, day: string, period = day.slice(0, 7)): string =>
  `${cost},acct,USD,${period}-01T00:00:00Z,Usage,${day}T01:00:00Z,${day}T00:00:00Z,AWS,Compute`;

/** A folder with files in it that is gone in the end. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'tenor-journey-'));
  private count = 0;

  /** Left out: the embedded store, in the folder. */
  constructor(private readonly store?: Pick<StartedStore, 'url' | 'ledger'>) {}

  file(rows: readonly string[], gzip = false): string {
    const path = join(this.path, `${++this.count}.csv${gzip ? '.gz' : ''}`);
    const text = [HEADER, ...rows, ''].join('\n');
    writeFileSync(path, gzip ? gzipSync(text) : text);
    return path;
  }

  raw(name: string, bytes: string | Uint8Array): string {
    writeFileSync(join(this.path, name), bytes);
    return join(this.path, name);
  }

  get env(): Record<string, string> {
    return {
      TENOR_DATA: join(this.path, 'data'),
      TENOR_STORE: this.store?.url ?? `sqlite:${join(this.path, 'data', 'ledger.db')}`,
      TENOR_LEDGER: this.store?.ledger ?? 'tenor',
      TENOR_PORT: '0',
      TENOR_LOG: 'silent',
    };
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** The whole service in this process. */
export async function startService(folder: Folder): Promise<Composed & { readonly running: RunningLedger; close(): Promise<void> }> {
  const options = await compose(readConfig(folder.env), { inProcess: true });
  const running = await createLedger(options);
  return { ...options, running, close: () => running.close() };
}

export interface Told {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** The JSON lines of stdout. */
  readonly json: readonly Record<string, unknown>[];
}

/** One command line in this process, always with `--json`. */
export async function tenor(folder: Folder, ...argv: string[]): Promise<Told> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await run([...argv, '--json'], {
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    env: folder.env,
  });
  return told(code, out.join(''), err.join(''));
}

/** The command line in a process of its own, to be killed. */
export const tenorProcess = (folder: Folder, ...argv: string[]): ChildProcess =>
  spawn(process.execPath, [programPath('tenor'), ...argv, '--json'], { env: { ...process.env, ...folder.env } });

export async function ended(child: ChildProcess): Promise<Told> {
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on('data', (piece: Buffer) => out.push(piece));
  child.stderr?.on('data', (piece: Buffer) => err.push(piece));
  const [code] = (await once(child, 'close')) as [number | null];
  return told(code ?? -1, Buffer.concat(out).toString(), Buffer.concat(err).toString());
}

function told(code: number, out: string, err: string): Told {
  const json = out.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []));
  return { code, out, err, json };
}
