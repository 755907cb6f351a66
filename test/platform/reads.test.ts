/** Reads that go out together: each has its own answer, and its own failure. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPool, named, type Pool } from '../../src/platform/db.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(() => {
  pool = createPool(database.url, () => {});
  return () => pool.end();
});
afterAll(() => database.drop());

const value = (n: number) => named<{ n: number }>(pool, 'reads.value', 'select $1::int as n', [n]);
const pid = () => named<{ pid: number }>(pool, 'reads.pid', 'select pg_backend_pid() as pid', []);

describe('reads of one turn', () => {
  it('share connections, and each gets its own rows', async () => {
    const rows = await Promise.all(Array.from({ length: 50 }, (_, n) => value(n)));
    expect(rows.map(([row]) => row?.n)).toEqual(Array.from({ length: 50 }, (_, n) => n));
    const pids = await Promise.all([pid(), pid(), pid()]);
    expect(new Set(pids.map(([row]) => row?.pid)).size).toBe(1);
  });

  it('fail for themselves', async () => {
    const all = [value(1), named(pool, 'reads.wrong', 'select 1 / $1::int', [0]), value(3)];
    const ended = await Promise.allSettled(all);
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(ended[1]).toMatchObject({ reason: { code: '22012' } });
    expect(await value(4)).toEqual([{ n: 4 }]);
  });

  it('end when their connection does, and the next ones work', async () => {
    const lost = Promise.allSettled([
      named(pool, 'reads.end', 'select pg_terminate_backend(pg_backend_pid())', []),
      value(1),
      value(2),
    ]);
    expect((await lost).map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
    expect(await value(4)).toEqual([{ n: 4 }]);
  });

  it('are told when there is no database', async () => {
    const nowhere = createPool('postgres://nobody@127.0.0.1:1/none', () => {});
    const asks = [1, 2].map((n) => named(nowhere, 'reads.nowhere', 'select $1::int', [n]));
    const ended = await Promise.allSettled(asks);
    expect(ended.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await nowhere.end();
  });
});
