/** Jobs as they run in a server: through Graphile Worker's tables, on one of several nodes. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Job } from '../../src/jobs/due.ts';
import { startWorker } from '../../src/jobs/worker.ts';
import { limits } from '../../src/limits.ts';
import { createPool } from '../../src/platform/db.ts';
import {
  createTestApp,
  createTestProgram,
  runJob,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { enrol, readMember, run } from '../support/commands.ts';
import { createTestDatabase } from '../support/database.ts';
import { setRule } from '../support/rules.ts';
import { openSecondApp } from '../support/second-app.ts';
import { task } from '../tasks/support.ts';

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

  it('goes on with long work in turns, and lets other jobs have theirs', async () => {
    const own = await createTestDatabase();
    const done: string[] = [];
    let ready = () => {};
    const added = new Promise<void>((resolve) => {
      ready = resolve;
    });
    let left = 3;
    const long: Job = {
      ...{ name: 'long', cron: '0 0 1 1 *', takesTurns: true },
      async run() {
        done.push('long');
        await added;
        left -= 1;
        return left;
      },
    };
    const short: Job = {
      ...{ name: 'short', cron: '0 0 1 1 *' },
      run: () => Promise.resolve(done.push('short')),
    };
    const worker = await startWorker(own.url, [long, short], test.app);
    const pool = createPool(own.url, () => {});
    const add = (name: string) => pool.query('select graphile_worker.add_job($1)', [name]);
    await add('long');
    await expect.poll(() => done, { timeout: 20_000 }).toEqual(['long']);
    await add('short');
    ready();
    await expect.poll(() => done, { timeout: 20_000 }).toEqual(['long', 'short', 'long', 'long']);
    await worker.stop();
    await pool.end();
    await own.drop();
  });

  it('runs a job when it is due, and who has work once another did something', async () => {
    Object.assign(limits, { jobStartMs: 0 });
    const own = await createTestDatabase();
    const done: string[] = [];
    const dueAt = new Date(Date.now() + 2_000);
    const due: Job = {
      ...{ name: 'due', cron: '0 0 1 1 *', atStart: true, wakes: ['after'] },
      dueAt: (now) => Promise.resolve(now < dueAt ? dueAt : null),
      run: () => {
        const isDue = Date.now() >= dueAt.getTime();
        done.push(isDue ? 'due' : 'looked');
        return Promise.resolve(isDue ? 1 : 0);
      },
    };
    const after: Job = {
      ...{ name: 'after', cron: '0 0 1 1 *' },
      async run() {
        done.push('after');
        return 0;
      },
    };
    const worker = await startWorker(own.url, [due, after], test.app);
    await expect.poll(() => done, { timeout: 20_000 }).toEqual(['looked', 'due', 'after']);
    await worker.stop();
    await own.drop();
  });

  it('carries a backfill to its end, however many turns it takes', async () => {
    await enrol(test, program.keys.service, 'eve');
    const { app } = test;
    await run(test, program.keys.service, 'recordActivity', {
      ...{ member: { externalId: 'eve' }, type: 'share', reference: 'r' },
    });
    const since = new Date().toISOString();
    await setRule(test, program, 'late', task(), { kind: 'TASK', since });
    const turn = limits.jobTurnMs;
    Object.assign(limits, { jobTurnMs: 0 });
    await vi.waitUntil(async () => {
      const { data } = await test.ask(
        program.keys.operator,
        `mutation { backfillTask(input: {key: "late", from: "2026-01-01T00:00:00Z", dryRun: false,
           mode: LOUD}) { __typename } }`,
      );
      return data.backfillTask.__typename === 'BackfillTaskPayload'; // Rules are read a second late.
    });
    expect(await runJob(app, 'backfillTasks')).toBe(1);
    const state = async () =>
      (await app.pool.query('select state from task_backfill')).rows[0].state;
    expect(await state()).not.toBe('DONE');
    await addJob('backfillTasks');
    await expect.poll(state, { timeout: 20_000 }).toBe('DONE');
    Object.assign(limits, { jobTurnMs: turn });
  });
});
