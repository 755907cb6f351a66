/** Own ranks in one season of many: by our SQL, by counting, by our Redis. */
import process from 'node:process';
import { Registry } from 'prom-client';
import { RedisCopy } from '../../src/leaderboards/redis-copy.ts';
import { SeasonGate } from '../../src/leaderboards/redis-gate.ts';
import { RedisPlacements } from '../../src/leaderboards/redis-placements.ts';
import { addScores, bumpVersions } from '../../src/leaderboards/seasons.sql.ts';
import { createSqlPlacements } from '../../src/leaderboards/sql-standings.ts';
import { createStandingsMetrics } from '../../src/leaderboards/standings-metrics.ts';
import { limits } from '../../src/limits.ts';
import { createPool, inTransaction, named } from '../../src/platform/db.ts';
import { createLog } from '../../src/platform/log.ts';
import { serveParent } from '../lab/child.ts';
import { closedLoop } from '../lab/closed-loop.ts';
import type { WindowOptions } from '../lab/window.ts';

const members = Number(process.env.BENCH_STANDINGS);
const seasonId = Number(process.env.BENCH_SEASON);
// The first histogram of a season that was filled by hand counts all of it.
const patience = { statementMs: 120_000, queryMs: 120_000 };
const usual = { statementMs: limits.statementMs, queryMs: limits.queryMs };
Object.assign(limits, patience);
const pool = createPool(process.env.DATABASE_URL ?? '', () => {});
await inTransaction(pool, async (client) => {
  const row = { seasonId, memberId: 1, amount: 1, reachedAt: new Date(), hidden: false };
  await addScores(client, [row]);
  await bumpVersions(client, new Map([[seasonId, { shown: 0, memberIds: [1] }]]));
});
// What Redis can do is measured, not when a busy machine goes on without it.
Object.assign(limits, usual, { standingsAnswerMs: 5_000 });

const sql = createSqlPlacements(pool);
const log = createLog({ level: 'warn' });
const gate = new SeasonGate(process.env.REDIS_URL ?? '', 'bench', log);
const redis = new RedisPlacements(gate);
const copy = new RedisCopy(pool, gate, log, createStandingsMetrics(new Registry()));
while (!gate.up) await new Promise((resolve) => setTimeout(resolve, 10));
const startedAt = performance.now();
await copy.rebuild(seasonId);
const copySeconds = (performance.now() - startedAt) / 1000;

const season = { seasonId, rankMode: 'COMPETITION' } as const;
const anybody = () => 1 + Math.floor(Math.random() * members);

const reads = {
  async sql() {
    return (await sql.around(season, anybody(), 0)).placements.length === 1;
  },
  async redis() {
    return (await redis.around(season, anybody(), 0)).placements.length === 1;
  },
  /** What one would write without anything: a rank is how many score more, and one. */
  async count() {
    const rows = await named<{ rank: number }>(
      pool,
      'bench.countRank',
      `select count(*) + 1 as rank from standing where season_id = $1
         and score > (select score from standing where season_id = $1 and member_id = $2)`,
      [seasonId, anybody()],
    );
    return rows.length === 1;
  },
};

serveParent(async (order: { read: keyof typeof reads | 'copySeconds' } & WindowOptions) =>
  order.read === 'copySeconds' ? { copySeconds } : closedLoop(reads[order.read], order),
);

process.on('SIGTERM', () => {
  copy.close();
  gate.close();
  void pool.end().then(() => process.exit(0));
});
