import { getOperationAST } from 'graphql';
import type { Operation } from './operation.ts';

/**
 * Names what was asked for: equal for equal documents and variables, in whichever order. Variables
 * that the operation does not declare change nothing, and make nobody's share another.
 */
export function shareKey(
  { query, name, args: { document } }: Pick<Operation, 'query' | 'name' | 'args'>,
  variables: Readonly<Record<string, unknown>>,
): string {
  const declared = getOperationAST(document, name)?.variableDefinitions ?? [];
  const given = declared
    .map(({ variable }) => variable.name.value)
    .filter((variable) => Object.hasOwn(variables, variable))
    .sort()
    .map((variable) => [variable, variables[variable]]);
  return JSON.stringify([name, given, query]);
}
