/** Boards through the API while Redis answers: the same as without it, own writes included. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/platform/clock.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { type OwnRedis, ownRedisAvailable, startOwnRedis } from '../support/redis.ts';
import { brief, earn, furnish, operate, place, standings } from './board.ts';
import { reads } from './standings-node.ts';

describe.runIf(ownRedisAvailable)('a board in Redis', () => {
  let redis: OwnRedis;
  let test: TestApp;
  let program: TestProgram;
  beforeAll(async () => {
    bePatient();
    const started = await startOwnRedis();
    if (started === undefined) throw new Error('no Redis');
    redis = started;
    const clock = new FakeClock('2026-05-06T12:00:00Z');
    test = await createTestApp({ clock, env: { REDIS_URL: redis.url } });
    program = await createTestProgram(test.app);
  });
  afterAll(async () => {
    await test.close();
    await redis.stop();
  });

  it('shows each write to whoever waits for it, and comes out of Redis', async () => {
    const byRedis = () => reads(test.app.registry, 'redis');
    await furnish(test, program, ['ada', 'bob', 'cyd']);
    await earn(test, program, 'ada', 5, '2026-05-06T11:00:00Z');
    await earn(test, program, 'cyd', 5, '2026-05-06T11:01:00Z');
    for (let score = 1; score <= 30; score += 1) {
      const after = await earn(test, program, 'bob', 1, `2026-05-06T11:${10 + score}:00Z`);
      const places = brief(await standings(test, program, { after }));
      expect(places).toContain(`${score < 5 ? 3 : 1} bob ${score}`);
      expect(places).toContain(`${score > 5 ? 2 : 1} cyd 5`);
    }
    await expect
      .poll(
        async () => {
          const before = await byRedis();
          await standings(test, program);
          return (await byRedis()) - before;
        },
        { timeout: 5_000 },
      )
      .toBe(1);
    const own = `{ leaderboard(key: "all-time") { season {
      standing(member: {externalId: "cyd"}) { ${place} }
      around(member: {externalId: "cyd"}, radius: 1) { ${place} }
      standings { asOfVersion totalCount nodes { ${place} } } } } }`;
    const inRedis = await byRedis();
    const withRedis = await operate(test, program, own);
    expect((await byRedis()) - inRedis).toBe(3);
    await redis.kill();
    const without = await operate(test, program, own);
    expect(without).toEqual(withRedis);
    expect(brief(withRedis.leaderboard.season.around)).toEqual(
      ['1 bob 30', '2 ada 5', '2 cyd 5'].slice(1),
    );
  });
});
