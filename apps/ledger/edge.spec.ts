import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Module } from '@nestjs/common';
import { Args, Context, Field, InputType, Int, Mutation, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { IsNotEmpty } from 'class-validator';
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseDecimal, type Decimal } from '#kernel';
import { createLog, readConfig, type Caller, type CallerSource } from '#platform';
import {
  connectionOf,
  Costs,
  DecimalScalar,
  Demands,
  NodeRegistry,
  NodeType,
  PageArgs,
  pageOf,
  pageRequest,
  ShapePipe,
  type CallContext,
  type Page,
} from '#platform/graphql';
import { createLedger, type RunningLedger } from './index.js';

@ObjectType('Thing', { implements: () => [NodeType] })
class Thing extends NodeType {
  @Field(() => DecimalScalar)
  amount!: Decimal;
  @Field(() => Thing)
  self!: Thing;
  @Field(() => [Thing])
  parts!: Thing[];
}
const ThingConnection = connectionOf(Thing, 'Thing');

@InputType()
class MakeInput {
  @Field()
  @IsNotEmpty()
  name!: string;
  @Field(() => DecimalScalar)
  amount!: Decimal;
}

@Resolver()
class ThingResolver {
  made = 0;

  @Query(() => ThingConnection)
  things(@Args() page: PageArgs, @Context() context: CallContext): Page<Thing> {
    const request = pageRequest(page, context, 'things');
    const from = (request.after?.[0] as number | undefined) ?? 0;
    const rows = Array.from({ length: Math.min(request.limit, 150 - from) }, (_, index) => from + index + 1);
    return pageOf(request, rows, context, { node: (row) => this.thing(row, context), keyset: (row) => [row] });
  }

  @Query(() => [Thing])
  @Costs({ times: ({ buckets }) => buckets as number })
  series(@Args('buckets', { type: () => Int }) buckets: number): Thing[] {
    return [].slice(0, buckets);
  }

  @Query(() => Thing)
  fails(): Thing {
    throw new Error('the secret text of a bug');
  }

  @Query(() => String)
  @Demands('admin')
  secrets(): string {
    return 'for admins';
  }

  @Mutation(() => Int)
  make(@Args('input', ShapePipe) input: MakeInput): number {
    return input.amount > 0n ? ++this.made : 0;
  }

  @Mutation(() => Int)
  async makeAfter(@Args('ms', { type: () => Int }) ms: number): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return ++this.made;
  }

  private thing(row: number, context: CallContext): Thing {
    const thing = {
      __typename: 'Thing',
      id: context.nodeId('Thing', row.toString()),
      amount: parseDecimal(`${row}.50`),
      parts: [] as Thing[],
    } as unknown as Thing;
    thing.self = thing;
    return thing;
  }
}

@Module({ providers: [ThingResolver] })
class ThingModule {
  constructor(nodes: NodeRegistry) {
    nodes.register('Thing', (id, context) => ({ id: context.nodeId('Thing', id), amount: parseDecimal(id) }));
  }
}

const caller = (organization: string, ...roles: ('reader' | 'recorder' | 'admin')[]): Caller => ({
  organization,
  actor: 'a1',
  keyId: 'k1',
  roles: new Set(roles),
});
const CALLERS: Record<string, Caller> = {
  reader: caller('org1', 'reader'),
  recorder: caller('org1', 'recorder'),
  admin: caller('org1', 'admin'),
  other: caller('org2', 'admin'),
};
class DownFault extends Error {
  override readonly name = 'DownFault';
}
const callers: CallerSource = {
  authenticate: (secret) => {
    if (secret === 'down') throw new DownFault('the secret text of a fault');
    return secret === 'away' ? Promise.reject(new DownFault('the secret text of a fault')) : (CALLERS[secret] ?? null);
  },
};

const logged: string[] = [];
let ledger: RunningLedger;
let data: string;

interface Answer {
  status: number;
  headers: Headers;
  body: {
    data?: Record<string, unknown>;
    errors?: { message: string; path?: string[]; extensions: Record<string, unknown> }[];
    extensions?: { cost: { requested: number } };
  };
}

