import { Refusal } from '../errors.js';

/** What a query may ask for. Refused before execution; `extensions.code` names the limit, `extensions` gives its value. */
export const LIMITS = {
  /** Lexical tokens of the document. QUERY_TOO_LONG */
  tokens: 4_000,
  /** Characters of the document, so that a huge string literal is no way around the tokens. QUERY_TOO_LONG */
  characters: 100_000,
  /** Nested fields. QUERY_TOO_DEEP */
  depth: 14,
  /** Nested fields below `__schema` and `__type`: what GraphiQL asks for, and no more. */
  introspectionDepth: 18,
  /** Aliased fields, fragments spread out. TOO_MANY_ALIASES */
  aliases: 50,
  /** Fields, fragments spread out. QUERY_TOO_COSTLY */
  fields: 5_000,
  /** Objects that the answer can have at most, variables counted. QUERY_TOO_COSTLY */
  cost: 50_000,
  /** Elements of a page. PAGE_TOO_LARGE */
  page: 100,
  /** Buckets of a time series. */
  buckets: 10_000,
} as const;

/** Elements of a page when `first` is left out. */
export const DEFAULT_PAGE = 20;

export const tooLong = () =>
  new Refusal(
    'QUERY_TOO_LONG',
    `The query is too long: at most ${LIMITS.tokens} tokens and ${LIMITS.characters} characters. Nothing was run. Ask in parts.`,
    { limit: LIMITS.tokens },
  );
export const tooDeep = (depth: number, limit: number) =>
  new Refusal('QUERY_TOO_DEEP', `The query is ${depth} fields deep, at most ${limit} are allowed. Nothing was run. Ask in parts, by node(id:).`, {
    depth,
    limit,
  });
export const tooManyAliases = (aliases: number) =>
  new Refusal(
    'TOO_MANY_ALIASES',
    `The query has ${aliases} aliases, at most ${LIMITS.aliases} are allowed. Nothing was run. Ask in several requests, or by a filter.`,
    { aliases, limit: LIMITS.aliases },
  );
export const tooCostly = (cost: number) =>
  new Refusal(
    'QUERY_TOO_COSTLY',
    `The query can bring ${cost} objects, at most ${LIMITS.cost} are allowed. Nothing was run. Ask for fewer (first, wider buckets) or in parts.`,
    { cost, limit: LIMITS.cost },
  );
export const tooManyFields = (fields: number) =>
  new Refusal(
    'QUERY_TOO_COSTLY',
    `The query has ${fields} fields with its fragments spread out, at most ${LIMITS.fields} are allowed. Nothing was run. Ask in parts.`,
    { fields, limit: LIMITS.fields },
  );
