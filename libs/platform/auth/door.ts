import type { Caller, CallerSource } from './caller.js';
import { Refusal } from '../errors.js';

const BEARER = /^Bearer +([\x21-\x7e]{1,512})$/i;
const BASIC = /^Basic +([A-Za-z0-9+/]{1,1024}={0,2})$/i;

/** The secret in an Authorization header: a bearer token, or Basic's password (the dialog that spreadsheets have). */
export function secretOf(authorization: string | undefined): string | null {
  if (authorization === undefined) return null;
  const bearer = BEARER.exec(authorization);
  if (bearer) return bearer[1] ?? null;
  const basic = BASIC.exec(authorization);
  if (!basic) return null;
  const pair = Buffer.from(basic[1] as string, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? null : pair.slice(colon + 1) || null;
}

/**
 * Who calls, by the Authorization header.
 * @throws Refusal `UNAUTHENTICATED` (401), in the same words whatever the reason.
 */
export async function callerOf(authorization: string | undefined, source: CallerSource): Promise<Caller> {
  const caller = await lookUp(authorization, source);
  if (caller === null) throw unauthenticated();
  return caller;
}

/** As `callerOf`, but null for a stranger, and without a promise where the source needs none. */
export function lookUp(authorization: string | undefined, source: CallerSource): Promise<Caller | null> | Caller | null {
  const secret = secretOf(authorization);
  return secret === null ? null : source.authenticate(secret);
}

export const unauthenticated = (): Refusal =>
  new Refusal(
    'UNAUTHENTICATED',
    'No valid API key. Nothing was done. Send one as "Authorization: Bearer KEY"; `tenor key create` makes one.',
    {},
    401,
  );
