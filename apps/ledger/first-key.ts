import {
  CreateApiKey,
  CreateApiKeyHandler,
  CreateOrganization,
  CreateOrganizationHandler,
  OrganizationDirectory,
  Organizations,
} from '#organizations';
import type { Core } from './core.js';

export interface FirstKey {
  readonly organization: string;
  readonly secret: string;
}

/**
 * An empty ledger gets the organization "default" with an admin key, or nobody could ever call it. The keys of both commands are
 * fixed, so that two services that start at once make one of each; the secret is known to the one that made it, and only now.
 */
export async function firstKey(core: Core): Promise<FirstKey | null> {
  await core.projector.catchUp();
  const create = new CreateOrganization({ actor: 'installation', key: `first-organization|${core.ledger}` }, 'default', 'USD');
  const organization = create.organizationId;
  const known = core.entities.organizationIds();
  if (known.some((id) => id !== organization)) return null;
  // Begun and broken off: the organization is there, its key is not.
  if ((new OrganizationDirectory(core.entities).find(organization)?.keys.length ?? 0) > 0) return null;
  const organizations = new Organizations(core.decisions, core.ledger);
  await new CreateOrganizationHandler(organizations).execute(create);
  const context = { organization, actor: 'installation', key: 'first-key|tenor' };
  const outcome = await new CreateApiKeyHandler(organizations, core.clock).execute(new CreateApiKey(context, 'admin', ['admin'], null));
  await core.projector.catchUp();
  return outcome.status === 'accepted' && outcome.secret !== null ? { organization, secret: outcome.secret } : null;
}

export const firstKeyWords = ({ organization, secret }: FirstKey, url: string): string => `
  The ledger is empty, so it made the organization "default" (${organization}) and an admin key.
  The key is shown this once; only its digest is stored:

    ${secret}

  Try     curl ${url}/graphql -H 'authorization: Bearer ${secret}' -H 'content-type: application/json' \\
            -d '{"query":"{ ledger { version position lag } }"}'
  Next    TENOR_KEY=${secret.slice(0, 8)}… npm run -s tenor -- import focus FILE --feed NAME brings a billing file in;
          npm run -s tenor -- key create --role reader makes a further key.
`;
