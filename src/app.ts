import { fileURLToPath } from 'node:url';
import { Registry } from 'prom-client';
import { Authenticator } from './auth/authenticate.ts';
import { loadBadgeRevisions } from './badges/badge-reads.sql.ts';
import { openBadges } from './badges/create-badges.ts';
import { readContest } from './challenges/read-contest.ts';
import type { Config } from './config.ts';
import { SettingError } from './config.ts';
import { Engine } from './engine/engine.ts';
import { createEngineMetrics } from './engine/metrics.ts';
import type { Job } from './jobs/due.ts';
import { createJobs } from './jobs/jobs.ts';
import { startWorker } from './jobs/worker.ts';
import { readBoard, seasonVersions } from './leaderboards/board-reads.ts';
import { databaseName } from './leaderboards/copy.sql.ts';
import { openBoards } from './leaderboards/open-boards.ts';
import type { Standings } from './leaderboards/standings.ts';
import { LiveHub } from './live/live-hub.ts';
import { loadMembers } from './members/members.sql.ts';
import { Operations } from './operations/operations.ts';
import { type Bus, createLocalBus } from './platform/bus.ts';
import { type Clock, systemClock } from './platform/clock.ts';
import { classifyFault } from './platform/conflicts.ts';
import { createPool, createPrisma, type Pool, type PrismaClient } from './platform/db.ts';
import { EmbeddedPostgresError, openEmbeddedPostgres } from './platform/embedded-postgres.ts';
import type { Log } from './platform/log.ts';
import { applyMigrations } from './platform/migrate.ts';
import { createRedisBus } from './platform/redis-bus.ts';
import { ProgramConfigs } from './programs/config.ts';
import { ProgramReader } from './programs/programs.sql.ts';
import { RuleReader } from './programs/rule-reader.ts';
import type { Projection } from './projections/projection.ts';
import { RateLimits } from './rate-limits/rate-limits.ts';
import { createTasks } from './tasks/create-tasks.ts';
import { loadTaskRevisions } from './tasks/task-reads.sql.ts';

const MIGRATIONS = fileURLToPath(new URL('../prisma/migrations', import.meta.url));

/** Everything a running Tallymark is made of, wired by hand. */
export type App = {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly pool: Pool;
  readonly db: PrismaClient;
  readonly registry: Registry;
  readonly authenticator: Authenticator;
  readonly engine: Engine;
  readonly programs: ProgramReader;
  readonly rules: RuleReader;
  /** What clients have registered. */
  readonly operations: Operations;
  /** What callers may spend. */
  readonly rateLimits: RateLimits;
  readonly jobs: readonly Job[];
  readonly standings: Standings;
  /** For answers that are the same for everybody: their members may be a moment old. */
  readonly sharedStandings: Standings;
  readonly projection: Projection;
  /** Progress of tasks, as the boards a projection of the event log. */
  readonly taskProjection: Projection;
  /** Awards of badges, the same. */
  readonly badgeProjection: Projection;
  readonly bus: Bus;
  readonly live: LiveHub;
  readonly databaseUrl: string;
  /** Finishes what was accepted, then closes in reverse order. */
  close(): Promise<void>;
};

export type AppOptions = {
  readonly log: Log;
  readonly clock?: Clock;
  /** A server holds the embedded database for itself; a tool shares it. */
  readonly purpose: 'serve' | 'tool';
};

