import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { classifyFault } from '../../src/platform/conflicts.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

/** Every failure here is made by PostgreSQL itself, and seen through `pg`. */
let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url });
  await pool.query('create table skew (id int primary key, on_call boolean not null)');
  await pool.query(
    `insert into program (key, name, zone, token_secret, created_at)
     values ('a', 'a', 'UTC', '', now())`,
  );
});
beforeEach(async () => {
  await pool.query('delete from skew');
  await pool.query('insert into skew values (1, true), (2, true)');
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** The error that a promise ends with. */
const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );

/** Runs statements on a connection of their own; the error of the last one. */
async function failureOf(...statements: string[]): Promise<unknown> {
  const client = new pg.Client({ connectionString: database.url });
  client.on('error', () => {});
  await client.connect();
  try {
    for (const statement of statements.slice(0, -1)) await client.query(statement);
    return await errorOf(client.query(statements.at(-1) ?? ''));
  } finally {
    await client.end().catch(() => {});
  }
}

describe('what pg itself throws', () => {
  it.each([
    [
      'a statement out of time',
      ["set statement_timeout = '50ms'", 'select pg_sleep(1)'],
      '57014',
      'unavailable',
    ],
    ['a killed backend', ['select pg_terminate_backend(pg_backend_pid())'], '57P01', 'unavailable'],
    ['a duplicate', ['insert into skew values (1, true)'], '23505', 'duplicate'],
    ['a NUL byte', ["select E'\\x00'"], '22021', 'fault'],
    ['a NUL in jsonb', [`select '"\\u0000"'::jsonb`], '22P05', 'fault'],
    ['an integer too large', ['select 2147483648::int'], '22003', 'fault'],
    ['a violated CHECK', ['update program set day_start_minutes = -1'], '23514', 'fault'],
    ['a missing table', ['select * from nothing_like_it'], '42P01', 'fault'],
  ])('%s', async (_case, statements, code, kind) => {
    const error = await failureOf(...statements);
    expect(error).toMatchObject({ code });
    expect(classifyFault(error)).toBe(kind);
  });

  it('a lock that does not come, a deadlock and a stale snapshot', async () => {
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('begin');
    await holder.query('update skew set on_call = false where id = 1');
    const waited = await failureOf("set lock_timeout = '50ms'", 'update skew set on_call = false');
    expect([waited, classifyFault(waited)]).toMatchObject([{ code: '55P03' }, 'conflict']);

    const begin = 'begin isolation level repeatable read';
    const stale = failureOf(
      begin,
      'select * from skew',
      'select pg_sleep(0.2)',
      'update skew set on_call = true',
    );
    await sleep(100);
    await holder.query('commit');
    expect([await stale, classifyFault(await stale)]).toMatchObject([
      { code: '40001' },
      'conflict',
    ]);
    await holder.end();
  });

  it('a connection that idled in a transaction for too long', async () => {
    const client = new pg.Client({ connectionString: database.url });
    const told = new Promise<unknown>((resolve) => client.on('error', resolve));
    await client.connect();
    await client.query("set idle_in_transaction_session_timeout = '50ms'");
    await client.query('begin');
    const error = await told;
    expect([error, classifyFault(error)]).toMatchObject([{ code: '25P03' }, 'unavailable']);
    expect(classifyFault(await errorOf(client.query('select 1')))).toBe('unavailable');
  });

  it('a role without a connection to spare', async () => {
    const role = `narrow_${process.pid}`;
    await pool.query(`create role ${role} login password 'narrow' connection limit 0`);
    try {
      const url = new URL(database.url);
      url.username = role;
      url.password = 'narrow';
      const error = await errorOf(new pg.Client({ connectionString: url.href }).connect());
      expect([error, classifyFault(error)]).toMatchObject([{ code: '53300' }, 'unavailable']);
    } finally {
      await pool.query(`drop role ${role}`);
    }
  });

  it('a pool without a connection to spare, and a server that does not answer in time', async () => {
    const busy = new pg.Pool({
      connectionString: database.url,
      max: 1,
      connectionTimeoutMillis: 1_000,
    });
    const held = await busy.connect();
    expect(classifyFault(await errorOf(busy.connect()))).toBe('unavailable');
    held.release();
    await busy.end();
    const hasty = { connectionString: database.url, query_timeout: 50 };
    for (const pipeline of [false, true]) {
      const client = new pg.Client({ ...hasty, pipeline } as pg.ClientConfig);
      client.on('error', () => {});
      await client.connect();
      expect(classifyFault(await errorOf(client.query('select pg_sleep(0.3)')))).toBe(
        'unavailable',
      );
      await client.end();
    }
  });
});

describe('what is no database error', () => {
  it.each([[null], [undefined], ['text'], [7], [new TypeError('x')], [{ code: 40001 }], [{}]])(
    '%s',
    (error) => {
      expect(classifyFault(error)).toBe('fault');
    },
  );
});
