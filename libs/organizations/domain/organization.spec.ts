import { describe, expect, it } from 'vitest';
import { fold, type Instant } from '#kernel';
import { opens, type ApiKey, type OrganizationCommand, organizationDecider, type OrganizationEvent } from './organization.js';

const now = 1_000 as Instant;
const created: OrganizationEvent = { type: 'OrganizationCreated', organizationId: 'o', name: 'Lab', reportingCurrency: 'USD' };
const newKey = { keyId: 'y1', actor: 'a', roles: ['reader' as const], secretHash: 'h', expiresAt: null };
const keyed: OrganizationEvent = { type: 'ApiKeyCreated', ...newKey };
const create: OrganizationCommand = { ...created, type: 'CreateOrganization' };
const createKey = (changes: Partial<Extract<OrganizationCommand, { type: 'CreateApiKey' }>> = {}): OrganizationCommand => ({
  type: 'CreateApiKey',
  ...newKey,
  now,
  ...changes,
});
const rotate: OrganizationCommand = { type: 'RotateApiKey', keyId: 'y2', secretHash: 'i', expiresAt: null, replaces: 'y1', overlapMs: 50, now };
const revoke: OrganizationCommand = { type: 'RevokeApiKey', keyId: 'y1', now };
const decide = (command: OrganizationCommand, ...events: OrganizationEvent[]) =>
  organizationDecider.decide(command, fold(organizationDecider, events));

describe('an organization', () => {
  it('is created once, with a name', () => {
    expect(decide(create)).toEqual({ accepted: [created] });
    expect(decide(create, created)).toEqual({ rejected: { code: 'ORGANIZATION_EXISTS', organizationId: 'o' } });
    expect(decide({ ...create, name: ' ' } as OrganizationCommand)).toEqual({ rejected: { code: 'ORGANIZATION_NAME_EMPTY' } });
    for (const command of [createKey(), rotate, revoke]) expect(decide(command)).toEqual({ rejected: { code: 'ORGANIZATION_NOT_FOUND' } });
  });

  it('creates keys', () => {
    expect(decide(createKey(), created)).toEqual({ accepted: [keyed] });
    expect(decide(createKey({ roles: [], expiresAt: now }), created, keyed)).toEqual({ rejected: { code: 'KEY_EXISTS', keyId: 'y1' } });
    expect(decide(createKey({ roles: [], expiresAt: now }), created)).toEqual({ rejected: { code: 'KEY_ROLES_EMPTY' } });
    expect(decide(createKey({ expiresAt: now }), created)).toEqual({ rejected: { code: 'KEY_EXPIRY_PAST' } });
    expect(decide(createKey({ expiresAt: (now + 1) as Instant }), created)).toMatchObject({ accepted: [{ type: 'ApiKeyCreated' }] });
  });

  it('rotates keys: the old one goes on for the overlap, never beyond its own end', () => {
    const rotated = { type: 'ApiKeyRotated', keyId: 'y2', actor: 'a', roles: ['reader'], secretHash: 'i', expiresAt: null, replaces: 'y1' };
    expect(decide(rotate, created, keyed)).toEqual({ accepted: [{ ...rotated, oldExpiresAt: 1_050 }] });
    expect(decide(rotate, created, { ...keyed, expiresAt: 1_020 } as OrganizationEvent)).toEqual({ accepted: [{ ...rotated, oldExpiresAt: 1_020 }] });
    expect(decide(rotate, created)).toEqual({ rejected: { code: 'KEY_NOT_FOUND', keyId: 'y1' } });
  });

  it('revokes keys once', () => {
    const revoked: OrganizationEvent = { type: 'ApiKeyRevoked', keyId: 'y1', at: now };
    expect(decide(revoke, created, keyed)).toEqual({ accepted: [revoked] });
    for (const command of [revoke, rotate])
      expect(decide(command, created, keyed, revoked)).toEqual({ rejected: { code: 'KEY_REVOKED', keyId: 'y1' } });
  });

  it('opens to a key until its expiry, exclusive, and never once it is revoked', () => {
    const key: ApiKey = { ...newKey, revokedAt: null, replacedBy: null };
    expect([
      opens(key, 9e15),
      opens({ ...key, expiresAt: now }, 999),
      opens({ ...key, expiresAt: now }, 1_000),
      opens({ ...key, revokedAt: now }, 0),
    ]).toEqual([true, true, false, false]);
  });
});
