import { apiError } from '../graphql/errors.ts';
import { readDocumentId } from '../operations/document-id.ts';
import type { OperationParams } from './operation.ts';

const NAMES: readonly string[] = ['query', 'variables', 'operationName'];

/** The parameters that name a registered operation: ours, and what other servers call it. */
export const idParams: readonly string[] = ['documentId', 'doc_id', 'id'];
const MORE_NAMES: readonly string[] = [...idParams, 'extensions'];

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
    const { variables, extensions, ...others } = Object.fromEntries(given);
    return checked({
      ...others,
      ...(variables && { variables: JSON.parse(variables) }),
      ...(extensions && { extensions: JSON.parse(extensions) }),
    });
  } catch {
    return undefined;
  }
}

function checked(params: unknown): OperationParams | undefined {
  if (!isObject(params)) return undefined;
  let isPlain = true;
  for (const name in params) {
    if (NAMES.includes(name)) continue;
    if (!MORE_NAMES.includes(name)) return undefined;
    isPlain = false;
  }
  const { query, variables, operationName } = params;
  const documentId = isPlain ? undefined : documentIdOf(params);
  if (typeof query !== 'string' && (documentId === undefined || query != null)) return undefined;
  if (variables != null && !isObject(variables)) return undefined;
  if (operationName != null && typeof operationName !== 'string') return undefined;
  return { query: query ?? '', variables, operationName, documentId };
}

/**
 * The id of a registered operation among a request's parameters, be it Apollo's extension;
 * undefined: there is none. Throws what is wrong with it.
 */
export function documentIdOf(given: object): string | undefined {
  const params = given as Readonly<Record<string, unknown>>;
  const { documentId, doc_id, id: otherId, extensions } = params;
  if ((documentId ?? doc_id ?? otherId ?? extensions) == null) return undefined;
  if (extensions != null && !isObject(extensions)) throw wrong('`extensions` must be an object');
  const persisted = extensions?.persistedQuery;
  const ids = idParams.map((name) => params[name]);
  if (isObject(persisted)) ids.push(persisted.sha256Hash);
  const [id, ...others] = ids.filter((one) => one != null);
  if (id === undefined) return undefined;
  if (typeof id !== 'string' || id === '') throw wrong('the id of an operation must be a string');
  const same = (other: unknown) =>
    other === id || (typeof other === 'string' && readDocumentId(other) === readDocumentId(id));
  if (!others.every(same)) throw wrong('the request has different ids of operations');
  return id;
}

/** The id parameters of a URL. */
export function idsOfUrl(url: string): Record<string, string> {
  const search = new URLSearchParams(url.slice(url.indexOf('?') + 1));
  const given = idParams.map((name) => [name, search.get(name)] as const);
  return Object.fromEntries(given.filter((one): one is [string, string] => Boolean(one[1])));
}

const wrong = (message: string) => apiError('BAD_REQUEST', message, { http: { status: 400 } });

/** A JSON object. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
