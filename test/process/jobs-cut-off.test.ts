/** The database cuts the job runner off: the server stays, and its jobs go on. */
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { type ServerProcess, startProcess } from '../support/server-process.ts';

let database: TestDatabase;
let client: pg.Client;
let server: ServerProcess | undefined;
beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterEach(() => server?.kill());
afterAll(async () => {
  await client.end();
  await database.drop();
});

/** Jobs that wait, or are being done. */
async function jobs(): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    'select count(*) from graphile_worker._private_jobs where locked_at is null',
  );
  return Number(rows[0]?.count);
}

it('when a job is noted as done', async () => {
  await (await startProcess({ DATABASE_URL: database.url })).kill(); // Makes the runner’s tables.
  await client.query('delete from graphile_worker._private_jobs');
  await client.query(`create function cut_off() returns trigger language plpgsql as $$ begin
    perform pg_terminate_backend(pg_backend_pid()); return old; end $$`);
  await client.query(`create trigger cut_off before delete on graphile_worker._private_jobs
    for each row execute function cut_off()`);
  server = await startProcess({ DATABASE_URL: database.url });
  const cut = () => /Failed to complete jobs/.test(server?.stdout ?? '');
  await expect.poll(cut, { timeout: 40_000 }).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(server.running).toBe(true);
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  await client.query('drop trigger cut_off on graphile_worker._private_jobs');
  await client.query(`select graphile_worker.add_job('settleSeasons', job_key => 'again')`);
  await expect.poll(jobs, { timeout: 30_000 }).toBe(0);
}, 120_000);

it('while it stops: the server still ends as it should', async () => {
  for (let round = 0; round < 6; round += 1) {
    server = await startProcess({ DATABASE_URL: database.url });
    server.signal('SIGTERM');
    // Until it has ended, as a database does that stops at the same time.
    const cutting = setInterval(() => {
      void client
        .query(
          'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
        )
        .catch(() => {});
    }, 5);
    const { code } = await server.exited;
    clearInterval(cutting);
    expect([code, server.stderr]).toEqual([0, '']);
  }
}, 120_000);
