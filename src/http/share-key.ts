import { getOperationAST } from 'graphql';
import { limits } from '../limits.ts';
import type { Operation } from './operation.ts';

/**
 * Names what was asked for: equal for equal documents and variables, in whichever order. Variables
 * that the operation does not declare change nothing, and make nobody's share another. Undefined
 * for values so deep that none of our arguments takes them: their own execution says what is wrong.
 */
export function shareKey(
  { query, name, args: { document } }: Pick<Operation, 'query' | 'name' | 'args'>,
  variables: Readonly<Record<string, unknown>>,
): string | undefined {
  const declared = getOperationAST(document, name)?.variableDefinitions ?? [];
  const given = declared
    .map(({ variable }) => variable.name.value)
    .filter((variable) => Object.hasOwn(variables, variable))
    .sort()
    .map((variable) => [variable, variables[variable]]);
  if (!isShallow(given, limits.documentDepthMax)) return undefined;
  return JSON.stringify([name, given, query]);
}

/** Whether a value has so few levels; JSON.stringify would overflow the stack with some thousand. */
function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isShallow(inner, levels - 1));
}
