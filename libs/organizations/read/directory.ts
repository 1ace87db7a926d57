import { type Entities, States } from '#read-store';
import { type Organization, organizationDecider, type OrganizationEvent } from '../domain/organization.js';
import { organizationCodec } from '../wire/organization.wire.js';

export type OpenOrganization = Extract<Organization, { status: 'open' }>;

const LATEST = Number.MAX_SAFE_INTEGER;

/** The organizations of this installation: for its operator only, no tenant sees the list. */
export class OrganizationDirectory {
  private readonly states: States<Organization, OrganizationEvent>;

  constructor(private readonly entities: Entities) {
    this.states = new States(entities, organizationDecider, organizationCodec);
  }

  list(): readonly OpenOrganization[] {
    return this.entities.organizationIds().flatMap((id) => this.find(id) ?? []);
  }

  find(id: string, position = LATEST): OpenOrganization | null {
    const entity = this.entities.find(id, 'organization', id);
    const state = entity && entity.position <= position ? this.states.at(entity, position).state : null;
    return state?.status === 'open' ? state : null;
  }
}
