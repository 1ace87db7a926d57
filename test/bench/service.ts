import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ServiceOrder, ServiceReady } from './service.process.js';

export interface Service extends ServiceReady {
  readonly headers: Readonly<Record<string, string>>;
  ask(query: string, variables?: object): Promise<unknown>;
  close(): void;
}

/** The service in a process of its own, as `npm start` runs it (or its stock peer), with a ledger filled for the occasion. */
export function startService(order: ServiceOrder): Promise<Service> {
  const child = fork(fileURLToPath(new URL('./service.process.js', import.meta.url)), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send(order);
  return new Promise((resolve, reject) => {
    child.once('message', (message) => {
      const ready = message as ServiceReady;
      const headers = { authorization: `Bearer ${ready.apiKey}` };
      const ask = async (query: string, variables: object = {}): Promise<unknown> => {
        const response = await fetch(ready.url, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify({ query, variables }),
        });
        return response.json();
      };
      resolve({ ...ready, headers, ask, close: () => void child.kill() });
    });
    child.once('exit', (code) => reject(new Error(`the service ended with code ${code}`)));
  });
}
