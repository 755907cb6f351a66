/** Serves the live screen: a page without a build step that follows leaderboards and challenges. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isKnownTag } from '../platform/etag.ts';

type StaticFile = { readonly type: string; readonly body: Buffer; readonly etag: string };

const BASE = '/screen';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

// 'self' covers the WebSocket to our own host; a browser that thinks otherwise falls back to SSE.
// Any site may frame the screen: signage players and event pages do, and there is nothing in it to
// gain by a misled click: it changes nothing, and what it shows its framer cannot read.
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  'frame-ancestors *',
].join('; ');

const commonHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

const { resolve } = createRequire(import.meta.url);
const files = readFiles();

/**
 * Answers GET and HEAD of /screen and of everything below it; false when the path is not ours.
 * `demoKey` is handed out to anyone who asks, so it must be a SCREEN key of the demo program.
 */
export function serveScreen(
  request: IncomingMessage,
  response: ServerResponse,
  options: { demoKey: string | undefined },
): boolean {
  const [pathname = '', ...search] = (request.url ?? '').split('?');
  if (pathname !== BASE && !pathname.startsWith(`${BASE}/`)) return false;
  // A refused body is not read; the connection ends with the answer instead.
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    sendText(response, 405, 'Only GET and HEAD', { allow: 'GET, HEAD', connection: 'close' });
    return true;
  }
  if (pathname === `${BASE}/`) {
    // Relative, so that it also holds below a proxy's prefix.
    sendText(response, 308, '', { location: ['../screen', ...search].join('?') });
    return true;
  }
  if (pathname === `${BASE}/config.json`) {
    sendConfig(response, options.demoKey);
    return true;
  }
  const file = files.get(pathname);
  if (file === undefined) sendText(response, 404, 'Not found');
  else sendFile(request, response, file);
  return true;
}

function sendConfig(response: ServerResponse, demoKey: string | undefined): void {
  response.writeHead(200, {
    ...commonHeaders,
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
  // Node leaves the body out when the method is HEAD.
  response.end(JSON.stringify({ key: demoKey ?? null }));
}

function sendFile(request: IncomingMessage, response: ServerResponse, file: StaticFile): void {
  const headers = { ...commonHeaders, 'cache-control': 'no-cache', etag: file.etag };
  if (isKnownTag(request.headers['if-none-match'], file.etag)) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  const { type, body } = file;
  response.writeHead(200, { ...headers, 'content-type': type, 'content-length': body.length });
  response.end(body);
}

function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    ...commonHeaders,
    ...headers,
    'content-type': 'text/plain; charset=utf-8',
  });
  response.end(text);
}

/** Everything that can be served, by path; read once. */
function readFiles(): Map<string, StaticFile> {
  const found = new Map<string, StaticFile>();
  const add = (pathname: string, file: string) => {
    const type = types[path.extname(file)];
    if (type === undefined) return;
    const body = readFileSync(file);
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    found.set(pathname, { type, body, etag });
  };
  const page = fileURLToPath(new URL('./page', import.meta.url));
  for (const name of readdirSync(page)) add(`${BASE}/${name}`, path.join(page, name));
  add(BASE, path.join(page, 'screen.html'));
  // The browser build of the client that the server's own package ships.
  const graphqlWs = path.dirname(resolve('graphql-ws/package.json'));
  add(`${BASE}/graphql-ws.js`, path.join(graphqlWs, 'umd/graphql-ws.min.js'));
  // A module without imports: browsers take it as it is.
  add(`${BASE}/qr.js`, resolve('qr'));
  return found;
}
