import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { classifyFault } from '../../src/platform/conflicts.ts';
import { createPool, createPrisma, type Pool, type PrismaClient } from '../../src/platform/db.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

/** Every failure here is made by PostgreSQL itself (RELIABILITY.md T15–T18). */
let database: TestDatabase;
let pool: Pool;
let db: PrismaClient;
let programs: number[];

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, () => {});
  db = createPrisma(pool);
  await pool.query('create table skew (id int primary key, on_call boolean not null)');
});
beforeEach(async () => {
  programs = [];
  for (const key of ['a', 'b']) programs.push(await newProgram(`${key}-${performance.now()}`));
  await pool.query('delete from skew');
  await pool.query('insert into skew values (1, true), (2, true)');
});
afterAll(async () => {
  await db.$disconnect();
  await pool.end();
  await database.drop();
});

async function newProgram(key: string): Promise<number> {
  const created = await db.program.create({
    data: { key, name: 'x', zone: 'UTC', tokenSecret: new Uint8Array(1), createdAt: new Date(0) },
  });
  return created.id;
}

/** The error that a promise ends with. */
const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );

/** Two transactions meet here before either goes on. */
function meetingPoint() {
  let arrived = 0;
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    arrived += 1;
    if (arrived === 2) open();
    return opened;
  };
}

type Tx = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

/** Two transactions that take the same two rows in opposite orders; the victim's error. */
async function deadlock(touch: (tx: Tx, id: number) => Promise<unknown>): Promise<unknown> {
  const meet = meetingPoint();
  const options = { timeout: 10_000, maxWait: 5_000 };
  const run = (ids: number[]) =>
    db.$transaction(async (tx) => {
      await touch(tx, ids[0] ?? 0);
      await meet();
      await touch(tx, ids[1] ?? 0);
    }, options);
  const ended = await Promise.allSettled([run(programs), run(programs.toReversed())]);
  const failed = ended.filter((one) => one.status === 'rejected');
  expect(failed).toHaveLength(1);
  return (failed[0] as PromiseRejectedResult).reason;
}

describe('a conflict, in each shape that Prisma gives it', () => {
  it('a deadlock through the model API', async () => {
    const error = await deadlock((tx, id) =>
      tx.program.update({ where: { id }, data: { name: 'y' } }),
    );
    expect(error).toMatchObject({ code: 'P2034' });
    expect(classifyFault(error)).toBe('conflict');
  });

  it('a deadlock through $queryRaw', async () => {
    const error = await deadlock(
      (tx, id) => tx.$queryRaw`update program set name = 'z' where id = ${id} returning id`,
    );
    expect(error).toMatchObject({ code: 'P2010' });
    expect(classifyFault(error)).toBe('conflict');
  });

  it('a deadlock through $executeRaw', async () => {
    const error = await deadlock(
      (tx, id) => tx.$executeRaw`update program set name = 'z' where id = ${id}`,
    );
    expect(classifyFault(error)).toBe('conflict');
  });

  it('write skew, found at COMMIT', async () => {
    const meet = meetingPoint();
    const leave = (id: number) =>
      db.$transaction(
        async (tx) => {
          await tx.$queryRaw`select count(*) from skew where on_call`;
          await meet();
          await tx.$executeRaw`update skew set on_call = false where id = ${id}`;
        },
        { isolationLevel: 'Serializable', timeout: 10_000 },
      );
    const ended = await Promise.allSettled([leave(1), leave(2)]);
    const failed = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(failed).toHaveLength(1);
    expect(classifyFault(failed[0])).toBe('conflict');
  });

  it('a row that changed since the snapshot, through the model API and raw', async () => {
    const id = programs[0] ?? 0;
    const stale = (write: (tx: Tx) => Promise<unknown>) =>
      db.$transaction(
        async (tx) => {
          await tx.program.findUnique({ where: { id } });
          await pool.query('update program set name = name || $2 where id = $1', [id, 'x']);
          await write(tx);
        },
        { isolationLevel: 'RepeatableRead', timeout: 10_000 },
      );
    const update = await errorOf(
      stale((tx) => tx.program.update({ where: { id }, data: { name: 'y' } })),
    );
    const raw = await errorOf(
      stale((tx) => tx.$executeRaw`update program set name = 'y' where id = ${id}`),
    );
    expect([classifyFault(update), classifyFault(raw)]).toEqual(['conflict', 'conflict']);
  });
});

describe('a lost connection, through Prisma', () => {
  it.each(['model', 'raw'])(
    'a backend killed in a transaction, seen by the %s API',
    async (api) => {
      const error = await errorOf(
        db.$transaction(async (tx) => {
          const [row] = await tx.$queryRaw<{ pid: number }[]>`select pg_backend_pid() as pid`;
          await pool.query('select pg_terminate_backend($1)', [row?.pid]);
          await sleep(100);
          await (api === 'model' ? tx.program.findMany() : tx.$queryRaw`select 1`);
        }),
      );
      expect(classifyFault(error)).toBe('unavailable');
      await expect(db.program.count()).resolves.toBeGreaterThan(0);
    },
  );

  it('a transaction that takes too long, and one that never begins', async () => {
    const slow = await errorOf(
      db.$transaction(
        async (tx) => {
          await sleep(300);
          await tx.program.findMany();
        },
        { timeout: 100 },
      ),
    );
    expect([slow, classifyFault(slow)]).toMatchObject([{ code: 'P2028' }, 'unavailable']);
    const small = createPool(database.url, () => {});
    small.options.max = 1;
    const one = createPrisma(small);
    const held = await small.connect();
    const starved = await errorOf(
      one.$transaction((tx) => tx.program.findMany(), { maxWait: 200 }),
    );
    expect(classifyFault(starved)).toBe('unavailable');
    held.release();
    await one.$disconnect();
    await small.end();
  });

  it('no server at all', async () => {
    const url = new URL(database.url);
    url.port = '1';
    const nowhere = createPool(url.href, () => {});
    const prisma = createPrisma(nowhere);
    expect(classifyFault(await errorOf(nowhere.query('select 1')))).toBe('unavailable');
    expect(classifyFault(await errorOf(prisma.program.findMany()))).toBe('unavailable');
    expect(classifyFault(await errorOf(prisma.$queryRaw`select 1`))).toBe('unavailable');
    await prisma.$disconnect();
    await nowhere.end();
  });
});
