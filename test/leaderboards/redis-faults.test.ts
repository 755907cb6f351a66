/** Whatever happens to Redis or to a node, the board is served, and right (S72). */
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { type OwnRedis, ownRedisAvailable, startOwnRedis } from '../support/redis.ts';
import { type Change, makeSeason, type NaiveSeason, rankModes } from './naive-season.ts';
import { openNode, reads, rebuilds, type StandingsNode } from './standings-node.ts';

const MEMBERS = 120;

let test: TestApp;
let program: TestProgram;
let redis: OwnRedis;
let season: NaiveSeason;
let nodes: StandingsNode[] = [];
const standard = { ...limits };

beforeAll(async () => {
  bePatient();
  Object.assign(limits, { standingsPageRows: 3, standingsFillMax: 7, standingsRetryMs: 50 });
  Object.assign(limits, { standingsVersionsMax: 3, standingsAnswerMs: standard.standingsAnswerMs });
  test = await createTestApp();
  program = await createTestProgram(test.app);
});
afterAll(() => test.close());

beforeEach(async () => {
  const started = await startOwnRedis();
  if (started === undefined) throw new Error('no Redis');
  redis = started;
  season = await makeSeason(test, program);
  await season.apply(changes(MEMBERS));
});
afterEach(async () => {
  for (const { standings } of nodes.splice(0)) standings.close();
  nodes = [];
  await redis.stop();
  const { standingsKeptMs, standingsLockMs, seasonChangesKept } = standard;
  Object.assign(limits, { standingsKeptMs, standingsLockMs, seasonChangesKept });
});

let turn = 0;
/** Changes of some members, others each time. */
function changes(members: number): Change[] {
  turn += 1;
  return Array.from({ length: members }, (_, n) => ({
    ...{
      memberId: ((turn + n) % MEMBERS) + 1,
      amount: ((n * 7 + turn * 3) % 11) - 3,
      minute: turn,
    },
  }));
}

async function open(): Promise<StandingsNode> {
  const node = await openNode(test.app.pool, redis.url);
  nodes.push(node);
  return node;
}

/** One version more; the node that made it says so, unless it dies. */
async function move(node?: StandingsNode, members = 20): Promise<void> {
  await season.apply(changes(members));
  node?.standings.changed([{ seasonId: season.id }]);
}

/** Every kind of read says what the naive ranking says, whoever answers. */
async function expectServed({ standings }: StandingsNode): Promise<void> {
  for (const rankMode of rankModes) {
    const ranking = season.ranking(rankMode);
    const wanted = ranking.map(({ memberId, ...rest }) => ({ ...rest, member: { memberId } }));
    const ranked = { seasonId: season.id, rankMode, atLeast: season.version };
    const whole = { version: season.version, participants: MEMBERS };
    const [top, next, own, near] = await Promise.all([
      standings.page(ranked, 10),
      standings.page(ranked, 10, ranking[49]),
      standings.around(ranked, ranking[70]?.memberId ?? 0, 0),
      standings.around(ranked, ranking[118]?.memberId ?? 0, 5),
    ]);
    expect(top).toEqual({ ...whole, standings: wanted.slice(0, 10) });
    expect(next).toEqual({ ...whole, standings: wanted.slice(50, 60) });
    expect(own).toEqual({ ...whole, standings: wanted.slice(70, 71) });
    expect(near).toEqual({ ...whole, standings: wanted.slice(113, 120) });
  }
}

/** Reads until all are answered by Redis; each answer is right meanwhile. */
async function untilByRedis(node: StandingsNode): Promise<void> {
  await expect
    .poll(
      async () => {
        const before = await reads(node.registry, 'sql');
        await expectServed(node);
        return (await reads(node.registry, 'sql')) - before;
      },
      { timeout: 15_000, interval: 20 },
    )
    .toBe(0);
}

