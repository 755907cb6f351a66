/** Placements against a naive ranking: any changes, all rank modes, every read (S64, S65, S70 to S73). */
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisCopy } from '../../src/leaderboards/redis-copy.ts';
import { NotInRedis, SeasonGate } from '../../src/leaderboards/redis-gate.ts';
import { RedisPlacements } from '../../src/leaderboards/redis-placements.ts';
import { createSqlPlacements } from '../../src/leaderboards/sql-standings.ts';
import type { Placements } from '../../src/leaderboards/standings.ts';
import { createStandingsMetrics } from '../../src/leaderboards/standings-metrics.ts';
import { limits } from '../../src/limits.ts';
import { createLog } from '../../src/platform/log.ts';
import { countMarks } from '../../src/verify/histograms.sql.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { redisAvailable, startRedis } from '../support/redis.ts';
import {
  type Change,
  histogramFaults,
  makeSeason,
  type NaiveSeason,
  rankModes,
  walk,
} from './naive-season.ts';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
console.info(`placements.property: SEED=${seed}`);

let test: TestApp;
let program: TestProgram;
beforeAll(async () => {
  bePatient();
  // Small seasons have marks, too, and many of them.
  Object.assign(limits, {
    seasonParts: 8,
    seasonPartMin: 2,
    seasonMarksMax: 12,
    standingsFillMax: 7,
  });
  test = await createTestApp();
  program = await createTestProgram(test.app);
});
afterAll(() => test.close());

const HUGE = 2 ** 52;
const change = (members: number): fc.Arbitrary<Change> =>
  fc.record({
    memberId: fc.integer({ min: 1, max: members }),
    amount: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: -3, max: 5 }) },
      { weight: 1, arbitrary: fc.constantFrom(-1_000, 1_000) },
    ),
    minute: fc.integer({ min: 0, max: 4 }),
  });

/** Versions, each of changes of different members; some begin near the ends of the numbers. */
const history = fc.integer({ min: 1, max: 60 }).chain((members) =>
  fc.record({
    members: fc.constant(members),
    extremes: fc.uniqueArray(
      fc.record({
        memberId: fc.integer({ min: 1, max: members }),
        amount: fc
          .tuple(
            fc.constantFrom(-1, 1),
            fc.integer({ min: 2 * HUGE - 2_000_000, max: 2 * HUGE - 1_500_000 }),
          )
          .map(([sign, size]) => sign * size),
        minute: fc.integer({ min: 0, max: 4 }),
      }),
      { selector: ({ memberId }) => memberId, maxLength: 4 },
    ),
    versions: fc.array(
      fc.uniqueArray(change(members), {
        selector: ({ memberId }) => memberId,
        minLength: 1,
        maxLength: 40,
      }),
      { minLength: 1, maxLength: 6 },
    ),
  }),
);

/** Every read of a season says what the naive ranking says. */
async function expectRight(placements: Placements, season: NaiveSeason): Promise<void> {
  for (const rankMode of rankModes) {
    const wanted = season.ranking(rankMode);
    const ranked = { seasonId: season.id, rankMode, atLeast: season.version };
    const whole = { version: season.version, participants: wanted.length };
    for (const size of [1, 3, wanted.length + 1]) {
      expect(await walk(placements, ranked, size)).toEqual({ ...whole, placements: wanted });
    }
    for (const [index, { memberId }] of wanted.entries()) {
      if (index > 4 && index < wanted.length - 4 && index % 5 !== 0) continue;
      for (const radius of [0, 1, 4]) {
        expect(await placements.around(ranked, memberId, radius)).toEqual({
          ...whole,
          placements: wanted.slice(Math.max(0, index - radius), index + radius + 1),
        });
      }
    }
    const nobody = placements.around(ranked, 999_999, 2).catch((error: unknown) => {
      if (error instanceof NotInRedis && error.reason === 'absent') return undefined;
      throw error;
    });
    expect((await nobody)?.placements ?? []).toEqual([]);
  }
}

describe.runIf(redisAvailable)('placements in Redis', () => {
  it('are the same, advanced or copied anew', { timeout: 300_000 }, async () => {
    const server = await startRedis();
    if (server === undefined) throw new Error('no Redis');
    const silent = createLog({ level: 'silent' });
    const gate = new SeasonGate(server.url, `property-${process.pid}-${seed}`, silent);
    const metrics = createStandingsMetrics(new Registry());
    const copy = new RedisCopy(test.app.pool, gate, silent, metrics);
    const redis = new RedisPlacements(gate);
    await expect.poll(() => gate.up).toBe(true);
    // One that is at rest would be copied at the next read.
    const rebuild = async (id: number) => {
      await copy.rebuild(id);
      await copy.advance(id);
    };
    try {
      await fc.assert(
        fc.asyncProperty(history, async ({ extremes, versions }) => {
          const season = await makeSeason(test, program);
          if (extremes.length > 0) await season.apply(extremes);
          await rebuild(season.id);
          for (const changes of versions) {
            await season.apply(changes);
            await copy.advance(season.id);
          }
          await expectRight(redis, season);
          await gate.ask((client) => client.del(gate.keyOf(season.id)));
          await new RedisCopy(test.app.pool, gate, silent, metrics).rebuild(season.id);
          await expectRight(redis, season);
        }),
        { numRuns: 25, seed },
      );
    } finally {
      copy.close();
      gate.close();
      await server.stop();
    }
  });
});

describe('placements by SQL', () => {
  it('are those of a naive ranking, whatever changed', { timeout: 300_000 }, async () => {
    const sql = createSqlPlacements(test.app.pool);
    await fc.assert(
      fc.asyncProperty(history, async ({ extremes, versions }) => {
        const season = await makeSeason(test, program);
        if (extremes.length > 0) await season.apply(extremes);
        for (const changes of versions) {
          await season.apply(changes);
          expect(await histogramFaults(test, season.id)).toEqual([]);
          const marks = await countMarks(test.app.pool, season.id, 0);
          expect(marks.filter(({ expected, found }) => expected !== found)).toEqual([]);
        }
        await expectRight(sql, season);
      }),
      { numRuns: 25, seed },
    );
  });
});
