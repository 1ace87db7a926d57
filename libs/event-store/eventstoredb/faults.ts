import {
  AccessDeniedError,
  DeadlineExceededError,
  InvalidArgumentError,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  TimeoutError,
  UnsupportedError,
} from '@eventstore/db-client';

import { StoreFault } from '../fault.js';

/**
 * A server that goes away ends calls with errors of several shapes: `UnavailableError`, a raw `Error` without a type
 * ("14 UNAVAILABLE … ECONNREFUSED"), `UnknownError` ("Server Is Not Ready"), `NotLeaderError`, `CancelledError`. Whatever is not
 * known to be an answer is therefore a fault: the outcome is unknown and the same call may be repeated.
 */
export function toFault(error: unknown, server: string): StoreFault {
  if (error instanceof StoreFault) return error;
  const fault = (code: ConstructorParameters<typeof StoreFault>[0], message: string, retryable: boolean): StoreFault =>
    new StoreFault(code, message, { retryable, cause: error });
  const said = error instanceof Error ? error.message.split('\n')[0] : String(error);
  if (error instanceof AccessDeniedError)
    return fault(
      'STORE-103',
      `EventStoreDB at ${server} refused the credentials. Nothing was written. Check user and password in TENOR_STORE.`,
      false,
    );
  if (error instanceof MaxAppendSizeExceededError)
    return fault(
      'STORE-112',
      `EventStoreDB at ${server} takes ${error.maxAppendSize} bytes an append. Nothing was written. Raise its MaxAppendSize to 1 MiB.`,
      false,
    );
  if (error instanceof StreamDeletedError)
    return fault(
      'STORE-116',
      `Stream ${error.streamName} was deleted on ${server}. Nothing was written. The ledger never deletes a stream: restore the server's backup.`,
      false,
    );
  if (error instanceof InvalidArgumentError || error instanceof UnsupportedError)
    return fault('STORE-113', `EventStoreDB at ${server} refused the call (${said}). Nothing was written. This is a defect of the caller.`, false);
  if (error instanceof DeadlineExceededError || error instanceof TimeoutError) return timedOut(server, error);
  return fault(
    'STORE-101',
    `Cannot reach EventStoreDB at ${server} (${said}). Whether the last append was stored is unknown; repeating it stores it once. Is it running? Without one, use TENOR_STORE=sqlite:./tenor.db.`,
    true,
  );
}

export const timedOut = (server: string, cause?: unknown): StoreFault =>
  new StoreFault(
    'STORE-102',
    `EventStoreDB at ${server} did not answer in time. Whether the append was stored is unknown; repeating it stores it once. Look at the server's load and at the network.`,
    { retryable: true, cause },
  );
