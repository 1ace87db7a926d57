import { IntakeProblem } from '#charges';
import { StoreFault } from '#event-store';
import { CodedError, readConfig } from '#platform';
import { ProjectionFault, ReadModelFault } from '#read-store';
import { compose, type Composed } from './compose.js';
import { createLedger, type RunningLedger } from './create-ledger.js';
import { firstKey, firstKeyWords } from './first-key.js';
import { stopOnSignals } from './stop.js';

/** `npm start`: the service on the configured store. */
export async function start(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  let opened: Composed | undefined;
  let running: RunningLedger | undefined;
  try {
    const options = (opened = await compose(readConfig(env)));
    // A server that is not there is told before anybody is told that the ledger is ready.
    await options.core.store.head();
    const ledger = (running = await createLedger(options));
    stopOnSignals(ledger, options.log);
    options.log.info({ url: ledger.url, store: options.config.TENOR_STORE.replace(/\/\/[^@/]*@/, '//') }, 'ledger ready');
    // For the person at the terminal, once; a log would keep it.
    const first = await firstKey(options.core);
    if (first) console.error(firstKeyWords(first, ledger.url));
  } catch (error) {
    // A door left open would hold a process that can answer nothing; whoever runs it is to see it end, and start it again.
    await (running?.close() ?? opened?.core.close());
    explain(error);
  }
}

const FORESEEN = [CodedError, StoreFault, IntakeProblem, ReadModelFault, ProjectionFault];

/** An error that was foreseen speaks for itself, a folder that refuses is one; any other is a bug and shows where. */
export function explain(error: unknown): void {
  const foreseen = folderProblem(error) ?? error;
  console.error(foreseen instanceof Error && FORESEEN.some((kind) => foreseen instanceof kind) ? foreseen.message : error);
  process.exitCode = 1;
}

const REFUSED = new Set(['EACCES', 'EEXIST', 'EDQUOT', 'EIO', 'EISDIR', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EROFS']);

function folderProblem(error: unknown): CodedError | null {
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined || !REFUSED.has(code)) return null;
  const problem = `The ledger's folder refuses: ${path ?? 'a file'} (${code}, ${syscall}).`;
  const next = 'Give TENOR_DATA a folder with room where this user may write.';
  return new CodedError('DATA-101', problem, 'Nothing was started.', next, { cause: error });
}
