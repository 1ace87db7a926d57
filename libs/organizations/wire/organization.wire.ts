import { instantFromJson, instantToJson, schema, storedEvent } from '#event-schema';
import type { EventCodec } from '#event-store';
import type { JsonObject } from '#kernel';
import type { NewKey, OrganizationEvent, Role } from '../domain/organization.js';

export const ORGANIZATION_EVENTS = [
  storedEvent('OrganizationCreated', schema.OrganizationCreatedSchema),
  storedEvent('ApiKeyCreated', schema.ApiKeyCreatedSchema),
  storedEvent('ApiKeyRotated', schema.ApiKeyRotatedSchema),
  storedEvent('ApiKeyRevoked', schema.ApiKeyRevokedSchema),
] as const;

const keyToJson = ({ keyId, actor, roles, secretHash, expiresAt }: NewKey): JsonObject => ({
  keyId,
  actor,
  roles,
  secretHash,
  expiresAt: expiresAt === null ? undefined : instantToJson(expiresAt),
});

function keyFromJson(data: JsonObject): NewKey {
  const { keyId, actor, roles, secretHash, expiresAt } = data as {
    keyId: string;
    actor: string;
    roles?: Role[];
    secretHash: string;
    expiresAt?: string;
  };
  return { keyId, actor, roles: roles ?? [], secretHash, expiresAt: expiresAt === undefined ? null : instantFromJson(expiresAt) };
}

function dataOf(event: OrganizationEvent): JsonObject {
  switch (event.type) {
    case 'OrganizationCreated':
      return { organizationId: event.organizationId, name: event.name, reportingCurrency: event.reportingCurrency };
    case 'ApiKeyCreated':
      return keyToJson(event);
    case 'ApiKeyRotated':
      return { ...keyToJson(event), replaces: event.replaces, oldExpiresAt: instantToJson(event.oldExpiresAt) };
    case 'ApiKeyRevoked':
      return { keyId: event.keyId, at: instantToJson(event.at) };
  }
}

export const organizationCodec: EventCodec<OrganizationEvent> = {
  toStored: (event) => ({ type: event.type, schemaVersion: 1, effectiveAt: null, data: dataOf(event) }),
  fromStored: ({ type, data }) => {
    switch (type) {
      case 'OrganizationCreated': {
        const { organizationId, name, reportingCurrency } = data as { organizationId: string; name: string; reportingCurrency: string };
        return { type, organizationId, name, reportingCurrency };
      }
      case 'ApiKeyCreated':
        return { type, ...keyFromJson(data) };
      case 'ApiKeyRotated':
        return { type, ...keyFromJson(data), replaces: data['replaces'] as string, oldExpiresAt: instantFromJson(data['oldExpiresAt']) };
      case 'ApiKeyRevoked':
        return { type, keyId: data['keyId'] as string, at: instantFromJson(data['at']) };
      default:
        return null;
    }
  },
};
