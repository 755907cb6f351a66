/** How many objects a document may have read: pages multiplied by the pages inside them. */
import {
  type FieldNode,
  type FragmentSpreadNode,
  type GraphQLField,
  type GraphQLNamedType,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValueNode,
} from 'graphql';
import { limits } from '../limits.ts';

const { pageSizeDefault, pageSizeMax, aroundRadiusMax, unpagedListRows } = limits;

/** More is not worth telling apart. */
const ROWS_MAX = 1_000_000_000;

/** What counting asks of a document. */
export type Document = Pick<ValidationContext, 'getFragment' | 'getSchema'>;

/** The size that a variable asks for; undefined: none is given. `max`: the largest there is. */
export type SizeOf = (variable: string, max: number) => number | undefined;

type Parent = GraphQLNamedType | null | undefined;

/** Counts what one operation may have read. Never too little: `@skip` and `@include` do nothing. */
export class RowCounter {
  readonly #context: Document;
  readonly #sizeOf: SizeOf;
  /** By fragment and page, so that fragments of fragments are not walked again and again. */
  readonly #fragments = new Map<string, number>();
  readonly #open = new Set<string>();

  constructor(context: Document, sizeOf: SizeOf) {
    this.#context = context;
    this.#sizeOf = sizeOf;
  }

  ofOperation({ operation, selectionSet }: OperationDefinitionNode): number {
    const root = this.#context.getSchema().getRootType(operation);
    return this.ofSet(selectionSet, root, undefined);
  }

  /** Objects below one object. `page`: rows of each list here, when it is a page of its parent. */
  ofSet(set: SelectionSetNode, parent: Parent, page: number | undefined): number {
    let rows = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) rows += this.#ofField(selection, parent, page);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) rows += this.#ofSpread(selection, page);
      else {
        const { typeCondition, selectionSet } = selection;
        const type = typeCondition ? this.#typeOf(typeCondition.name.value) : parent;
        rows += this.ofSet(selectionSet, type, page);
      }
    }
    return Math.min(rows, ROWS_MAX);
  }

  #ofField(node: FieldNode, parent: Parent, page: number | undefined): number {
    const { name, selectionSet } = node;
    if (selectionSet === undefined || name.value.startsWith('__')) return 0;
    const field =
      isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name.value] : undefined;
    if (field === undefined) return 0; // Other rules refuse it.
    const type = getNamedType(field.type);
    const own = this.#pageOf(node, field);
    if (isListType(getNullableType(field.type))) {
      return (own ?? page ?? unpagedListRows) * (1 + this.ofSet(selectionSet, type, undefined));
    }
    // A connection reads its page, whichever of its lists are selected.
    return Math.max(1, own ?? 1) + this.ofSet(selectionSet, type, own);
  }

  #ofSpread({ name: { value: name } }: FragmentSpreadNode, page: number | undefined): number {
    const fragment = this.#context.getFragment(name);
    if (fragment == null || this.#open.has(name)) return 0; // Other rules refuse these.
    const key = `${name} ${page}`;
    const known = this.#fragments.get(key);
    if (known !== undefined) return known;
    this.#open.add(name);
    const type = this.#typeOf(fragment.typeCondition.name.value);
    const rows = this.ofSet(fragment.selectionSet, type, page);
    this.#open.delete(name);
    this.#fragments.set(key, rows);
    return rows;
  }

  #typeOf(name: string): Parent {
    return this.#context.getSchema().getType(name);
  }

  /** The rows that a field's arguments ask for; undefined when it takes none that say. */
  #pageOf(node: FieldNode, field: GraphQLField<unknown, unknown>): number | undefined {
    const given = (name: string) =>
      node.arguments?.find((argument) => argument.name.value === name)?.value;
    const sizeOf = (name: string, max: number) => {
      const taken = field.args.find((argument) => argument.name === name);
      return taken && this.#sizeIn(given(name), max, taken.defaultValue);
    };
    const radius = sizeOf('radius', aroundRadiusMax);
    if (radius !== undefined) return 2 * radius + 1;
    if (field.args.some(({ name }) => name === 'ids')) {
      const ids = given('ids');
      if (ids?.kind === Kind.VARIABLE) return this.#sizeOf(ids.name.value, pageSizeMax) ?? 0;
      return ids?.kind === Kind.LIST ? ids.values.length : pageSizeMax;
    }
    if (!field.args.some(({ name }) => name === 'first')) return undefined;
    const sizes = [sizeOf('first', pageSizeMax), sizeOf('last', pageSizeMax)];
    const asked = sizes.filter((size) => size !== undefined);
    return asked.length === 0 ? pageSizeDefault : Math.max(...asked);
  }

  /** A size as it is asked for; what is out of range is refused when the field is resolved. */
  #sizeIn(value: ValueNode | undefined, max: number, byDefault: unknown): number | undefined {
    const absent = typeof byDefault === 'number' ? byDefault : undefined;
    if (value?.kind === Kind.VARIABLE) return this.#sizeOf(value.name.value, max) ?? absent;
    if (value?.kind === Kind.INT) return Math.min(max, Math.max(0, Number(value.value)));
    return absent;
  }
}
