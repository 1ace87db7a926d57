import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { ApolloDriverConfig } from '@nestjs/apollo';
import { ApolloDriver } from '@nestjs/apollo';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLModule } from '@nestjs/graphql';
import { Health } from '../health/health.js';
import type { Log } from '../log/log.js';
import type { CallerSource } from '../auth/caller.js';
import { CALLER_SOURCE, HEALTH, LOG, SEALER } from '../parts.js';
import { Sealer } from '../tokens/sealer.js';
import { CallContext, type AuthenticatedRequest } from './call-context.js';
import { CompiledApolloDriver, type CompiledDriverConfig } from './compiled-driver.js';
import { DocumentStore } from './document-store.js';
import { maskError } from './errors.js';
import { FastLane } from './fast-lane.js';
import { limitsPlugin } from './limits.plugin.js';
import { LIMITS } from './limits.js';
import { NodeRegistry, NodeResolver } from './node.js';
import { PreparedOperations } from './prepared.js';

@Global()
@Module({ providers: [NodeRegistry, NodeResolver], exports: [NodeRegistry] })
export class NodeModule {}

export interface GraphqlOptions {
  /** Nest's and Apollo's own way, executed by graphql-js: the peer that the benchmarks compare with. */
  readonly stock: boolean;
  /** Largest body that POST /graphql takes, in bytes. */
  readonly bodyLimit: number;
  /** Gets the fast lane, to be asked before the framework about each request. */
  readonly useLane?: ((lane: FastLane) => void) | undefined;
}

/** The GraphQL door at /graphql. Resolvers are found in the modules beside it. Needs LOG, HEALTH and SEALER from a global module. */
export function graphqlModule({ stock, bodyLimit, useLane }: GraphqlOptions): DynamicModule {
  const useFactory = (log: Log, health: Health, sealer: Sealer, callers: CallerSource): Omit<CompiledDriverConfig, 'driver'> => {
    const prepared = new PreparedOperations();
    const lane = new FastLane(prepared, callers, sealer, health, log, bodyLimit);
    useLane?.(lane);
    return {
      prepared,
      lane,
      path: '/graphql',
      autoSchemaFile: true,
      sortSchema: true,
      // Numbers without a type are counts; amounts are Decimal.
      buildSchemaOptions: { numberScalarMode: 'integer' },
      graphiql: false,
      introspection: true,
      csrfPrevention: true,
      includeStacktraceInErrorResponses: false,
      autoTransformHttpErrors: false,
      persistedQueries: false,
      documentStore: new DocumentStore(),
      parseOptions: { maxTokens: LIMITS.tokens },
      context: (request: AuthenticatedRequest & { req?: AuthenticatedRequest }) => new CallContext(request.req ?? request, sealer),
      formatError: maskError(log),
      plugins: [
        // Their hooks would wrap every field of the schema, and none of them is used.
        ApolloServerPluginCacheControlDisabled(),
        ApolloServerPluginInlineTraceDisabled(),
        ApolloServerPluginUsageReportingDisabled(),
        ApolloServerPluginSchemaReportingDisabled(),
        limitsPlugin(prepared, health) as never,
      ],
    };
  };
  return {
    module: class GraphqlDoorModule {},
    imports: [
      NodeModule,
      GraphQLModule.forRootAsync<ApolloDriverConfig>({
        driver: stock ? ApolloDriver : CompiledApolloDriver,
        inject: [LOG, HEALTH, SEALER, CALLER_SOURCE],
        useFactory,
      }),
    ],
  };
}
