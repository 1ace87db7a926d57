/** What the input of a command is refused for before its key is looked at: typed results, as the refusals by rule are. */
export const INPUT_REFUSALS: Readonly<Record<string, string>> = {
  INPUT_INVALID:
    'The shape of the input: the message names the field and what was expected. Nothing was recorded. Mend that field; the key is not used up.',
  ID_INVALID: 'An id that is no id of this kind in your organization. Nothing was recorded. Look it up with the query of its kind.',
  CURRENCY_UNKNOWN: 'Three letters that are no currency code of ISO 4217. Nothing was recorded. Mend the code; a virtual currency has a longer name.',
};

/** Top-level errors, by `extensions.code`: the only ones there are. What a command is refused for is a typed result, never an error. */
export const DOOR_REFUSALS: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'No valid API key (HTTP 401). Nothing was run. Send `Authorization: Bearer KEY`.',
  FORBIDDEN: 'The key lacks the role named in `role`. Nothing was run. Use a key that has it; an admin can create one.',
  QUERY_TOO_LONG: 'More tokens or characters than `limit`. Nothing was run. Ask in parts.',
  QUERY_TOO_DEEP: '`depth` nested fields, more than `limit`. Nothing was run. Ask in parts, by `node(id:)`.',
  TOO_MANY_ALIASES: '`aliases` aliases, more than `limit`, fragments spread out. Nothing was run. Ask in parts.',
  QUERY_TOO_COSTLY:
    'The answer could have `cost` objects, more than `limit`; `first` and time buckets count also when variables bring them. Nothing was run. Ask for smaller pages or wider buckets.',
  PAGE_TOO_LARGE: '`first` is beyond `limit`. Nothing was read. Ask for less and go on with `after`.',
  SUBSCRIPTIONS_UNSUPPORTED: 'The ledger has no subscriptions. Nothing was run. Ask again, with `atLeast` for what a token names.',
  CURSOR_INVALID:
    'A cursor that this ledger did not give to your organization, or gave for another list or order. Nothing was read. Start again without `after`.',
  TOKEN_INVALID: 'A consistency token that this ledger did not give to your organization. Nothing was read. Leave it out, or use one as returned.',
  NOT_VISIBLE_YET: 'What a consistency token names was not visible in time (`waitedMs`). Nothing was read. It is recorded; ask again shortly.',
  ID_INVALID: 'An argument of a query that is no id of this kind in your organization. Nothing was read. Look it up with the query of its kind.',
  INPUT_INVALID: 'The arguments of a query or an upload: the message names which one and what was expected. Nothing was done. Mend that one.',
  BAD_USER_INPUT: 'Variables that do not fit their types. Nothing was run. Mend the one that the message names.',
  GRAPHQL_PARSE_FAILED: 'The document is no GraphQL. Nothing was run. Mend it at the place named.',
  GRAPHQL_VALIDATION_FAILED: 'The document does not fit the schema. Nothing was run. Mend it at the place named.',
  OPERATION_RESOLUTION_FAILURE: 'No operation of this name in the document. Nothing was run. Name one that is there.',
  BAD_REQUEST: 'The HTTP request is malformed. Nothing was done. Send JSON as GraphQL over HTTP describes it.',
  ROUTE_NOT_FOUND: 'No such path, or none for this method (HTTP 404). Nothing was done. GraphQL is at POST /graphql.',
  BODY_TOO_LARGE: 'The body is larger than `limit` bytes (HTTP 413). Nothing was done. Send it in parts.',
  INSUFFICIENT_STORAGE:
    'An upload of `bytes` does not fit beside the store, where `free` are left (HTTP 507). Nothing was recorded. Make room, then send it again.',
  MEDIA_TYPE_UNKNOWN: 'A content type that the server does not read (HTTP 415). Nothing was done. Send `application/json`.',
  UNAVAILABLE:
    'Something the ledger depends on is out of reach (`retryable`). Whether the request took effect is unknown. Repeating a mutation with the same idempotency key is safe, and so is sending an upload again.',
  INTERNAL:
    'A bug. Whether the request took effect is unknown. Report it with `traceId`; repeating a mutation with the same idempotency key is safe.',
};