/** Opens everything in order; what was opened is closed again when a later step fails. */
export async function createApp(config: Config, options: AppOptions): Promise<App> {
  const { log, clock = systemClock, purpose } = options;
  const closers: (() => unknown)[] = [];
  let onLost = (err: Error) => log.warn({ err }, 'connection lost');
  const close = async () => {
    onLost = () => {};
    await closeAll(closers.splice(0).reverse(), log);
  };
  try {
    const database = await openDatabase(config, purpose, log);
    closers.push(() => database.close());
    await migrate(config, database.url, log);
    const pool = createPool(database.url, (err) => onLost(err));
    closers.push(() => pool.end());
    const db = createPrisma(pool);
    closers.push(() => db.$disconnect());
    const bus = await openBus(config, log);
    closers.push(() => bus.close());
    const registry = new Registry();
    const boards = await openBoards({ ...config, pool, clock, bus, registry, log });
    const { standings, sharedStandings, projection } = boards;
    closers.push(() => boards.close());
    const rateLimits = await openRateLimits(config, pool, registry, log);
    closers.push(() => rateLimits.close());
    const live = createLive(pool, sharedStandings, clock, bus, log);
    closers.push(() => live.close());
    await projection.start();
    closers.push(() => projection.stop());
    const tools = { pool, clock, configs: new ProgramConfigs() };
    const engine = new Engine(tools, log, createEngineMetrics(registry), () => {
      for (const one of [projection, tasks.projection, badges.projection]) one.wake();
    });
    closers.push(() => engine.close());
    const tasks = createTasks({ pool, clock, log, bus, engine });
    closers.push(() => tasks.close());
    await tasks.start();
    const badges = await openBadges({ pool, clock, log, bus });
    closers.push(() => badges.projection.stop());
    const jobs = createJobs({ pool, engine, clock, bus, tasks, badges, log });
    if (purpose === 'serve' && config.jobs) {
      const worker = await startWorker(database.url, jobs, { log, clock });
      closers.push(() => worker.stop());
    }
    return {
      config,
      clock,
      log,
      pool,
      db,
      registry,
      authenticator: new Authenticator(pool, clock, log),
      engine,
      ...{ programs: new ProgramReader(pool, clock), rules: new RuleReader(pool, clock) },
      operations: new Operations({ pool, clock, log, registry }),
      ...{ rateLimits, jobs, standings, sharedStandings, projection },
      taskProjection: tasks.projection,
      badgeProjection: badges.projection,
      bus,
      live,
      databaseUrl: database.url,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The hub of live subscriptions, with how it reads the truth. */
const createLive = (pool: Pool, standings: Standings, clock: Clock, bus: Bus, log: Log) =>
  new LiveHub(
    {
      board: (board) =>
        'challengeId' in board
          ? readContest(pool, standings, board, clock.now())
          : readBoard(pool, standings, board, clock.now()),
      seasonVersions: (ids) => seasonVersions(pool, ids),
      members: (ids) => loadMembers(pool, ids),
      revisions: [(ids) => loadTaskRevisions(pool, ids), (ids) => loadBadgeRevisions(pool, ids)],
      now: () => clock.now(),
    },
    bus,
    log,
  );

/** Closes one after the other; what cannot be closed keeps nothing else open. */
async function closeAll(closers: readonly (() => unknown)[], log: Log): Promise<void> {
  for (const closer of closers) {
    try {
      await closer();
    } catch (err) {
      log.warn({ err }, 'something did not close; the rest does');
    }
  }
}

async function openDatabase(config: Config, purpose: 'serve' | 'tool', log: Log) {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, close: async () => {} };
  try {
    return await openEmbeddedPostgres({
      dataDir: config.dataDir,
      purpose,
      log: (message) => log.info({}, message),
    });
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw new SettingError(error.message);
    throw error;
  }
}

async function migrate(config: Config, url: string, log: Log) {
  try {
    await applyMigrations(url, MIGRATIONS, (message) => log.info({}, message));
  } catch (error) {
    if (config.databaseUrl === undefined || classifyFault(error) !== 'unavailable') throw error;
    throw new SettingError(
      `DATABASE_URL: the database does not answer: ${(error as Error).message}`,
    );
  }
}

/** Databases may share a Redis; whose numbers are alike must not be taken for each other. */
async function openRateLimits(config: Config, pool: Pool, registry: Registry, log: Log) {
  const { redisUrl, redisChannel } = config;
  const prefix = redisUrl && `${redisChannel}:rates:${await databaseName(pool)}`;
  return new RateLimits({ pool, log, registry, redisUrl, prefix: prefix ?? '' });
}

async function openBus(config: Config, log: Log): Promise<Bus> {
  if (config.redisUrl === undefined) return createLocalBus(log);
  return createRedisBus({ url: config.redisUrl, channel: config.redisChannel, log });
}
