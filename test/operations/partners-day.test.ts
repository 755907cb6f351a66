/** A partner's day from the first manifest to the last retirement, as one story. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { run as runKeys } from '../keys/support.ts';
import { limitTo } from '../rate-limits/support.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { type ApiError, knock, openSocket } from '../support/doors.ts';
import { bePatient } from '../support/patience.ts';
import { pays, setRule } from '../support/rules.ts';
import { manifestOf, push, retire, setMode, sha256 } from './support.ts';

const POINTS =
  'query Points($id: String!) { member(by: {externalId: $id}) { points { available } } }';
const LEADERS = `query Leaders { leaderboard(key: "all-time") {
  season { version standings(first: 5) { nodes { rank score } } } } }`;
const PURCHASE = `mutation Purchase($id: String!, $order: String!) {
  recordActivity(input: {member: {externalId: $id}, type: "purchase", reference: $order, idempotencyKey: $order}) {
    ... on RecordActivityPayload { awards { points } } ... on Refusal { code } } }`;
const BOARD = `subscription Board { leaderboardChanged(key: "all-time") {
  kind version changes { score } } }`;
/** What the next release of the till asks for. */
const STREAKS = `query Streaks($id: String!) { member(by: {externalId: $id}) { streak { current } } }`;

const CLIENT = 'till';
const id = (text: string) => `sha256:${sha256(text)}`;
const codesOf = (errors: readonly ApiError[] | undefined) =>
  errors?.map(({ extensions }) => extensions?.code);

let test: TestApp;
let server: RunningServer;
let program: TestProgram;

beforeAll(async () => {
  bePatient();
  test = await createTestApp();
  server = await startServer(test.app);
  program = await createTestProgram(test.app);
  await setRule(test, program, 'purchase', pays('purchase', 7));
  await test.ask(
    program.keys.operator,
    'mutation { enrolMember(input: {externalId: "ada"}) { __typename } }',
  );
});
afterAll(async () => {
  await server.close();
  await test.close();
});

/** The latest of what the operator did, oldest first. */
async function deeds(): Promise<string[]> {
  const { data } = await test.ask(
    program.keys.operator,
    '{ audit(first: 50) { edges { node { action } } } }',
  );
  const edges: { node: { action: string } }[] = data.audit.edges;
  return edges
    .map(({ node }) => node.action)
    .filter((action) => /Operations$|ClientMode$|ApiKey$/.test(action))
    .reverse();
}

