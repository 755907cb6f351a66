/**
 * Two real server processes, one database, a real Redis: what happens on one node is seen on the
 * other, and neither Redis nor the death of a node stops it (RELIABILITY.md T6 to T8, 6.10 to 6.12).
 */
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { differing } from '../leaderboards/board.ts';
import type { TestProgram } from '../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { runSql } from '../support/embedded-postgres-process.ts';
import {
  boardQuery,
  type Event,
  expectFaithful,
  type Follower,
  followers,
  overSse,
  overWebSocket,
} from '../support/live.ts';
import { type OwnRedis, ownRedisAvailable, startOwnRedis } from '../support/redis.ts';
import { rulesMutation } from '../support/rules.ts';
import {
  createProgramIn,
  metric,
  post,
  type ServerProcess,
  startProcess,
} from '../support/server-process.ts';

const CHANNEL = 'two-nodes';

describe.runIf(ownRedisAvailable)('two nodes', { timeout: 60_000 }, () => {
  let database: TestDatabase;
  let redis: OwnRedis;
  let program: TestProgram;
  let a: ServerProcess;
  let b: ServerProcess;
  let following: Follower[] = [];
  let members = 0;

  const env = () => ({
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    REDIS_CHANNEL: CHANNEL,
    NODE_ENV: 'production',
  });

  beforeAll(async () => {
    database = await createTestDatabase();
    const started = await startOwnRedis();
    if (started === undefined) throw new Error('no Redis');
    redis = started;
    // Both at once: one of them migrates, the other waits.
    [a, b] = await Promise.all([startProcess(env()), startProcess(env())]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([a.kill(), b.kill()]);
    await redis.stop();
    await database.drop();
  });
  beforeEach(async () => {
    program = await createProgramIn(database.url);
    await post(a.url, program.keys.operator, `mutation { ${rulesMutation({ walk: 1 })} }`);
  });
  afterEach(() => {
    for (const follower of following.splice(0)) follower.stop();
    following = [];
    // Nothing unexpected was said, and nobody died.
    expect([a.running, b.running, a.stderr, b.stderr]).toEqual([true, true, '', '']);
  });

  /** Enrols somebody new on a node and checks them in there: 10 points. */
  async function checkInOn(node: ServerProcess): Promise<string> {
    members += 1;
    const id = `m${members}`;
    const data = await post(
      node.url,
      program.keys.service,
      `mutation {
      enrolMember(input: {externalId: "${id}"}) { __typename }
      checkIn(input: {member: {externalId: "${id}"}}) { __typename } }`,
    );
    expect(data.checkIn.__typename).toBe('CheckInPayload');
    return id;
  }

  async function follow(): Promise<Follower[]> {
    const query = boardQuery(100);
    const { screen } = program.keys;
    following = await Promise.all([
      ...[a, b].flatMap((node) => [
        overWebSocket(node.url, screen, query),
        overSse(node.url, screen, query),
      ]),
    ]);
    return following;
  }

  const seenBy = ({ events }: Follower): string[] =>
    events
      .at(-1)
      ?.leaderboardChanged.standings.map(
        (row: { member: { externalId: string } }) => row.member.externalId,
      );
  const everyone = (ids: readonly string[], timeout: number) =>
    expect
      .poll(() => following.map((follower) => [...seenBy(follower)].sort()), {
        timeout,
        interval: 20,
      })
      .toEqual(following.map(() => [...ids].sort()));
  const withRedis = async <T>(work: (client: Redis) => Promise<T>): Promise<T> => {
    const client = new Redis(redis.url);
    try {
      return await work(client);
    } finally {
      client.disconnect();
    }
  };
  const busesReady = (wanted: number) =>
    expect
      .poll(() => Promise.all([a, b].map(({ url }) => metric(url, 'tallymark_bus_ready'))), {
        timeout: 10_000,
      })
      .toEqual([wanted, wanted]);

  it.each(followers)('a check-in on one is seen on the other over %s', async (_name, overIt) => {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const follower = await overIt(to.url, program.keys.screen, boardQuery());
      const id = await checkInOn(from);
      await expect.poll(() => seenBy(follower), { timeout: 5_000, interval: 10 }).toContain(id);
      expectFaithful(follower.events);
      follower.stop();
    }
  });

  it.each(followers)('a member is followed across nodes over %s', async (_name, overIt) => {
    const id = await checkInOn(a);
    const query = 'subscription { memberChanged { version member { points { available } } } }';
    const follower = await overIt(b.url, await program.token(id), query);
    await post(
      a.url,
      program.keys.service,
      `mutation {
      recordActivity(input: {member: {externalId: "${id}"}, type: "walk"}) { __typename } }`,
    );
    await expect
      .poll(() => follower.events.at(-1).memberChanged.member.points.available, { timeout: 5_000 })
      .toBe(11);
    follower.stop();
  });

  it('a member that boards show anew on one is shown so on the other', async () => {
    const id = await checkInOn(a);
    const query = `{ leaderboard(key: "all-time") { season { standings(first: 100) { nodes {
      member { externalId displayName } } } } } }`;
    const nameOn = async (node: ServerProcess) => {
      const { leaderboard } = await post(node.url, program.keys.screen, query);
      const { nodes } = leaderboard.season.standings;
      return nodes.find(({ member }: Event) => member.externalId === id)?.member.displayName;
    };
    for (const node of [a, b]) await expect.poll(() => nameOn(node)).toBe(id);
    await post(
      a.url,
      program.keys.service,
      `mutation { updateMember(input: {member: {externalId: "${id}"}, displayName: "Ada"}) {
        __typename } }`,
    );
    // Long before either node would look for itself.
    for (const node of [b, a]) {
      await expect.poll(() => nameOn(node), { timeout: limits.memberCardMs / 4 }).toBe('Ada');
    }
  });

  it('the same command on both at once is done once', async () => {
    const id = await checkInOn(a);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        post(
          [a, b][n % 2]?.url ?? '',
          program.keys.service,
          `mutation {
          recordActivity(input: {member: {externalId: "${id}"}, type: "walk", idempotencyKey: "k-${id}"}) {
            ... on RecordActivityPayload { replayed reference } } }`,
        ),
      ),
    );
    expect(answers.filter(({ recordActivity }) => !recordActivity.replayed)).toHaveLength(1);
    expect(new Set(answers.map(({ recordActivity }) => recordActivity.reference)).size).toBe(1);
  });

  it('T8: CLIENT KILL of every connection, again and again, loses nothing for good', async () => {
    await follow();
    const ids: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      for (const type of ['pubsub', 'normal']) {
        await withRedis((client) => client.call('CLIENT', 'KILL', 'TYPE', type)).catch(() => {});
        ids.push(await checkInOn(a), await checkInOn(b));
      }
    }
    await everyone(ids, 5_000);
    for (const follower of following) expectFaithful(follower.events, 100);
    await busesReady(1);
  });

  it('CLIENT PAUSE delays, and no more than that', async () => {
    await follow();
    await withRedis((client) => client.call('CLIENT', 'PAUSE', '2000', 'ALL'));
    const ids = [await checkInOn(a), await checkInOn(b)];
    await everyone(ids, 5_000);
    await busesReady(1);
  });

  it('T6: kill -9 of Redis fails no command; both go on, and changes come again', async () => {
    await follow();
    const ids: string[] = [];
    await redis.kill();
    await busesReady(0);
    for (let n = 0; n < 10; n += 1) ids.push(await checkInOn(a), await checkInOn(b));
    // Without Redis a node looks for itself every 2 s.
    await everyone(ids, 5_000);
    for (const { url } of [a, b]) {
      const ready = await fetch(`${url}/health/ready`);
      expect([ready.status, await ready.json()]).toMatchObject([200, { bus: false }]);
    }
    await redis.restart();
    await busesReady(1);
    ids.push(await checkInOn(a), await checkInOn(b));
    await everyone(ids, 5_000);
    for (const follower of following) expectFaithful(follower.events, 100);
  });

  it('T7: junk on the channel is counted and skipped', async () => {
    await follow();
    const before = await metric(b.url, 'tallymark_bus_junk');
    const valid = (m: unknown) => JSON.stringify({ o: 'someone', m });
    const strange = [
      valid({}),
      valid({ boards: 1, members: [] }),
      valid({ boards: [], members: ['x'] }),
      valid({ boards: [{ leaderboardId: 1, seasonId: 1, version: -1 }], members: [] }),
      valid({
        boards: [{ leaderboardId: 999_999, seasonId: 1, version: 2 ** 52 }],
        members: [2 ** 52],
      }),
      valid({ boards: [], members: [], __proto__: null }),
    ];
    await withRedis(async (client) => {
      for (const text of [
        'not json{',
        '',
        'null',
        '[]',
        '{"o":1}',
        'x'.repeat(100_000),
        ...strange,
      ]) {
        await client.publish(CHANNEL, text);
      }
      await client.publish(CHANNEL, Buffer.from([0xff, 0x00, 0xfe]));
    });
    await expect.poll(() => metric(b.url, 'tallymark_bus_junk')).toBe(before + 7);
    const id = await checkInOn(a);
    await everyone([id], 5_000);
  });

  it('another program on the same nodes sees nothing of it (T2)', async () => {
    const own = await follow();
    const other = await createProgramIn(database.url);
    const strangers = await Promise.all([
      overWebSocket(b.url, other.keys.screen, boardQuery()),
      overSse(b.url, other.keys.screen, boardQuery()),
    ]);
    const ids: string[] = [];
    for (let n = 0; n < 20; n += 1) ids.push(await checkInOn(a));
    await everyone(ids, 5_000);
    expect(own).toHaveLength(4);
    for (const stranger of strangers) {
      expect(stranger.events.map(({ leaderboardChanged }) => leaderboardChanged.standings)).toEqual(
        [[]],
      );
      stranger.stop();
    }
  });

  it('through all of that each event was counted once', async () => {
    await expect.poll(() => runSql(database.url, differing), { timeout: 5_000 }).toEqual([]);
  });
});
