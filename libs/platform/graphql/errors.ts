import { GraphQLError, type ExecutionResult, type GraphQLFormattedError } from 'graphql';
import { isFault, Refusal } from '../errors.js';
import type { Log } from '../log/log.js';
import { LIMITS } from './limits.js';

/** Codes of requests that are wrong in form: their text speaks of the request alone, so the caller may read it. */
const OF_THE_REQUEST = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'DECIMAL_MALFORMED',
  'DATETIME_MALFORMED',
  'LOCALDATE_MALFORMED',
  'DURATION_MALFORMED',
]);

/** Of these GraphQL tells the cause and the place, and not what became of the rest of the request. */
const OF_VALUES = /^(BAD_USER_INPUT|[A-Z]+_MALFORMED)$/;

/** For Apollo's hooks, which want its own kind; `maskError` finds the refusal inside again. */
export const toGraphQLError = (refusal: Refusal): GraphQLError =>
  new GraphQLError(refusal.message, { originalError: refusal, extensions: { http: { status: refusal.status } } });

const innermost = (error: unknown): unknown => (error instanceof GraphQLError && error.originalError ? innermost(error.originalError) : error);

const newReference = (): string => crypto.randomUUID().replaceAll('-', '').slice(0, 16);

/**
 * What the caller sees of an error. The text of anything thrown stays here, in the log, under a reference that the caller gets:
 * authentication, limits and malformed requests speak for themselves, everything else is UNAVAILABLE (a fault: repeat) or INTERNAL (a bug).
 */
export function maskError(log: Log): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const original = innermost(error);
    const { locations, path } = formatted;
    const place = { ...(locations && { locations }), ...(path && { path }) };
    if (original instanceof Refusal) return { message: original.message, ...place, extensions: { ...original.facts, code: original.code } };
    const code = formatted.extensions?.['code'];
    if (typeof code === 'string' && OF_THE_REQUEST.has(code) && !isThrownByCode(error, original)) return ofTheRequest(formatted, code, place);
    return unexpected(log, original, place);
  };
}

/** A GraphQLError wraps what a resolver threw; without anything wrapped it is GraphQL's own word. A scalar's complaint is ours too. */
const isThrownByCode = (error: unknown, original: unknown): boolean => original !== error && !(original instanceof GraphQLError);

function ofTheRequest(formatted: GraphQLFormattedError, code: string, place: object): GraphQLFormattedError {
  if (code === 'GRAPHQL_PARSE_FAILED' && /more tha[nt] \d+ tokens/.test(formatted.message)) {
    return {
      message: `The query is too long: at most ${LIMITS.tokens} tokens. Nothing was run. Ask in parts.`,
      extensions: { code: 'QUERY_TOO_LONG', limit: LIMITS.tokens },
    };
  }
  const message = OF_VALUES.test(code) ? `${formatted.message.replace(/\.$/, '')}. Nothing was run.` : formatted.message;
  return { message, ...place, extensions: { code } };
}

function unexpected(log: Log, original: unknown, place: object): GraphQLFormattedError {
  const reference = newReference();
  if (isFault(original)) {
    log.warn({ err: original, reference }, 'a fault reached a caller');
    const message =
      'Something the ledger depends on is out of reach. Whether the request took effect is unknown; repeating it with the same idempotency key is safe.';
    return { message, ...place, extensions: { code: 'UNAVAILABLE', retryable: true, traceId: reference } };
  }
  log.error({ err: original, reference }, 'a bug reached a caller');
  const message = 'The ledger failed to answer. This is a bug: report it with its traceId.';
  return { message, ...place, extensions: { code: 'INTERNAL', retryable: false, traceId: reference } };
}

/** The compiler has errors of its own make, which lack what Apollo reads from graphql-js's. */
export function withRealErrors(result: ExecutionResult): ExecutionResult {
  if (!result.errors) return result;
  const errors = result.errors.map(({ message, path, locations, originalError, extensions }) => {
    const error = new GraphQLError(message, { path, originalError, extensions });
    return locations ? Object.defineProperty(error, 'locations', { value: locations, enumerable: true }) : error;
  });
  return { ...result, errors };
}
