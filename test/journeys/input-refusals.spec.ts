import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLInputType, isEnumType, isInputObjectType, isListType, isNonNullType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestService, testService } from '../support/graphql-service.js';

let service: TestService;
beforeAll(async () => {
  service = await testService();
});
afterAll(() => service.close());

const schema = buildSchema(readFileSync('docs/schema.graphql', 'utf8'));
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {}).map(({ name, args }) => ({
  name,
  input: (args[0] as { type: GraphQLInputType }).type,
}));

const SCALARS: Readonly<Record<string, unknown>> = { Int: 0, Boolean: false, Decimal: '1', DateTime: '2025-01-01T00:00:00Z' };

/** The least that GraphQL lets pass for a type: empty texts, one member a list, no optional field. */
function least(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return least(type.ofType as GraphQLInputType);
  if (isListType(type)) return [least(type.ofType as GraphQLInputType)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (!isInputObjectType(type)) return SCALARS[type.name] ?? '';
  const needed = Object.values(type.getFields()).filter((field) => isNonNullType(field.type) && field.defaultValue === undefined);
  return Object.fromEntries(needed.map((field) => [field.name, least(field.type)]));
}

const REJECTED = '... on CommandRejected { idempotencyKey code message retryable }';
const EFFECTIVE = { effectiveAt: { at: '2025-01-01T00:00:00Z' } };
const events = async () => (await service.core.store.readAll({ after: null, limit: 10 })).events.length;

describe('what the input of a command is refused for', () => {
  it.each(mutations)('is the typed answer of $name, asked for the first time and compiled', async ({ name, input }) => {
    const query = `mutation ($input: ${String(input)}) { ${name}(input: $input) { ${REJECTED} } }`;
    const value = least(input) as { items?: unknown };
    const rejection = {
      idempotencyKey: '',
      code: 'INPUT_INVALID',
      message: expect.stringMatching(/idempotencyKey: .* Nothing was/),
      retryable: false,
    };
    for (const repeated of [1, 2, 3]) {
      const { data, errors } = await service.ask(query, { input: value });
      expect(errors, `time ${repeated}`).toBeUndefined();
      expect(data?.[name]).toEqual(value.items ? [rejection] : rejection);
    }
    expect(await events()).toBe(0);
  });

  it('is so for an id of nothing and for a currency that is none', async () => {
    const ask = (name: string, input: string, value: object) =>
      service.data(`mutation ($input: ${input}!) { ${name}(input: $input) { ... on CommandRejected { code } } }`, {
        input: { idempotencyKey: 'k', ...value },
      });
    expect(await ask('cancelCommitment', 'CancelCommitmentInput', { commitment: 'x', reason: 'r', ...EFFECTIVE })).toEqual({
      cancelCommitment: { code: 'ID_INVALID' },
    });
    expect(await ask('terminateContract', 'TerminateContractInput', { contract: 'x', reason: 'r', ...EFFECTIVE })).toEqual({
      terminateContract: { code: 'ID_INVALID' },
    });
    const schedule = { unknown: 'not published' };
    const terms = { name: 'C', currency: 'XQZ', schedule };
    expect(await ask('makeCommitment', 'MakeCommitmentInput', { contract: 'x', provider: 'x', terms, ...EFFECTIVE })).toEqual({
      makeCommitment: { code: 'CURRENCY_UNKNOWN' },
    });
    expect(await events()).toBe(0);
  });

  it('stays an error at the top where it is no input that is refused: no key, no role, variables of another type', async () => {
    const query = `mutation ($input: RegisterPartyInput!) { registerParty(input: $input) { ${REJECTED} } }`;
    const codeOf = async (input: unknown, key: string) => (await service.ask(query, { input }, key)).errors?.[0]?.extensions['code'];
    expect(await codeOf({ idempotencyKey: '', name: 'N' }, 'nobody')).toBe('UNAUTHENTICATED');
    expect(await codeOf({ idempotencyKey: '', name: 'N' }, 'reader')).toBe('FORBIDDEN');
    expect(await codeOf({ idempotencyKey: 'k', name: 7 }, 'one')).toBe('BAD_USER_INPUT');
  });
});
