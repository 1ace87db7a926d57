import { IntakeProblem } from '#charges';
import { StoreFault } from '#event-store';
import { CodedError, readConfig } from '#platform';
import { compose, type Composed } from './compose.js';
import { createLedger } from './create-ledger.js';
import { firstKey, firstKeyWords } from './first-key.js';
import { stopOnSignals } from './stop.js';

/** `npm start`: the service on the configured store. */
export async function start(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  let opened: Composed | undefined;
  try {
    const options = (opened = await compose(readConfig(env)));
    const ledger = await createLedger(options);
    stopOnSignals(ledger, options.log);
    options.log.info({ url: ledger.url, store: options.config.TENOR_STORE.replace(/\/\/[^@/]*@/, '//') }, 'ledger ready');
    // For the person at the terminal, once; a log would keep it.
    const first = await firstKey(options.core);
    if (first) console.error(firstKeyWords(first, ledger.url));
  } catch (error) {
    await opened?.core.close();
    explain(error);
  }
}

/** An error that was foreseen speaks for itself; any other is a bug and shows where. */
export function explain(error: unknown): void {
  const foreseen = error instanceof CodedError || error instanceof StoreFault || error instanceof IntakeProblem;
  console.error(foreseen ? error.message : error);
  process.exitCode = 1;
}
