/** What followers see: a snapshot, then versions, throttled, and the end (S94 to S97). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { insertApiKey } from '../../src/auth/api-key.ts';
import { newTokenSecret, signMemberToken } from '../../src/auth/member-token.ts';
import { type RunningServer, startServer } from '../../src/http/server.ts';
import { limits } from '../../src/limits.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { openSocket } from '../support/doors.ts';
import { boardQuery, expectFaithful, type Follower, followers } from '../support/live.ts';
import { pays, setRule } from '../support/rules.ts';

let test: TestApp;
let server: RunningServer;
let program: TestProgram;

beforeAll(async () => {
  test = await createTestApp();
  server = await startServer(test.app);
});
afterAll(async () => {
  await server.close();
  await test.close();
});
beforeEach(async () => {
  program = await createTestProgram(test.app);
  await setRule(test, program, 'walk', pays('walk', 1));
});

async function ask(query: string) {
  const { data, errors } = await test.ask(program.keys.operator, query);
  expect(errors).toBeUndefined();
  return data;
}

const enrol = (...ids: string[]) =>
  ask(
    `mutation { ${ids.map((id, n) => `m${n}: enrolMember(input: {externalId: "${id}"}) { __typename }`).join(' ')} }`,
  );
const walk = (id: string) =>
  ask(`mutation { recordActivity(input: {member: {externalId: "${id}"}, type: "walk"}) {
    ... on RecordActivityPayload { position } } }`);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const scoresOf = ({ events }: Follower) =>
  events
    .at(-1)
    ?.leaderboardChanged.standings.map(
      (row: { member: { externalId: string }; score: number }) =>
        `${row.member.externalId} ${row.score}`,
    );
/** Bounded, since every version of a board is at most some tenths of a second old. */
const soon = { timeout: 5_000, interval: 20 };

