import type { Operation } from './operation.ts';

/** Names what was asked for: equal for equal documents and variables, in whichever order. */
export function shareKey(
  { query, name }: Pick<Operation, 'query' | 'name'>,
  variables: Readonly<Record<string, unknown>>,
): string {
  const sorted = Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([name, sorted, query]);
}
