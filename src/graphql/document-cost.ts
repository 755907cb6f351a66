/** What operations cost, counted once for a document as far as its variables allow (F13). */
import {
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValueNode,
} from 'graphql';
import { limits } from '../limits.ts';
import { type Document, RowCounter, type SizeOf } from './document-rows.ts';
import { apiError } from './errors.ts';

const { documentRowsMax, pageSizeMax, commandCost, documentCostsKept } = limits;

export type Cost = {
  /** Objects that the answer may hold. */
  readonly objects: number;
  /** What its caller is charged: the objects and a price for each command, 1 at least. */
  readonly units: number;
};

export type Variables = Readonly<Record<string, unknown>> | null | undefined;

/** What an operation costs with these variables, which need not be valid. */
export const costOf = (
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): Cost => costsOf(schema, document, operation).of(variables);

/** What an operation costs at the most, whatever its variables are. */
export const mostOf = (
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Cost => costsOf(schema, document, operation).most;

/** Why an operation is too much; undefined when it is not. */
export function tooComplex({ objects }: Cost): GraphQLError | undefined {
  if (objects <= documentRowsMax) return undefined;
  const message = `The answer could have more than ${documentRowsMax} objects: ask for smaller pages.`;
  const told = { cost: objects, limit: documentRowsMax, http: { status: 403, spec: false } };
  return apiError('QUERY_TOO_COMPLEX', message, told);
}

/** Validation rule: refuses what is too much with any variables; the others are judged with theirs. */
export function documentCost(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation) {
      const costs = costsOf(context.getSchema(), context.getDocument(), operation);
      const error = tooComplex(costs.least);
      if (error !== undefined) context.reportError(error);
    },
  };
}

const known = new WeakMap<OperationDefinitionNode, OperationCosts>();

function costsOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): OperationCosts {
  const found = known.get(operation);
  if (found !== undefined) return found;
  const made = new OperationCosts(schema, document, operation);
  known.set(operation, made);
  return made;
}

/** No page size there is: as much as there may be. */
const MOST = Number.POSITIVE_INFINITY;

class OperationCosts {
  readonly least: Cost;
  readonly most: Cost;
  readonly #document: Document;
  readonly #operation: OperationDefinitionNode;
  readonly #commands: number;
  /** Variables that say a page size, each with what it is when none is given. */
  readonly #sizes = new Map<string, number | undefined>();
  readonly #bySizes = new Map<string, Cost>();

  constructor(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) {
    const fragments = fragmentsOf(document);
    this.#document = { getSchema: () => schema, getFragment: (name) => fragments.get(name) };
    this.#operation = operation;
    this.#commands = commandsOf(operation, fragments);
    this.most = this.#count((name, max) => {
      this.#sizes.set(name, defaultOf(operation, name));
      return max;
    });
    this.least = this.#sizes.size === 0 ? this.most : this.#count(() => 0);
  }

  of(variables: Variables): Cost {
    if (this.#sizes.size === 0) return this.most;
    const given = new Map<string, number | undefined>();
    for (const [name, absent] of this.#sizes) {
      const isGiven = variables != null && Object.hasOwn(variables, name);
      given.set(name, isGiven ? sizeOf(variables[name]) : absent);
    }
    const key = [...given.values()].join();
    const found = this.#bySizes.get(key);
    if (found !== undefined) return found;
    const cost = this.#count((name, max) => {
      const size = given.get(name);
      return size === undefined ? undefined : Math.min(size, max);
    });
    if (this.#bySizes.size >= documentCostsKept) this.#bySizes.clear();
    this.#bySizes.set(key, cost);
    return cost;
  }

  #count(size: SizeOf): Cost {
    const objects = new RowCounter(this.#document, size).ofOperation(this.#operation);
    return { objects, units: Math.max(1, objects + commandCost * this.#commands) };
  }
}

/** The size that a value asks for; undefined: none. What is no size of a page, is the largest. */
function sizeOf(value: unknown): number | undefined {
  if (value === null || value === undefined) return undefined;
  const size = Array.isArray(value) ? value.length : value;
  return Number.isInteger(size) && Number(size) >= 0 && Number(size) <= pageSizeMax
    ? Number(size)
    : MOST;
}

function defaultOf(operation: OperationDefinitionNode, name: string): number | undefined {
  const definition = operation.variableDefinitions?.find((one) => one.variable.name.value === name);
  return definition === undefined ? MOST : sizeOf(plain(definition.defaultValue));
}

/** A default as far as it can be a size. */
function plain(value: ValueNode | undefined): unknown {
  if (value?.kind === Kind.INT) return Number(value.value);
  if (value?.kind === Kind.LIST) return value.values;
  return value === undefined || value.kind === Kind.NULL ? undefined : MOST;
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

const fragmentsOf = ({ definitions }: DocumentNode): Fragments =>
  new Map(
    definitions
      .filter((one) => one.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );

/** Root fields of a mutation, fragments followed: each is a command, by whichever alias. */
function commandsOf(
  { operation, selectionSet }: OperationDefinitionNode,
  fragments: Fragments,
): number {
  if (operation !== OperationTypeNode.MUTATION) return 0;
  const counted = new Map<string, number>();
  const ofSet = (set: SelectionSetNode): number =>
    set.selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FIELD)
        return sum + (selection.name.value === '__typename' ? 0 : 1);
      if (selection.kind === Kind.INLINE_FRAGMENT) return sum + ofSet(selection.selectionSet);
      return sum + ofFragment(selection.name.value);
    }, 0);
  const ofFragment = (name: string): number => {
    const before = counted.get(name);
    const fragment = fragments.get(name);
    if (before !== undefined || fragment === undefined) return before ?? 0;
    counted.set(name, 0); // Cycles are refused by other rules.
    const count = ofSet(fragment.selectionSet);
    counted.set(name, count);
    return count;
  };
  return ofSet(selectionSet);
}