describe.each(followers)('over %s', (_name, follow) => {
  it('a board begins with a snapshot and goes on by deltas', async () => {
    await enrol('ada', 'bob', 'cyd');
    await walk('ada');
    const follower = await follow(server.url, program.keys.screen, boardQuery());
    await expect.poll(() => scoresOf(follower), soon).toEqual(['ada 1']);
    for (const id of ['bob', 'bob', 'cyd', 'ada', 'bob']) {
      const seen = follower.events.length;
      await walk(id);
      await expect.poll(() => follower.events.length, soon).toBeGreaterThan(seen);
    }
    await expect.poll(() => scoresOf(follower), soon).toEqual(['bob 3', 'ada 2', 'cyd 1']);
    expectFaithful(follower.events);
    const kinds = follower.events.map(({ leaderboardChanged }) => leaderboardChanged.kind);
    expect(kinds.slice(1)).toEqual(kinds.slice(1).map(() => 'DELTA'));
    follower.stop();
  });

  it('a window holds its top only, and says who left it', async () => {
    await enrol('ada', 'bob', 'cyd');
    const follower = await follow(server.url, program.keys.service, boardQuery(2));
    for (const id of ['ada', 'ada', 'bob', 'bob', 'cyd', 'cyd', 'cyd', 'cyd', 'ada'])
      await walk(id);
    await expect.poll(() => scoresOf(follower), soon).toEqual(['cyd 4', 'ada 3']);
    await walk('bob');
    await walk('bob');
    await expect.poll(() => scoresOf(follower), soon).toEqual(['cyd 4', 'bob 4']);
    expectFaithful(follower.events, 2);
    follower.stop();
  });

  it('a delta names who left the window', async () => {
    await enrol('ada', 'bob', 'cyd');
    await walk('ada');
    await walk('bob');
    const follower = await follow(server.url, program.keys.service, boardQuery(2));
    await expect.poll(() => scoresOf(follower), soon).toEqual(['ada 1', 'bob 1']);
    const bob = follower.events.at(-1).leaderboardChanged.standings[1].member.id;
    await setRule(test, program, 'walk', pays('walk', 2), { since: '2020-01-01T00:00:00Z' });
    await walk('cyd');
    await expect.poll(() => scoresOf(follower), soon).toEqual(['cyd 2', 'ada 1']);
    expect(follower.events.at(-1).leaderboardChanged).toMatchObject({
      kind: 'DELTA',
      changes: [{ member: { externalId: 'cyd' } }, { member: { externalId: 'ada' } }],
      removed: [bob],
    });
    expectFaithful(follower.events, 2);
    follower.stop();
  });

  it('constant traffic is throttled, never held back, and the last state arrives', async () => {
    await enrol('ada', 'bob');
    const follower = await follow(server.url, program.keys.service, boardQuery());
    const begin = performance.now();
    const at: number[] = [];
    let seen = follower.events.length;
    let walks = 0;
    while (performance.now() - begin < 3_000) {
      await Promise.all([walk('ada'), walk('bob')]);
      walks += 1;
      if (follower.events.length > seen) at.push(performance.now());
      seen = follower.events.length;
    }
    await expect.poll(() => scoresOf(follower), soon).toEqual([`ada ${walks}`, `bob ${walks}`]);
    expectFaithful(follower.events);
    // One version each 100 ms at most, and under load never a second without one.
    expect(follower.events.length).toBeLessThanOrEqual(3_000 / limits.boardThrottleMs + 15);
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(1_000);
    follower.stop();
  });

  it('a member is followed from the present state to the newest', async () => {
    await enrol('ada');
    const query =
      'subscription { memberChanged { version member { externalId points { available } streak { current } } } }';
    const follower = await follow(server.url, await program.token('ada'), query);
    expect(follower.events[0].memberChanged.member).toEqual({
      externalId: 'ada',
      points: { available: 0 },
      streak: { current: 0 },
    });
    await Promise.all(Array.from({ length: 20 }, () => walk('ada')));
    await ask('mutation { checkIn(input: {member: {externalId: "ada"}}) { __typename } }');
    await expect
      .poll(() => follower.events.at(-1).memberChanged.member, soon)
      .toEqual({ externalId: 'ada', points: { available: 30 }, streak: { current: 1 } });
    const versions = follower.events.map(({ memberChanged }) => memberChanged.version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    follower.stop();
  });

  it('an operator may follow any member', async () => {
    await enrol('ada');
    const query =
      'subscription { memberChanged(member: {externalId: "ada"}) { member { points { available } } } }';
    const follower = await follow(server.url, program.keys.operator, query);
    await walk('ada');
    await expect
      .poll(() => follower.events.at(-1).memberChanged.member.points.available, soon)
      .toBe(1);
    follower.stop();
  });

  it('leaving frees what was watched', async () => {
    await enrol('ada');
    const member = 'subscription { memberChanged(member: {externalId: "ada"}) { version } }';
    const all = await Promise.all([
      ...Array.from({ length: 10 }, () => follow(server.url, program.keys.service, boardQuery())),
      ...Array.from({ length: 10 }, () => follow(server.url, program.keys.service, member)),
    ]);
    expect(test.app.live.watched).toEqual({ boards: 1, members: 1 });
    for (const follower of all.slice(1)) follower.stop();
    await expect.poll(() => test.app.live.watched, soon).toEqual({ boards: 1, members: 0 });
    for (const follower of all) follower.stop();
    await expect.poll(() => test.app.live.watched, soon).toEqual({ boards: 0, members: 0 });
  });

  it('ends when the token does', async () => {
    await enrol('ada');
    const { tokenSecret } = await test.app.db.program.findUniqueOrThrow({
      where: { id: program.id },
    });
    const now = Date.now();
    const token = await signMemberToken(
      {
        programKey: program.key,
        externalId: 'ada',
        issuedAt: new Date(now),
        expiresAt: new Date(now + 3_000),
      },
      tokenSecret,
    );
    const follower = await follow(server.url, token, 'subscription { memberChanged { version } }');
    expect(follower.end).toBeUndefined();
    await expect.poll(() => follower.end?.completed, { timeout: 9_000 }).toBe(false);
    expect(Date.now() - now).toBeGreaterThan(2_000);
    if (follower.end?.code !== undefined) expect(follower.end.code).toBe(4403);
    await expect.poll(() => test.app.live.watched.members, soon).toBe(0);
  });

  it('ends within 5 s when the secret of its token is replaced (S97)', async () => {
    await enrol('ada', 'bob');
    const query = 'subscription { memberChanged { version } }';
    const follower = await follow(server.url, await program.token('ada'), query);
    await sleep(limits.rightsCheckMs + 200); // Let it be found valid before.
    expect(follower.end).toBeUndefined();
    const tokenSecret = newTokenSecret();
    await test.app.db.program.update({ where: { id: program.id }, data: { tokenSecret } });
    await expect.poll(() => follower.end, soon).toBeDefined();
  });

  it('ends within 5 s when the key is revoked (S97)', async () => {
    const key = { programId: program.id, role: 'SCREEN', name: 'stolen' } as const;
    const { id, text } = await insertApiKey(test.app.db, key, new Date());
    const follower = await follow(server.url, text, boardQuery());
    await test.app.db.apiKey.update({ where: { id }, data: { revokedAt: new Date() } });
    await expect.poll(() => follower.end, { timeout: 6_000 }).toBeDefined();
    if (follower.end?.code !== undefined) expect(follower.end.code).toBe(4403);
    const { length } = follower.events;
    await enrol('ada');
    await walk('ada');
    await sleep(300);
    expect(follower.events.length).toBe(length);
  });

  it('an error in what is selected is told, and the stream goes on', async () => {
    await enrol('ada');
    await walk('ada');
    const query = `subscription { leaderboardChanged(key: "all-time") {
      standings { member { externalId points { available } } } } }`;
    const follower = await follow(server.url, program.keys.screen, query);
    for (const _ of [1, 2]) {
      const seen = follower.events.length;
      await walk('ada');
      await expect.poll(() => follower.events.length, soon).toBeGreaterThan(seen);
      expect(follower.events.at(-1)[0].extensions.code).toBe('FORBIDDEN');
    }
    expect(follower.end).toBeUndefined();
    follower.stop();
  });
});

describe('a socket', () => {
  it('carries many subscriptions, and lets go of each by its id', async () => {
    await enrol('ada');
    const socket = await openSocket(server.url, program.keys.service);
    for (const id of ['a', 'b']) {
      socket.send({ type: 'subscribe', id, payload: { query: boardQuery() } });
      await socket.waitFor((message) => message.id === id);
    }
    socket.send({ type: 'complete', id: 'a' });
    await walk('ada');
    await expect
      .poll(() => socket.messages.filter(({ id }) => id === 'b').length, soon)
      .toBeGreaterThan(1);
    expect(socket.messages.filter(({ id }) => id === 'a')).toHaveLength(1);
    socket.close();
    await expect.poll(() => test.app.live.watched.boards, soon).toBe(0);
  });

  it('bounds its operations: 100 at once, 100 a second', async () => {
    const socket = await openSocket(server.url, program.keys.service);
    const query = 'subscription { leaderboardChanged(key: "all-time") { version } }';
    for (let n = 0; n < limits.socketOperationsMax; n += 1) {
      if (n === 50) await sleep(1_050);
      socket.send({ type: 'subscribe', id: `s${n}`, payload: { query } });
    }
    await sleep(1_050);
    const one = await socket.run({ query: '{ program { key } }' });
    expect(one.errors?.[0]?.extensions?.code).toBe('SUBSCRIPTION_LIMIT');
    for (let n = 0; n < 50; n += 1) socket.send({ type: 'complete', id: `s${n}` });
    await sleep(1_050);
    const answers = await Promise.all(
      Array.from({ length: 130 }, () => socket.run({ query: '{ program { key } }' })),
    );
    const limited = answers.filter(({ errors }) => errors !== undefined);
    expect(limited.length).toBeGreaterThanOrEqual(30);
    expect(answers.length - limited.length).toBeGreaterThan(0);
    for (const { errors } of limited) {
      expect(errors?.[0]?.extensions?.code).toMatch(/^(?:RATE_LIMITED|SUBSCRIPTION_LIMIT)$/);
    }
    expect(socket.isClosed).toBe(false);
    socket.close();
  });
});
