import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Config } from '../config.ts';
import type { ErrorCode } from '../graphql/errors.ts';
import { limits } from '../limits.ts';

/**
 * Judges a request's body by its headers, before anything is read: Node reads no more than the
 * Content-Length. 'unknown': it does not say (chunked), so it has to be counted.
 */
export function checkBody(
  request: IncomingMessage,
  response: ServerResponse,
): 'known' | 'unknown' | 'refused' {
  if (request.method !== 'POST') return 'known';
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  // Forms reach us from foreign pages without asking (CSRF): only JSON is taken.
  if (type !== 'application/json') {
    refuse(response, 415, 'Send application/json.');
    return 'refused';
  }
  request.headers['content-type'] = type; // Yoga knows this one spelling only.
  if (request.headers['content-encoding'] !== undefined) {
    refuse(response, 415, 'Send the body without content-encoding.');
    return 'refused';
  }
  const length = request.headers['content-length'];
  if (length === undefined) return 'unknown';
  if (Number(length) <= limits.bodyBytesMax) return 'known';
  refuse(response, 413, `The body may have at most ${limits.bodyBytesMax} bytes.`);
  return 'refused';
}

/** True for browsers on foreign pages; programs send no Origin, our own pages the same host. */
export function isCrossOrigin(config: Config, request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined || config.allowedOrigins.includes(origin)) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}

/** Answers as GraphQL does, and closes: what is left of the body is not worth reading. */
export function refuse(response: ServerResponse, status: number, message: string): void {
  const code: ErrorCode = status === 403 ? 'FORBIDDEN' : 'BAD_REQUEST';
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    connection: 'close',
  });
  response.end(JSON.stringify({ errors: [{ message, extensions: { code } }] }));
}
