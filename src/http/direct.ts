import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { processRegularResult } from 'graphql-yoga';
import type { App } from '../app.ts';
import { toApiError } from '../graphql/errors.ts';
import { newRequestId } from '../platform/ids.ts';
import { type OperationParams, prepareOperation } from './operation.ts';
import type { Yoga } from './yoga.ts';

const JSON_TYPE = 'application/json';
const RESPONSE_TYPE = 'application/graphql-response+json';

/**
 * Answers a POST whose body is known to be small. The usual request, a query or mutation in plain
 * JSON, goes straight to the executor: the same parse, validate and execute as everywhere, without
 * a web Request and Response in between, which cost as much as the rest of the door. Whatever is
 * unusual about a request, Yoga answers.
 */
export async function answerPost(
  app: App,
  yoga: Yoga,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  if (body === undefined) return; // The caller has gone.
  const type = answerType(app, request);
  const params = type === undefined ? undefined : paramsOf(body);
  const result = params === undefined ? undefined : await run(app, yoga, request, params);
  if (type === undefined || result === undefined) {
    Object.assign(request, { body }); // Where Yoga looks for a body that was read before.
    await yoga(request, response);
  } else if (result.errors === undefined) {
    send(response, 200, { 'content-type': `${type}; charset=utf-8` }, JSON.stringify(result));
  } else {
    // What errors do to the status is Yoga's knowledge.
    const answer = processRegularResult(result as never, yoga.fetchAPI as never, type);
    send(response, answer.status, Object.fromEntries(answer.headers), await answer.text());
  }
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  text: string,
): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(text), ...headers });
  response.end(text);
}

/** Runs a query or mutation; undefined for a subscription, which is answered as a stream. */
async function run(
  app: App,
  yoga: Yoga,
  { headers: { authorization } }: IncomingMessage,
  params: OperationParams,
): Promise<ExecutionResult | undefined> {
  const requestId = newRequestId();
  try {
    const operation = await prepareOperation(yoga, { authorization, requestId }, params);
    if (!('args' in operation)) return { errors: operation };
    if (operation.type === 'subscription') return undefined;
    return (await operation.execute(operation.args)) as ExecutionResult;
  } catch (error) {
    return { errors: [toApiError(error, requestId, app.log)] };
  }
}

/** The type of a plain answer; undefined when the caller may want something else. */
function answerType({ config }: App, { headers }: IncomingMessage): string | undefined {
  const { accept, origin } = headers;
  if (origin !== undefined && config.allowedOrigins.length > 0) return undefined; // Needs CORS.
  if (accept === undefined || accept === '*/*' || accept === JSON_TYPE) return JSON_TYPE;
  if (accept === RESPONSE_TYPE || accept === `${RESPONSE_TYPE}, ${JSON_TYPE}`) return RESPONSE_TYPE;
  return undefined;
}

/** The parameters of a usual request; whatever is wrong with others, Yoga says. */
function paramsOf(body: string): OperationParams | undefined {
  try {
    const params: unknown = JSON.parse(body);
    if (!isObject(params)) return undefined;
    for (const name in params) {
      if (name !== 'query' && name !== 'variables' && name !== 'operationName') return undefined;
    }
    const { query, variables, operationName } = params;
    if (typeof query !== 'string') return undefined;
    if (variables != null && !isObject(variables)) return undefined;
    if (operationName != null && typeof operationName !== 'string') return undefined;
    return { query, variables, operationName };
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The whole body; undefined when the connection ended before it did. */
function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.once('close', () => resolve(undefined));
    request.once('error', () => resolve(undefined));
  });
}
