/** Registered operations share what is the same for all, as texts do. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { boardQuery, expectFaithful, followers } from '../support/live.ts';
import { bePatient } from '../support/patience.ts';
import { pays, setRule } from '../support/rules.ts';
import { metric } from '../support/server-process.ts';
import { clientKey, manifestOf, push, retire, setMode, sha256 } from './support.ts';

let test: TestApp;
let server: RunningServer;
let program: TestProgram;
let partner: string;

const BOARD = 'query Board { leaderboard(key: "all-time") { title version } }';
const WATCH = boardQuery();
const id = (text: string) => `sha256:${sha256(text)}`;

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
  await setRule(test, program, 'walk', pays('walk', 1));
  await push(test, program, 'acme', manifestOf(BOARD, WATCH));
  partner = await clientKey(test.app, program, 'PARTNER', 'acme');
});

const post = (credential: string, body: object) =>
  fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', authorization: `Bearer ${credential}` },
    },
    body: JSON.stringify(body),
  });
const get = (credential: string, search: Record<string, string>, headers = {}) =>
  fetch(`${server.url}/graphql?${new URLSearchParams(search)}`, {
    headers: { authorization: `Bearer ${credential}`, ...headers },
  });

describe('what can be shared', () => {
  it('is one answer for the text and its id, over GET with its tag', async () => {
    const service = program.keys.service;
    const byText = await get(service, { query: BOARD });
    const byId = await get(partner, { documentId: id(BOARD) });
    const etag = byText.headers.get('etag') ?? '';
    expect(etag).not.toBe('');
    expect(byId.headers.get('etag')).toBe(etag);
    expect(await byId.text()).toBe(await byText.text());
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await get(partner, { documentId: id(BOARD) }, { 'if-none-match': known });
      expect([again.status, await again.text()]).toEqual([304, '']);
    }
    const extensions = JSON.stringify({
      persistedQuery: { version: 1, sha256Hash: sha256(BOARD) },
    });
    expect((await get(partner, { extensions }, { 'if-none-match': etag })).status).toBe(304);
  });

  it('is not given to who may not send the text, though it lies ready', async () => {
    expect((await post(program.keys.service, { query: BOARD })).status).toBe(200);
    expect((await post(partner, { query: BOARD })).status).toBe(403);
    expect((await get(program.keys.service, { query: BOARD })).status).toBe(200);
    expect((await get(partner, { query: BOARD })).status).toBe(403);
    await setMode(test, program, 'acme', 'REQUIRED');
    const service = await clientKey(test.app, program, 'SERVICE', 'acme');
    expect((await post(service, { query: BOARD })).status).toBe(403);
  });

  it('ends with its operation', async () => {
    const body = { documentId: id(BOARD) };
    for (const credential of [partner, program.keys.screen]) {
      expect((await post(credential, body)).status).toBe(200);
    }
    await retire(test, program, 'acme', [id(BOARD)]);
    for (const credential of [partner, program.keys.screen]) {
      expect((await post(credential, body)).status).toBe(410);
    }
  });

  it.each(followers)('is followed together over %s, by id and by text', async (_name, follow) => {
    await test.ask(
      program.keys.operator,
      'mutation { enrolMember(input: {externalId: "ada"}) { __typename } }',
    );
    const before = await metric(server.url, 'tallymark_live_made');
    const following = await Promise.all([
      follow(server.url, partner, { documentId: id(WATCH) }),
      follow(server.url, program.keys.screen, WATCH),
      follow(server.url, await program.token('ada'), { documentId: id(WATCH) }),
    ]);
    await test.ask(
      program.keys.operator,
      'mutation { recordActivity(input: {member: {externalId: "ada"}, type: "walk"}) { __typename } }',
    );
    const standings = () =>
      following.map(({ events }) => events.at(-1)?.leaderboardChanged?.standings.length);
    await expect.poll(standings, { timeout: 5_000, interval: 20 }).toEqual([1, 1, 1]);
    for (const { events, stop } of following) {
      expectFaithful(events);
      stop();
    }
    const made = (await metric(server.url, 'tallymark_live_made')) - before;
    expect(made).toBeLessThanOrEqual(3);
  });
});
