import type { Caller, CallerSource, Clock } from '#platform';
import { type Entities, type ReadModels, States } from '#read-store';
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

/**
 * Who stands behind a secret, by the read model: a key made or revoked by any process counts as soon as the projector has seen it.
 * Keys are kept until an event of any organization is projected, so that a call costs one hash.
 */
export class ApiKeyCallers implements CallerSource {
  private readonly states: States<Organization, OrganizationEvent>;
  private readonly known = new Map<string, ReadonlyMap<string, KnownKey>>();
  private version = -1;

  constructor(
    private readonly entities: Entities,
    private readonly readModels: Pick<ReadModels, 'versionOf'>,
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
    const version = this.readModels.versionOf('organization');
    if (version !== this.version) this.known.clear();
    this.version = version;
    const known = this.known.get(organization);
    if (known !== undefined) return known;
    const entity = this.entities.find(organization, 'organization', organization);
    if (entity === null) return undefined;
    const { state } = this.states.at(entity, LATEST);
    // The entity's own id: the one that was asked for is a part of the secret, all of which it would keep in memory.
    const keys = new Map((state.status === 'open' ? state.keys : []).map((key) => [key.keyId, { key, caller: callerOf(entity.id, key) }]));
    this.known.set(entity.id, keys);
    return keys;
  }
}

const callerOf = (organization: string, { actor, keyId, roles }: ApiKey): Caller => ({ organization, actor, keyId, roles: new Set(roles) });
