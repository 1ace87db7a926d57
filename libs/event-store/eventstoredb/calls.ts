import type { StreamingRead } from '@eventstore/db-client';
import pRetry from 'p-retry';

import type { StoreFault } from '../fault.js';
import { timedOut, toFault } from './faults.js';

export interface CallOptions {
  /** For one attempt; for a read, the longest silence. */
  readonly deadlineMs: number;
  readonly retries: number;
  /** Before the first retry; doubled each time, up to two seconds. */
  readonly retryDelayMs: number;
}

/** Cancelled by its own timer: the client's deadline does not cover discovery, and its reads have none at all. */
export function withDeadline<T>(call: Promise<T>, ms: number, server: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(timedOut(server)), ms);
    call.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Repeats a call that is safe to repeat, as long as it fails by fault. @throws StoreFault */
export function retried<T>(call: (attempt: number) => Promise<T>, { retries, retryDelayMs }: CallOptions, server: string): Promise<T> {
  return pRetry(
    async (attempt) => {
      try {
        return await call(attempt);
      } catch (error) {
        throw toFault(error, server);
      }
    },
    { retries, minTimeout: retryDelayMs, maxTimeout: 2000, factor: 2, randomize: true, shouldRetry: ({ error }) => (error as StoreFault).retryable },
  );
}

/**
 * Collects a read. `take` answers false to stop early. The listeners stay on: this client emits errors late, and one without a
 * listener ends the process.
 */
export function collect<Resolved>(
  stream: StreamingRead<Resolved>,
  take: (resolved: Resolved) => boolean,
  silenceMs: number,
  server: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (end: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      end();
    };
    const stop = (end: () => void): void => {
      settle(end);
      stream.cancel().catch(() => {});
    };
    const timer = setTimeout(() => stop(() => reject(timedOut(server))), silenceMs);
    stream.on('data', (resolved: Resolved) => {
      if (settled) return;
      timer.refresh();
      if (!take(resolved)) stop(resolve);
    });
    stream.on('error', (error: Error) => settle(() => reject(error)));
    stream.on('end', () => settle(resolve));
  });
}
