import { randomBytes, randomUUID } from 'node:crypto';
import { Option } from 'commander';
import {
  type ApiKey,
  CreateApiKey,
  CreateApiKeyHandler,
  type KeyOutcome,
  opens,
  ORGANIZATION_REJECTIONS,
  Organizations,
  RevokeApiKey,
  RevokeApiKeyHandler,
  type Role,
  ROLES,
  RotateApiKey,
  RotateApiKeyHandler,
} from '#organizations';
import { formatInstant } from '#kernel';
import { refused, usage } from '../cli-error.js';
import { CALLER, durationMs, expiryOf, repeated } from '../options.js';
import { type Output, table } from '../output.js';
import type { MakeNoun } from '../noun.js';
import { authority, type CallerFlags, withCore } from '../session.js';

interface NewKeyFlags extends CallerFlags {
  readonly expires?: string;
  readonly idempotencyKey?: string;
}
interface CreateFlags extends NewKeyFlags {
  readonly role?: readonly string[];
  readonly actor?: string;
}
interface RotateFlags extends NewKeyFlags {
  readonly overlap: string;
}

const EXPIRES = (): Option => new Option('--expires <when>', 'e.g. 90d or 2027-01-01; never when left out');
const AGAIN = (): Option => new Option('--idempotency-key <text>', 'repeating the command with the same key does it once');

export function keyCommands(noun: MakeNoun): void {
  const key = noun('key', 'API keys: the secret is shown once, only its digest is stored');
  const create = [
    repeated('--role <role>', `${ROLES.join(', ')}; may be given several times`),
    EXPIRES(),
    new Option('--actor <id>', 'opaque id of whom it acts for; never a name'),
    AGAIN(),
    ...CALLER(),
  ];
  key.verb<CreateFlags>('create', 'Make a key', create, ({ io, out, flags }) =>
    withCore(io, flags, async (core) => {
      const roles = rolesOf(flags.role ?? []);
      const { organization, actor } = await authority(core, io, flags, 'admin');
      const command = new CreateApiKey(
        { organization, actor, key: flags.idempotencyKey ?? randomUUID() },
        flags.actor ?? `a${randomBytes(6).toString('hex')}`,
        roles,
        expiryOf(flags.expires),
      );
      show(out, organization, await new CreateApiKeyHandler(new Organizations(core.decisions, core.ledger), core.clock).execute(command));
    }),
  );
  key.verb<CallerFlags>('list', 'Name the keys of an organization', CALLER(), ({ io, out, flags }) =>
    withCore(io, flags, async (core) => {
      const { organization } = await authority(core, io, flags, 'admin');
      const state = await new Organizations(core.decisions, core.ledger).state(organization);
      const keys = (state.status === 'open' ? state.keys : []).map((each) => described(each, core.clock.now()));
      out.result(
        { organization, keys },
        table(
          ['KEY', 'ACTOR', 'ROLES', 'EXPIRES', 'STATE'],
          keys.map((each) => [each.key, each.actor, each.roles.join(','), each.expires ?? 'never', each.state]),
        ),
      );
    }),
  );
  const rotate = [new Option('--overlap <duration>', 'how long the old secret goes on').default('24h'), EXPIRES(), AGAIN(), ...CALLER()];
  key.verb<RotateFlags>('rotate <key>', 'Give a key a new secret; the old one goes on for a while', rotate, ({ io, out, flags, args }) =>
    withCore(io, flags, async (core) => {
      const { organization, actor } = await authority(core, io, flags, 'admin');
      const context = { organization, actor, key: flags.idempotencyKey ?? randomUUID() };
      const command = new RotateApiKey(context, args[0] as string, expiryOf(flags.expires), durationMs(flags.overlap));
      show(out, organization, await new RotateApiKeyHandler(new Organizations(core.decisions, core.ledger), core.clock).execute(command));
    }),
  );
  key.verb<CallerFlags>('revoke <key>', 'End a key at once', CALLER(), ({ io, out, flags, args }) =>
    withCore(io, flags, async (core) => {
      const { organization, actor } = await authority(core, io, flags, 'admin');
      const command = new RevokeApiKey({ organization, actor, key: randomUUID() }, args[0] as string);
      const outcome = await new RevokeApiKeyHandler(new Organizations(core.decisions, core.ledger), core.clock).execute(command);
      if (outcome.status === 'rejected') throw refused(outcome.rejection, ORGANIZATION_REJECTIONS);
      out.result({ organization, key: command.keyId, state: 'revoked' }, `${command.keyId} revoked`);
      out.next(`tenor key list --org ${organization}`);
    }),
  );
}

function rolesOf(given: readonly string[]): Role[] {
  const unknown = given.find((role) => !(ROLES as readonly string[]).includes(role));
  if (unknown !== undefined) throw usage(`There is no role "${unknown}".`, `Choose among ${ROLES.join(', ')}.`);
  if (given.length === 0) throw usage('A key needs a role.', `Add --role, once or more: ${ROLES.join(', ')}.`);
  return [...new Set(given as Role[])];
}

function show(out: Output, organization: string, outcome: KeyOutcome): void {
  if (outcome.status === 'rejected') throw refused(outcome.rejection, ORGANIZATION_REJECTIONS);
  const { keyId: key, secret, repeated: again } = outcome;
  out.result({ organization, key, secret, repeated: again }, secret ?? key);
  out.say(
    secret === null
      ? `Key ${key} was made before; its secret was shown then and is not stored.`
      : `Key ${key}. The secret is shown this once; only its digest is stored.`,
  );
  out.next('TENOR_KEY=… tenor import focus FILE --feed NAME', `tenor key revoke ${key} --org ${organization}`);
}

function described({ keyId, actor, roles, expiresAt, revokedAt, replacedBy, ...rest }: ApiKey, now: number) {
  const works = opens({ keyId, actor, roles, expiresAt, revokedAt, replacedBy, ...rest }, now);
  const state = revokedAt !== null ? 'revoked' : !works ? 'expired' : replacedBy !== null ? `replaced by ${replacedBy}` : 'works';
  return { key: keyId, actor, roles: [...roles], expires: expiresAt === null ? null : formatInstant(expiresAt), state };
}
