import { type ASTNode, type DocumentNode, type GraphQLError, Kind, visit } from 'graphql';

/**
 * The input that an error of graphql-js is about, as a path like `input.occurredAt`; undefined
 * when it is about something else. Literals are found by their place in the document, variables
 * by the path that the message names.
 */
export function wrongInput(error: GraphQLError, document?: DocumentNode): string | undefined {
  const [node] = error.nodes ?? [];
  if (node?.kind === Kind.VARIABLE_DEFINITION) {
    const [, path] = /at "([^"]+)"/.exec(error.message) ?? [];
    return path ?? node.variable.name.value;
  }
  return node === undefined || document === undefined ? undefined : argumentPath(document, node);
}

/** Names of the argument and the input fields around a value. */
function argumentPath(document: DocumentNode, wanted: ASTNode): string | undefined {
  const path: string[] = [];
  let found: string | undefined;
  const enter = (node: { readonly name: { readonly value: string }; readonly value: ASTNode }) => {
    path.push(node.name.value);
    if (node.value === wanted || contains(node.value, wanted)) found = path.join('.');
  };
  const leave = () => {
    path.pop();
  };
  visit(document, { Argument: { enter, leave }, ObjectField: { enter, leave } });
  return found;
}

/** Items of a list have no name of their own. */
const contains = (value: ASTNode, wanted: ASTNode) =>
  value.kind === Kind.LIST && value.values.some((item) => item === wanted);
