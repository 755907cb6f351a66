import { afterAll, beforeAll, expect, it } from 'vitest';
import { seedDemo } from '../../src/demo/seed.ts';
import { makeFolder, type TestFolder } from '../cli/support.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { settled } from '../tasks/support.ts';

let test: TestApp;
let folder: TestFolder;
beforeAll(async () => {
  bePatient();
  folder = await makeFolder();
  test = await createTestApp({ env: { TALLYMARK_DATA_DIR: folder.path } });
});
afterAll(async () => {
  await test.close();
  await folder.remove();
});

it('counts for tasks what the demo’s members did before', async () => {
  expect(await seedDemo(test.app)).toBeDefined();
  const job = test.app.jobs.find(({ name }) => name === 'backfillTasks');
  expect(job).toBeDefined();
  const counted = async () => {
    await job?.run(); // Nothing while the tasks have not passed what was there when it began.
    await settled(test.app);
    const { rows } = await test.app.pool.query(
      'select count(*)::int as n from task_progress where progress > 0',
    );
    return rows[0].n;
  };
  await expect.poll(counted, { timeout: 30_000 }).toBeGreaterThan(0);
});
