/**
 * A node dies with commands under way, and perhaps in the middle of a projection: the other one
 * takes over within 2 s, without anybody asking it for anything, and counts each event once.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differing } from '../leaderboards/board.ts';
import type { TestProgram } from '../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { runSql } from '../support/embedded-postgres-process.ts';
import { boardQuery, expectFaithful, overWebSocket } from '../support/live.ts';
import { type OwnRedis, ownRedisAvailable, startOwnRedis } from '../support/redis.ts';
import {
  createProgramIn,
  post,
  type ServerProcess,
  startProcess,
} from '../support/server-process.ts';

describe.runIf(ownRedisAvailable)('the death of a node', { timeout: 60_000 }, () => {
  let database: TestDatabase;
  let redis: OwnRedis;
  let program: TestProgram;
  let a: ServerProcess;
  let b: ServerProcess;

  const start = () =>
    startProcess({ DATABASE_URL: database.url, REDIS_URL: redis.url, NODE_ENV: 'production' });

  beforeAll(async () => {
    database = await createTestDatabase();
    const started = await startOwnRedis();
    if (started === undefined) throw new Error('no Redis');
    redis = started;
    [a, b] = await Promise.all([start(), start()]);
    program = await createProgramIn(database.url);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([a.kill(), b.kill()]);
    await redis.stop();
    await database.drop();
  });

  let members = 0;
  /** Enrols somebody new on a node and checks them in there. */
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

  it('is made up for by the other within 2 s', async () => {
    const ids = [await checkInOn(a), await checkInOn(b)];
    for (let round = 0; round < 2; round += 1) {
      const left = await overWebSocket(b.url, program.keys.screen, boardQuery(100));
      const missing = () => {
        const seen = left.events
          .at(-1)
          .leaderboardChanged.standings.map(
            (row: { member: { externalId: string } }) => row.member.externalId,
          );
        return ids.filter((id) => !seen.includes(id));
      };
      const storm = Array.from({ length: 20 }, () => checkInOn(a).then((id) => ids.push(id)));
      await Promise.race(storm);
      a.signal('SIGKILL');
      const died = performance.now();
      await Promise.allSettled(storm);
      // Who was acknowledged is there; who was not may be.
      const timeout = 2_000 - (performance.now() - died);
      await expect.poll(missing, { timeout, interval: 20 }).toEqual([]);
      ids.push(await checkInOn(b));
      await expect.poll(missing, { timeout: 2_000, interval: 20 }).toEqual([]);
      expectFaithful(left.events, 100);
      left.stop();
      await a.exited;
      a = await start();
    }
    await expect.poll(() => runSql(database.url, differing), { timeout: 5_000 }).toEqual([]);
    expect([b.running, b.stderr]).toEqual([true, '']);
  });
});
