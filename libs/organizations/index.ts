export * from './domain/index.js';
export { ORGANIZATION_EVENTS, organizationCodec } from './wire/organization.wire.js';
