import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Instant, MS_PER_DAY, MS_PER_HOUR } from '#kernel';
import { testCore, type TestCore } from '../../../test/support/core.js';
import { ApiKeyCallers } from '../read/api-key-callers.js';
import { CreateApiKey, CreateApiKeyHandler } from './create-api-key.js';
import { CreateOrganization, CreateOrganizationHandler } from './create-organization.js';
import { Organizations } from './organizations.js';
import { RevokeApiKey, RevokeApiKeyHandler } from './revoke-api-key.js';
import { RotateApiKey, RotateApiKeyHandler } from './rotate-api-key.js';

let ledger: TestCore;
let organizations: Organizations;
let callers: ApiKeyCallers;
let keys = 0;
const context = (organization: string, key = `k${++keys}`) => ({ organization, actor: 'operator', key });

async function organization(name: string): Promise<string> {
  const command = new CreateOrganization({ actor: 'operator', key: `org ${name}` }, name, 'USD');
  await new CreateOrganizationHandler(organizations).execute(command);
  return command.organizationId;
}

async function key(id: string, options: { expiresAt?: Instant; key?: string; overlapMs?: number; replaces?: string } = {}) {
  const { expiresAt = null, replaces, overlapMs } = options;
  const outcome = await (replaces === undefined
    ? new CreateApiKeyHandler(organizations, ledger.clock).execute(new CreateApiKey(context(id, options.key), 'alice', ['recorder'], expiresAt))
    : new RotateApiKeyHandler(organizations, ledger.clock).execute(new RotateApiKey(context(id, options.key), replaces, expiresAt, overlapMs)));
  await ledger.core.projector.catchUp();
  return outcome;
}
async function secretOf(id: string, options: Parameters<typeof key>[1] = {}): Promise<{ keyId: string; secret: string }> {
  const made = await key(id, options);
  if (made.status !== 'accepted' || made.secret === null) throw new Error(JSON.stringify(made));
  return { keyId: made.keyId, secret: made.secret };
}

beforeEach(async () => {
  ledger = await testCore();
  organizations = new Organizations(ledger.core.decisions, ledger.core.ledger);
  callers = new ApiKeyCallers(ledger.core.entities, ledger.core.projector, ledger.clock);
});
afterEach(() => ledger.close());

describe('API keys', () => {
  it('open the door of their own organization, with their own roles', async () => {
    const [a, b] = [await organization('A'), await organization('B')];
    const { secret, keyId } = await secretOf(a);
    expect(secret).toMatch(/^tnr_[0-9a-f]{32}_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/);
    expect(callers.authenticate(secret)).toEqual({ organization: a, actor: 'alice', keyId, roles: new Set(['recorder']) });
    expect(callers.authenticate(secret.replace(a, b))).toBeNull();
    expect(callers.authenticate(`${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`)).toBeNull();
    expect(callers.authenticate('')).toBeNull();
    expect(callers.authenticate('tnr_x')).toBeNull();
  });

  it('are stored as digests only, and shown once however often the call is repeated', async () => {
    const id = await organization('A');
    const { secret, keyId } = await secretOf(id, { key: 'same' });
    expect(await key(id, { key: 'same' })).toMatchObject({ status: 'accepted', keyId, secret: null, repeated: true });
    const events = await ledger.core.store.readStream(`${ledger.core.ledger}.${id}.organization-${id}`);
    expect(JSON.stringify(events)).not.toContain(secret.slice(-43));
    expect(events).toHaveLength(2);
  });

  it('end at their expiry, to the millisecond', async () => {
    const id = await organization('A');
    const { secret } = await secretOf(id, { expiresAt: (ledger.clock.now() + MS_PER_HOUR) as Instant });
    ledger.clock.advance(MS_PER_HOUR - 1);
    expect(callers.authenticate(secret)).not.toBeNull();
    ledger.clock.advance(1);
    expect(callers.authenticate(secret)).toBeNull();
    expect(await key(id, { expiresAt: ledger.clock.now() })).toMatchObject({ status: 'rejected', rejection: { code: 'KEY_EXPIRY_PAST' } });
  });

  it('are rotated with an overlap of a day', async () => {
    const id = await organization('A');
    const old = await secretOf(id);
    const fresh = await secretOf(id, { replaces: old.keyId });
    ledger.clock.advance(MS_PER_DAY - 1);
    expect(callers.authenticate(old.secret)?.keyId).toBe(old.keyId);
    expect(callers.authenticate(fresh.secret)).toMatchObject({ keyId: fresh.keyId, actor: 'alice' });
    ledger.clock.advance(1);
    expect(callers.authenticate(old.secret)).toBeNull();
    expect(callers.authenticate(fresh.secret)).not.toBeNull();
  });

  it('are dead at once when revoked, also in a service that runs beside', async () => {
    const id = await organization('A');
    const { secret, keyId } = await secretOf(id);
    expect(callers.authenticate(secret)).not.toBeNull();
    const beside = await testCore({ directory: ledger.directory });
    const revoke = new RevokeApiKeyHandler(new Organizations(beside.core.decisions, beside.core.ledger), ledger.clock);
    expect(await revoke.execute(new RevokeApiKey(context(id), keyId))).toMatchObject({ status: 'accepted' });
    expect(await revoke.execute(new RevokeApiKey(context(id), keyId))).toMatchObject({ rejection: { code: 'KEY_REVOKED' } });
    await beside.close();
    expect(await ledger.core.projector.waitFor(() => callers.authenticate(secret) === null, 5_000)).toBe(true);
  });
});
