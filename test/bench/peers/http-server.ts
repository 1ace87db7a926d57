import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Peer {
  readonly url: string;
  close(): void;
}

export interface PeerOrder {
  readonly answer: unknown;
  /** Each request is appended to this file, and answered when it is on the disk. */
  readonly file?: string;
}

/** A bare node:http server in a process of its own, that parses a JSON POST and answers this JSON, stringified at each request. */
export function httpPeer(order: PeerOrder): Promise<Peer> {
  const child = fork(fileURLToPath(new URL('./http-server.process.js', import.meta.url)), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send(order);
  return new Promise((resolve, reject) => {
    child.once('message', (url) => resolve({ url: url as string, close: () => void child.kill() }));
    child.once('exit', (code) => reject(new Error(`the bare server ended with code ${code}`)));
  });
}
