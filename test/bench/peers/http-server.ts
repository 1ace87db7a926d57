import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Peer {
  readonly url: string;
  close(): void;
}

/** A bare node:http server in a process of its own, that parses a JSON POST and answers this JSON, stringified at each request. */
export function httpPeer(answer: unknown): Promise<Peer> {
  const child = fork(fileURLToPath(new URL('./http-server.process.js', import.meta.url)), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send({ answer });
  return new Promise((resolve, reject) => {
    child.once('message', (url) => resolve({ url: url as string, close: () => void child.kill() }));
    child.once('exit', (code) => reject(new Error(`the bare server ended with code ${code}`)));
  });
}
