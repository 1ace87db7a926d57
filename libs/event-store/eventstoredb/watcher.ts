import { END, streamNameFilter } from '@eventstore/db-client';

import type { Subscription } from '../port.js';
import type { ReadContext } from './log-reader.js';

const BACKOFF_MAX_MS = 2000;

/**
 * A live subscription that only says "something came". A subscription of this client dies with one `error` and never resumes, and
 * a consumer that lags is cut off, so it carries no data: it is renewed with backoff, and each renewal wakes the reader, who pages
 * from its own position and so misses nothing. Its death wakes the reader too: who does not reach the log then knows that it may be behind.
 */
export class Watcher implements Subscription {
  private closed = false;
  private live = false;
  private delay: number;
  private timer: NodeJS.Timeout | undefined;
  private current: { unsubscribe(): Promise<void> } | undefined;

  constructor(
    private readonly context: ReadContext,
    private readonly wake: () => void,
    private readonly retryDelayMs: number,
  ) {
    this.delay = retryDelayMs;
    this.subscribe();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.current?.unsubscribe().catch(() => {});
  }

  private subscribe(): void {
    const { client, credentials, prefix } = this.context;
    const subscription = client.subscribeToAll({ fromPosition: END, filter: streamNameFilter({ prefixes: [prefix] }), credentials });
    this.current = subscription;
    subscription.on('confirmation', () => {
      this.delay = this.retryDelayMs;
      this.live = true;
      // What was stored between the death of the last subscription and now.
      this.signal();
    });
    subscription.on('data', () => this.signal());
    let ended = false;
    const renew = (): void => {
      if (ended || this.closed) return;
      ended = true;
      if (this.live) this.signal();
      this.live = false;
      this.timer = setTimeout(() => this.subscribe(), this.delay).unref();
      this.delay = Math.min(this.delay * 2, BACKOFF_MAX_MS);
    };
    subscription.on('error', renew);
    subscription.on('end', renew);
  }

  private signal(): void {
    if (!this.closed) this.wake();
  }
}
