import { StoreFault } from '../fault.js';

export interface Address {
  /** As `@eventstore/db-client` reads it. */
  readonly connectionString: string;
  readonly credentials: { readonly username: string; readonly password: string };
  /** For messages: no password. */
  readonly shown: string;
}

const FORM = /^(?:esdb|kurrentdb)(\+discover)?:\/\/(?:([^:@/]+):([^@/]+)@)?([^/?]+)\/?(\?.*)?$/;

/**
 * Reads `esdb://` and `kurrentdb://` connection strings. The credentials are taken out of the string and put into every call,
 * which sends appends down the client's single path: its batch path keeps all appends of a process in one map, so that a fault
 * of one server rejects or hangs the appends to another.
 * @throws StoreFault `STORE-115`
 */
export function parseAddress(url: string): Address {
  const match = FORM.exec(url.trim());
  if (!match) throw malformed('it is no connection string', url);
  const [, discover = '', username, password, hosts = '', query = ''] = match;
  const insecure = /[?&]tls=false(&|$)/i.test(query);
  if (!insecure && username === undefined) throw malformed('a server with TLS needs user:password@ before the host', url);
  // The last one counts: conflicts must come as errors, because only those carry the real current revision.
  const options = `${query === '' ? '?' : `${query}&`}throwOnAppendFailure=true`;
  return {
    connectionString: `esdb${discover}://${hosts}${options}`,
    // A server without TLS never sees these: the client leaves them out.
    credentials: { username: decodeURIComponent(username ?? 'tenor'), password: decodeURIComponent(password ?? 'none') },
    shown: `esdb${discover}://${hosts}`,
  };
}

const malformed = (why: string, url: string): StoreFault =>
  new StoreFault(
    'STORE-115',
    `Cannot read the store's address "${url.replace(/\/\/[^@/]*@/, '//…@')}": ${why}. Nothing was written. Expected e.g. esdb://localhost:2113?tls=false or sqlite:./tenor.db.`,
    { retryable: false },
  );
