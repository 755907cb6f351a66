/** What the tests of tasks share. */
import type { App } from '../../src/app.ts';
import type { Economy } from '../economy/api.ts';

export const share = { on: 'ACTIVITY', type: 'share' } as const;
export const purchase = { on: 'ACTIVITY', type: 'purchase' } as const;

/** A task as tests set it: twice, once, for 10 points, unless said otherwise. */
export const task = (more: object = {}) => ({
  ...{ title: 'Task', trigger: share, target: { count: 2 }, points: 10 },
  ...more,
});

/** The same of other tasks. */
export const composite = (of: object, more: object = {}) => ({
  ...{ title: 'Composite', of, points: 50 },
  ...more,
});

const fields = `key title state progress target missing missingTasks requires periodStart periodEnd
  points claim claimableUntil completedAt`;

/** Waits until everything written so far is counted, and what it completed is paid. */
export async function settled({ pool, taskProjection, jobs }: App): Promise<void> {
  for (;;) {
    const { rows } = await pool.query<{ programId: number; position: number }>(
      `select program_id as "programId", position from event order by txid desc, position desc limit 1`,
    );
    const [last] = rows;
    if (last !== undefined) await taskProjection.waitFor(last.programId, last.position);
    const job = jobs.find(({ name }) => name === 'settleTasks');
    const done = await job?.run();
    const left = await pool.query('select 1 from task_due limit 1');
    if (done === 0 && left.rows.length === 0) return;
  }
}

/** A member's tasks by key, once everything is counted; of several periods the first shown. */
// biome-ignore lint/suspicious/noExplicitAny: tests read answers by the query they wrote.
export async function tasksOf(eco: Economy, externalId: string, args = ''): Promise<any> {
  await settled(eco.test.app);
  const { tasks } = await eco.read(externalId, `tasks${args} { ${fields} }`);
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  return Object.fromEntries(tasks.toReversed().map((one: any) => [one.key, one]));
}

/** All periods shown, as `key periodStart state progress/target`. */
export async function shown(eco: Economy, externalId: string, args = ''): Promise<string[]> {
  await settled(eco.test.app);
  const { tasks } = await eco.read(externalId, `tasks${args} { ${fields} }`);
  return tasks.map(
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    ({ key, periodStart, state, progress, target }: any) =>
      `${key} ${periodStart ?? '-'} ${state} ${progress}/${target}`,
  );
}

/** Lines that tasks paid a member or took back: their amounts, oldest first. */
export async function paidBy(eco: Economy, externalId: string): Promise<number[]> {
  await settled(eco.test.app);
  const ledger = await eco.ledger(externalId);
  return ledger
    .filter(({ reason }) => reason === 'TASK' || reason === 'REVERSAL')
    .map(({ amount }) => Number(amount));
}
