import { connect, type Socket } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');
const CHUNKED_END = Buffer.from('\r\n0\r\n\r\n');

/** The request's bytes: made anew for each, because an idempotency key must not come twice. */
export type MakeRequest = () => Buffer;

export interface Answer {
  /** 200 and no GraphQL errors. */
  readonly ok: boolean;
  readonly bytes: number;
  readonly body: Buffer;
}

const NO_ANSWER: Answer = { ok: false, bytes: 0, body: Buffer.alloc(0) };

/** One keep-alive connection that has one request on its way: a client so thin that both servers are measured and not it. */
export class Connection {
  private readonly socket: Socket;
  private received: Buffer[] = [];
  private size = 0;
  private done: ((answer: Answer) => void) | null = null;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (piece: Buffer) => this.take(piece));
    socket.on('close', () => this.finish(NO_ANSWER));
    socket.on('error', () => this.finish(NO_ANSWER));
  }

  static open({ hostname, port }: URL): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(parseInt(port, 10), hostname, () => resolve(new Connection(socket)));
      socket.once('error', reject);
    });
  }

  /** Calls `done` with the answer; one request at a time. */
  send(request: Buffer, done: (answer: Answer) => void): void {
    this.done = done;
    if (this.socket.destroyed) return this.finish(NO_ANSWER);
    this.socket.write(request);
  }

  close(): void {
    this.socket.destroy();
  }

  private take(piece: Buffer): void {
    this.received.push(piece);
    this.size += piece.length;
    const all = this.received.length === 1 ? piece : Buffer.concat(this.received);
    this.received = [all];
    const head = all.indexOf(HEAD_END);
    if (head < 0) return;
    const headers = all.toString('latin1', 0, head).toLowerCase();
    const length = /content-length: (\d+)/.exec(headers)?.[1];
    const complete =
      length === undefined ? all.subarray(-CHUNKED_END.length).equals(CHUNKED_END) : this.size >= head + HEAD_END.length + parseInt(length, 10);
    if (!complete) return;
    const begin = all.toString('latin1', head + HEAD_END.length, head + 100);
    this.finish({
      ok: headers.startsWith('http/1.1 200') && !begin.includes('"errors"'),
      bytes: this.size,
      body: all.subarray(head + HEAD_END.length),
    });
  }

  private finish(answer: Answer): void {
    const { done } = this;
    this.done = null;
    this.received = [];
    this.size = 0;
    done?.(answer);
  }
}

/** A POST of JSON. Each `%N%` in the body becomes a number that this maker has not used before, each `%C%` the next of the choices. */
export function requestMaker(
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  first: number,
  choices: readonly string[] = [],
): MakeRequest {
  const lines = Object.entries({ host: url.host, 'content-type': 'application/json', accept: 'application/json', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const head = `POST ${url.pathname} HTTP/1.1\r\n${lines.join('')}content-length: `;
  const parts = body.split('%N%');
  let [next, choice] = [first, 0];
  const build = (): Buffer => {
    const text = parts.join(`${next++}`).replaceAll('%C%', () => choices[choice++ % choices.length] ?? '');
    return Buffer.from(`${head}${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  if (parts.length > 1) return build;
  const fixed = build();
  return () => fixed;
}
