/** Jobs as they run in a server: through Graphile Worker's tables, on one of several nodes. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { enrol, readMember, run } from '../support/commands.ts';
import { openSecondApp } from '../support/second-app.ts';

const jobs = { TALLYMARK_JOBS: '1' };
let test: TestApp;
let second: TestApp;
let program: TestProgram;

beforeAll(async () => {
  test = await createTestApp({ env: jobs });
  second = await openSecondApp(test);
  program = await createTestProgram(test.app);
});
afterAll(async () => {
  await second.close();
  await test.close();
});

const addJob = (name: string) => test.app.pool.query('select graphile_worker.add_job($1)', [name]);
const kinds = async () =>
  (await test.app.pool.query('select kind from ledger_entry order by recorded_at, seq')).rows.map(
    ({ kind }) => kind as string,
  );

const waiting = async () =>
  (await test.app.pool.query('select count(*) from graphile_worker.jobs')).rows[0].count as number;

describe('the worker', () => {
  it('can run every job', async () => {
    for (const { name } of test.app.jobs) await addJob(name);
    await expect.poll(waiting, { timeout: 20_000 }).toBe(0); // One that fails would stay.
  });

  it('books what has expired, once, however many nodes and jobs there are', async () => {
    await enrol(test, program.keys.service, 'ada');
    const expiresAt = new Date(Date.now() + 1_500).toISOString();
    const input = { member: { externalId: 'ada' }, amount: 30, reason: 'test', expiresAt };
    await run(test, program.keys.operator, 'adjustPoints', input);
    await vi.waitUntil(() => Date.now() > Date.parse(expiresAt), { timeout: 10_000 });
    const { points } = await readMember(test, program.keys.service, 'ada');
    expect(points.available).toBe(0); // Before any job has run.
    expect(await kinds()).toEqual(['ADJUSTMENT']);
    for (let count = 0; count < 5; count += 1) await addJob('expirePoints');
    await expect.poll(kinds, { timeout: 20_000 }).toEqual(['ADJUSTMENT', 'EXPIRY']);
    await expect.poll(waiting, { timeout: 20_000 }).toBe(0);
    expect(await kinds()).toEqual(['ADJUSTMENT', 'EXPIRY']);
  });
});
