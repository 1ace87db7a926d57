import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Role } from '../auth/caller.js';
import { DEFAULT_PAGE } from './limits.js';
import type { Price, RawArguments } from './pricing.js';

type Variables = Readonly<Record<string, unknown>>;

/** Cost of one field: own + times × (1 + what stands below it), the 1 only for objects. */
interface Priced {
  readonly own: number;
  readonly weight: 0 | 1;
  readonly times: number | ((variables: Variables) => number);
  readonly below: Measured;
}

/** A selection set with its fragments; one object per fragment, so that spreading one twice is counted twice but measured once. */
interface Measured {
  readonly priced: Priced[];
  readonly spreads: Measured[];
  depth: number;
  introspectionDepth: number;
  aliases: number;
  fields: number;
}

/** What is known about an operation before it runs. Made once a document, used for every request that repeats it. */
export interface Plan {
  readonly depth: number;
  readonly introspectionDepth: number;
  readonly aliases: number;
  readonly fields: number;
  readonly roles: ReadonlySet<Role>;
  cost(variables: Variables): number;
}

const SHORT_LIST = 4;
const MUTATION = 10;
const CEILING = 1e15;
const NOTHING: Measured = { priced: [], spreads: [], depth: 0, introspectionDepth: 0, aliases: 0, fields: 0 };

/** Measures a validated operation: fragments have no cycles, fields exist. */
export function planOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Plan {
  const planner = new Planner(schema, document, operation);
  const top = planner.measure(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined, false);
  const fixed = planner.dynamic ? null : costOf(top, {}, new Map());
  return {
    depth: top.depth,
    introspectionDepth: top.introspectionDepth,
    aliases: top.aliases,
    fields: top.fields,
    roles: planner.roles,
    cost: (variables) => fixed ?? costOf(top, variables, new Map()),
  };
}

function costOf(measured: Measured, variables: Variables, known: Map<Measured, number>): number {
  const before = known.get(measured);
  if (before !== undefined) return before;
  let cost = 0;
  for (const { own, weight, times, below } of measured.priced) {
    const count = typeof times === 'number' ? times : times(variables);
    cost += own * Math.max(1, count) + count * (weight + costOf(below, variables, known));
  }
  for (const spread of measured.spreads) cost += costOf(spread, variables, known);
  cost = Math.min(cost, CEILING);
  known.set(measured, cost);
  return cost;
}

