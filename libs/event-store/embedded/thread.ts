import type { Worker } from 'node:worker_threads';

/** Asks a thread to end by the message null, and resolves when it has. */
export async function ended(worker: Worker): Promise<void> {
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  worker.ref();
  worker.postMessage(null);
  await exited;
}
