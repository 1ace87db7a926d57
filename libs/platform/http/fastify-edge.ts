import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller, CallerSource } from '../auth/caller.js';
import { callerOf } from '../auth/door.js';
import { Refusal } from '../errors.js';
import type { Health } from '../health/health.js';
import type { Log } from '../log/log.js';
import { refusalBody, refusalType } from './refusal-body.js';
import { unforeseen } from './unforeseen.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route but the public ones, before its handler runs. */
    caller?: Caller;
  }
  interface FastifyContextConfig {
    /** Answers without an API key. Nothing about any organization may stand on such a route. */
    public?: boolean;
  }
}

/** Every route wants a caller unless it says that it is public: a route that forgets to ask is closed, not open. */
export function guardRoutes(server: FastifyInstance, source: CallerSource): void {
  server.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.public === true || request.is404) return;
    try {
      request.caller = await callerOf(request.headers.authorization, source);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await refuse(request, reply, error);
    }
  });
}

export async function refuse(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): Promise<void> {
  if (refusal.status === 401) void reply.header('www-authenticate', 'Bearer realm="tenor", Basic realm="tenor"');
  await reply.code(refusal.status).type(refusalType(request.headers.accept)).send(refusalBody(refusal));
}

/** Anything that fails outside GraphQL: malformed JSON, a body too large, a store that is down, a bug in a handler. Its text stays in the log. */
export function maskHttpErrors(server: FastifyInstance, log: Log): void {
  server.setErrorHandler(async (error: Error & { statusCode?: number; code?: string }, request, reply) => {
    if (error instanceof Refusal) return refuse(request, reply, error);
    if (isGone(request)) {
      log.info({ url: request.routeOptions.url }, 'a caller went away before the end of its body');
      return refuse(request, reply, ofTheRequest(400, error.code, 0));
    }
    const status = error.statusCode ?? 500;
    if (status >= 500) return refuse(request, reply, unforeseen(error, log, { url: request.routeOptions.url }));
    return refuse(request, reply, ofTheRequest(status, error.code, server.initialConfig.bodyLimit ?? 0));
  });
}

/** In the middle of its body: nobody reads the answer, and nothing is wrong with us. */
const isGone = ({ raw }: FastifyRequest): boolean => raw.errored !== null && !raw.complete;

function ofTheRequest(status: number, code: string | undefined, limit: number): Refusal {
  if (status === 413) {
    const message = `The body is larger than ${limit} bytes. Nothing was done. Send it in parts; billing files go to POST /import/focus.`;
    return new Refusal('BODY_TOO_LARGE', message, { limit }, status);
  }
  if (status === 415)
    return new Refusal('MEDIA_TYPE_UNKNOWN', 'The content type is none that is read here. Nothing was done. Send application/json.', {}, status);
  return new Refusal('BAD_REQUEST', `The request is malformed (${code ?? status}). Nothing was done.`, {}, status);
}

/** What no route answers to, in the form of every other refusal. */
export function answerNotFound(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const path = request.url.split('?', 1)[0] as string;
  const message = `Nothing answers ${request.method} ${path.slice(0, 200)}. Nothing was done. GraphQL is at POST /graphql, its page at /graphiql; billing files go to POST /import/focus.`;
  return refuse(request, reply, new Refusal('ROUTE_NOT_FOUND', message, {}, 404));
}

/** /livez, /readyz and /metrics: for the machines around us, without a key and without anybody's data. */
export function healthRoutes(server: FastifyInstance, health: Health): void {
  const config = { public: true };
  server.get('/livez', { config }, () => ({ live: true }));
  server.get('/readyz', { config }, async (_, reply) => {
    const { ready, lagMs, parts } = await health.readiness();
    return reply.code(ready ? 200 : 503).send({ ready, draining: health.draining, lagMs, parts });
  });
  server.get('/metrics', { config }, async (_, reply) => {
    await health.readiness();
    return reply.type(health.metrics.contentType).send(await health.metrics.metrics());
  });
}
