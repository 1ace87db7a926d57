import type { Log } from '#platform';
import type { RunningLedger } from './create-ledger.js';

const PATIENCE_MS = 8_000;

/** SIGTERM and SIGINT: no new requests, those under way are answered, stores are closed; a second signal, or patience's end, stops at once. */
export function stopOnSignals(ledger: RunningLedger, log: Log): void {
  let asked = false;
  const stop = (signal: NodeJS.Signals) => {
    if (asked) process.exit(1);
    asked = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.warn('requests were still under way when patience ended');
      process.exit(1);
    }, PATIENCE_MS).unref();
    ledger.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
}
