import 'reflect-metadata';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import type { INestApplication } from '@nestjs/common';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import {
  answerNotFound,
  closeAfterBody,
  CodedError,
  createLog,
  guardRoutes,
  Health,
  healthRoutes,
  maskHttpErrors,
  pageRoutes,
  secretFor,
  systemClock,
  type CallerSource,
  type Clock,
  type Config,
  type Log,
} from '#platform';
import type { FastLane } from '#platform/graphql';
import { AppModule, type AppParts, type SliceModule } from './app.module.js';
import type { LedgerStatus } from './ledger.resolver.js';

export interface LedgerOptions {
  readonly config: Config;
  readonly callers: CallerSource;
  readonly modules?: readonly SliceModule[];
  readonly clock?: Clock;
  readonly log?: Log;
  readonly health?: Health;
  readonly status?: LedgerStatus;
  /** Routes besides GraphQL (uploads, exports). They want a caller unless they say that they are public. */
  readonly routes?: (server: FastifyInstance, app: INestApplication) => void | Promise<void>;
  /** Called when the doors are closed: stores, projectors. */
  readonly onClose?: () => Promise<void>;
}

export interface RunningLedger {
  readonly app: INestApplication;
  /** http://HOST:PORT, without a path. */
  readonly url: string;
  readonly health: Health;
  /** Stops taking requests, finishes those under way, closes what `onClose` closes. May be called twice. */
  close(): Promise<void>;
}

const EMPTY: LedgerStatus = { position: () => null, lagMs: () => 0 };
const BODY_LIMIT = 4 * 1024 * 1024;
/** Longer than load balancers keep a connection that nobody uses (a minute): a server that closes first loses the request that is on its way. Node's own is 5 s. */
const KEEP_ALIVE_MS = 72_000;

export function partsOf(options: LedgerOptions, stock = false): AppParts {
  return {
    config: options.config,
    clock: options.clock ?? systemClock,
    log: options.log ?? createLog(options.config.TENOR_LOG),
    health: options.health ?? new Health(),
    secret: secretFor(options.config),
    callers: options.callers,
    modules: options.modules ?? [],
    status: options.status ?? EMPTY,
    stock,
    bodyLimit: BODY_LIMIT,
  };
}

/** Starts the service in this process and resolves when it answers. `TENOR_PORT` 0 takes any free port. */
export async function createLedger(options: LedgerOptions): Promise<RunningLedger> {
  const parts = partsOf(options);
  let lane: FastLane | undefined;
  const adapter = new EdgeAdapter({
    serverFactory: (framework: RequestListener) =>
      createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
        closeAfterBody(request, response);
        if (!lane?.take(request, response)) framework(request, response);
      }),
    logger: false,
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true },
  });
  const server = adapter.getInstance() as unknown as FastifyInstance;
  guardRoutes(server, parts.callers);
  maskHttpErrors(server, parts.log);
  healthRoutes(server, parts.health);
  pageRoutes(server, '/graphiql', fileURLToPath(new URL('../../graphiql/', import.meta.url)));
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with({ ...parts, useLane: (opened) => (lane = opened) }), adapter, {
    logger: false,
    abortOnError: false,
  });
  await options.routes?.(server, app);
  await listen(app, parts.config);
  const { address, family, port } = server.server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  const close = async () => {
    parts.health.draining = true;
    await app.close();
    await options.onClose?.();
  };
  return { app, url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`, health: parts.health, close: () => (closing ??= close()) };
}

/** Errors outside GraphQL go by our own handlers: Nest's would show their text, in a form of its own. */
class EdgeAdapter extends FastifyAdapter {
  override setErrorHandler(): ReturnType<FastifyAdapter['setErrorHandler']> {
    return this.getInstance();
  }

  override setNotFoundHandler(): ReturnType<FastifyAdapter['setNotFoundHandler']> {
    return this.getInstance().setNotFoundHandler(answerNotFound as never);
  }
}

async function listen(app: NestFastifyApplication, { TENOR_HOST, TENOR_PORT }: Config): Promise<void> {
  try {
    await app.listen({ host: TENOR_HOST, port: TENOR_PORT });
  } catch (cause) {
    await app.close();
    const reason = (cause as NodeJS.ErrnoException).code ?? 'refused';
    if (!(cause as NodeJS.ErrnoException).syscall) throw cause;
    throw new CodedError(
      'HTTP-101',
      `Cannot listen on ${TENOR_HOST}:${TENOR_PORT} (${reason}).`,
      'Nothing was started.',
      'Is another ledger running? Choose another port with TENOR_PORT=0 (any).',
      { cause },
    );
  }
}

/** The GraphQL schema that these modules make, sorted, as text. Nothing listens; what `onClose` closes is closed. */
export async function schemaOf(options: LedgerOptions): Promise<string> {
  const app = await NestFactory.create(AppModule.with(partsOf(options)), new EdgeAdapter(), { logger: false, abortOnError: false });
  try {
    await app.init();
    const { schema } = app.get(GraphQLSchemaHost);
    return `${printSchema(lexicographicSortSchema(schema))}\n`;
  } finally {
    await app.close();
    await options.onClose?.();
  }
}
