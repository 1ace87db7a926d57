import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { AppModule, partsOf, type LedgerOptions, type RunningLedger } from '../../apps/ledger/index.js';
import { callerOf, Refusal, refusalBody, refusalType, type Caller } from '#platform';

/**
 * The same modules, resolvers, limits and door on what Nest gives out of the box: Express, Apollo, graphql-js.
 * The peer of the benchmarks `query.*.vs-stock`.
 */
export async function createStockLedger(options: LedgerOptions): Promise<RunningLedger> {
  const parts = partsOf(options, true);
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(parts), new ExpressAdapter(), { logger: false, abortOnError: false });
  app.use('/graphql', (request: Request & { caller?: Caller }, response: Response, next: NextFunction) => {
    callerOf(request.headers.authorization, parts.callers).then(
      (caller) => {
        request.caller = caller;
        next();
      },
      (error: unknown) => {
        if (error instanceof Refusal) response.status(error.status).type(refusalType(request.headers.accept)).send(refusalBody(error));
        else next(error);
      },
    );
  });
  await app.listen(options.config.TENOR_PORT, options.config.TENOR_HOST);
  const { address, port } = (app.getHttpServer() as { address(): AddressInfo }).address();
  let closing: Promise<void> | undefined;
  return { app, url: `http://${address}:${port}`, health: parts.health, close: () => (closing ??= app.close()) };
}
