import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppendFile } from './append-file.js';
import type { PeerOrder } from './http-server.js';

let parsed = 0;

process.once('message', (message) => {
  const { answer, file } = message as PeerOrder;
  const log = file === undefined ? null : new AppendFile(file);
  const server = createServer((request, response) => serve(request, response, answer, log));
  server.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`));
});
process.once('disconnect', () => process.exit(0));

function serve(request: IncomingMessage, response: ServerResponse, answer: unknown, log: AppendFile | null): void {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (piece: string) => (body += piece));
  request.on('end', () => {
    // Parsed as any server must, and looked at, so that the parse is no dead code.
    if (typeof JSON.parse(body) === 'object') parsed++;
    if (log === null) reply(response, answer);
    else void log.append(body).then(() => reply(response, answer));
  });
}

function reply(response: ServerResponse, answer: unknown): void {
  const text = JSON.stringify(answer);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), 'x-parsed': parsed });
  response.end(text);
}