it('a partner’s day', async () => {
  // Morning: the operator registers what the till's build wrote. With a mistake in it, nothing is.
  const broken = await push(test, program, CLIENT, manifestOf(POINTS, 'query Oops { nothing }'));
  expect(broken).toMatchObject({ code: 'MANIFEST_NOT_VALID', problemCount: 1 });
  const pushed = await push(test, program, CLIENT, manifestOf(POINTS, LEADERS, PURCHASE, BOARD));
  expect(pushed).toMatchObject({ created: true, added: { length: 4 } });
  await setMode(test, program, CLIENT, 'REQUIRED', { costMax: 500 });
  const { apiKey, secretKey: key } = await runKeys(test, program.keys.operator, 'createApiKey', {
    ...{ role: 'PARTNER', name: 'till', client: CLIENT },
  });

  // It reads by hash over GET: cached where it is the same for all, and no commands.
  const get = (documentId: string, headers = {}) =>
    fetch(`${server.url}/graphql?${new URLSearchParams({ documentId })}`, {
      headers: { authorization: `Bearer ${key}`, ...headers },
    });
  const leaders = await get(id(LEADERS));
  expect(leaders.status).toBe(200);
  const ifNoneMatch = { 'if-none-match': leaders.headers.get('etag') ?? '' };
  expect((await get(id(LEADERS), ifNoneMatch)).status).toBe(304);
  expect((await get(id(PURCHASE))).status).toBe(405);

  // It works through the day over one socket: a board, purchases, and a repeat after a lost answer.
  const socket = await openSocket(server.url, key);
  socket.send({ type: 'subscribe', id: 'board', payload: { query: '', documentId: id(BOARD) } });
  await socket.waitFor((message) => message.id === 'board');
  const purchase = (order: string) =>
    socket.run({ documentId: id(PURCHASE), variables: { id: 'ada', order } });
  const paid = { recordActivity: { awards: [{ points: 7 }] } };
  expect((await purchase('order-1')).data).toEqual(paid);
  expect((await purchase('order-1')).data).toEqual(paid);
  expect((await purchase('order-2')).data).toEqual(paid);
  const points = { documentId: id(POINTS), variables: { id: 'ada' } };
  expect((await socket.run(points)).data).toEqual({ member: { points: { available: 14 } } });
  await socket.waitFor(
    (message) =>
      message.id === 'board' && message.payload.data.leaderboardChanged.changes[0]?.score === 14,
  );
  await expect
    .poll(async () => (await get(id(LEADERS), ifNoneMatch)).status, { timeout: 5_000 })
    .toBe(200);

  // What is not registered runs on no door, and ends nothing but itself.
  for (const door of ['POST', 'GET', 'SSE'] as const) {
    const reply = await knock(door, server.url, key, { query: POINTS, variables: { id: 'ada' } });
    expect([reply.status, codesOf(reply.errors)]).toEqual([403, ['PERSISTED_QUERY_REQUIRED']]);
  }
  const adHoc = await socket.run({ query: POINTS, variables: { id: 'ada' } });
  expect(codesOf(adHoc.errors)).toEqual(['PERSISTED_QUERY_REQUIRED']);
  expect(socket.isClosed).toBe(false);

  // A loop in its code asks too much: told when to come back, on every door, and cut off from none.
  const slow = { perSecond: 1, burst: 20 };
  await limitTo(test, program, { client: CLIENT }, slow);
  const refusedOn = async (door: 'GET' | 'WS') => {
    for (let n = 0; n < 40; n += 1) {
      const { errors } =
        door === 'WS' ? await socket.run(points) : await knock(door, server.url, key, points);
      if (errors !== undefined) return errors[0]?.extensions;
    }
    return undefined;
  };
  for (const door of ['GET', 'WS'] as const) {
    const told = (await refusedOn(door)) as { retryAfterMs?: number };
    expect(told).toMatchObject({ code: 'RATE_LIMITED' });
    expect(told.retryAfterMs).toBeGreaterThan(0);
  }
  expect(socket.isClosed).toBe(false);
  await limitTo(test, program, { client: CLIENT }, null);
  await expect
    .poll(async () => (await socket.run(points)).errors, { timeout: 5_000 })
    .toBeUndefined();

  // Noon: a new release. Tills of the old one go on beside it.
  const streaks = { documentId: id(STREAKS), variables: { id: 'ada' } };
  expect(codesOf((await socket.run(streaks)).errors)).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
  const released = await push(test, program, CLIENT, manifestOf(STREAKS, PURCHASE));
  expect(released).toMatchObject({
    created: false,
    added: [id(STREAKS)],
    unchanged: 1,
  });
  expect((await socket.run(streaks)).data).toEqual({ member: { streak: { current: 0 } } });
  expect((await socket.run(points)).errors).toBeUndefined();

  // Evening: nobody runs the old release any more, and what only it sent is retired.
  await retire(test, program, CLIENT, [id(POINTS)]);
  const retired = await knock('GET', server.url, key, points);
  expect([retired.status, codesOf(retired.errors)]).toEqual([410, ['PERSISTED_QUERY_RETIRED']]);
  expect(codesOf((await socket.run(points)).errors)).toEqual(['PERSISTED_QUERY_RETIRED']);
  expect((await purchase('order-3')).data).toEqual(paid);

  // Night: the key is rotated. Both work, until the old one is revoked, and its socket with it.
  const successor = await runKeys(test, program.keys.operator, 'rotateApiKey', {
    keyId: apiKey.id,
  });
  const both = [key, successor.secretKey].map((one) => knock('POST', server.url, one, streaks));
  for (const { errors } of await Promise.all(both)) expect(errors).toBeUndefined();
  expect(socket.isClosed).toBe(false);
  await runKeys(test, program.keys.operator, 'revokeApiKey', { keyId: apiKey.id });
  expect((await socket.closed).code).toBe(4403);
  expect((await knock('POST', server.url, key, streaks)).status).toBe(401);
  const next = await openSocket(server.url, successor.secretKey);
  expect((await next.run(streaks)).errors).toBeUndefined();
  next.close();

  expect(await deeds()).toEqual([
    ...['pushOperations', 'setClientMode', 'createApiKey', 'pushOperations', 'retireOperations'],
    ...['rotateApiKey', 'revokeApiKey'],
  ]);
});
