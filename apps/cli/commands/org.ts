import { randomUUID } from 'node:crypto';
import { Option } from 'commander';
import { CreateOrganization, CreateOrganizationHandler, ORGANIZATION_REJECTIONS, OrganizationDirectory, Organizations } from '#organizations';
import { refused, usage } from '../cli-error.js';
import { table } from '../output.js';
import type { MakeNoun } from '../noun.js';
import { type CommonFlags, withCore } from '../session.js';

interface CreateFlags extends CommonFlags {
  readonly currency: string;
  readonly idempotencyKey?: string;
}

export function orgCommands(noun: MakeNoun): void {
  const org = noun('org', 'Organizations: each sees nothing of any other');
  const create = [
    new Option('--currency <code>', 'reporting currency').default('USD'),
    new Option('--idempotency-key <text>', 'repeating the command with the same key makes one organization'),
  ];
  org.verb<CreateFlags>('create <name>', 'Make an organization', create, ({ io, out, flags, args }) =>
    withCore(io, flags, async (core) => {
      const [name = ''] = args;
      if (!Intl.supportedValuesOf('currency').includes(flags.currency))
        throw usage(`"${flags.currency}" is no currency code.`, 'Write one of ISO 4217, e.g. --currency EUR.');
      const command = new CreateOrganization({ actor: 'operator', key: flags.idempotencyKey ?? randomUUID() }, name, flags.currency);
      const outcome = await new CreateOrganizationHandler(new Organizations(core.decisions, core.ledger)).execute(command);
      if (outcome.status === 'rejected') throw refused(outcome.rejection, ORGANIZATION_REJECTIONS);
      const organization = command.organizationId;
      out.result({ organization, name, currency: flags.currency, repeated: outcome.repeated }, organization);
      out.say(`Organization "${name}" ${outcome.repeated ? 'was made before' : 'made'}.`);
      out.next(`tenor key create --org ${organization} --role admin`);
    }),
  );
  org.verb<CommonFlags>('list', 'Name the organizations', [], ({ io, out, flags }) =>
    withCore(io, flags, async (core) => {
      await core.projector.catchUp();
      const all = new OrganizationDirectory(core.entities).list();
      const data = all.map(({ organizationId: organization, name, reportingCurrency: currency, keys }) => ({
        organization,
        name,
        currency,
        keys: keys.length,
      }));
      out.result(
        { organizations: data },
        table(
          ['ORGANIZATION', 'NAME', 'CURRENCY', 'KEYS'],
          data.map((each) => [each.organization, each.name, each.currency, `${each.keys}`]),
        ),
      );
      if (data.length === 0) out.next('tenor org create NAME');
    }),
  );
}
