export const ROLES = ['reader', 'recorder', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** On whose authority a command or query runs. */
export interface Caller {
  /** Opaque id of the organization: the tenant. */
  readonly organization: string;
  /** Opaque id of the person or machine that acts. */
  readonly actor: string;
  readonly roles: ReadonlySet<Role>;
  readonly keyId: string;
}

/** Finds who stands behind a secret. Implemented by the organizations slice. */
export interface CallerSource {
  /** Null for a secret that is unknown, expired or revoked: which of them, the caller does not learn. */
  authenticate(secret: string): Promise<Caller | null> | Caller | null;
}

const INCLUDES: Readonly<Record<Role, readonly Role[]>> = {
  reader: ['reader'],
  recorder: ['recorder', 'reader'],
  auditor: ['auditor', 'reader'],
  admin: ['admin', 'recorder', 'auditor', 'reader'],
};

/** Whoever may record or audit may read; an admin may do all. */
export function mayAct(caller: Caller, role: Role): boolean {
  for (const held of caller.roles) if (INCLUDES[held].includes(role)) return true;
  return false;
}
