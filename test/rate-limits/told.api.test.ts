/** What callers are told of what they spend: only who asks, and who is refused. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { openSocket } from '../support/doors.ts';
import { bePatient } from '../support/patience.ts';
import { sendHttp } from '../support/raw-http.ts';
import { limitTo } from './support.ts';

let test: TestApp;
let server: RunningServer;
let program: TestProgram;

beforeAll(async () => {
  bePatient();
  test = await createTestApp({ env: { TALLYMARK_GRAPHIQL: '0' } });
  server = await startServer(test.app);
});
afterAll(async () => {
  await server.close();
  await test.close();
});
beforeEach(async () => {
  program = await createTestProgram(test.app);
});

const KEY = '{ program { key } }';
const ofService = { holder: 'SERVICE' } as const;

describe('what is told', () => {
  const send = (body: object, headers: Record<string, string> = {}, chunked = false) =>
    sendHttp(server.port, {
      ...{ body: JSON.stringify(body), chunked },
      headers: { authorization: `Bearer ${program.keys.service}`, ...headers },
    });
  const asked = { 'x-tallymark-cost': '1' };

  it('in header fields when limited', async () => {
    await limitTo(test, program, ofService, { perSecond: 1, burst: 3 });
    for (const chunked of [false, true]) {
      let limited = await send({ query: KEY }, {}, chunked);
      while (limited.status !== 429) limited = await send({ query: KEY }, {}, chunked);
      expect(limited.headers).toMatchObject({
        ...{ 'retry-after': '1', 'ratelimit-limit': '3', 'ratelimit-remaining': '0' },
        'ratelimit-reset': expect.stringMatching(/^[23]$/),
      });
      expect(limited.text).not.toContain('"http"');
    }
  });

  it('in the answer and its header when asked for, on every door', async () => {
    await limitTo(test, program, ofService, { perSecond: 1, burst: 100 });
    const plain = await send({ query: KEY });
    expect(plain.headers['ratelimit-limit']).toBeUndefined();
    expect(JSON.parse(plain.text)).toEqual({ data: { program: { key: program.key } } });
    const query = `{ program { key } rewards(first: 10) { edges { node { id } } } }`;
    const byPost = await send({ query }, asked);
    const search = new URLSearchParams({ query });
    const byGet = await sendHttp(server.port, {
      ...{ method: 'GET', path: `/graphql?${search}` },
      headers: { ...asked, authorization: `Bearer ${program.keys.service}` },
    });
    const cost = { requested: 31, limit: 100, remaining: expect.any(Number) };
    for (const { headers, text } of [byPost, byGet]) {
      const { data, extensions } = JSON.parse(text);
      expect(extensions).toEqual({ cost });
      expect(data.program).toEqual({ key: program.key });
      expect(headers).toMatchObject({
        ...{ 'ratelimit-limit': '100' },
        'ratelimit-remaining': String(extensions.cost.remaining),
      });
    }
    const events = await send({ query: KEY }, { ...asked, accept: 'text/event-stream' });
    expect(events.text).toMatch(/"extensions":\{"cost":\{"requested":1,"limit":100/);
    const socket = await openSocket(server.url, null);
    const payload = { authorization: `Bearer ${program.keys.service}`, ...asked };
    socket.send({ type: 'connection_init', payload });
    await socket.waitFor(({ type }) => type === 'connection_ack');
    expect(JSON.parse((await socket.run({ query: KEY })).text)).toMatchObject({
      extensions: { cost: { requested: 1, limit: 100 } },
    });
    socket.close();
  });

  it('to nobody whose parameter is something else, who is served as ever', async () => {
    const socket = await openSocket(server.url, null);
    const authorization = `Bearer ${program.keys.service}`;
    const strange = { toString: 1, valueOf: 1 }; // Cannot be made a text of.
    socket.send({
      ...{ type: 'connection_init', payload: { authorization, 'x-tallymark-cost': strange } },
    });
    await socket.waitFor(({ type }) => type === 'connection_ack');
    expect(JSON.parse((await socket.run({ query: KEY })).text)).toEqual({
      data: { program: { key: program.key } },
    });
    socket.close();
  });

  it('by no answer that others get, too', async () => {
    const query = '{ leaderboard(key: "daily") { key season { version } } }';
    const shared = await send({ query });
    const told = await send({ query }, asked);
    expect(JSON.parse(told.text).extensions.cost.requested).toBe(2);
    expect((await send({ query })).text).toBe(shared.text);
    const own = '{ leaderboard(key: "daily") { key } rateLimit { remaining cost } }';
    const mine = JSON.parse((await send({ query: own })).text).data.rateLimit;
    const theirs = await test.ask(program.keys.operator, own);
    expect(mine.cost).toBe(2);
    expect(theirs.data.rateLimit.remaining).toBeLessThan(mine.remaining); // Another bucket.
  });

  it('once, when what could have been shared fails and is tried for its caller alone', async () => {
    const query = '{ leaderboard(key: "daily") { seasons(first: 101) { edges { node { id } } } } }';
    await limitTo(test, program, ofService, { perSecond: 1, burst: 400 });
    const search = new URLSearchParams({ query });
    const byGet = () =>
      sendHttp(server.port, {
        ...{ method: 'GET', path: `/graphql?${search}` },
        headers: { authorization: `Bearer ${program.keys.service}` },
      });
    for (const ask of [() => send({ query }), byGet]) {
      const viewer = { kind: 'key', programId: program.id, role: 'SERVICE' } as const;
      const keyId = program.keys.service.split('_')[2] ?? '';
      await limitTo(test, program, ofService, { perSecond: 1_000, burst: 1_000 });
      await expect
        .poll(async () => (await test.app.rateLimits.state({ ...viewer, keyId })).remaining)
        .toBeGreaterThan(400);
      await limitTo(test, program, ofService, { perSecond: 1, burst: 400 });
      expect((await ask()).text).toContain('"code":"BAD_USER_INPUT"');
      const { remaining } = await test.app.rateLimits.state({ ...viewer, keyId });
      expect(remaining).toBeGreaterThan(90); // It costs some 300.
    }
  });

  it('by rateLimit', async () => {
    await limitTo(test, program, ofService, { perSecond: 10, burst: 100 });
    const before = Date.now();
    const { data } = await test.ask(
      program.keys.service,
      'query ($n: Int) { rateLimit { limit cost remaining resetAt } rewards(first: $n) { edges { node { id } } } }',
      { n: 20 },
    );
    expect(data.rateLimit).toMatchObject({ limit: 100, cost: 61, remaining: 39 });
    const resetMs = Date.parse(data.rateLimit.resetAt) - before;
    expect(resetMs).toBeGreaterThan(5_000);
    expect(resetMs).toBeLessThan(9_000);
  });
});
