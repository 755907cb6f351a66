import type { OperationParams } from './operation.ts';

const NAMES: readonly string[] = ['query', 'variables', 'operationName'];

/** The parameters of a usual request's body; whatever is wrong with others, Yoga says. */
export function paramsOf(body: string): OperationParams | undefined {
  try {
    return checked(JSON.parse(body));
  } catch {
    return undefined;
  }
}

/** The parameters of a usual GET. */
export function paramsOfUrl(url: string): OperationParams | undefined {
  const search = new URLSearchParams(url.slice(url.indexOf('?') + 1));
  const given = [...search];
  const names = new Set(given.map(([name]) => name));
  if (names.size < given.length) return undefined; // Which of two counts, is not for us to say.
  try {
    const { variables, ...others } = Object.fromEntries(given);
    return checked({ ...others, ...(variables && { variables: JSON.parse(variables) }) });
  } catch {
    return undefined;
  }
}

function checked(params: unknown): OperationParams | undefined {
  if (!isObject(params)) return undefined;
  for (const name in params) if (!NAMES.includes(name)) return undefined;
  const { query, variables, operationName } = params;
  if (typeof query !== 'string') return undefined;
  if (variables != null && !isObject(variables)) return undefined;
  if (operationName != null && typeof operationName !== 'string') return undefined;
  return { query, variables, operationName };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
