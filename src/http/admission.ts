import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Config } from '../config.ts';
import type { ErrorCode } from '../graphql/errors.ts';
import { limits } from '../limits.ts';

/**
 * Judges a request by its headers, before anything is read: Node reads no more than the
 * Content-Length. 'unknown': it does not say (chunked), so the body has to be counted.
 */
export function admit(
  config: Config,
  request: IncomingMessage,
  response: ServerResponse,
): 'known' | 'unknown' | 'refused' {
  const { method, headers } = request;
  const refuse = (status: number, message: string) =>
    answerRefused(config, request, response, status, message);
  if (isCrossOrigin(config, request)) return refuse(403, 'This origin may not call.');
  if (method !== 'POST') return 'known';
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  // Forms reach us from foreign pages without asking (CSRF): only JSON is taken.
  if (type !== 'application/json') return refuse(415, 'Send application/json.');
  headers['content-type'] = type; // Yoga knows this one spelling only.
  if (headers['content-encoding'] !== undefined) {
    return refuse(415, 'Send the body without content-encoding.');
  }
  const length = headers['content-length'];
  if (length === undefined) return 'unknown';
  if (Number(length) <= limits.bodyBytesMax) return 'known';
  return refuse(413, `The body may have at most ${limits.bodyBytesMax} bytes.`);
}

/** True for browsers on foreign pages; programs send no Origin, our own pages the same host. */
export function isCrossOrigin(config: Config, request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined || config.allowedOrigins.includes(origin)) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}

/**
 * Answers as GraphQL does, and closes: what is left of the body is not worth reading. Pages of
 * allowed origins may read why, as they may read Yoga's answers.
 */
function answerRefused(
  { allowedOrigins }: Config,
  { headers: { origin } }: IncomingMessage,
  response: ServerResponse,
  status: number,
  message: string,
): 'refused' {
  const code: ErrorCode = status === 403 ? 'FORBIDDEN' : 'BAD_REQUEST';
  if (allowedOrigins.length > 0) response.setHeader('vary', 'Origin');
  if (origin !== undefined && allowedOrigins.includes(origin)) {
    response.setHeader('access-control-allow-origin', origin);
  }
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    connection: 'close',
  });
  response.end(JSON.stringify({ errors: [{ message, extensions: { code } }] }));
  return 'refused';
}
