import { parentPort, workerData } from 'node:worker_threads';
import type { InForceRow, Intake } from './intake.js';
import { IntakeProblem } from './intake-problem.js';
import type { Reply, Request } from './protocol.js';
import { IntakeSession } from './session.js';

/** The thread's side of host.ts: runs one IntakeSession and answers its questions in turn. */
async function serve(port: NonNullable<typeof parentPort>, workDir: string): Promise<void> {
  const post = (reply: Reply) => port.postMessage(reply);
  const streams = new Map<number, AsyncIterator<unknown>>();
  const abort = new AbortController();
  let pushed: ((batch: readonly InForceRow[] | null) => void) | null = null;
  let pushFailed: ((error: Error) => void) | null = null;
  const session: Intake = await IntakeSession.open(workDir);

  async function* inForce(): AsyncGenerator<readonly InForceRow[]> {
    for (;;) {
      const batch = await new Promise<readonly InForceRow[] | null>((resolve, reject) => {
        pushed = resolve;
        pushFailed = reject;
        post({ pull: true });
      });
      if (batch === null) return;
      yield batch;
    }
  }

  async function answer(request: Request): Promise<unknown> {
    switch (request.ask) {
      case 'scan':
        return session.scan(request.options, (progress) => post({ progress }), abort.signal);
      case 'diff':
        return session.diff(inForce(), request.slices);
      case 'open': {
        const stream = request.stream === 'chunks' ? session.chunks(request.options ?? { deliveryId: '' }) : session[request.stream]();
        streams.set(request.id, stream[Symbol.asyncIterator]());
        return undefined;
      }
      case 'next':
        return streams.get(request.of)?.next() ?? { done: true, value: undefined };
      case 'return': {
        await streams.get(request.of)?.return?.();
        streams.delete(request.of);
        return undefined;
      }
      case 'cancel':
        return abort.abort();
      case 'push':
        return request.failed === undefined ? pushed?.(request.batch) : pushFailed?.(new Error(request.failed));
      case 'close':
        return session.close();
    }
  }

  port.on('message', (request: Request) => {
    answer(request)
      .then((value) => post({ to: request.id, value }))
      .catch((error: unknown) =>
        post(
          error instanceof IntakeProblem
            ? { to: request.id, problem: error.toData() }
            : { to: request.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
        ),
      );
  });
}

if (parentPort !== null) {
  const port = parentPort;
  serve(port, (workerData as { workDir: string }).workDir).catch((error: unknown) => {
    port.postMessage(error instanceof IntakeProblem ? { to: 0, problem: error.toData() } : { to: 0, error: String(error) });
  });
}
