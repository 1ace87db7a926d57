import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap, type ApolloServer } from '@apollo/server';
import type { ExecutionResult, GraphQLFormattedError } from 'graphql';
import type { Caller, CallerSource } from '../auth/caller.js';
import { lookUp, unauthenticated } from '../auth/door.js';
import { Refusal } from '../errors.js';
import type { Health } from '../health/health.js';
import { refusalBody, refusalType } from '../http/refusal-body.js';
import { unforeseen } from '../http/unforeseen.js';
import type { Log } from '../log/log.js';
import type { Sealer } from '../tokens/sealer.js';
import { CallContext, type AuthenticatedRequest } from './call-context.js';
import { maskError, withRealErrors } from './errors.js';
import { LIMITS } from './limits.js';
import { refusalOf } from './limits.plugin.js';
import type { Prepared, PreparedOperations } from './prepared.js';

interface GraphqlBody {
  readonly query?: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
  readonly extensions?: unknown;
}

const PLAIN_ACCEPT = new Set<string | undefined>([undefined, '*/*', 'application/json']);
const JSON_TYPE = /^application\/json *(; *charset=utf-?8 *)?$/i;

/**
 * POST /graphql before the frameworks: a query seen and compiled before is authenticated, judged and run straight from node:http.
 * Everything else goes to Apollo as it came, and what Apollo has parsed, validated and compiled comes back here the next time.
 * It may skip nothing that guards: the same door, the same plan, the same masks. docs/decisions/fast-lane.md says what it saves.
 */
export class FastLane {
  private apollo: ApolloServer | null = null;
  private readonly mask: ReturnType<typeof maskError>;

  constructor(
    private readonly prepared: PreparedOperations,
    private readonly callers: CallerSource,
    private readonly sealer: Sealer,
    private readonly health: Health,
    private readonly log: Log,
    private readonly bodyLimit: number,
  ) {
    this.mask = maskError(log);
  }

  /** Called when Apollo has started; before, nothing is taken. */
  open(apollo: ApolloServer): void {
    this.apollo = apollo;
  }

  /** True when it takes the request; false leaves it, untouched, to the framework. */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    if (this.apollo === null || request.method !== 'POST' || request.url !== '/graphql') return false;
    const { 'content-type': type, 'content-encoding': encoding, 'content-length': length } = request.headers;
    if (type === undefined || encoding !== undefined || length === undefined || !JSON_TYPE.test(type)) return false;
    if (parseInt(length, 10) > this.bodyLimit) return false;
    try {
      const caller = lookUp(request.headers.authorization, this.callers);
      if (caller instanceof Promise)
        caller.then((found) => this.admit(request, response, found)).catch((error: unknown) => this.fail(response, error));
      else this.admit(request, response, caller);
    } catch (error) {
      this.fail(response, error);
    }
    return true;
  }

  private admit(request: IncomingMessage, response: ServerResponse, caller: Caller | null): void {
    if (caller === null) {
      request.resume();
      refuse(request, response, unauthenticated());
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString('utf8');
      this.answer(request, response, caller, text).catch((error: unknown) => this.fail(response, error));
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse, caller: Caller, text: string): Promise<void> {
    const body = parse(text);
    if (body === null) return refuse(request, response, new Refusal('BAD_REQUEST', 'The body is no JSON object. Nothing was done.'));
    const known = this.known(request, body);
    const answered = known !== null && (await this.run(known, body, request, response, caller));
    // Parsed anew where some of it was read: what is amiss with it is told of what came.
    if (!answered) await this.byApollo(request, response, caller, known === null ? body : (parse(text) as GraphqlBody));
  }

  private known({ headers }: IncomingMessage, { query, operationName, variables, extensions }: GraphqlBody): Prepared | null {
    if (typeof query !== 'string' || extensions !== undefined || !PLAIN_ACCEPT.has(headers.accept)) return null;
    if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') return null;
    if (variables !== undefined && variables !== null && (typeof variables !== 'object' || Array.isArray(variables))) return null;
    return this.prepared.byQuery(query, operationName) ?? null;
  }

  private async run(
    { plan, compiled }: Prepared,
    body: GraphqlBody,
    request: IncomingMessage,
    response: ServerResponse,
    caller: Caller,
  ): Promise<boolean> {
    const from = performance.now();
    const variables = (body.variables ?? {}) as Record<string, unknown>;
    const context = new CallContext(asAuthenticated(request, caller), this.sealer);
    const cost = plan.cost(variables);
    // A refusal is rare: Apollo, which judges by the same plan, words it.
    if (compiled === null || refusalOf(plan, cost, context, body.query as string)) return false;
    if (!compiled.variables.read(variables)) return false;
    const running = compiled.query(undefined, context, variables) as ExecutionResult | Promise<ExecutionResult>;
    const result = running instanceof Promise ? await running : running;
    // Stopped before anything ran.
    if (result.data === undefined) return false;
    const errors = result.errors && withRealErrors(result).errors?.map((error) => this.mask(formattedOf(error.toJSON()), error));
    const extensions = { cost: { requested: cost, limit: LIMITS.cost } };
    send(
      response,
      200,
      'application/json; charset=utf-8',
      `${JSON.stringify(errors ? { errors, data: result.data, extensions } : { data: result.data, extensions })}\n`,
    );
    this.health.requests.inc(errors ? ERRORS : ANSWERED);
    this.health.seconds.observe((performance.now() - from) / 1000);
    return true;
  }

  private async byApollo(request: IncomingMessage, response: ServerResponse, caller: Caller, body: GraphqlBody): Promise<void> {
    const headers = new HeaderMap();
    for (const [name, value] of Object.entries(request.headers))
      if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
    const answer = await (this.apollo as ApolloServer).executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: 'POST', headers, search: '', body },
      context: () => Promise.resolve(new CallContext(asAuthenticated(request, caller), this.sealer)),
    });
    if (answer.body.kind !== 'complete') throw new Error('an incremental answer');
    for (const [name, value] of answer.headers) response.setHeader(name, value);
    send(response, answer.status ?? 200, answer.headers.get('content-type') ?? 'application/json', answer.body.string);
  }

  private fail(response: ServerResponse, error: unknown): void {
    const refusal = unforeseen(error, this.log);
    if (response.headersSent) response.destroy();
    else send(response, refusal.status, 'application/json; charset=utf-8', refusalBody(refusal));
  }
}

const ANSWERED = { outcome: 'answered' };
const ERRORS = { outcome: 'errors' };

const asAuthenticated = (request: IncomingMessage, caller: Caller): AuthenticatedRequest => ({ headers: request.headers, caller });

const formattedOf = (error: GraphQLFormattedError): GraphQLFormattedError => ({
  ...error,
  extensions: { code: 'INTERNAL_SERVER_ERROR', ...error.extensions },
});

function parse(text: string): GraphqlBody | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? body : null;
  } catch {
    return null;
  }
}

function refuse({ headers }: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  if (refusal.status === 401) response.setHeader('www-authenticate', 'Bearer realm="tenor", Basic realm="tenor"');
  send(response, refusal.status, refusalType(headers.accept), refusalBody(refusal));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  const bytes = Buffer.byteLength(body);
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'content-length': bytes });
  // Of plain text the bytes are the same, and copied instead of worked out.
  response.end(body, bytes === body.length ? 'latin1' : 'utf8');
}
