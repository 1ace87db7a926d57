import { ApiKeyCallers, type OpenOrganization, OrganizationDirectory, type Role } from '#organizations';
import { type Config, mayAct, readConfig, systemClock } from '#platform';
import { type Core, openCore } from '../ledger/index.js';
import { CliError, usage } from './cli-error.js';
import { EXIT } from './exit-codes.js';
import type { Io } from './output.js';

/** Flags that every command knows. */
export interface CommonFlags {
  readonly json?: boolean;
  readonly data?: string;
  readonly store?: string;
}

export interface CallerFlags extends CommonFlags {
  readonly key?: string;
  readonly org?: string;
}

/** On whose authority a command records. */
export interface Authority {
  readonly organization: string;
  readonly actor: string;
}

/** The environment as the service reads it, with the flags on top. */
export function configOf({ data, store }: CommonFlags, env: Io['env']): Config {
  return readConfig({ ...env, ...(data === undefined ? {} : { TENOR_DATA: data }), ...(store === undefined ? {} : { TENOR_STORE: store }) });
}

/** Opens the configured ledger in this process, beside a service or without one, and closes it whatever comes. */
export async function withCore<T>(io: Io, flags: CommonFlags, work: (core: Core) => Promise<T>): Promise<T> {
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  // Nobody waits for a second try at a prompt: a fault in the background ends the command.
  const core = await openCore({ config: configOf(flags, io.env), clock: systemClock, onFault: (error) => failed.reject(error) });
  try {
    core.projector.start();
    return await Promise.race([work(core), failed.promise]);
  } finally {
    await core.close();
  }
}

/**
 * Who acts: the holder of the key in `--key` or TENOR_KEY, else the operator, who can read and write the ledger's files anyway,
 * for the organization in `--org` (docs/decisions/operator-rights.md).
 */
export async function authority(core: Core, io: Io, { key, org }: CallerFlags, role: Role): Promise<Authority> {
  await core.projector.catchUp();
  const secret = key ?? io.env['TENOR_KEY'];
  if (secret === undefined || secret === '') return { organization: organizationNamed(core, org).organizationId, actor: 'operator' };
  const caller = new ApiKeyCallers(core.entities, core.projector, core.clock).authenticate(secret);
  if (caller === null)
    throw new CliError(
      EXIT.forbidden,
      'AUTH-101',
      'No valid API key.',
      'Nothing was done.',
      'Check --key or TENOR_KEY; `tenor key create` makes a new one.',
    );
  if (!mayAct(caller, role))
    throw new CliError(
      EXIT.forbidden,
      'AUTH-102',
      `The key lacks the role ${role}.`,
      'Nothing was done.',
      `Use a key with it: \`tenor key create --role ${role}\`.`,
    );
  if (org !== undefined && organizationNamed(core, org).organizationId !== caller.organization)
    throw new CliError(EXIT.forbidden, 'AUTH-103', 'The key is of another organization than --org.', 'Nothing was done.', 'Leave one of them out.');
  return { organization: caller.organization, actor: caller.actor };
}

/** By id or name; without either the only one there is. */
export function organizationNamed(core: Core, named: string | undefined): OpenOrganization {
  const all = new OrganizationDirectory(core.entities).list();
  const found = named === undefined ? all : all.filter(({ organizationId, name }) => organizationId === named || name === named);
  if (found.length === 1) return found[0] as OpenOrganization;
  if (all.length === 0) throw usage('The ledger has no organization yet.', 'Make one: `tenor org create NAME`.');
  if (named === undefined)
    throw usage(`There are ${all.length} organizations.`, 'Name one with --org, or give a key with --key; `tenor org list` shows them.');
  throw usage(
    found.length === 0 ? `No organization "${named}".` : `${found.length} organizations are called "${named}".`,
    'Name it by its id; `tenor org list` shows them.',
  );
}
