/** Cases of the live bars: a server with a board, and a crowd of sockets that follow it. */
import pg from 'pg';
import { insertApiKey } from '../../src/auth/api-key.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import { createPool, createPrisma } from '../../src/platform/db.ts';
import { draftRule, publishRule } from '../../src/rules/admin.ts';
import type { Changes, FollowOrder, Watched } from '../load/followers.ts';
import { type Lab, profiling } from './bar.ts';
import { freePort } from './cases.ts';
import { startChild } from './child.ts';
import { cpuMicros } from './cpu.ts';
import type { CaseDatabase } from './postgres.ts';

/** The rows of the board, and so of every message that shows it whole. */
export const ROWS = 50;
const KEYS = 10;

export const wholeBoard = `subscription { leaderboardChanged(key: "all-time", first: ${ROWS}) {
  version standings { rank score reachedAt member { externalId displayName } } } }`;
export const changedRows = `subscription { leaderboardChanged(key: "all-time", first: ${ROWS}) {
  version removed changes { rank score reachedAt member { externalId displayName } } } }`;

/** What one stretch cost and brought. */
export type Fanout = Watched & {
  readonly perSecond: number;
  /** CPU time of the server, all it did meanwhile included, per delivery. */
  readonly microsPerDelivery: number;
  readonly bytesPerDelivery: number;
};

/** A server with its followers. */
export type FanoutCase = {
  readonly name: string;
  run(warmupMs: number, measureMs: number): Promise<Fanout>;
  stop(): Promise<void>;
};

export type FanoutOptions = {
  readonly name: string;
  readonly script: string;
  readonly sockets: number;
  readonly query: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly credentials?: readonly string[];
  readonly changes?: Changes;
};

/** Starts a server and lets a crowd follow its board. */
export async function fanoutCase(lab: Lab, options: FanoutOptions): Promise<FanoutCase> {
  const { name, script, sockets, query, env = {}, credentials = ['none'], changes } = options;
  const port = await freePort();
  const server = await startChild(
    script,
    { ...env, PORT: String(port), BENCH_SOCKETS: String(sockets) },
    profiling(lab, name),
  );
  const load = await startChild('bench/load/followers.js', {});
  const follow: FollowOrder = { do: 'follow', port, sockets, query, credentials };
  await load.ask(follow);
  return {
    name,
    async run(warmupMs, measureMs) {
      const order: FollowOrder = { do: 'watch', warmupMs, measureMs, ...(changes && { changes }) };
      const watched = load.ask<Watched>(order);
      await new Promise((resolve) => setTimeout(resolve, warmupMs));
      const before = cpuMicros([server.pid]);
      const begun = performance.now();
      await new Promise((resolve) => setTimeout(resolve, measureMs));
      const cpu = cpuMicros([server.pid]) - before;
      const share = measureMs / (performance.now() - begun);
      const seen = await watched;
      return {
        ...seen,
        perSecond: seen.deliveries / seen.seconds,
        microsPerDelivery: (cpu * share) / seen.deliveries,
        bytesPerDelivery: seen.bytes / seen.deliveries,
      };
    },
    async stop() {
      await load.stop();
      await server.stop();
    },
  };
}

/** Tallymark, with a board of which every row can change, and keys for a crowd of sockets. */
export async function tallymarkFanout(
  lab: Lab,
  options: Pick<FanoutOptions, 'name' | 'sockets' | 'query'> & Pick<Changes, 'everyMs' | 'rows'>,
): Promise<FanoutCase> {
  const { name, sockets, query, everyMs, rows } = options;
  const { seed } = lab.postgres;
  const database = await lab.postgres.copy(name);
  const credentials = await fillBoard(database, seed.programId);
  return fanoutCase(lab, {
    ...{ name, sockets, query, credentials },
    script: 'bench/cases/tallymark.js',
    env: { DATABASE_URL: database.url, TALLYMARK_DEMO: '0', LOG_LEVEL: 'warn' },
    changes: { credential: seed.serviceKey, everyMs, rows, members: ROWS },
  });
}

/** Scores far apart, so that rows change and nobody overtakes; a rule that pays 1 for a walk. */
async function fillBoard({ url }: CaseDatabase, programId: number): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `with made as (
       insert into season (leaderboard_id, starts_at, ends_at, version, participants)
       select id, '1970-01-01Z', null, 1, $2::int from leaderboard
       where program_id = $1 and key = 'all-time' returning id)
     insert into standing (season_id, member_id, score, reached_at)
     select made.id, m.id, (1000 - substr(m.external_id, 2)::int) * 1000000::bigint, now()
     from made, member m where substr(m.external_id, 2)::int < $2`,
    [programId, ROWS],
  );
  await client.end();
  const pool = createPool(url, () => {});
  const db = createPrisma(pool);
  const viewer = { kind: 'system', programId, name: 'bench' } as const;
  const app = { db, clock: new FakeClock('2020-01-01T00:00:00Z') };
  const rule = { kind: 'EARNING', key: 'walk' } as const;
  const definition = { trigger: { on: 'ACTIVITY', type: 'walk' }, points: { fixed: 1 } };
  await draftRule(app, viewer, { ...rule, definition });
  await publishRule(app, viewer, rule);
  const keys: string[] = [];
  for (let n = 0; n < KEYS; n += 1) {
    const key = { programId, role: 'SCREEN', name: `screen ${n}` } as const;
    keys.push((await insertApiKey(db, key, new Date())).text);
  }
  await db.$disconnect();
  await pool.end();
  return keys;
}
