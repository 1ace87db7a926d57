import type { MessagePort } from 'node:worker_threads';
import type { EventStore } from '#event-store';
import type { ReadDatabase } from './database.js';
import type { Projection } from './projection.js';
import { Projector } from './projector.js';
import type { FromProjector, ToProjector } from './projector-protocol.js';

export interface ServeProjector {
  readonly port: Pick<MessagePort, 'on' | 'postMessage' | 'close'>;
  readonly store: EventStore;
  readonly database: ReadDatabase;
  readonly projections: readonly Projection[];
  readonly clock: { now(): number };
}

/** Nobody waits for this thread, so that its transactions may be long. */
const PAGE = 4000;

/** The thread's side: a projector that follows what its port asks, and tells how far it is. */
export function serveProjector({ port, store, database, projections, clock }: ServeProjector): void {
  const tell = (message: FromProjector): void => port.postMessage(message);
  let wakes = 0;
  const projector = new Projector({
    store,
    database,
    projections,
    clock,
    page: PAGE,
    onFault: (error) => tell({ tell: 'fault', error }),
    onAdvance: (position, kinds) => tell({ tell: 'advanced', path: database.path, position, kinds }),
    onIdle: () => tell({ tell: 'idle', path: database.path, number: wakes, position: projector.position }),
  });
  port.on('message', (message: ToProjector) => {
    switch (message.ask) {
      case 'wake':
        wakes = message.number;
        return projector.wake();
      case 'reopen':
        database.reopen(message.path);
        return projector.reopened();
      case 'close':
        void close();
    }
  });
  tell({ tell: 'ready', path: database.path, position: projector.position });

  async function close(): Promise<void> {
    await projector.close();
    await store.close();
    database.close();
    port.close();
  }
}
