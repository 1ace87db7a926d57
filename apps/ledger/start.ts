import { CodedError, readConfig } from '#platform';
import { compose } from './compose.js';
import { createLedger } from './create-ledger.js';
import { stopOnSignals } from './stop.js';

/** `npm start`: the service on the configured store. */
export async function start(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  try {
    const options = await compose(readConfig(env));
    const ledger = await createLedger(options);
    stopOnSignals(ledger, options.log);
    options.log.info({ url: ledger.url, store: options.config.TENOR_STORE.replace(/\/\/[^@/]*@/, '//') }, 'ledger ready');
  } catch (error) {
    explain(error);
  }
}

/** An error that was foreseen speaks for itself; any other is a bug and shows where. */
export function explain(error: unknown): void {
  console.error(error instanceof CodedError ? error.message : error);
  process.exitCode = 1;
}
