import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { processRegularResult } from 'graphql-yoga';
import type { App } from '../app.ts';
import type { Context } from '../graphql/context.ts';
import { toApiError } from '../graphql/errors.ts';
import { isKnownTag } from '../platform/etag.ts';
import { newRequestId } from '../platform/ids.ts';
import { COST_HEADER, charge, tabOf } from './charge.ts';
import {
  type GraphqlDoor,
  type Operation,
  type OperationParams,
  prepareOperation,
} from './operation.ts';
import { paramsOf, paramsOfUrl } from './params.ts';
import type { SharedAnswer, SharedAnswers } from './shared-answers.ts';
import type { SharedBoards } from './shared-boards.ts';
import { answerStream } from './shared-stream.ts';
import type { StreamGuard } from './stream-guard.ts';
import type { Yoga } from './yoga.ts';

const JSON_TYPE = 'application/json';
const RESPONSE_TYPE = 'application/graphql-response+json';
const STREAM_TYPE = 'text/event-stream';

/** What requests over HTTP share. */
export type HttpDoor = GraphqlDoor & {
  readonly streams: StreamGuard;
  readonly boards: SharedBoards;
  readonly answers: SharedAnswers;
};

/**
 * Answers a POST whose body is known to be small. The usual request, in plain JSON, goes straight
 * to the executor: the same parse, validate and execute as everywhere, without a web Request and
 * Response in between, which cost as much as the rest of the door. Whatever is unusual about a
 * request, Yoga answers.
 */
export async function answerPost(
  door: HttpDoor,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  if (body === undefined) return; // The caller has gone.
  const type = answerType(door.app, request);
  if (type !== undefined && (await answer(door, request, response, type, body))) return;
  Object.assign(request, { body }); // Where Yoga looks for a body that was read before.
  await door.yoga(request, response);
}

/** Answers a GET: what can be shared is; all else Yoga answers. */
export async function answerGet(
  door: HttpDoor,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const type = answerType(door.app, request);
  if (type !== undefined && request.method === 'GET') {
    if (await answer(door, request, response, type, undefined)) return;
  }
  await door.yoga(request, response);
}

/** False when nothing was answered yet. */
async function answer(
  door: HttpDoor,
  request: IncomingMessage,
  response: ServerResponse,
  type: string,
  body: string | undefined,
): Promise<boolean> {
  const text = `${type}\n${body ?? request.url}`;
  const kept = await door.answers.find(text, request.headers.authorization, tabOf(request));
  if (kept !== undefined) {
    sendShared(request, response, type, kept);
    return true;
  }
  const params = body === undefined ? paramsOfUrl(request.url ?? '') : paramsOf(body);
  if (params === undefined) return false;
  const requestId = newRequestId();
  const { authorization } = request.headers;
  let result: ExecutionResult;
  try {
    const operation = await prepareOperation(door, { authorization, requestId }, params);
    if (!('args' in operation)) result = { errors: operation };
    else {
      if (await share(door, request, response, { type, text, params, operation })) {
        door.app.operations.noteAdHoc(operation.adHoc, operation.name);
        return true;
      }
      // Streams, and what only a POST may do, are judged there.
      if (operation.type === 'subscription' || type === STREAM_TYPE || body === undefined)
        return false;
      const waiting = charge(operation, false, tabOf(request));
      if (waiting !== undefined) await waiting;
      door.app.operations.noteAdHoc(operation.adHoc, operation.name);
      result = await operation.execute(operation.args);
    }
  } catch (error) {
    result = { errors: [toApiError(error, requestId, door.app.log)] };
  }
  if (type === STREAM_TYPE || body === undefined) return false;
  await send(door.yoga, response, type, result);
  return true;
}

type Shared = {
  readonly type: string;
  readonly text: string;
  readonly params: OperationParams;
  readonly operation: Operation;
};

/** Answers what is the same for all who ask for it. */
async function share(
  { answers, boards, streams }: HttpDoor,
  request: IncomingMessage,
  response: ServerResponse,
  { type, text, params, operation }: Shared,
): Promise<boolean> {
  if (operation.type === 'subscription') {
    const { viewer } = operation.args.contextValue as Context;
    const asked = { viewer, variables: params.variables, operation };
    return type === STREAM_TYPE && answerStream({ boards, streams }, response, asked);
  }
  const isById = params.documentId !== undefined;
  const asked = { type, text: isById ? undefined : text, variables: params.variables };
  const made =
    type === STREAM_TYPE ? undefined : await answers.make(asked, operation, tabOf(request));
  if (made !== undefined) sendShared(request, response, type, made);
  return made !== undefined;
}

/** With its tag for who asks by GET: what has not changed is not sent again. */
function sendShared(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  type: string,
  { bytes, etag }: SharedAnswer,
): void {
  const isGet = method === 'GET';
  const shown = isGet && {
    ...{ etag, 'cache-control': 'private, no-cache', vary: 'Authorization, Accept' },
  };
  if (isGet && isKnownTag(headers['if-none-match'], etag)) {
    response.writeHead(304, shown || {});
    response.end();
    return;
  }
  const length = bytes.length;
  response.writeHead(200, {
    ...{ 'content-type': `${type}; charset=utf-8`, 'content-length': length },
    ...shown,
  });
  response.end(bytes);
}

async function send(yoga: Yoga, response: ServerResponse, type: string, result: ExecutionResult) {
  if (result.errors === undefined) {
    const text = JSON.stringify(result);
    const length = Buffer.byteLength(text);
    response.writeHead(200, {
      'content-length': length,
      'content-type': `${type}; charset=utf-8`,
    });
    response.end(text);
    return;
  }
  // What errors do to the status is Yoga's knowledge.
  const answered = processRegularResult(result as never, yoga.fetchAPI as never, type);
  const text = await answered.text();
  const headers = Object.fromEntries(answered.headers);
  response.writeHead(answered.status, { 'content-length': Buffer.byteLength(text), ...headers });
  response.end(text);
}

/** The type of a plain answer; undefined when the caller may want something else. */
function answerType({ config }: App, { headers }: IncomingMessage): string | undefined {
  const { accept, origin } = headers;
  if (origin !== undefined && config.allowedOrigins.length > 0) return undefined; // Needs CORS.
  if (headers[COST_HEADER] !== undefined) return undefined; // An answer of its own.
  if (accept === undefined || accept === '*/*' || accept === JSON_TYPE) return JSON_TYPE;
  if (accept === RESPONSE_TYPE || accept === `${RESPONSE_TYPE}, ${JSON_TYPE}`) return RESPONSE_TYPE;
  return accept === STREAM_TYPE ? STREAM_TYPE : undefined;
}

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
