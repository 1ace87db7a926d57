import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
};

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Serves a built page at `path` from a folder: the files that were there at the start and no others, so no name leads out of it.
 * The page is public; whatever it asks for is not.
 */
export function pageRoutes(server: FastifyInstance, path: string, folder: string): void {
  const files = new Set(existsSync(folder) ? readdirSync(folder) : []);
  const send = async (
    name: string,
    reply: { code(status: number): typeof reply; headers(h: Record<string, string>): typeof reply; send(body: unknown): unknown },
  ) => {
    if (!files.has(name)) return reply.code(404).send('');
    const caching = name === 'index.html' ? 'no-cache' : 'public, max-age=3600';
    const headers = {
      'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'cache-control': caching,
    };
    return reply.headers(headers).send(await readFile(join(folder, name)));
  };
  server.get(path, { config: { public: true } }, (_, reply) => send('index.html', reply));
  server.get<{ Params: { file: string } }>(`${path}/:file`, { config: { public: true } }, ({ params }, reply) => send(params.file, reply));
}
