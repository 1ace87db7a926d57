import { accept, type Decider, type Decision, type Instant, reject } from '#kernel';

export const ROLES = ['reader', 'recorder', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface ApiKey {
  readonly keyId: string;
  /** Opaque id of whom it acts for; never a name. */
  readonly actor: string;
  readonly roles: readonly Role[];
  /** Lower-case hexadecimal SHA-256 of the secret. The secret has 256 random bits, so a fast hash gives nothing away. */
  readonly secretHash: string;
  readonly expiresAt: Instant | null;
  readonly revokedAt: Instant | null;
  /** The key that took its place; it goes on until `expiresAt`. */
  readonly replacedBy: string | null;
}

export type NewKey = Pick<ApiKey, 'keyId' | 'actor' | 'roles' | 'secretHash' | 'expiresAt'>;

export type OrganizationEvent =
  | { readonly type: 'OrganizationCreated'; readonly organizationId: string; readonly name: string; readonly reportingCurrency: string }
  | ({ readonly type: 'ApiKeyCreated' } & NewKey)
  | ({ readonly type: 'ApiKeyRotated'; readonly replaces: string; readonly oldExpiresAt: Instant } & NewKey)
  | { readonly type: 'ApiKeyRevoked'; readonly keyId: string; readonly at: Instant };

export type OrganizationCommand =
  | { readonly type: 'CreateOrganization'; readonly organizationId: string; readonly name: string; readonly reportingCurrency: string }
  | ({ readonly type: 'CreateApiKey'; readonly now: Instant } & NewKey)
  | ({ readonly type: 'RotateApiKey'; readonly replaces: string; readonly overlapMs: number; readonly now: Instant } & Pick<
      NewKey,
      'keyId' | 'secretHash' | 'expiresAt'
    >)
  | { readonly type: 'RevokeApiKey'; readonly keyId: string; readonly now: Instant };

export type Organization =
  | { readonly status: 'none' }
  | {
      readonly status: 'open';
      readonly organizationId: string;
      readonly name: string;
      readonly reportingCurrency: string;
      readonly keys: readonly ApiKey[];
    };

export type OrganizationRejection =
  | { readonly code: 'ORGANIZATION_EXISTS'; readonly organizationId: string }
  | { readonly code: 'ORGANIZATION_NOT_FOUND' }
  | { readonly code: 'ORGANIZATION_NAME_EMPTY' }
  | { readonly code: 'KEY_EXISTS'; readonly keyId: string }
  | { readonly code: 'KEY_NOT_FOUND'; readonly keyId: string }
  | { readonly code: 'KEY_REVOKED'; readonly keyId: string }
  | { readonly code: 'KEY_ROLES_EMPTY' }
  | { readonly code: 'KEY_EXPIRY_PAST' };

export const ORGANIZATION_REJECTIONS: Readonly<Record<OrganizationRejection['code'], string>> = {
  ORGANIZATION_EXISTS: 'An organization with this id stands already. Nothing was recorded. Use that one, or a new key for a new organization.',
  ORGANIZATION_NOT_FOUND: 'No such organization. Nothing was recorded. `tenor org list` names those that exist.',
  ORGANIZATION_NAME_EMPTY: 'An organization needs a name. Nothing was recorded. Give one.',
  KEY_EXISTS: 'A key with this id stands already. Nothing was recorded. Use a new idempotency key for a new one.',
  KEY_NOT_FOUND: 'The organization has no such key. Nothing was recorded. `tenor key list` names those that exist.',
  KEY_REVOKED: 'The key is revoked already. Nothing was recorded. Create a new one.',
  KEY_ROLES_EMPTY: 'A key needs at least one role. Nothing was recorded. Give one of reader, recorder, auditor, admin.',
  KEY_EXPIRY_PAST: 'The expiry lies in the past: the key would never work. Nothing was recorded. Give a later one, or none.',
};

type Outcome = Decision<OrganizationEvent, OrganizationRejection>;

export const organizationDecider: Decider<Organization, OrganizationCommand, OrganizationEvent, OrganizationRejection> = {
  initialState: { status: 'none' },
  decide: (command, organization): Outcome => {
    if (command.type === 'CreateOrganization') {
      if (organization.status !== 'none') return reject({ code: 'ORGANIZATION_EXISTS', organizationId: organization.organizationId });
      if (command.name.trim() === '') return reject({ code: 'ORGANIZATION_NAME_EMPTY' });
      return accept({ ...command, type: 'OrganizationCreated' });
    }
    if (organization.status === 'none') return reject({ code: 'ORGANIZATION_NOT_FOUND' });
    switch (command.type) {
      case 'CreateApiKey':
        return createKey(command, organization.keys);
      case 'RotateApiKey':
        return rotateKey(command, organization.keys);
      case 'RevokeApiKey': {
        const key = usable(organization.keys, command.keyId);
        return 'code' in key ? reject(key) : accept({ type: 'ApiKeyRevoked', keyId: key.keyId, at: command.now });
      }
    }
  },
  evolve: (organization, event) => {
    if (event.type === 'OrganizationCreated') {
      const { organizationId, name, reportingCurrency } = event;
      return { status: 'open', organizationId, name, reportingCurrency, keys: [] };
    }
    return organization.status === 'none' ? organization : { ...organization, keys: evolveKeys(organization.keys, event) };
  },
};

function createKey({ now, ...key }: Extract<OrganizationCommand, { type: 'CreateApiKey' }>, keys: readonly ApiKey[]): Outcome {
  if (keys.some(({ keyId }) => keyId === key.keyId)) return reject({ code: 'KEY_EXISTS', keyId: key.keyId });
  if (key.roles.length === 0) return reject({ code: 'KEY_ROLES_EMPTY' });
  if (key.expiresAt !== null && key.expiresAt <= now) return reject({ code: 'KEY_EXPIRY_PAST' });
  return accept({ ...key, type: 'ApiKeyCreated' });
}

function rotateKey(command: Extract<OrganizationCommand, { type: 'RotateApiKey' }>, keys: readonly ApiKey[]): Outcome {
  const old = usable(keys, command.replaces);
  if ('code' in old) return reject(old);
  const { keyId, secretHash, expiresAt, replaces, now, overlapMs } = command;
  if (keys.some((key) => key.keyId === keyId)) return reject({ code: 'KEY_EXISTS', keyId });
  if (expiresAt !== null && expiresAt <= now) return reject({ code: 'KEY_EXPIRY_PAST' });
  const end = (now + overlapMs) as Instant;
  const oldExpiresAt = old.expiresAt !== null && old.expiresAt < end ? old.expiresAt : end;
  return accept({ type: 'ApiKeyRotated', keyId, secretHash, expiresAt, replaces, oldExpiresAt, actor: old.actor, roles: old.roles });
}

function usable(keys: readonly ApiKey[], keyId: string): ApiKey | OrganizationRejection {
  const key = keys.find((candidate) => candidate.keyId === keyId);
  if (!key) return { code: 'KEY_NOT_FOUND', keyId };
  return key.revokedAt === null ? key : { code: 'KEY_REVOKED', keyId };
}

function evolveKeys(keys: readonly ApiKey[], event: Exclude<OrganizationEvent, { type: 'OrganizationCreated' }>): readonly ApiKey[] {
  switch (event.type) {
    case 'ApiKeyCreated':
      return [...keys, fresh(event)];
    case 'ApiKeyRotated':
      return [
        ...keys.map((key) => (key.keyId === event.replaces ? { ...key, expiresAt: event.oldExpiresAt, replacedBy: event.keyId } : key)),
        fresh(event),
      ];
    case 'ApiKeyRevoked':
      return keys.map((key) => (key.keyId === event.keyId ? { ...key, revokedAt: event.at } : key));
  }
}

const fresh = ({ keyId, actor, roles, secretHash, expiresAt }: NewKey): ApiKey => ({
  keyId,
  actor,
  roles,
  secretHash,
  expiresAt,
  revokedAt: null,
  replacedBy: null,
});

/** Does the key open the door at `now`? */
export const opens = (key: ApiKey, now: number): boolean => key.revokedAt === null && (key.expiresAt === null || now < key.expiresAt);
