import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstKey } from '../../apps/ledger/first-key.js';
import { Folder, startService } from '../support/import-journey.js';

// Callers by their real keys: what each role may do, and how a key begins and ends.
type Service = Awaited<ReturnType<typeof startService>>;
let folder: Folder;
let service: Service;
let admin: string;
let keys = 0;

// eslint-disable-next-line @typescript-eslint/no-explicit-any
async function ask(key: string, query: string, variables: Record<string, unknown> = {}): Promise<any> {
  const response = await fetch(`${service.running.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}
const codeOf = async (key: string, query: string): Promise<string> => {
  const { errors, data } = await ask(key, query);
  return errors?.[0]?.extensions.code ?? Object.values(data as Record<string, { __typename?: string; code?: string }>)[0]?.code ?? 'ok';
};
// eslint-disable-next-line @typescript-eslint/no-explicit-any
async function issue(field: string, input: string): Promise<any> {
  const { data } = await ask(
    admin,
    `mutation { ${field}(input: { idempotencyKey: "k${++keys}", ${input} }) { ... on ApiKeyIssued { id secret token } ... on CommandRejected { code } } }`,
  );
  return data[field];
}
const works = async (key: string): Promise<boolean> => (await codeOf(key, '{ organization { name } }')) === 'ok';
const until = async (done: () => Promise<boolean>): Promise<void> => {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 20));
};

beforeAll(async () => {
  folder = new Folder();
  service = await startService(folder);
  admin = (await firstKey(service.core))?.secret as string;
});
afterAll(async () => {
  await service.close();
  folder.remove();
});

describe('a role', () => {
  const READS = ['organization { name }', 'ledger { version }', 'parties { undecided }', 'contracts { undecided }', 'commitments { undecided }'];
  const FIGURES = ['charges { undecided }', 'deliveries { undecided }', 'utilizationTotals { undecided }', 'node(id: "x") { id }'];
  const RECORDS = ['registerParty(input: { idempotencyKey: "p", name: "P" })'];
  const KEYS = [
    'createApiKey(input: { idempotencyKey: "c", actor: "a", roles: [reader] })',
    'rotateApiKey(input: { idempotencyKey: "r", key: "none" })',
    'revokeApiKey(input: { idempotencyKey: "v", key: "none" })',
  ];

  it.each([
    ['reader', 'FORBIDDEN', 'FORBIDDEN'],
    ['auditor', 'FORBIDDEN', 'FORBIDDEN'],
    ['recorder', 'ok', 'FORBIDDEN'],
    ['admin', 'ok', 'ok'],
  ])('%s reads; records: %s; rules over keys: %s', async (role, records, rules) => {
    const { secret } = await issue('createApiKey', `actor: "${role}", roles: [${role}]`);
    for (const read of [...READS, ...FIGURES]) expect(await codeOf(secret, `{ ${read} }`), read).toBe('ok');
    for (const record of RECORDS) expect(await codeOf(secret, `mutation { ${record} { __typename } }`), record).toBe(records);
    for (const list of ['apiKeys { id }', 'organization { apiKeys { nodes { id } } }']) expect(await codeOf(secret, `{ ${list} }`), list).toBe(rules);
    for (const rule of KEYS) expect(await codeOf(secret, `mutation { ${rule} { __typename } }`), rule).toBe(rules);
  });
});

describe('a key', () => {
  it('is listed by whoever asks with its token, without its secret', async () => {
    const { id, token, secret } = await issue('createApiKey', 'actor: "svc", roles: [reader]');
    const { data } = await ask(admin, 'query ($token: String) { apiKeys(atLeast: $token) { id actor roles } }', { token });
    expect(data.apiKeys).toContainEqual({ id, actor: 'svc', roles: ['reader'] });
    expect(JSON.stringify(data)).not.toContain(secret);
    const { data: before } = await ask(
      admin,
      '{ apiKeys(asOf: { recorded: "2020-01-01T00:00:00Z" }) { id } organization(asOf: { recorded: "2020-01-01T00:00:00Z" }) { id } }',
    );
    expect(before).toEqual({ apiKeys: [], organization: null });
  });

  it('is found in the list of keys, page by page and by filter', async () => {
    const made = [];
    for (const roles of ['reader', 'auditor', 'auditor']) made.push(await issue('createApiKey', `actor: "paged", roles: [${roles}]`));
    const [, auditor, revoked] = made as [{ id: string }, { id: string }, { id: string }];
    const { token } = (
      await ask(admin, `mutation { revokeApiKey(input: { idempotencyKey: "paged", key: "${revoked.id}" }) { ... on CommandAccepted { token } } }`)
    ).data.revokeApiKey;
    const query = `query ($first: Int! = 100, $after: String, $filter: ApiKeyFilterInput) {
      organization(atLeast: "${token}") { apiKeys(first: $first, after: $after, filter: $filter) { nodes { id } pageInfo { hasNextPage endCursor } } } }`;
    const page = async (variables: Record<string, unknown>) => (await ask(admin, query, variables)).data.organization.apiKeys;
    const ids: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { nodes, pageInfo } = await page({ first: 2, after, filter: { actor: 'paged' } });
      ids.push(...nodes.map(({ id }: { id: string }) => id));
      [after, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
    }
    expect(ids).toEqual(made.map(({ id }) => id));
    expect((await page({ filter: { actor: 'paged', role: 'auditor', usable: true } })).nodes).toEqual([{ id: auditor.id }]);
    expect((await page({ filter: { actor: 'paged', usable: false } })).nodes).toEqual([{ id: revoked.id }]);
  });

  it('shows its secret once, also when the call is repeated', async () => {
    const input =
      'mutation { createApiKey(input: { idempotencyKey: "once", actor: "a", roles: [reader] }) { ... on ApiKeyIssued { id secret repeated } } }';
    const first = (await ask(admin, input)).data.createApiKey;
    expect(first).toMatchObject({ repeated: false, secret: expect.stringContaining('tnr_') as string });
    expect((await ask(admin, input)).data.createApiKey).toEqual({ id: first.id, secret: null, repeated: true });
  });

  it('ends when it expires', async () => {
    const { secret } = await issue('createApiKey', `actor: "a", roles: [reader], expiresAt: "${new Date(Date.now() + 700).toISOString()}"`);
    expect(await works(secret)).toBe(true);
    await until(async () => !(await works(secret)));
    expect(await codeOf(secret, '{ organization { name } }')).toBe('UNAUTHENTICATED');
    expect(await issue('createApiKey', 'actor: "a", roles: [reader], expiresAt: "2020-01-01T00:00:00Z"')).toEqual({ code: 'KEY_EXPIRY_PAST' });
  });

  it('goes on for the overlap when it is rotated, and ends at once when it is revoked', async () => {
    const old = await issue('createApiKey', 'actor: "a", roles: [reader]');
    const next = await issue('rotateApiKey', `key: "${old.id}", overlap: "PT0.7S"`);
    expect([await works(old.secret), await works(next.secret)]).toEqual([true, true]);
    await until(async () => !(await works(old.secret)));
    expect(await works(next.secret)).toBe(true);
    await ask(admin, `mutation { revokeApiKey(input: { idempotencyKey: "revoke", key: "${next.id}" }) { __typename } }`);
    await until(async () => !(await works(next.secret)));
    expect(
      await codeOf(admin, `mutation { revokeApiKey(input: { idempotencyKey: "revoke-2", key: "${next.id}" }) { ... on CommandRejected { code } } }`),
    ).toBe('KEY_REVOKED');
  });
});
