/** Bounds on documents, checked before anything is resolved and alike on every door. */
import {
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  parse,
  type SelectionSetNode,
  type Source,
  type ValidationContext,
} from 'graphql';
import { limits } from '../limits.ts';

/** Parses with the limits that keep the parser itself from overflowing (RELIABILITY.md T9). */
export function parseDocument(source: string | Source): DocumentNode {
  const body = typeof source === 'string' ? source : source.body;
  if (body.length > limits.documentCharactersMax) {
    throw new GraphQLError(
      `The document has more than ${limits.documentCharactersMax} characters.`,
    );
  }
  return parse(source, { maxTokens: limits.documentTokensMax });
}

/** Validation rule: depth, aliases, directives and selections per set, fragments followed. */
export function documentLimits(context: ValidationContext): ASTVisitor {
  let aliases = 0;
  let directives = 0;
  const refuse = (what: string) => context.reportError(new GraphQLError(what));
  return {
    Document: {
      enter(document) {
        if (depthOf(document, context) > limits.documentDepthMax) {
          refuse(`The document is more than ${limits.documentDepthMax} levels deep.`);
        }
      },
      leave() {
        if (aliases > limits.documentAliasesMax) {
          refuse(`The document has more than ${limits.documentAliasesMax} aliases.`);
        }
        if (directives > limits.documentDirectivesMax) {
          refuse(`The document has more than ${limits.documentDirectivesMax} directives.`);
        }
      },
    },
    Field(node) {
      if (node.alias !== undefined) aliases += 1;
    },
    Directive() {
      directives += 1;
    },
    SelectionSet(node) {
      if (node.selections.length > limits.selectionsPerSetMax) {
        refuse(`A selection has more than ${limits.selectionsPerSetMax} fields.`);
      }
    },
  };
}

/** Levels of fields in the deepest operation. Introspection is judged by its own rule. */
function depthOf(document: DocumentNode, context: ValidationContext): number {
  const known = new Map<FragmentDefinitionNode, number>();
  const open = new Set<FragmentDefinitionNode>();
  const ofSet = (set: SelectionSetNode): number => {
    let deepest = 0;
    for (const selection of set.selections) {
      let depth = 0;
      if (selection.kind === Kind.FIELD) {
        if (selection.name.value.startsWith('__')) continue;
        depth = 1 + (selection.selectionSet === undefined ? 0 : ofSet(selection.selectionSet));
      } else if (selection.kind === Kind.INLINE_FRAGMENT) depth = ofSet(selection.selectionSet);
      else depth = ofFragment(context.getFragment(selection.name.value));
      deepest = Math.max(deepest, depth);
    }
    return deepest;
  };
  const ofFragment = (fragment: FragmentDefinitionNode | null | undefined): number => {
    if (fragment == null || open.has(fragment)) return 0; // Other rules refuse these.
    const cached = known.get(fragment);
    if (cached !== undefined) return cached;
    open.add(fragment);
    const depth = ofSet(fragment.selectionSet);
    open.delete(fragment);
    known.set(fragment, depth);
    return depth;
  };
  const depths = document.definitions.map((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? ofSet(definition.selectionSet) : 0,
  );
  return Math.max(0, ...depths);
}
