import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Load {
  readonly url: string;
  /** JSON text; each `%N%` becomes a number that is used once. */
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Each `%C%` of a request becomes the next of these, in turn. */
  readonly choices?: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  /** Requests a second, sent whether or not the earlier ones are answered; left out: each connection sends when it was answered. */
  readonly rate?: number;
  /** Where `%N%` begins: to be moved on between runs against one ledger. */
  readonly first?: number;
}

export interface LoadReport {
  readonly answered: number;
  readonly failed: number;
  readonly perSecond: number;
  readonly bytes: number;
  /** Milliseconds from the moment at which a request was meant to be sent. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Puts load on a server from a process of its own, so that the client's cost is the same for both sides and neither's. */
export function load(options: Load): Promise<LoadReport> {
  const child = fork(fileURLToPath(new URL('./load.process.js', import.meta.url)), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send(options);
  return new Promise((resolve, reject) => {
    child.once('message', (message) => {
      const report = message as LoadReport;
      if (report.answered === 0) reject(new Error(`${options.url} answered nothing; ${report.failed} requests failed`));
      else resolve(report);
    });
    child.once('exit', (code) => reject(new Error(`the client ended with code ${code}`)));
  });
}
