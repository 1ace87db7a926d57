import {
  GraphQLID,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
  type GraphQLNonNull,
  GraphQLScalarType,
  type GraphQLSchema,
  GraphQLString,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  specifiedScalarTypes,
  typeFromAST,
  valueFromAST,
  type VariableDefinitionNode,
} from 'graphql';

type Values = Record<string, unknown>;
/** The value, which is not null, as its type takes it, read where it stands, or `AMISS`. */
type Read = (value: unknown) => unknown;

type NullableInputType = Exclude<GraphQLInputType, GraphQLNonNull<never>>;

/** Where a value may stand. */
interface Place {
  readonly nullable: boolean;
  readonly read: Read;
}

interface NamedPlace extends Place {
  readonly name: string;
  /** Undefined: none. */
  readonly preset: unknown;
}

/** What exactly is amiss is not said here: graphql-js says it, of the values as they came. */
const AMISS = Symbol('amiss');

const readAt = ({ nullable, read }: Place, value: unknown): unknown => (value === null ? (nullable ? null : AMISS) : read(value));

/**
 * Reads the variables of an operation as graphql-js does (GraphQL specification, October 2021, sections 3.4 to 3.12 and 6.1.2). It changes the values where they
 * stand, looks at those that are given only, and says no more than that all is well. The compiler's own reading makes an object for each that is given,
 * and looks up each of the forty fields of an amendment, given or not, along the whole path to it.
 */
export class VariableReader {
  private readonly places: readonly NamedPlace[];

  constructor(schema: GraphQLSchema, { variableDefinitions = [] }: OperationDefinitionNode) {
    const types = new Types();
    this.places = variableDefinitions.map(({ variable, type: node, defaultValue }) => {
      const type = typeFromAST(schema, node);
      const name = variable.name.value;
      if (!isInputType(type)) return { name, nullable: false, read: refuse, preset: undefined };
      return { name, ...types.place(type), preset: defaultValue && valueFromAST(defaultValue, type) };
    });
  }

  /** False: something is amiss. Some values may have been changed then, so that nothing is to be made of them any more. */
  read(values: Values): boolean {
    for (const place of this.places) {
      const { name, preset, nullable } = place;
      if (Object.hasOwn(values, name)) {
        const value = readAt(place, values[name]);
        if (value === AMISS) return false;
        values[name] = value;
      } else if (preset !== undefined) values[name] = preset;
      else if (!nullable) return false;
    }
    return true;
  }
}

const refuse: Read = () => AMISS;

/** The readers of a schema's types, which may hold themselves. */
class Types {
  private readonly readers = new Map<NullableInputType, Read>();

  place(type: GraphQLInputType): Place {
    return isNonNullType(type) ? { nullable: false, read: this.reader(type.ofType) } : { nullable: true, read: this.reader(type) };
  }

  private reader(type: NullableInputType): Read {
    const known = this.readers.get(type);
    if (known) return known;
    let read = refuse;
    this.readers.set(type, (value) => read(value));
    if (isListType(type)) read = listReader(this.place(type.ofType as GraphQLInputType));
    else read = isInputObjectType(type) ? this.objectReader(type) : leafReader(type);
    this.readers.set(type, read);
    return read;
  }

  private objectReader(type: GraphQLInputObjectType): Read {
    if (type.isOneOf) return refuse;
    const fields = new Map<string, NamedPlace>();
    for (const field of Object.values(type.getFields())) fields.set(field.name, this.field(field));
    const presets = [...fields.values()].filter(({ preset }) => preset !== undefined);
    const required = [...fields.values()].filter(isRequired).length;
    return (value) => {
      if (typeof value !== 'object' || Array.isArray(value)) return AMISS;
      const object = value as Values;
      let missing = required;
      for (const name in object) {
        const field = fields.get(name);
        if (field === undefined) return AMISS;
        const given = object[name];
        const read = readAt(field, given);
        if (read === AMISS) return AMISS;
        if (read !== given) object[name] = read;
        if (isRequired(field)) missing--;
      }
      if (missing > 0) return AMISS;
      for (const { name, preset } of presets) if (!Object.hasOwn(object, name)) object[name] = preset;
      return object;
    };
  }

  private field({ name, type, defaultValue: preset }: GraphQLInputField): NamedPlace {
    return { name, ...this.place(type), preset };
  }
}

const isRequired = ({ nullable, preset }: NamedPlace): boolean => !nullable && preset === undefined;

function listReader(place: Place): Read {
  return (value) => {
    if (!Array.isArray(value)) {
      const only = readAt(place, value);
      return only === AMISS ? AMISS : [only];
    }
    for (let i = 0; i < value.length; i++) {
      const item = readAt(place, value[i]);
      if (item === AMISS) return AMISS;
      value[i] = item;
    }
    return value;
  };
}

function leafReader(type: GraphQLLeafType): Read {
  const isText = type === GraphQLString || type === GraphQLID;
  return (value) => {
    if (isText && typeof value === 'string') return value;
    try {
      const read = type.parseValue(value) as unknown;
      return read === undefined ? AMISS : read;
    } catch {
      return AMISS;
    }
  };
}

/** The type of a variable that was read already. */
export const ALREADY_READ = new GraphQLScalarType({ name: 'AlreadyRead', description: 'Of no schema that anybody sees.' });

/** An operation whose variables are of that type, or of one that is the same read twice: the compiler looks for a Boolean behind `@include`. */
export function alreadyRead(operation: OperationDefinitionNode): OperationDefinitionNode {
  const other = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: ALREADY_READ.name } } as const;
  const read = ({ kind, variable, type }: VariableDefinitionNode): VariableDefinitionNode => {
    const named = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
    return { kind, variable, type: named.kind === Kind.NAMED_TYPE && BUILT_IN.has(named.name.value) ? type : other };
  };
  return { ...operation, variableDefinitions: (operation.variableDefinitions ?? []).map(read) };
}

const BUILT_IN: ReadonlySet<string> = new Set(specifiedScalarTypes.map(({ name }) => name));