class Planner {
  readonly roles = new Set<Role>();
  dynamic = false;
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly measured = new Map<string, Measured>();
  private readonly defaults: Variables;

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
  ) {
    for (const definition of document.definitions)
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
    this.defaults = Object.fromEntries(
      (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
        defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)] as const] : [],
      ),
    );
  }

  measure(selection: SelectionSetNode | undefined, parent: GraphQLNamedType | undefined, introspection: boolean): Measured {
    if (!selection) return NOTHING;
    const result: Measured = { priced: [], spreads: [], depth: 0, introspectionDepth: 0, aliases: 0, fields: 0 };
    for (const node of selection.selections) {
      if (node.kind === Kind.FIELD) this.addField(result, node, parent, introspection);
      else if (node.kind === Kind.INLINE_FRAGMENT) {
        this.addSpread(
          result,
          this.measure(node.selectionSet, node.typeCondition ? this.schema.getType(node.typeCondition.name.value) : parent, introspection),
        );
      } else this.addSpread(result, this.fragment(node.name.value, introspection));
    }
    return result;
  }

  private fragment(name: string, introspection: boolean): Measured {
    const definition = this.fragments.get(name);
    if (!definition) return NOTHING;
    const known = this.measured.get(name);
    if (known) return known;
    const measured = this.measure(definition.selectionSet, this.schema.getType(definition.typeCondition.name.value), introspection);
    this.measured.set(name, measured);
    return measured;
  }

  private addSpread(into: Measured, spread: Measured): void {
    into.spreads.push(spread);
    into.aliases = Math.min(into.aliases + spread.aliases, CEILING);
    into.fields = Math.min(into.fields + spread.fields, CEILING);
    into.depth = Math.max(into.depth, spread.depth);
    into.introspectionDepth = Math.max(into.introspectionDepth, spread.introspectionDepth);
  }

  private addField(into: Measured, node: FieldNode, parent: GraphQLNamedType | undefined, within: boolean): void {
    const field = this.definitionOf(node.name.value, parent);
    const introspection = within || field === SchemaMetaFieldDef || field === TypeMetaFieldDef;
    const below = this.measure(node.selectionSet, field && getNamedType(field.type), introspection);
    into.fields = Math.min(into.fields + 1 + below.fields, CEILING);
    into.aliases = Math.min(into.aliases + below.aliases + (node.alias ? 1 : 0), CEILING);
    if (introspection) into.introspectionDepth = Math.max(into.introspectionDepth, 1 + below.introspectionDepth);
    else {
      into.depth = Math.max(into.depth, 1 + below.depth);
      into.introspectionDepth = Math.max(into.introspectionDepth, below.introspectionDepth);
    }
    if (!field) return;
    this.demand(field, parent);
    into.priced.push(this.price(field, node, parent, below));
  }

  private definitionOf(name: string, parent: GraphQLNamedType | undefined): GraphQLField<unknown, unknown> | undefined {
    if (name === '__schema') return SchemaMetaFieldDef;
    if (name === '__type') return TypeMetaFieldDef;
    return parent && 'getFields' in parent ? (parent.getFields()[name] as GraphQLField<unknown, unknown> | undefined) : undefined;
  }

  /** Fails closed: a root field that names no role demands one by its kind. */
  private demand(field: GraphQLField<unknown, unknown>, parent: GraphQLNamedType | undefined): void {
    const named = field.extensions['tenorDemands'] as Role | undefined;
    if (named) this.roles.add(named);
    else if (parent && parent === this.schema.getRootType(this.operation.operation))
      this.roles.add(this.operation.operation === 'mutation' ? 'recorder' : 'reader');
  }

  private price(field: GraphQLField<unknown, unknown>, node: FieldNode, parent: GraphQLNamedType | undefined, below: Measured): Priced {
    const named = (field.extensions['tenorPrice'] ?? {}) as Price;
    const mutation = parent === this.schema.getMutationType();
    const weight = isCompositeType(getNamedType(field.type)) ? 1 : 0;
    return { own: named.own ?? (mutation ? MUTATION : 0), weight, times: this.times(field, node, parent, named), below };
  }

  private times(field: GraphQLField<unknown, unknown>, node: FieldNode, parent: GraphQLNamedType | undefined, { times }: Price): Priced['times'] {
    if (typeof times === 'number') return times;
    const paged = field.args.some(({ name }) => name === 'first');
    const count = times ?? (paged ? ({ first }: RawArguments) => (typeof first === 'number' ? first : DEFAULT_PAGE) : null);
    if (count === null) return isListType(getNullableType(field.type)) && !isPartOfConnection(parent) ? SHORT_LIST : 1;
    const bound = (variables: Variables) => Math.max(0, Math.min(CEILING, count(this.argumentsOf(field, node, variables)) || 0));
    const fixed = !(node.arguments ?? []).some(({ value }) => value.kind !== Kind.INT && value.kind !== Kind.STRING && value.kind !== Kind.ENUM);
    if (fixed) return bound({});
    this.dynamic = true;
    return bound;
  }

  private argumentsOf(field: GraphQLField<unknown, unknown>, node: FieldNode, variables: Variables): RawArguments {
    const all = { ...this.defaults, ...variables };
    const given: Record<string, unknown> = {};
    for (const { name, defaultValue } of field.args) if (defaultValue !== undefined) given[name] = defaultValue;
    for (const { name, value } of node.arguments ?? []) {
      const read = valueFromASTUntyped(value, all);
      if (read !== undefined) given[name.value] = read;
    }
    return given;
  }
}

/** The connection's own `first` has counted its edges already. */
const isPartOfConnection = (parent: GraphQLNamedType | undefined): boolean => isObjectType(parent) && parent.name.endsWith('Connection');
