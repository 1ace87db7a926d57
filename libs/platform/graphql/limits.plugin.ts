import type { ApolloServerPlugin, GraphQLRequestContext, GraphQLRequestListener } from '@apollo/server';
import { type GraphQLFormattedError, type GraphQLSchema, OperationTypeNode } from 'graphql';
import { mayAct } from '../auth/caller.js';
import { Refusal } from '../errors.js';
import type { Health } from '../health/health.js';
import type { CallContext } from './call-context.js';
import { toGraphQLError } from './errors.js';
import { LIMITS, tooCostly, tooDeep, tooLong, tooManyAliases, tooManyFields } from './limits.js';
import type { Plan } from './plan.js';
import type { PreparedOperations } from './prepared.js';

/** Judges every operation before it runs: size, roles, cost. All requests share one listener's code; a request costs one small object. */
export function limitsPlugin(prepared: PreparedOperations, health: Health): ApolloServerPlugin<CallContext> {
  return {
    requestDidStart: () => Promise.resolve(new Judge(prepared, health)),
  };
}

class Judge implements GraphQLRequestListener<CallContext> {
  private readonly from = performance.now();
  private cost = 0;

  constructor(
    private readonly prepared: PreparedOperations,
    private readonly health: Health,
  ) {}

  didResolveOperation({ schema, document, operation, request, contextValue, source }: GraphQLRequestContext<CallContext>): Promise<void> {
    // Validation passes it where a schema has no such type, and execution would call it a bug of ours.
    if (operation?.operation === OperationTypeNode.SUBSCRIPTION) return Promise.reject(toGraphQLError(noSubscriptions()));
    const plan = document && this.prepared.get(schema as GraphQLSchema, document, request.operationName)?.plan;
    if (!plan) return Promise.resolve();
    this.cost = plan.cost(request.variables ?? {});
    const refusal = refusalOf(plan, this.cost, contextValue, source ?? '');
    return refusal ? Promise.reject(toGraphQLError(refusal)) : Promise.resolve();
  }

  willSendResponse({ request, response: { body, http }, errors }: GraphQLRequestContext<CallContext>): Promise<void> {
    if (errors && body?.kind === 'single' && isOldMediaType(request.http?.headers.get('accept')) && isWellFormed(body.singleResult.errors))
      http.status = 200;
    if (body?.kind === 'single' && this.cost > 0)
      body.singleResult.extensions = { ...body.singleResult.extensions, cost: { requested: this.cost, limit: LIMITS.cost } };
    this.health.requests.inc(errors ? ERRORS : ANSWERED);
    this.health.seconds.observe((performance.now() - this.from) / 1000);
    return Promise.resolve();
  }
}

/** GraphQL over HTTP: `application/json` answers a well-formed request with 200, whatever became of it; the new media type tells by its status. */
const isOldMediaType = (accept: string | undefined): boolean => accept?.includes('application/graphql-response+json') !== true;
const OF_THE_DOCUMENT = new Set<unknown>(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']);
const isWellFormed = (errors: readonly GraphQLFormattedError[] | undefined): boolean =>
  errors?.every(({ extensions }) => OF_THE_DOCUMENT.has(extensions?.['code'])) === true;

const noSubscriptions = (): Refusal =>
  new Refusal('SUBSCRIPTIONS_UNSUPPORTED', 'The ledger has no subscriptions. Nothing was run. Ask again, with `atLeast` for what a token names.');

const ANSWERED = { outcome: 'answered' };
const ERRORS = { outcome: 'errors' };

/** Why this operation may not run for this caller, or null. */
export function refusalOf(plan: Plan, cost: number, { caller }: CallContext, source: string): Refusal | null {
  if (source.length > LIMITS.characters) return tooLong();
  if (plan.depth > LIMITS.depth) return tooDeep(plan.depth, LIMITS.depth);
  if (plan.introspectionDepth > LIMITS.introspectionDepth) return tooDeep(plan.introspectionDepth, LIMITS.introspectionDepth);
  if (plan.aliases > LIMITS.aliases) return tooManyAliases(plan.aliases);
  if (plan.fields > LIMITS.fields) return tooManyFields(plan.fields);
  if (cost > LIMITS.cost) return tooCostly(cost);
  for (const role of plan.roles) {
    if (!mayAct(caller, role))
      return new Refusal('FORBIDDEN', `This takes the role ${role}, which your key does not have. Nothing was run.`, { role }, 403);
  }
  return null;
}
