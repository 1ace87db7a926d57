import { parentPort, workerData } from 'node:worker_threads';

import { giveWay } from '../background.js';
import type { NameFilterParts } from './name-filter.js';
import { PlaceIndex, type Watermark } from './place-index.js';

/** Entries for the index. */
export interface IndexOrder {
  readonly entries: Float64Array<ArrayBuffer>;
  readonly until: Watermark;
}

/** As IndexWriter sends it; null ends the thread. */
export interface IndexRequest {
  readonly order: IndexOrder | null;
  /** The number of the filter that is wanted as well, if one is. */
  readonly filter: number | null;
}

export interface IndexAnswer {
  /** The entries, if there were any, are in the index. */
  readonly written: boolean;
  /** Of all names that are in it then, if it was wanted. */
  readonly filter?: NameFilterParts & { readonly number: number };
}

/** Writes the index with a connection of its own. */
const port = parentPort;
if (port !== null) {
  giveWay();
  const { path, busyTimeoutMs } = workerData as { path: string; busyTimeoutMs: number };
  const index = new PlaceIndex(path, busyTimeoutMs);
  port.on('message', (request: IndexRequest | null) => {
    if (request === null) {
      index.close();
      port.close();
      return;
    }
    try {
      const { order, filter } = request;
      if (order) index.write(order.entries, order.until);
      const answer: IndexAnswer = { written: true, ...(filter !== null && { filter: { ...index.makeFilter().parts, number: filter } }) };
      port.postMessage(answer, answer.filter ? [answer.filter.words.buffer] : []);
    } catch {
      // A full disk, most likely: what is not in the index stays in memory, and is sent again.
      port.postMessage({ written: false } satisfies IndexAnswer);
      return;
    }
    try {
      index.tidy();
    } catch {
      // As above: more runs than there need be, until the next time.
    }
  });
}
