/** Who may call from a browser page (RELIABILITY.md T10, T11). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { type SendOptions, sendHttp } from '../support/raw-http.ts';
import { enrol } from './bad-documents.ts';

let test: TestApp;
let program: TestProgram;
let server: RunningServer;

beforeAll(async () => {
  test = await createTestApp({
    env: { ALLOWED_ORIGINS: 'https://app.example/, https://b.example' },
  });
  program = await createTestProgram(test.app);
  server = await startServer(test.app);
});
afterAll(async () => {
  await server.close();
  await test.close();
});

const send = (options: SendOptions) =>
  sendHttp(server.port, {
    ...options,
    headers: { authorization: `Bearer ${program.keys.operator}`, ...options.headers },
  });
const mutation = (externalId: string) =>
  JSON.stringify({ query: `mutation { ${enrol(externalId)} }` });
const members = () => test.app.db.member.count();

describe('origins', () => {
  const foreign = ['https://evil.example', 'null', 'http://127.0.0.1:1', 'file://', 'nonsense'];

  it.each(foreign)('%s may neither ask nor connect (T10)', async (origin) => {
    const before = await members();
    const sent = await send({ headers: { origin }, body: mutation('origin') });
    expect(sent.status).toBe(403);
    expect(JSON.parse(sent.text).errors[0].extensions.code).toBe('FORBIDDEN');
    expect(sent.headers['access-control-allow-origin']).toBeUndefined();
    expect((await send({ method: 'OPTIONS', headers: { origin } })).status).toBe(403);
    expect(await members()).toBe(before);
    expect(await upgradeStatus({ origin })).toBe(403);
  });

  it('allows its own and those that are set', async () => {
    const body = '{"query":"{ program { key } }"}';
    for (const origin of [`http://127.0.0.1:${server.port}`, 'https://app.example']) {
      expect((await send({ headers: { origin }, body })).status).toBe(200);
      expect(await upgradeStatus({ origin })).toBe(101);
    }
    const preflight = await send({
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers['access-control-allow-origin']).toBe('https://app.example');
    expect(preflight.headers['access-control-allow-credentials']).not.toBe('true');
  });

  it.each([
    [413, { 'content-length': '5000000' }],
    [415, { 'content-type': 'text/plain' }],
    [415, { 'content-encoding': 'gzip' }],
  ])('that are allowed may read a %d', async (status, headers) => {
    const origin = 'https://app.example';
    const sent = await send({ headers: { ...headers, origin }, body: '{}' });
    expect(sent.status).toBe(status);
    expect(sent.headers).toMatchObject({
      'access-control-allow-origin': origin,
      vary: expect.stringContaining('Origin'),
    });
    const unknown = await send({ headers, body: '{}' });
    expect(unknown.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('programs have none', async () => {
    expect(await upgradeStatus({})).toBe(101);
  });

  function upgradeStatus(headers: Record<string, string>): Promise<number> {
    return new Promise((resolve) => {
      const ws = new WebSocket(`ws://127.0.0.1:${server.port}/graphql`, 'graphql-transport-ws', {
        headers,
      });
      ws.once('open', () => {
        ws.terminate();
        resolve(101);
      });
      ws.once('unexpected-response', (_request, response) => {
        resolve(response.statusCode ?? 0);
        ws.terminate();
      });
      ws.on('error', () => {});
    });
  }
});
