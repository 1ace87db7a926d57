import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ENTITIES } from '#platform';
import type { Entities } from '#read-store';
import { ORGANIZATION_HANDLERS } from '../application/index.js';
import { OrganizationDirectory } from '../read/directory.js';
import { RecordedAt } from './recorded-at.js';
import { OrganizationsResolver } from './organizations.resolver.js';

@Module({
  imports: [CqrsModule],
  providers: [
    ...ORGANIZATION_HANDLERS,
    OrganizationsResolver,
    RecordedAt,
    { provide: OrganizationDirectory, inject: [ENTITIES], useFactory: (entities: Entities) => new OrganizationDirectory(entities) },
  ],
})
export class OrganizationsModule {}
