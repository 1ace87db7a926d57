import { CreateApiKeyHandler } from './create-api-key.js';
import { CreateOrganizationHandler } from './create-organization.js';
import { Organizations } from './organizations.js';
import { RevokeApiKeyHandler } from './revoke-api-key.js';
import { RotateApiKeyHandler } from './rotate-api-key.js';

export const ORGANIZATION_HANDLERS = [Organizations, CreateOrganizationHandler, CreateApiKeyHandler, RotateApiKeyHandler, RevokeApiKeyHandler];
export * from './create-api-key.js';
export * from './create-organization.js';
export * from './organizations.js';
export * from './revoke-api-key.js';
export * from './rotate-api-key.js';
