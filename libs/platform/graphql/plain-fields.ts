import { isObjectType, type GraphQLField, type GraphQLSchema } from 'graphql';

const NAMES = new Proxy({}, { get: (_target, key) => key });

/**
 * Nest gives each field without a resolver of its own one that reads the property of the field's name: a call for every field of
 * every object, where compiled code would read the property itself. Taken away here, it does.
 */
export function readPlainFields(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) if (readsItsName(field)) delete field.resolve;
  }
  return schema;
}

/** Asked with an object whose every property is its own name, such a resolver answers with the field's name. */
function readsItsName({ name, resolve }: GraphQLField<unknown, unknown>): boolean {
  return resolve?.name === 'rootFieldResolver' && (resolve as (root: unknown) => unknown)(NAMES) === name;
}