async function ask(query: string, variables: Record<string, unknown> = {}, key: string | null = 'admin'): Promise<Answer> {
  const headers = { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) };
  const response = await fetch(`${ledger.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
}
const codeOf = async (...request: Parameters<typeof ask>) => (await ask(...request)).body.errors?.[0]?.extensions['code'];

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'tenor-edge-'));
  const config = readConfig({ TENOR_DATA: data, TENOR_PORT: '0' });
  ledger = await createLedger({
    config,
    callers,
    modules: [ThingModule],
    log: createLog('info', { write: (line: string) => void logged.push(line) }),
    routes: (server) => {
      server.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload));
      server.post('/streamed', async ({ body }) => (await (body as Readable).toArray()).length);
    },
  });
});
afterAll(async () => {
  await ledger.close();
  rmSync(data, { recursive: true });
});

describe('the door', () => {
  it.each([null, 'nobody'])('refuses %s, introspection included, in GraphQL form', async (key) => {
    const { status, body, headers } = await ask('{ __schema { queryType { name } } node(id: "x") { id } }', {}, key);
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toContain('Bearer');
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  it('notes a caller that goes away in the middle of its body, and takes that for no bug', async () => {
    const socket = connect({ port: Number(new URL(ledger.url).port) });
    socket.write('POST /streamed HTTP/1.1\r\nhost: x\r\nauthorization: Bearer reader\r\ncontent-type: text/csv\r\ncontent-length: 9\r\n\r\nhalf');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await vi.waitFor(() => expect(logged.join('')).toContain('a caller went away'));
    expect(logged.join('')).not.toContain('a bug');
  });

  it.each(['down', 'away'])('tells a store of keys that is %s from a bug, before the frameworks and behind them', async (key) => {
    await ask('{ __typename }');
    const lane = await ask('{ __typename }', {}, key);
    const behind = await fetch(`${ledger.url}/streamed`, {
      method: 'POST',
      body: 'x',
      headers: { 'content-type': 'text/csv', authorization: `Bearer ${key}` },
    });
    for (const [status, body] of [[lane.status, lane.body] as const, [behind.status, await behind.json()] as const]) {
      expect(status).toBe(503);
      expect(body).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE', retryable: true } }] });
      expect(JSON.stringify(body)).not.toContain('secret text');
    }
  });

  it('takes a key as a bearer token or as the password of Basic', async () => {
    const basic = `Basic ${Buffer.from('anyone:reader').toString('base64')}`;
    const response = await fetch(`${ledger.url}/graphql?query=%7B__typename%7D`, {
      headers: { authorization: basic, 'apollo-require-preflight': '1' },
    });
    expect(await response.json()).toMatchObject({ data: { __typename: 'Query' } });
  });

  it('demands recorder for a mutation and whatever role a field names, before anything runs', async () => {
    const make = 'mutation { make(input: { name: "a", amount: "1" }) }';
    expect(await codeOf(make, {}, 'reader')).toBe('FORBIDDEN');
    expect(await codeOf('{ secrets }', {}, 'recorder')).toBe('FORBIDDEN');
    expect((await ask('{ secrets }')).body.data).toEqual({ secrets: 'for admins' });
    expect((await ask(make, {}, 'recorder')).body.data).toEqual({ make: 1 });
  });

  it('tells of its schema the same however often it is asked, and of no type but its own', async () => {
    const question = 'query ($with: Boolean!) { __schema @include(if: $with) { mutationType { name } types { name } } }';
    const answers = [];
    for (let n = 0; n < 4; n++) answers.push((await ask(question, { with: true })).body.data);
    expect(answers).toEqual(Array(4).fill(answers[0]));
    const { mutationType, types } = answers[0]?.['__schema'] as { mutationType: { name: string }; types: { name: string }[] };
    expect(mutationType.name).toBe('Mutation');
    expect(types.map(({ name }) => name)).toContain('Thing');
    expect(types.map(({ name }) => name)).not.toContain('AlreadyRead');
  });

  it('keeps a connection that nobody uses for longer than a load balancer does', async () => {
    expect((await fetch(`${ledger.url}/livez`)).headers.get('keep-alive')).toBe('timeout=72');
  });

  it('wants a key on every route that does not say it is public', async () => {
    expect((await fetch(`${ledger.url}/livez`)).status).toBe(200);
    expect((await fetch(`${ledger.url}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${ledger.url}/metrics`)).text()).toContain('tenor_graphql_requests_total');
    // What machines read without one tells of the process alone.
    for (const path of ['livez', 'readyz', 'metrics']) {
      const text = await (await fetch(`${ledger.url}/${path}`)).text();
      for (const { organization, actor, keyId } of Object.values(CALLERS))
        for (const id of [organization, actor, keyId]) expect(text).not.toMatch(new RegExp(`\\b${id}\\b`));
      expect(new Set([...text.matchAll(/(\w+)="/g)].map(([, label]) => label))).toEqual(new Set(path === 'metrics' ? ['outcome', 'le'] : []));
    }
    const nowhere = await fetch(`${ledger.url}/nowhere?key=secret`);
    expect([nowhere.status, await nowhere.json()]).toMatchObject([404, { errors: [{ extensions: { code: 'ROUTE_NOT_FOUND' } }] }]);
  });
});

describe('limits', () => {
  const nested = (depth: number) => `{ things { nodes { ${'self { '.repeat(depth)}id ${'}'.repeat(depth)} } } }`;

  it('refuses depth, aliases and length, each by its code', async () => {
    expect(await codeOf(nested(30))).toBe('QUERY_TOO_DEEP');
    expect(await codeOf(`{ ${Array.from({ length: 60 }, (_, n) => `a${n}: __typename`).join(' ')} }`)).toBe('TOO_MANY_ALIASES');
    expect(await codeOf(`{ ${'__typename '.repeat(5_000)} }`)).toBe('QUERY_TOO_LONG');
    expect(await codeOf(`{ node(id: "${'x'.repeat(100_001)}") { id } }`)).toBe('QUERY_TOO_LONG');
  });

  it('counts `first` also when a variable or its default brings it', async () => {
    const query = 'query ($n: Int) { things(first: $n) { nodes { parts { parts { parts { parts { parts { id } } } } } } } }';
    expect((await ask(query, { n: 1 })).body.errors).toBeUndefined();
    expect(await codeOf(query, { n: 100 })).toBe('QUERY_TOO_COSTLY');
    expect(await codeOf(query.replace('$n: Int', '$n: Int = 100'))).toBe('QUERY_TOO_COSTLY');
  });

  it('counts time buckets', async () => {
    const query = 'query ($n: Int!) { series(buckets: $n) { self { self { self { self { id } } } } } }';
    expect((await ask(query, { n: 10 })).body.extensions?.cost.requested).toBe(50);
    expect(await codeOf(query, { n: 20_000 })).toBe('QUERY_TOO_COSTLY');
  });

  it('is not fooled by fragments that double at each step', async () => {
    const steps = Array.from({ length: 12 }, (_, n) => `fragment f${n} on Thing { a: self { ...f${n + 1} } b: self { ...f${n + 1} } }`).join(' ');
    const query = `{ things(first: 1) { nodes { ...f0 } } } ${steps} fragment f12 on Thing { id }`;
    expect(await codeOf(query)).toMatch(/QUERY_TOO_DEEP|TOO_MANY_ALIASES|QUERY_TOO_COSTLY/);
  });

  it('refuses a page beyond the bound and a cursor of another organization', async () => {
    expect(await codeOf('{ things(first: 101) { nodes { id } } }')).toBe('PAGE_TOO_LARGE');
    const page = await ask('{ things(first: 100) { edges { cursor } pageInfo { hasNextPage endCursor } } }');
    const { endCursor, hasNextPage } = (page.body.data?.['things'] as { pageInfo: { endCursor: string; hasNextPage: boolean } }).pageInfo;
    expect(hasNextPage).toBe(true);
    const next = 'query ($after: String) { things(after: $after, first: 60) { edges { node { amount } } pageInfo { hasNextPage } } }';
    expect((await ask(next, { after: endCursor })).body.data).toMatchObject({
      things: { edges: { length: 50, 0: { node: { amount: '101.5' } } }, pageInfo: { hasNextPage: false } },
    });
    expect(await codeOf(next, { after: endCursor }, 'other')).toBe('CURSOR_INVALID');
  });
});

describe('answers', () => {
  it('mask what code throws, and give a reference to the log', async () => {
    for (const repeated of [1, 2, 3]) {
      const { body, status } = await ask('{ fails { id } }');
      expect(status, `time ${repeated}`).toBe(200);
      expect(JSON.stringify(body)).not.toContain('secret text');
      expect(body.errors?.[0]).toMatchObject({ path: ['fails'], extensions: { code: 'INTERNAL' } });
      expect(logged.join('')).toContain(body.errors?.[0]?.extensions['traceId']);
    }
  });

  it('are the same compiled and interpreted', async () => {
    const query = '{ things(first: 2) { edges { cursor node { __typename id amount self { amount } } } undecided } ledger { version position lag } }';
    const answers = [await ask(query), await ask(query), await ask(query)].map(({ body }) => JSON.stringify(body));
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('"amount":"1.5"');
  });

  it('of mutations come one after the other, and are refused alike, compiled and interpreted', async () => {
    const one = 'mutation ($input: MakeInput!) { done: make(input: $input) }';
    const two = 'mutation { first: makeAfter(ms: 20) second: makeAfter(ms: 0) }';
    let before = (await ask(one, { input: { name: 'a', amount: '1' } })).body.data?.['done'] as number;
    for (const repeated of [1, 2, 3]) {
      expect((await ask(two)).body.data, `time ${repeated}`).toEqual({ first: before + 1, second: before + 2 });
      expect((await ask(one, { input: { name: 'a', amount: '1' } })).body.data, `time ${repeated}`).toEqual({ done: before + 3 });
      before += 3;
    }
    const refusals = [];
    for (const query of [one, one.replace('done', 'unseen'), one]) {
      const { body } = await ask(query, { input: { name: '', amount: '1' } });
      refusals.push(body.errors?.map(({ message, path, extensions }) => [message, path?.length, extensions['code']]));
    }
    expect(refusals[1]).toEqual(refusals[0]);
    expect(refusals[2]).toEqual(refusals[0]);
    expect(refusals[0]).toMatchObject([[expect.stringMatching(/malformed.*name/), 1, 'INPUT_INVALID']]);
  });

  it('say what is malformed about a request', async () => {
    const make = 'mutation ($input: MakeInput!) { make(input: $input) }';
    expect(await codeOf('{ nothing }')).toBe('GRAPHQL_VALIDATION_FAILED');
    for (const repeated of [1, 2, 3]) expect(await codeOf('subscription { things }'), `time ${repeated}`).toBe('SUBSCRIPTIONS_UNSUPPORTED');
    expect(await codeOf('{')).toBe('GRAPHQL_PARSE_FAILED');
    expect(await codeOf(make, { input: { name: 'a', amount: 1 } })).toMatch(/DECIMAL_MALFORMED|BAD_USER_INPUT/);
    expect(await codeOf(make, { input: { name: '', amount: '1' } })).toBe('INPUT_INVALID');
    expect((await ask(make, { input: { name: 'a', amount: '1e400' } })).body.errors?.[0]?.message).toMatch(
      /expected a decimal .*\. Nothing was run\.$/,
    );
  });

  it('read anything again by its id, within its organization only', async () => {
    const { body } = await ask('{ things(first: 1) { nodes { id } } }');
    const id = (body.data?.['things'] as { nodes: { id: string }[] }).nodes[0]?.id;
    const node = 'query ($id: ID!) { node(id: $id) { __typename id ... on Thing { amount } } }';
    expect((await ask(node, { id })).body.data).toEqual({ node: { __typename: 'Thing', id, amount: '1' } });
    expect((await ask(node, { id }, 'other')).body.data).toEqual({ node: null });
    expect((await ask(node, { id: 'nonsense' })).body.data).toEqual({ node: null });
  });

  it('say how large a body may be', async () => {
    const { status, body } = await ask('{ __typename }', { filler: 'x'.repeat(4 * 1024 * 1024 + 1) }).catch(() => ({ status: 413, body: null }));
    expect(status).toBe(413);
    // The server does not read on, so a client that still writes may see no answer.
    if (body)
      expect(body.errors?.[0]).toMatchObject({
        message: expect.stringContaining('4194304 bytes'),
        extensions: { code: 'BODY_TOO_LARGE', limit: 4_194_304 },
      });
  });

  it('refuse what a browser sends without asking', async () => {
    const response = await fetch(`${ledger.url}/graphql`, {
      method: 'POST',
      headers: { authorization: 'Bearer admin', 'content-type': 'text/plain' },
      body: '{"query":"{__typename}"}',
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
  });
});

describe('GraphQL over HTTP', () => {
  const audits = serverAudits({
    url: () => `${ledger.url}/graphql`,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, {
        ...init,
        headers: { ...(init.headers as Record<string, string>), authorization: 'Bearer admin', 'apollo-require-preflight': '1' },
      }),
  });

  it.each(audits.map((audit) => [audit.name, audit] as const))('%s', async (_, audit) => {
    const result = await audit.fn();
    expect(result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason}`).toBe('ok');
  });
});
