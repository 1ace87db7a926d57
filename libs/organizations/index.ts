export * from './domain/index.js';
export { ORGANIZATION_EVENTS, organizationCodec } from './wire/organization.wire.js';
export * from './application/index.js';
export { ApiKeyCallers } from './read/api-key-callers.js';
export { OrganizationDirectory, type OpenOrganization } from './read/directory.js';
