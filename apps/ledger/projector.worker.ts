import { parentPort, workerData } from 'node:worker_threads';
import { giveWay, openEventStore } from '#event-store';
import { ReadDatabase, serveProjector } from '#read-store';
import { projections } from './projections.js';

/** How to open what the projector reads and writes. */
interface ProjectorWorkerData {
  readonly store: string;
  readonly ledger: string;
  readonly follow: SharedArrayBuffer | undefined;
  readonly path: string;
}

if (parentPort !== null) {
  giveWay();
  const { store, ledger, follow, path } = workerData as ProjectorWorkerData;
  serveProjector({
    port: parentPort,
    store: await openEventStore(store, { ledger, follow }),
    database: new ReadDatabase(path),
    projections: projections(),
    clock: Date,
  });
}
