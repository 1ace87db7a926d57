import type { Refusal } from '../errors.js';

/** A refusal in GraphQL's form, so that a client's one error path serves for the door as well. */
export const refusalBody = ({ message, code, facts }: Refusal): string => JSON.stringify({ errors: [{ message, extensions: { ...facts, code } }] });

const GRAPHQL_RESPONSE = 'application/graphql-response+json';

export const refusalType = (accept: string | undefined): string =>
  `${accept?.includes(GRAPHQL_RESPONSE) ? GRAPHQL_RESPONSE : 'application/json'}; charset=utf-8`;
