import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

import { giveWay } from '../background.js';

/** What commits add while a pass runs is left to the next one: each is shorter than the last, and what remains is soon copied. */
const PASSES = 3;

/** Copies the write-ahead log into the file with a connection of its own, so that commits go on. Any message asks for it; null ends the thread. */
const port = parentPort;
if (port !== null) {
  giveWay();
  const { path } = workerData as { path: string };
  const database = new DatabaseSync(path, { timeout: 0 });
  database.exec('PRAGMA synchronous = FULL; PRAGMA cache_size = -1024');
  const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  port.on('message', (message: unknown) => {
    if (message === null) {
      database.close();
      port.close();
      return;
    }
    try {
      for (let pass = 0; pass < PASSES; pass++) checkpoint.get();
    } catch {
      // A fault of the disk shows at the next commit, where somebody can be told.
    }
    port.postMessage(null);
  });
}
