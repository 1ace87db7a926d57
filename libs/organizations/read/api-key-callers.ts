import type { Caller, CallerSource, Clock } from '#platform';
import { type Entities, States } from '#read-store';
import { type ApiKey, opens, type Organization, organizationDecider, type OrganizationEvent } from '../domain/organization.js';
import { hashSecret, partsOfSecret, sameHash } from '../wire/secret.js';
import { organizationCodec } from '../wire/organization.wire.js';

const LATEST = Number.MAX_SAFE_INTEGER;
/** What a stranger's secret is compared with, so that the answer takes as long as a real one. */
const NO_HASH = '0'.repeat(64);

interface KnownKey {
  readonly key: ApiKey;
  readonly caller: Caller;
}
interface KnownOrganization {
  readonly seq: number;
  readonly revision: number;
  readonly keys: ReadonlyMap<string, KnownKey>;
}

/**
 * Who stands behind a secret, by the read model: a key made or revoked by any process counts as soon as the projector has seen it.
 * An organization's keys are kept by the number of its facts, so that a call costs one seek and one hash.
 */
export class ApiKeyCallers implements CallerSource {
  private readonly states: States<Organization, OrganizationEvent>;
  private readonly known = new Map<string, KnownOrganization>();

  constructor(
    private readonly entities: Entities,
    private readonly clock: Clock,
  ) {
    this.states = new States(entities, organizationDecider, organizationCodec);
  }

  /** Unknown, expired, revoked, malformed: null, after the same work. */
  authenticate(secret: string): Caller | null {
    const parts = partsOfSecret(secret);
    const found = parts ? this.keysOf(parts.organization)?.get(parts.keyId) : undefined;
    const same = sameHash(hashSecret(secret), found?.key.secretHash ?? NO_HASH);
    return found !== undefined && same && opens(found.key, this.clock.now()) ? found.caller : null;
  }

  private keysOf(organization: string): ReadonlyMap<string, KnownKey> | undefined {
    const known = this.known.get(organization);
    if (known !== undefined && this.entities.revisionAt(known.seq, LATEST) === known.revision) return known.keys;
    const entity = this.entities.find(organization, 'organization', organization);
    if (entity === null) return undefined;
    const { state, revision } = this.states.at(entity, LATEST);
    const keys = new Map((state.status === 'open' ? state.keys : []).map((key) => [key.keyId, { key, caller: callerOf(organization, key) }]));
    this.known.set(organization, { seq: entity.seq, revision, keys });
    return keys;
  }
}

const callerOf = (organization: string, { actor, keyId, roles }: ApiKey): Caller => ({ organization, actor, keyId, roles: new Set(roles) });
