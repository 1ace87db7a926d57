import { parentPort, workerData } from 'node:worker_threads';

import { StoreFault } from '../fault.js';
import type { CommitReply, CommitRequest, CommitWorkerData } from './commit-thread.js';
import { Commits } from './commits.js';
import { openDatabase } from './database.js';
import { NOTHING_WRITTEN, toFault } from './faults.js';

/** Commits with a connection of its own, one order after the other. */
const port = parentPort;
if (port !== null) {
  const { path, options } = workerData as CommitWorkerData;
  const database = openDatabase(path, options);
  const commits = new Commits(database, path);
  const reply = (message: CommitReply): void => port.postMessage(message);
  const answer = (message: CommitRequest): void => {
    if (message === 'release') return commits.release();
    if (message === 'close') return void close();
    try {
      reply(commits.commit(message));
    } catch (error) {
      const fault = toFault(error, path, NOTHING_WRITTEN);
      reply(fault instanceof StoreFault ? { code: fault.code, message: fault.message, retryable: fault.retryable } : { bug: fault });
    }
  };
  const close = async (): Promise<void> => {
    commits.release();
    await commits.close();
    database.close();
    port.close();
  };
  port.on('message', answer);
  reply('ready');
}
