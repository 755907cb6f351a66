/** The PostgreSQL server of a benchmark run, and a database for each case. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import process from 'node:process';
import pg from 'pg';
import { createApp } from '../../src/app.ts';
import { insertApiKey } from '../../src/auth/api-key.ts';
import { loadConfig } from '../../src/config.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import { createPool, createPrisma, type PrismaClient } from '../../src/platform/db.ts';
import { openEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { createLog } from '../../src/platform/log.ts';
import { applyMigrations } from '../../src/platform/migrate.ts';
import { createProgram } from '../../src/programs/create-program.ts';
import { draftRule, publishRule } from '../../src/rules/admin.ts';
import { makeDataDir, removeDataDir } from '../../test/support/data-dir.ts';

/** A server with durable settings; its role may create databases. */
export type PostgresServer = {
  /** Makes a copy of the seeded database. */
  copy(name: string): Promise<CaseDatabase>;
  readonly seed: Seed;
  /** Version and settings that matter, for the record. */
  readonly description: string;
  close(): Promise<void>;
};

/** What every case finds in its database. */
export type Seed = {
  readonly programId: number;
  readonly planId: number;
  readonly serviceKey: string;
  readonly members: number;
};

/** A database of one case. */
export type CaseDatabase = {
  readonly url: string;
  /** Process ids of the connections open now. */
  backends(): Promise<number[]>;
  count(sql: string): Promise<number>;
};

/** A zone without clock changes: 24 hours later is always the next day. */
const ZONE = 'Asia/Kolkata';
const migrationsDir = path.join(import.meta.dirname, '../../prisma/migrations');

/** Opens DATABASE_URL, or an embedded server of our own, and seeds a template with members. */
export async function openPostgres(members: number, rules: boolean): Promise<PostgresServer> {
  const server = await openServer();
  const names: string[] = [];
  const tag = randomBytes(4).toString('hex');
  const admin = new pg.Pool({ connectionString: server.url, max: 1 });
  admin.on('error', () => {}); // The server may go before its connections do.
  const urlOf = (name: string) => Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
  const create = async (name: string, template: string) => {
    const full = `tallymark_bench_${tag}_${name}`;
    await admin.query(`create database ${full} template ${template}`);
    names.push(full);
    return full;
  };
  const close = async () => {
    for (const name of names) await admin.query(`drop database if exists ${name} with (force)`);
    await admin.end();
    await server.close();
  };
  try {
    const template = await create('seed', 'template0');
    const seed = await seedDatabase(urlOf(template), members, rules);
    return {
      seed,
      description: await describe(admin),
      close,
      copy: async (name) => caseDatabase(admin, await create(name, template), urlOf),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function caseDatabase(admin: pg.Pool, name: string, urlOf: (name: string) => string): CaseDatabase {
  return {
    url: urlOf(name),
    async backends() {
      const sql = 'select pid from pg_stat_activity where datname = $1';
      return (await admin.query<{ pid: number }>(sql, [name])).rows.map(({ pid }) => pid);
    },
    async count(sql) {
      const client = new pg.Client({ connectionString: urlOf(name) });
      await client.connect();
      try {
        return Number(Object.values((await client.query(sql)).rows[0])[0]);
      } finally {
        await client.end();
      }
    },
  };
}

async function openServer(): Promise<{ url: string; close(): Promise<void> }> {
  const url = process.env.DATABASE_URL;
  if (url !== undefined && url !== '') return { url, close: async () => {} };
  const dataDir = await makeDataDir();
  const embedded = await openEmbeddedPostgres({ dataDir, purpose: 'serve' });
  return {
    url: embedded.url,
    async close() {
      await embedded.close();
      await removeDataDir(dataDir);
    },
  };
}

async function describe(admin: pg.Pool): Promise<string> {
  const { rows } = await admin.query<{ text: string }>(
    `select 'PostgreSQL ' || current_setting('server_version') || ', ' || string_agg(
       name || ' ' || setting || coalesce(' x ' || unit, ''), ', ' order by name) as text
     from pg_settings where name in ('fsync', 'synchronous_commit', 'shared_buffers')`,
  );
  return rows[0]?.text ?? '';
}

async function seedDatabase(url: string, members: number, rules: boolean): Promise<Seed> {
  await applyMigrations(url, migrationsDir);
  const pool = createPool(url, () => {});
  const db = createPrisma(pool);
  const client = new pg.Client({ connectionString: url }); // Without the service's time limits.
  try {
    await client.connect();
    const now = new Date();
    const program = { key: 'bench', name: 'Benchmark', zone: ZONE };
    const { id: programId } = await createProgram(db, program, now);
    const key = { programId, role: 'SERVICE', name: 'bench' } as const;
    const { text: serviceKey } = await insertApiKey(db, key, now);
    const kind = 'CHECK_IN_PLAN';
    const plan = await db.rule.findFirstOrThrow({ where: { programId, kind } });
    if (rules) await setRules(db, programId);
    // Every request needs a day of its own, so facts of two weeks are taken.
    await client.query(`update program set lateness_hours = ${14 * 24}`);
    await client.query(
      `insert into member (program_id, external_id, display_name, enrolled_at)
       select $1, 'm' || n, 'Member ' || n, $2::timestamptz from generate_series(0, $3::int - 1) n`,
      [programId, now.toISOString(), members],
    );
    await client.query(
      'insert into account (member_id, program_id) select id, program_id from member',
    );
    if (rules) await judgeMembers(url);
    await client.query('vacuum (analyze)');
    await client.query('checkpoint');
    return { programId, planId: plan.id, serviceKey, members };
  } finally {
    await client.end();
    await db.$disconnect();
    await pool.end();
  }
}

/** Every account is judged by the tiers, as the job leaves them minutes after tiers are published. */
async function judgeMembers(url: string): Promise<void> {
  const config = loadConfig({ ...process.env, DATABASE_URL: url, TALLYMARK_JOBS: '0' });
  const app = await createApp(config, { log: createLog({ level: 'warn' }), purpose: 'tool' });
  const job = app.jobs.find(({ name }) => name === 'evaluateTiers');
  while (((await job?.run()) ?? 0) > 0);
  await app.close();
}

/** Three rules, a cap and a tier multiplier, looked at by every check-in of Tallymark's. */
async function setRules(db: PrismaClient, programId: number): Promise<void> {
  const viewer = { kind: 'system', programId, name: 'bench' } as const;
  const app = { db, clock: new FakeClock('2020-01-01T00:00:00Z') };
  const onCheckIn = { trigger: { on: 'CHECK_IN' }, points: { fixed: 5 } };
  const rules = [
    ['EARNING', 'weekend', { ...onCheckIn, condition: { fact: 'weekday', oneOf: [6, 7] } }],
    ['EARNING', 'vip', { ...onCheckIn, audience: { tags: ['vip'] } }],
    ['EARNING', 'week', { ...onCheckIn, condition: { fact: 'streakDay', is: 'EQ', number: 7 } }],
    ['POINTS_POLICY', 'default', { caps: [{ period: 'DAY', points: 1_000 }] }],
    ['TIERS', 'default', { basis: 'LIFETIME', levels }],
  ] as const;
  for (const [kind, key, definition] of rules) {
    await draftRule(app, viewer, { kind, key, definition });
    await publishRule(app, viewer, { kind, key });
  }
}

const levels = [
  { key: 'bronze', name: 'Bronze', threshold: 0, percent: 110 },
  { key: 'gold', name: 'Gold', threshold: 1_000_000, percent: 150 },
];
