/** Values nested deeper than a stack is high are the caller's mistake, on every door (6.19). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { openSocket } from '../support/doors.ts';
import { sendHttp } from '../support/raw-http.ts';

const LEVELS = 40_000; // JSON.parse takes them all, JSON.stringify gives up at some 8,000.
const query = 'query ($key: String!) { leaderboard(key: $key) { key } }';
const changes = 'subscription ($key: String!) { leaderboardChanged(key: $key) { kind } }';

let test: TestApp;
let program: TestProgram;
let server: RunningServer;

beforeAll(async () => {
  test = await createTestApp();
  program = await createTestProgram(test.app);
  server = await startServer(test.app);
});
afterAll(async () => {
  await server.close();
  await test.close();
});

/** A request whose variable is so deep, as text: it cannot be made of values. */
const body = (document: string, levels = LEVELS) =>
  `{"query":${JSON.stringify(document)},"variables":{"key":${'['.repeat(levels)}${']'.repeat(levels)}}}`;
const headers = () => ({ authorization: `Bearer ${program.keys.screen}` });

describe.each([query, changes])('%s', (document) => {
  it.each(['application/json', 'text/event-stream'])('by POST for %s', async (accept) => {
    const options = { body: body(document), headers: { ...headers(), accept } };
    expect((await sendHttp(server.port, options)).text).toContain('"code":"BAD_USER_INPUT"');
  });

  it('over WebSocket', async () => {
    const socket = await openSocket(server.url, program.keys.screen);
    socket.send(`{"type":"subscribe","id":"deep","payload":${body(document)}}`);
    const { payload } = await socket.waitFor(({ id }) => id === 'deep');
    expect(JSON.stringify(payload)).toContain('"code":"BAD_USER_INPUT"');
    socket.close();
  });
});

it('by GET', async () => {
  const variables = `{"key":${'['.repeat(9_000)}${']'.repeat(9_000)}}`;
  const path = `/graphql?query=${encodeURIComponent(query)}&variables=${variables}`;
  const { text } = await sendHttp(server.port, { method: 'GET', path, headers: headers() });
  expect(text).toContain('"code":"BAD_USER_INPUT"');
});
