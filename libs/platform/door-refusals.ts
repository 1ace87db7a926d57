/** Top-level errors, by `extensions.code`: the only ones there are. Business refusals are typed results, never errors. */
export const DOOR_REFUSALS: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'No valid API key (HTTP 401). Send `Authorization: Bearer KEY`.',
  FORBIDDEN: 'The key lacks the role named in `role`. Nothing was run.',
  QUERY_TOO_LONG: 'More tokens or characters than `limit`. Nothing was run.',
  QUERY_TOO_DEEP: '`depth` nested fields, more than `limit`. Nothing was run.',
  TOO_MANY_ALIASES: '`aliases` aliases, more than `limit`, fragments spread out. Nothing was run.',
  QUERY_TOO_COSTLY:
    'The answer could have `cost` objects, more than `limit`; `first` and time buckets count also when variables bring them. Nothing was run.',
  PAGE_TOO_LARGE: '`first` is beyond `limit`. Nothing was read.',
  CURSOR_INVALID: 'A cursor that this ledger did not give to your organization. Start again without `after`.',
  TOKEN_INVALID: 'A consistency token that this ledger did not give to your organization.',
  INPUT_INVALID: 'The shape of an input: which field, and what was expected. Nothing was done.',
  BAD_USER_INPUT: 'Variables that do not fit their types. Nothing was run.',
  GRAPHQL_PARSE_FAILED: 'The document is no GraphQL.',
  GRAPHQL_VALIDATION_FAILED: 'The document does not fit the schema.',
  OPERATION_RESOLUTION_FAILURE: 'No operation of this name in the document.',
  BAD_REQUEST: 'The HTTP request is malformed. Nothing was done.',
  BODY_TOO_LARGE: 'The body is larger than the server takes (HTTP 413).',
  MEDIA_TYPE_UNKNOWN: 'A content type that the server does not read (HTTP 415).',
  UNAVAILABLE: 'Something the ledger depends on is out of reach (`retryable`). Repeating a mutation with the same idempotency key is safe.',
  INTERNAL: 'A bug. Report it with `traceId`.',
};