async function tell<Answer>(work: (client: Redis) => Promise<Answer>): Promise<Answer> {
  const client = new Redis(redis.url);
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

const keysLike = (pattern: string) => tell((client) => client.keys(pattern));

describe.runIf(ownRedisAvailable)('standings', { timeout: 60_000 }, () => {
  it('are served by the database at first, then by Redis, which follows each version', async () => {
    const node = await open();
    await expectServed(node);
    expect(await reads(node.registry, 'sql')).toBeGreaterThan(0);
    await untilByRedis(node);
    for (let n = 0; n < 5; n += 1) {
      await move(node);
      await untilByRedis(node);
    }
    expect(await rebuilds(node)).toBe(1);
  });

  it('come again after FLUSHALL and after SCRIPT FLUSH', async () => {
    const node = await open();
    for (let n = 0; n < 3; n += 1) {
      await untilByRedis(node);
      await tell((client) => client.flushall());
      await expectServed(node);
      await untilByRedis(node);
      await tell((client) => client.script('FLUSH'));
      await move(node);
    }
    expect(await rebuilds(node)).toBe(4);
  });

  it('are right through CLIENT KILL, again and again', async () => {
    const node = await open();
    await untilByRedis(node);
    for (let n = 0; n < 10; n += 1) {
      const killing = tell((client) => client.call('CLIENT', 'KILL', 'TYPE', 'normal'));
      await Promise.all([killing.catch(() => {}), expectServed(node)]);
      await move(node);
      await expectServed(node);
    }
    await untilByRedis(node);
  });

  it('do not wait for a Redis that is paused', async () => {
    const node = await open();
    await untilByRedis(node);
    const byRedis = await reads(node.registry, 'redis');
    await tell((client) => client.call('CLIENT', 'PAUSE', '5000', 'ALL'));
    await expectServed(node);
    await move(node);
    await expectServed(node);
    expect(await reads(node.registry, 'redis')).toBe(byRedis);
    expect(await reads(node.registry, 'sql', 'slow')).toBeGreaterThan(0);
    await untilByRedis(node);
  });

  it('survive kill -9 of Redis, and its return without anything', async () => {
    const node = await open();
    await untilByRedis(node);
    await redis.kill();
    for (let n = 0; n < 5; n += 1) {
      await move(node);
      await expectServed(node);
    }
    await redis.restart();
    await untilByRedis(node);
    await move(node);
    await untilByRedis(node);
    expect(await rebuilds(node)).toBe(2);
  });

  it('lose nothing with a node that dies between its commit and Redis', async () => {
    const [dying, other] = [await open(), await open()];
    await untilByRedis(dying);
    for (let n = 0; n < 3; n += 1) await move();
    dying.standings.close();
    await expectServed(other);
    expect(await reads(other.registry, 'sql', 'behind')).toBeGreaterThan(0);
    await untilByRedis(other);
    expect(await rebuilds(other)).toBe(0);
  });

  it('are copied by one node alone, while they move', async () => {
    const [a, b] = [await open(), await open()];
    let moving = true;
    const mover = (async () => {
      for (let n = 0; n < 500 && moving; n += 1) await move(a, 1);
    })();
    const byRedis = async (node: StandingsNode) => {
      const last = season.ranking('UNIQUE').at(-1)?.memberId ?? 0;
      await node.standings.around({ seasonId: season.id, rankMode: 'UNIQUE' }, last, 3);
      return reads(node.registry, 'redis');
    };
    const done = async () => Math.min(await byRedis(a), await byRedis(b));
    await expect.poll(done, { timeout: 20_000, interval: 5 }).toBeGreaterThan(5);
    moving = false;
    await mover;
    await Promise.all([untilByRedis(a), untilByRedis(b)]);
    expect((await rebuilds(a)) + (await rebuilds(b))).toBe(1);
  });

  it('are copied anew when the changes since then are forgotten', async () => {
    const node = await open();
    await untilByRedis(node);
    await move();
    await move();
    await test.app.pool.query('delete from season_change where season_id = $1', [season.id]);
    await expectServed(node);
    await untilByRedis(node);
    expect(await rebuilds(node)).toBeGreaterThan(1);
  });

  it.each([':board', ':keys', ':scores'])(
    'are copied anew when Redis has evicted their %s, and not taken for whole by a version',
    async (part) => {
      const node = await open();
      await untilByRedis(node);
      const [key = ''] = await keysLike(`*${part}`);
      await tell((client) => client.del(key));
      await move(node);
      await expectServed(node);
      await untilByRedis(node);
      expect(await rebuilds(node)).toBeGreaterThan(1);
    },
  );

  it('wait for nobody’s lock, and are copied once a dead node’s has ended', async () => {
    Object.assign(limits, { standingsLockMs: 1_500 });
    const node = await open();
    await untilByRedis(node);
    const [board = ''] = await keysLike('*:board');
    const base = board.split(':').slice(0, -2).join(':');
    await tell((client) =>
      client.multi().del(base).set(`${base}:lock`, 'dead', 'PX', 1_500).exec(),
    );
    await expectServed(node);
    expect(await rebuilds(node)).toBe(1);
    await untilByRedis(node);
    expect(await rebuilds(node)).toBe(2);
  });

  it('fail nothing when Redis refuses to write', async () => {
    const node = await open();
    await untilByRedis(node);
    await tell((client) => client.config('SET', 'maxmemory', '1'));
    await move(node);
    await expectServed(node);
    await tell((client) => client.config('SET', 'maxmemory', '0'));
    await untilByRedis(node);
  });

  it('leave Redis when nobody reads them, and nothing is left of them', async () => {
    Object.assign(limits, { standingsKeptMs: 1_500 });
    const node = await open();
    await untilByRedis(node);
    expect((await keysLike('*')).length).toBe(4);
    const readOn = performance.now() + 2_000;
    while (performance.now() < readOn) await expectServed(node);
    expect(await rebuilds(node)).toBe(1);
    await move(node);
    await expect.poll(() => keysLike('*'), { timeout: 10_000 }).toEqual([]);
    await untilByRedis(node);
  });
});
