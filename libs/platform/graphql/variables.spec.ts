import fc from 'fast-check';
import { buildSchema, getOperationAST, getVariableValues, GraphQLEnumType, type GraphQLScalarType, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { VariableReader } from './variables.js';

const SCHEMA = buildSchema(`
  type Query { any: Boolean }
  scalar Even
  enum Colour { RED BLUE }
  directive @oneOf on INPUT_OBJECT
  input Either @oneOf { a: Int, b: String }
  input Part { id: ID!, whole: Float, part: Part, parts: [Part!], either: Either }
  input Thing { name: String!, count: Int! = 3, flag: Boolean = true, even: Even, colour: Colour! = BLUE, grid: [[Int!]], parts: [Part!], tags: [String] }
`);
(SCHEMA.getType('Even') as GraphQLScalarType).parseValue = (value) => {
  if (value === 0) return undefined;
  if (value === 1) return NaN;
  if (typeof value !== 'number' || value % 2 !== 0) throw new Error('odd');
  return { half: value / 2 };
};
// An enum whose values are others within.
const colours = SCHEMA.getType('Colour') as GraphQLEnumType;
for (const value of colours.getValues()) value.value = value.name.toLowerCase();

const OPERATION = 'query ($thing: Thing!, $things: [Thing], $n: Int = 7, $ids: [ID!]! = ["x"], $colour: Colour, $even: Even) { any }';

const anything = fc.constantFrom<unknown>(
  ...[null, true, 0, 1, 4, -1, 1.5, 2147483648, '', 'RED', 'red', '__proto__', [], {}, [[1, null], 2], [null], { a: 1 }, { ['__proto__']: 1 }],
);
const mostly = <T>(valid: fc.Arbitrary<T>): fc.Arbitrary<unknown> => fc.oneof({ weight: 24, arbitrary: valid }, { weight: 1, arbitrary: anything });
const some = (fields: Record<string, fc.Arbitrary<unknown>>, ...required: string[]): fc.Arbitrary<unknown> =>
  fc.record(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, mostly(field)])), { requiredKeys: required });
const oneOrMore = (each: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => fc.oneof(each, fc.array(mostly(each), { maxLength: 3 }));

const text = fc.constantFrom('n', '', 'constructor');
const id = fc.constantFrom<unknown>('p', 7);
const { part } = fc.letrec<{ part: unknown }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    some({ id }, 'id'),
    some(
      { id, whole: fc.constantFrom(1.5, 2), part: tie('part'), parts: oneOrMore(tie('part')), either: fc.constantFrom(null, null, { a: 1 }) },
      'id',
    ),
  ),
}));
const colour = fc.constantFrom('RED', 'BLUE');
const even = fc.constantFrom(2, 4);
const thing = some(
  {
    ...{ name: text, count: fc.integer({ min: 0, max: 9 }), flag: fc.boolean(), even, colour, parts: oneOrMore(part) },
    ...{ grid: oneOrMore(oneOrMore(fc.constantFrom(1, 2))), tags: oneOrMore(fc.option(text)), other: fc.constant(undefined) },
  },
  'name',
);
const variables = fc.record(
  {
    ...{ thing: mostly(thing), things: mostly(oneOrMore(fc.option(thing))), n: mostly(fc.constant(1)), ids: mostly(oneOrMore(id)) },
    ...{ colour: mostly(colour), even: mostly(even), further: anything },
  },
  { requiredKeys: ['thing'] },
);

describe('variables that are read where they stand', () => {
  const document = parse(OPERATION);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  const reader = new VariableReader(SCHEMA, operation);

  it('are what graphql-js makes of them, or amiss where it finds a fault', () => {
    let [read, amiss] = [0, 0];
    fc.assert(
      fc.property(variables, (given) => {
        // As they come: parsed from a body, `__proto__` included.
        const body = JSON.stringify(given);
        const { coerced, errors } = getVariableValues(SCHEMA, operation.variableDefinitions ?? [], JSON.parse(body) as Record<string, unknown>);
        const values = JSON.parse(body) as Record<string, unknown>;
        const isRead = reader.read(values);
        if (errors) {
          amiss++;
          expect(isRead).toBe(false);
          return;
        }
        const { further: _notDeclared, ...declared } = values;
        // One of a kind that the reader leaves to graphql-js.
        if (!isRead) {
          expect(body).toContain('"either":{');
          return;
        }
        read++;
        expect(declared).toEqual(plain(coerced));
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(read, amiss)).toBeGreaterThan(200);
  });

  it('gives what has a default and is not given, also deep inside', () => {
    const values: Record<string, unknown> = { thing: { name: 'n' } };
    expect(reader.read(values)).toBe(true);
    // The colour as it was within when the schema was built.
    expect(values).toEqual({ thing: { name: 'n', count: 3, flag: true, colour: 'BLUE' }, n: 7, ids: ['x'] });
  });
});

/** Without the prototypes, or their absence, which differ and say nothing. */
const plain = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(plain)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]))
      : value;
