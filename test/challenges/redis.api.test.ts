/** The ranking of a challenge out of Redis is that of the database, whoever comes, goes or is shut out. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/platform/clock.ts';
import { DAY, Economy, HOUR } from '../economy/api.ts';
import { verified } from '../economy/support.ts';
import { reads } from '../leaderboards/standings-node.ts';
import { seedOf } from '../rules/arbitraries.ts';
import { createTestApp, createTestProgram, type TestApp } from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { type OwnRedis, ownRedisAvailable, startOwnRedis } from '../support/redis.ts';
import { ahead, type Contest, contest, freeze } from './support.ts';

const seed = seedOf('challenges/redis');

describe.runIf(ownRedisAvailable)('a challenge in Redis', () => {
  let redis: OwnRedis;
  let test: TestApp;
  let eco: Economy;
  beforeAll(async () => {
    bePatient();
    const started = await startOwnRedis();
    if (started === undefined) throw new Error('no Redis');
    redis = started;
    const clock = new FakeClock('2026-03-10T12:00:00Z');
    test = await createTestApp({ clock, env: { REDIS_URL: redis.url } });
    eco = new Economy(test, clock, await createTestProgram(test.app));
  });
  afterAll(async () => {
    await test.close();
    await redis.stop();
  });

  const names = Array.from({ length: 12 }, (_one, index) => `m${index}`);

  /** Places as the rows of the database have them. */
  async function stored(): Promise<string[]> {
    const { rows } = await test.app.pool.query<{ text: string }>(
      `select rank() over (order by t.score desc) || ' ' || m.external_id || ' ' || t.score as text
       from standing t join member m on m.id = t.member_id
       join season s on s.id = t.season_id join challenge c using (leaderboard_id)
       where not t.hidden order by t.score desc, t.reached_at, t.member_id`,
    );
    return rows.map(({ text }) => text);
  }

  /** The same out of Redis, which is brought up to the database a moment later. */
  async function places(one: Contest): Promise<string[]> {
    let found: string[] = [];
    const byRedis = () => reads(test.app.registry, 'redis');
    await expect
      .poll(
        async () => {
          const before = await byRedis();
          found = await one.places();
          return (await byRedis()) - before;
        },
        { timeout: 10_000, interval: 20 },
      )
      .toBeGreaterThan(0);
    return found;
  }

  it('shows what the database has, after each of many changes', async () => {
    let state = seed % 2 ** 31;
    const random = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((state / 2 ** 31) * below);
    };
    const one = await contest(eco, { joinUntil: ahead(eco, 20 * HOUR), settleDelayMinutes: 0 });
    for (const name of names) {
      await eco.enrol(name, { displayName: name });
      if (random(4) > 0) await one.join(name);
    }
    eco.clock.advance(HOUR);
    await eco.job('startChallenges');
    for (let step = 0; step < 60; step += 1) {
      eco.clock.advance(60_000);
      const who = { member: { externalId: names[random(names.length)] ?? '' } };
      const what = random(20);
      if (what === 0) await one.send('leaveChallenge', who);
      else if (what === 1) await one.send('disqualifyParticipant', { ...who, reason: 'bot' });
      else if (what < 4) await one.send('joinChallenge', who);
      else if (what === 4) await one.send('updateChallenge', { title: `Step ${step}` });
      else if (what < 8) {
        const reference = `s${random(step + 1)}`;
        await eco.send('reverseActivity', { ...who, type: 'run', reference });
      } else {
        const input = { ...who, type: 'run', reference: `s${step}`, value: 1 + random(9) };
        await eco.send('recordActivity', input);
      }
      if (step % 3 === 0) expect(await places(one)).toEqual(await stored());
    }
    eco.clock.advance(DAY);
    await freeze(eco);
    const final = await places(one);
    expect(final).toEqual(await stored());
    expect(final.length).toBeGreaterThan(0);
    await redis.kill();
    expect(await one.places()).toEqual(final);
    expect(await verified(test)).toEqual([]);
  });
});
