import { parentPort, workerData } from 'node:worker_threads';

import { PlaceIndex, type Watermark } from './place-index.js';

/** Entries for the index, as IndexWriter sends them; null ends the thread. */
export interface IndexOrder {
  readonly entries: Float64Array;
  readonly until: Watermark;
}

/** Writes the index with a connection of its own. Answers whether the entries are there. */
const port = parentPort;
if (port !== null) {
  const { path, busyTimeoutMs } = workerData as { path: string; busyTimeoutMs: number };
  const index = new PlaceIndex(path, busyTimeoutMs);
  port.on('message', (order: IndexOrder | null) => {
    if (order === null) {
      index.close();
      port.close();
      return;
    }
    let written = true;
    try {
      index.write(order.entries, order.until);
    } catch {
      // A full disk, most likely: what is not in the index stays in memory, and is sent again.
      written = false;
    }
    port.postMessage(written);
  });
}
