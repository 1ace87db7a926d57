import {
  type DocumentNode,
  getOperationAST,
  GraphQLSchema,
  type GraphQLSchemaConfig,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';
import { planOf, type Plan } from './plan.js';
import { ALREADY_READ, alreadyRead, VariableReader } from './variables.js';

/** What is kept beside a validated document: its plan, and its compiled form once it proves to be used again. */
export interface Prepared {
  readonly operation: OperationDefinitionNode;
  readonly plan: Plan;
  uses: number;
  /** Null: not compiled yet, or never (the compiler cannot, so graphql-js runs it). */
  compiled: Compiled | null;
  compilable: boolean;
}

export interface Compiled {
  readonly variables: VariableReader;
  /** With variables that were read. */
  readonly query: CompiledQuery['query'];
}

/** Compiling takes a millisecond or more: a query asked once is cheaper without. */
const COMPILE_AT_USE = 2;
const REMEMBERED = 500;

const keyOf = (query: string, operationName: string | null | undefined): string => (operationName ? `${operationName}\0${query}` : query);

/** Lives as long as the document does, and documents live in the server's bounded store. */
export class PreparedOperations {
  private readonly byDocument = new WeakMap<DocumentNode, Map<string, Prepared>>();
  private readonly byText = new Map<string, Prepared>();

  get(schema: GraphQLSchema, document: DocumentNode, operationName: string | null | undefined): Prepared | null {
    let byName = this.byDocument.get(document);
    if (!byName) this.byDocument.set(document, (byName = new Map<string, Prepared>()));
    const known = byName.get(operationName ?? '');
    if (known) return known;
    const operation = getOperationAST(document, operationName);
    if (!operation) return null;
    const plan = planOf(schema, document, operation);
    // What is asked about the schema is answered by the schema: the compiler is given another, with a type more.
    const prepared: Prepared = { operation, plan, uses: 0, compiled: null, compilable: plan.introspectionDepth === 0 };
    byName.set(operationName ?? '', prepared);
    return prepared;
  }

  /** The compiled form, from the second use on. */
  compiled(schema: GraphQLSchema, document: DocumentNode, operationName: string | null | undefined, source?: string): Compiled | null {
    const prepared = this.get(schema, document, operationName);
    if (!prepared || !prepared.compilable) return null;
    prepared.uses += 1;
    if (prepared.compiled === null && prepared.uses >= COMPILE_AT_USE) {
      compile(prepared, schema, document, operationName);
      if (prepared.compiled !== null && source) this.remember(keyOf(source, operationName), prepared);
    }
    return prepared.compiled;
  }

  /** A query that was parsed, validated and compiled before, by its very text. */
  byQuery(query: string, operationName: string | null | undefined): Prepared | undefined {
    return this.byText.get(keyOf(query, operationName));
  }

  private remember(key: string, prepared: Prepared): void {
    if (this.byText.size >= REMEMBERED) {
      const [oldest] = this.byText.keys();
      if (oldest !== undefined) this.byText.delete(oldest);
    }
    this.byText.set(key, prepared);
  }
}

function compile(prepared: Prepared, schema: GraphQLSchema, document: DocumentNode, operationName: string | null | undefined): void {
  try {
    const compiled = compileQuery(...toCompile(schema, document, prepared.operation), operationName ?? undefined);
    if (isCompiledQuery(compiled)) prepared.compiled = { query: compiled.query, variables: new VariableReader(schema, prepared.operation) };
  } catch {
    // Nothing is lost: graphql-js answers the same, only slower.
  }
  prepared.compilable = prepared.compiled !== null;
}

/** A schema as the compiler is given it. */
type Twin = (schema: GraphQLSchema) => GraphQLSchema;

function twin(make: (schema: GraphQLSchema) => Readonly<GraphQLSchemaConfig>): Twin {
  const made = new WeakMap<GraphQLSchema, GraphQLSchema>();
  return (schema) => {
    const known = made.get(schema);
    if (known) return known;
    const config = make(schema);
    const other = new GraphQLSchema({ ...config, types: [...(config.types ?? []), ALREADY_READ], assumeValid: true });
    made.set(schema, other);
    return other;
  };
}

const asItIs = twin((schema) => schema.toConfig());
const withMutationsAsQueries = twin((schema) => {
  const { mutation, ...config } = schema.toConfig();
  return { ...config, query: mutation };
});

/**
 * The operation with variables that were read already. A mutation of one field is compiled as the query that it equals, since there is
 * nothing to run one after the other: for a mutation the compiler puts two closures into the fields of each execution, and V8 keeps what
 * such closures reach until a full collection: of a bulk call all its inputs, a sixth of everything that was allocated
 * (docs/decisions/threads-and-heap.md).
 */
function toCompile(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): [GraphQLSchema, DocumentNode] {
  const [field, ...others] = operation.selectionSet.selections;
  const asQuery = operation.operation === OperationTypeNode.MUTATION && field?.kind === Kind.FIELD && others.length === 0;
  const changed = { ...alreadyRead(operation), ...(asQuery && { operation: OperationTypeNode.QUERY }) };
  const definitions = document.definitions.map((each) => (each === operation ? changed : each));
  return [(asQuery ? withMutationsAsQueries : asItIs)(schema), { ...document, definitions }];
}
