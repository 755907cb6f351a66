/**
 * Redis away under load (RELIABILITY.md 6.11): no command fails, nobody exits, and all that was
 * committed is seen within 5 s of its return. `REDIS_AWAY_SECONDS=60` makes it the whole minute.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { percentile } from '../../bench/lab/stats.ts';
import { differing } from '../leaderboards/board.ts';
import type { TestProgram } from '../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { runSql } from '../support/embedded-postgres-process.ts';
import { boardQuery, expectFaithful, overWebSocket } from '../support/live.ts';
import { type OwnRedis, ownRedisAvailable, startOwnRedis } from '../support/redis.ts';
import { rulesMutation } from '../support/rules.ts';
import {
  createProgramIn,
  post,
  type ServerProcess,
  startProcess,
} from '../support/server-process.ts';

const AWAY_MS = Number(process.env.REDIS_AWAY_SECONDS ?? 5) * 1000;
const NORMAL_MS = Math.min(AWAY_MS, 10_000);
const CALLERS = 8;

describe.runIf(ownRedisAvailable)('Redis away', { timeout: AWAY_MS + 60_000 }, () => {
  let database: TestDatabase;
  let redis: OwnRedis;
  let program: TestProgram;
  let nodes: ServerProcess[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    const started = await startOwnRedis();
    if (started === undefined) throw new Error('no Redis');
    redis = started;
    const env = { DATABASE_URL: database.url, REDIS_URL: redis.url, NODE_ENV: 'production' };
    nodes = await Promise.all([startProcess(env), startProcess(env)]);
    program = await createProgramIn(database.url);
    await run(0, rulesMutation({ walk: 1 }), program.keys.operator);
    for (let n = 0; n < CALLERS; n += 1) {
      await run(n, `enrolMember(input: {externalId: "m${n}"}) { __typename }`);
    }
  }, 60_000);
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    await redis.stop();
    await database.drop();
  });

  const run = (n: number, mutation: string, key = program.keys.service) =>
    post(nodes[n % nodes.length]?.url ?? '', key, `mutation { ${mutation} }`);

  /** Each caller walks, one after the other, until the time is over; gives how long each took. */
  async function walk(ms: number): Promise<number[]> {
    const until = performance.now() + ms;
    const took: number[] = [];
    const call = async (n: number) => {
      while (performance.now() < until) {
        const begun = performance.now();
        const walked = `recordActivity(input: {member: {externalId: "m${n}"}, type: "walk"}) { __typename }`;
        const { recordActivity } = await run(n, walked);
        expect(recordActivity.__typename).toBe('RecordActivityPayload');
        took.push(performance.now() - begun);
        walks += 1;
        await sleep(10);
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, (_, n) => call(n)));
    return took;
  }
  let walks = 0;

  it('fails no command, and all is seen soon after its return', async () => {
    const following = await Promise.all(
      nodes.map(({ url }) => overWebSocket(url, program.keys.screen, boardQuery())),
    );
    const seen = () =>
      following.map(({ events }) =>
        events
          .at(-1)
          .leaderboardChanged.standings.reduce(
            (sum: number, row: { score: number }) => sum + row.score,
            0,
          ),
      );
    await walk(1_000); // Warm.
    const normal = await walk(NORMAL_MS);
    await redis.kill();
    const away = await walk(AWAY_MS);
    await redis.restart();
    const back = performance.now();
    await walk(1_000);
    await expect
      .poll(seen, { timeout: 5_000 - (performance.now() - back), interval: 20 })
      .toEqual([walks, walks]);
    for (const { events } of following) expectFaithful(events);
    expect(await runSql(database.url, differing)).toEqual([]);
    expect(nodes.map(({ running, stderr }) => [running, stderr])).toEqual([
      [true, ''],
      [true, ''],
    ]);
    for (const follower of following) follower.stop();
    const p99 = (values: readonly number[]) => Math.round(percentile(values, 0.99));
    console.info(
      `Redis away for ${AWAY_MS / 1000} s: ${away.length} commands, none failed; ` +
        `p99 ${p99(away)} ms, ${p99(normal)} ms before (${normal.length} commands)`,
    );
  });
});
