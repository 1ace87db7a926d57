import type { Worker } from 'node:worker_threads';

/** Asks a thread to end, in the words that it understands, and resolves when it has. */
export async function endWorker(worker: Worker, message: unknown): Promise<void> {
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  worker.ref();
  worker.postMessage(message);
  await exited;
}
