import type { GatewayInterface } from '@apollo/server-gateway-interface';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Injectable } from '@nestjs/common';
import { execute, type DocumentNode, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { withRealErrors } from './errors.js';
import type { FastLane } from './fast-lane.js';
import { readPlainFields } from './plain-fields.js';
import type { PreparedOperations } from './prepared.js';

export interface CompiledDriverConfig extends ApolloDriverConfig {
  readonly prepared: PreparedOperations;
  readonly lane: FastLane;
}

/** Nest's Apollo driver with another engine: Apollo hands execution to its gateway hook, behind which queries run compiled. */
@Injectable()
export class CompiledApolloDriver extends ApolloDriver {
  override async start(options: ApolloDriverConfig): Promise<void> {
    const { schema, prepared, lane, ...rest } = options as CompiledDriverConfig;
    if (!schema) throw new Error('the schema is built before the driver starts');
    await super.start({ ...rest, gateway: gatewayOf(readPlainFields(schema), prepared) } as ApolloDriverConfig);
    lane.open(this.instance);
  }
}

function gatewayOf(schema: GraphQLSchema, prepared: PreparedOperations): GatewayInterface {
  const run = async ({ document, operationName, request, context }: Execution): Promise<ExecutionResult> => {
    const compiled = prepared.compiled(schema, document, request.operationName, request.query);
    // A copy: graphql-js is to say what is amiss with the variables as they came.
    const variables = compiled && structuredClone(request.variables ?? {});
    if (variables && compiled.variables.read(variables)) {
      const result = await compiled.query(undefined, context, variables);
      if (result.data !== undefined) return withRealErrors(result);
    }
    return execute({ schema, document, contextValue: context, variableValues: request.variables, operationName: operationName ?? undefined });
  };
  return {
    load: () => Promise.resolve({ executor: run } as unknown as Awaited<ReturnType<GatewayInterface['load']>>),
    onSchemaLoadOrUpdate: (inform) => {
      inform({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    stop: () => Promise.resolve(),
  };
}

interface Execution {
  readonly document: DocumentNode;
  readonly operationName?: string | null;
  readonly request: { readonly query?: string; readonly operationName?: string; readonly variables?: Record<string, unknown> };
  readonly context: unknown;
}
