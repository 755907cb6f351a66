/** P9: one's own rank among a million, by SQL and by Redis. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import pg from 'pg';
import { startOwnRedis } from '../test/support/redis.ts';
import type { Bar, Lab } from './lab/bar.ts';
import { profiling } from './lab/bar.ts';
import { type Child, startChild } from './lab/child.ts';
import type { CaseDatabase, Seed } from './lab/postgres.ts';
import { untilQuiet } from './lab/quiet.ts';
import { median, rounded, short } from './lab/stats.ts';
import type { Window } from './lab/window.ts';

const STANDINGS = 1_000_000;
const WARMUP_MS = 1_000;
const PATIENCE_MS = 15_000;
/** As many as redis-benchmark has under way: 50 clients with 50 each. */
const CALLERS = 2_500;
const PLAIN_SET = 'plain';
const PLAIN_REQUESTS = 1_000_000;

/** One round: medians in milliseconds, and reads a second. */
type Round = { sqlMs: number; countMs: number; redisPerSecond: number; plainPerSecond: number };

async function measureP9(lab: Lab) {
  const { postgres, rounds, measureMs } = lab;
  const database = await postgres.copy('ranks');
  const seasonId = await fillSeason(database, postgres.seed);
  const redis = await startOwnRedis();
  if (redis === undefined) throw new Error('P9 wants a redis-server on the PATH');
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    BENCH_SEASON: String(seasonId),
    BENCH_STANDINGS: String(STANDINGS),
  };
  const child = await startChild('bench/cases/ranks.js', env, profiling(lab, 'ranks'));
  try {
    const before = await memoryOf(redis.url);
    await fillPlainSet(redis.url);
    const plainBytes = (await memoryOf(redis.url)) - before;
    const runs: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      if (!(await untilQuiet(PATIENCE_MS))) console.error('  the machine is busy');
      runs.push(await measureRound(child, redis.url, measureMs, round));
      console.error(`  round ${round + 1}: ${JSON.stringify(runs.at(-1))}`);
    }
    const ratio = median(runs.map(({ sqlMs, countMs }) => countMs / sqlMs));
    const redisRatio = median(runs.map((run) => run.redisPerSecond / run.plainPerSecond));
    console.log(`Redis: ${short(redisRatio)} of redis-benchmark's plain ZRANK (bar 0.6)`);
    const { copySeconds } = await child.ask<{ copySeconds: number }>({ read: 'copySeconds' });
    return {
      ratio,
      unit: 'median of count(*) to that of an own rank by SQL (bar 50); `redis` is to ZRANK (0.6)',
      redis: rounded(redisRatio),
      runs: runs.map((run) => mapped(run)),
      copySeconds: rounded(copySeconds),
      bytesPerStanding: rounded(before / STANDINGS),
      plainBytesPerMember: rounded(plainBytes / STANDINGS),
      conditions: {
        standings: STANDINGS,
        rounds,
        seconds: measureMs / 1000,
        callers: { sql: 1, redis: CALLERS, redisBenchmark: '50 clients, -P 50' },
        database: postgres.description,
        note: 'random members; scores in steps of 5 up to 10,000, skewed; Redis by our scripts and client',
      },
    };
  } finally {
    await child.stop();
    await redis.stop();
  }
}

const mapped = (run: Round) =>
  Object.fromEntries(Object.entries(run).map(([name, value]) => [name, rounded(value)]));

async function measureRound(child: Child, url: string, measureMs: number, round: number) {
  const window = (read: string, callers: number) =>
    child.ask<Window>({ read, callers, warmupMs: WARMUP_MS, measureMs });
  const result: Partial<Round> = {};
  const steps = [
    async () => {
      result.sqlMs = (await window('sql', 1)).p50Ms;
    },
    async () => {
      result.countMs = (await window('count', 1)).p50Ms;
    },
    async () => {
      const { completed, seconds, failed } = await window('redis', CALLERS);
      if (failed > 0) throw new Error(`${failed} reads were not answered by Redis`);
      result.redisPerSecond = completed / seconds;
    },
    async () => {
      result.plainPerSecond = await benchmarkPlain(url);
    },
  ];
  for (const step of round % 2 === 0 ? steps : steps.reverse()) await step();
  return result as Round;
}

/**
 * Points as programs give them: in steps of five, up to ten thousand; few have many. Half of all
 * members have 1,250 or less.
 */
const scoreOf = (chance: number) => 5 * Math.floor(chance ** 3 * 2_000);

/** A season of a million. */
async function fillSeason({ url }: CaseDatabase, { programId }: Seed): Promise<number> {
  const client = new pg.Client({ connectionString: url }); // Without the service's time limits.
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>(
      `insert into season (leaderboard_id, starts_at, ends_at, participants)
       select id, now() - interval '1 month', now(), $2 from leaderboard
       where program_id = $1 and key = 'monthly' returning id`,
      [programId, STANDINGS],
    );
    await client.query(
      `insert into standing (season_id, member_id, score, reached_at)
       select $1, n, 5 * floor(power(random(), 3) * 2000), now() - random() * interval '30 days'
       from generate_series(1, $2::int) n`,
      [rows[0]?.id, STANDINGS],
    );
    await client.query('vacuum (analyze)');
    await client.query('checkpoint');
    return Number(rows[0]?.id);
  } finally {
    await client.end();
  }
}

/** What redis-benchmark asks: members are its random numbers of twelve digits. */
async function fillPlainSet(url: string): Promise<void> {
  const client = new Redis(url);
  for (let from = 0; from < STANDINGS; from += 5_000) {
    const pairs = Array.from({ length: 5_000 }, (_, n) => [
      scoreOf(Math.random()),
      String(from + n).padStart(12, '0'),
    ]);
    await client.zadd(PLAIN_SET, ...pairs.flat());
  }
  client.disconnect();
}

async function memoryOf(url: string): Promise<number> {
  const client = new Redis(url);
  const text = await client.info('memory');
  client.disconnect();
  return Number(/used_memory_dataset:(\d+)/.exec(text)?.[1]);
}

async function benchmarkPlain(url: string): Promise<number> {
  const { port } = new URL(url);
  const options = ['-p', port, '-P', '50', '-n', String(PLAIN_REQUESTS), '-r', String(STANDINGS)];
  const command = [...options, '--csv', 'ZRANK', PLAIN_SET, '__rand_int__'];
  const { stdout } = await promisify(execFile)('redis-benchmark', command);
  const [, perSecond] = /","([\d.]+)"/.exec(stdout.split('\n').at(1) ?? '') ?? [];
  return Number(perSecond);
}

export const p9: Bar = {
  title: 'one’s own rank among a million',
  wanted: 'SQL ≥ 50x of count(*), Redis ≥ 0.6x of a plain ZRANK by redis-benchmark',
  measure: measureP9,
};
