import { connect, type Socket } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');
const CHUNKED_END = Buffer.from('\r\n0\r\n\r\n');
const OK = 'HTTP/1.1 200';
const READ_BYTES = 65_536;

/** The request's bytes: made anew for each, because an idempotency key must not come twice. */
export type MakeRequest = () => Buffer;

export interface Answer {
  /** 200 and no GraphQL errors. */
  readonly ok: boolean;
  readonly bytes: number;
  /** To be read before `done` returns: the next answer is read into the same memory. */
  readonly body: Buffer;
}

const NO_ANSWER: Answer = { ok: false, bytes: 0, body: Buffer.alloc(0) };

/** One keep-alive connection that has one request on its way: a client so thin that both servers are measured and not it. */
export class Connection {
  private readonly socket: Socket;
  /** What came before of an answer that comes in pieces. */
  private before: Buffer | null = null;
  private done: ((answer: Answer) => void) | null = null;

  private constructor(url: URL, opened: (connection: Connection) => void, failed: (error: Error) => void) {
    // Read into one buffer without a stream between: what this costs is taken from the servers that it measures.
    const onread = {
      buffer: Buffer.allocUnsafe(READ_BYTES),
      callback: (size: number, buffer: Uint8Array): boolean => {
        this.take((buffer as Buffer).subarray(0, size));
        return true;
      },
    };
    this.socket = connect({ port: parseInt(url.port, 10), host: url.hostname, noDelay: true, onread }, () => opened(this));
    this.socket.on('close', () => this.finish(NO_ANSWER));
    this.socket.on('error', (error) => {
      failed(error);
      this.finish(NO_ANSWER);
    });
  }

  static open(url: URL): Promise<Connection> {
    return new Promise((resolve, reject) => new Connection(url, resolve, reject));
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
    const all = this.before === null ? piece : Buffer.concat([this.before, piece]);
    const head = all.indexOf(HEAD_END);
    const body = head + HEAD_END.length;
    const headers = head < 0 ? null : all.toString('latin1', 0, head);
    if (headers === null || !isWhole(all, headers, body)) {
      // The buffer that was read into is used again; two that were joined are a copy.
      this.before = all === piece ? Buffer.from(piece) : all;
      return;
    }
    this.finish({
      ok: headers.startsWith(OK) && !all.toString('latin1', body, head + 100).includes('"errors"'),
      bytes: all.length,
      body: all.subarray(body),
    });
  }

  private finish(answer: Answer): void {
    const { done } = this;
    this.done = null;
    this.before = null;
    done?.(answer);
  }
}

function isWhole(all: Buffer, headers: string, body: number): boolean {
  const length = /content-length: (\d+)/i.exec(headers)?.[1];
  return length === undefined ? all.subarray(-CHUNKED_END.length).equals(CHUNKED_END) : all.length >= body + parseInt(length, 10);
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
