import { isFault, Refusal } from '../errors.js';
import type { Log } from '../log/log.js';

/** What a caller outside GraphQL is told of anything thrown that is no refusal: its text stays in the log. */
export function unforeseen(error: unknown, log: Log, where: { readonly url?: string | undefined } = {}): Refusal {
  if (isFault(error)) {
    log.warn({ err: error, ...where }, 'a fault reached an HTTP caller');
    return new Refusal('UNAVAILABLE', OUT_OF_REACH, { retryable: true }, 503);
  }
  log.error({ err: error, ...where }, 'a bug reached an HTTP caller');
  return new Refusal('INTERNAL', 'The ledger failed to answer. This is a bug: report it with the time.', {}, 500);
}

const OUT_OF_REACH =
  'Something the ledger depends on is out of reach. Whether the request took effect is unknown. Send it again: what is recorded already is not recorded twice.';
