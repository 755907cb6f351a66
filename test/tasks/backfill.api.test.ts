/** Facts from before a task: previewed, counted once, quietly or not (S21). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY, type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { composite, paidBy, settled, shown, task } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
const START = '2026-03-10T12:00:00Z';
beforeAll(async () => {
  bePatient();
  economies = await openEconomies(START);
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  for (const name of ['ada', 'bob', 'cy']) await eco.enrol(name);
});

const run = 'run { id key dryRun mode state facts members completions points finishedAt }';
const mutation = `mutation ($input: BackfillTaskInput!) { backfillTask(input: $input) {
  ... on BackfillTaskPayload { ${run} } ... on Refusal { code } } }`;

const ask = (input: object, key = eco.program.keys.operator) =>
  eco.test.ask(key, mutation, {
    input: { key: 'late', from: '2026-03-01T00:00:00Z', dryRun: false, mode: 'LOUD', ...input },
  });

/** Runs a backfill to its end; its figures as [facts, members, completions, points]. */
async function backfill(input: object = {}): Promise<number[]> {
  const { data, errors } = await ask(input);
  expect(errors).toBeUndefined();
  expect(data.backfillTask.run).toMatchObject({ state: 'SCANNING', facts: 0, finishedAt: null });
  await settled(eco.test.app);
  while ((await eco.job('backfillTasks')) > 0); // A slow machine takes several turns.
  await settled(eco.test.app);
  const query = `query ($id: ID!) { taskBackfill(id: $id) { state facts members completions points } }`;
  const answer = await eco.test.ask(eco.program.keys.operator, query, {
    id: data.backfillTask.run.id,
  });
  const { state, facts, members, completions, points } = answer.data.taskBackfill;
  expect(state).toBe('DONE');
  return [facts, members, completions, points];
}

const now = () => eco.clock.now().toISOString();

describe('a backfill', () => {
  it('does what its preview said; a second one changes nothing', async () => {
    for (const _ of [1, 2, 3]) await eco.act('ada', 'share');
    await eco.act('bob', 'share');
    await eco.act('cy', 'purchase');
    eco.clock.advance(HOUR);
    await eco.task('late', task(), now());
    await eco.act('bob', 'share');
    expect(await shown(eco, 'bob')).toEqual(['late - OPEN 1/2']);
    expect(await backfill({ dryRun: true })).toEqual([4, 2, 2, 20]);
    expect(await shown(eco, 'ada')).toEqual(['late - OPEN 0/2']);
    expect(await backfill()).toEqual([4, 2, 2, 20]);
    expect(await shown(eco, 'ada')).toEqual(['late - PAID 2/2']);
    expect(await shown(eco, 'bob')).toEqual(['late - PAID 2/2']);
    expect(await shown(eco, 'cy')).toEqual(['late - OPEN 0/2']);
    expect(await backfill({ mode: 'QUIET' })).toEqual([0, 0, 0, 0]);
    expect(await paidBy(eco, 'ada')).toEqual([10]);
    expect(await paidBy(eco, 'bob')).toEqual([10]);
    const { data } = await eco.test.ask(
      eco.program.keys.operator,
      '{ audit(first: 1) { edges { node { action target } } } }',
    );
    expect(data.audit.edges[0].node).toMatchObject({ action: 'backfillTask', target: 'task:late' });
  });

  it('heeds its start, returns, and periods', async () => {
    await eco.done('recordActivity', 'ada', { type: 'share', reference: 'a' });
    await eco.done('recordActivity', 'ada', { type: 'share', reference: 'b' });
    await eco.done('reverseActivity', 'ada', { type: 'share', reference: 'b' });
    eco.clock.advance(DAY);
    await eco.act('ada', 'share');
    await eco.act('ada', 'share');
    await eco.act('bob', 'share');
    eco.clock.advance(HOUR);
    await eco.task('late', task({ period: { every: 'DAILY' } }), now());
    expect(await backfill({ from: '2026-03-11T12:00:00Z', dryRun: true })).toEqual([3, 2, 1, 10]);
    expect(await backfill()).toEqual([5, 2, 1, 10]);
    expect(await shown(eco, 'ada', '(past: 3)')).toEqual([
      ...['late 2026-03-11 PAID 2/2', 'late 2026-03-10 MISSED 1/2'],
    ]);
  });

  it('of a composite counts parts completed before it', async () => {
    await eco.task('part', task({ target: { count: 1 } }));
    await eco.act('ada', 'share');
    await settled(eco.test.app);
    eco.clock.advance(HOUR);
    await eco.task('late', composite({ all: ['part'] }), now());
    expect(await shown(eco, 'ada')).toEqual(['part - PAID 1/1', 'late - OPEN 0/1']);
    expect(await backfill({ mode: 'QUIET' })).toEqual([1, 1, 1, 50]);
    expect(await shown(eco, 'ada')).toEqual(['part - PAID 1/1', 'late - PAID 1/1']);
    expect(await paidBy(eco, 'ada')).toEqual([10, 50]);
    const { rows } = await eco.test.app.pool.query(
      `select payload->>'task' as task, payload->'quiet' as quiet from event
       where type = 'task.paid' and program_id = $1 order by position`,
      [eco.program.id],
    );
    expect(rows).toEqual([
      { task: 'part', quiet: null },
      { task: 'late', quiet: true },
    ]);
  });

  it('goes on where it was: many facts, in steps', async () => {
    await eco.test.app.pool.query(
      `insert into event (program_id, type, member_id, occurred_at, payload)
       select $1, 'activity.recorded', m.id, $2::timestamptz, jsonb_build_object(
         'activity', 'share', 'reference', 'bulk' || n, 'value', null, 'units', 1, 'entries', '[]'::jsonb)
       from generate_series(1, 5000) n join member m on m.program_id = $1 and m.external_id = 'cy'`,
      [eco.program.id, START],
    );
    await eco.test.app.pool.query(
      `insert into activity (program_id, type, reference, member_id, occurred_at, local_date, zone,
         utc_offset_seconds, day_start_minutes, recorded_at, points)
       select $1, 'share', 'bulk' || n, m.id, $2::timestamptz, $3, 'Europe/Rome', 3600, 0, $2, 0
       from generate_series(1, 5000) n join member m on m.program_id = $1 and m.external_id = 'cy'`,
      [eco.program.id, START, START.slice(0, 10)],
    );
    await eco.test.app.pool.query(
      `update account set version = version + 5000 from member m
       where m.id = member_id and m.program_id = $1 and m.external_id = 'cy'`,
      [eco.program.id],
    );
    eco.clock.advance(HOUR);
    await eco.task('late', task({ target: { count: 5_000 } }), now());
    expect(await backfill()).toEqual([5_000, 1, 1, 10]);
    expect(await paidBy(eco, 'cy')).toEqual([10]);
  });

  it('is refused for what there is not, for the future, and to others', async () => {
    expect((await ask({ key: 'nothing' })).data.backfillTask.code).toBe('TASK_NOT_FOUND');
    await eco.task('late', task());
    const { errors } = await ask({ from: '2099-01-01T00:00:00Z' });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
    const service = await ask({}, eco.program.keys.service);
    expect(service.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});
