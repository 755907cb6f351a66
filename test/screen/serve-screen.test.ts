/** How the screen's files are served. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveScreen } from '../../src/screen/screen.ts';

describe('serveScreen', () => {
  let server: Server;
  let url: string;
  let demoKey: string | undefined;

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (!serveScreen(request, response, { demoKey })) response.writeHead(418).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => void server.close());

  const get = (path: string, init: RequestInit = {}) =>
    fetch(url + path, { redirect: 'manual', ...init });

  it.each([
    ['/screen', 'text/html; charset=utf-8', '<!doctype html>'],
    ['/screen?board=weekly', 'text/html; charset=utf-8', 'screen/screen.js'],
    ['/screen/screen.js', 'text/javascript; charset=utf-8', 'import'],
    ['/screen/screen.css', 'text/css; charset=utf-8', ':root'],
    ['/screen/graphql-ws.js', 'text/javascript; charset=utf-8', 'graphql-transport-ws'],
    ['/screen/qr.js', 'text/javascript; charset=utf-8', 'export function encodeQR('],
  ])('answers GET %s', async (path, type, content) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|script-src[^;]*\*/);
    expect(await response.text()).toContain(content);
  });

  it('answers every module that the page imports', async () => {
    const page = await (await get('/screen')).text();
    const found = [...page.matchAll(/(?:src|href)="(screen\/[^"]+)"/g)].map(([, path]) => path);
    for (const path of found) {
      const text = await (await get(`/${path}`)).text();
      for (const [, name] of text.matchAll(/from '\.\/([^']+)'/g)) {
        if (!found.includes(`screen/${name}`)) found.push(`screen/${name}`);
      }
    }
    expect(found.length).toBeGreaterThan(10);
    for (const path of found) expect((await get(`/${path}`)).status, path).toBe(200);
  });

  it('has no module that asks for one from elsewhere', async () => {
    // Its package may grow imports; the page would then ask for files that are not there.
    expect(await (await get('/screen/qr.js')).text()).not.toMatch(/^\s*import\b|\bfrom '/m);
  });

  it('sends nothing again that the browser has', async () => {
    const etag = (await get('/screen')).headers.get('etag') ?? '';
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const response = await get('/screen', { headers: { 'if-none-match': known } });
      expect(response.status).toBe(304);
      expect(await response.text()).toBe('');
    }
    const other = await get('/screen', { headers: { 'if-none-match': '"other"' } });
    expect(other.status).toBe(200);
  });

  it('answers HEAD without a body and refuses other methods', async () => {
    const head = await get('/screen', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const post = await get('/screen', { method: 'POST', body: 'x' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('hands out the demo key and no other', async () => {
    expect(await (await get('/screen/config.json')).json()).toEqual({ key: null });
    demoKey = 'tm_screen_demo';
    const response = await get('/screen/config.json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({ key: 'tm_screen_demo' });
  });

  it.each([
    ['/screen/', 308],
    ['/screen/nothing.js', 404],
    ['/screen/tsconfig.json', 404],
    ['/screen/..%2fscreen.ts', 404],
    ['/screens', 418],
    ['/graphql', 418],
  ])('answers %s with %i', async (path, status) => {
    expect((await get(path)).status).toBe(status);
  });

  it('keeps the query when it redirects', async () => {
    const response = await get('/screen/?board=weekly&first=5');
    expect(response.headers.get('location')).toBe('../screen?board=weekly&first=5');
  });
});
