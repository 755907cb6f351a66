/** Tasks as operators set them, in the days of their program, and what verify says of them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Economy, openEconomies } from '../economy/api.ts';
import { verified } from '../economy/support.ts';
import { ruleOf } from '../rules/admin.ts';
import { createTestProgram } from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { composite, settled, shown, task, tasksOf } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-28T12:00:00Z');
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
});
const rule = (key: string) => ruleOf(eco.test, eco.program, 'TASK', key);

describe('an operator', () => {
  it('sets a task by its input, with all defaults filled in', async () => {
    await rule('part').set({ ...task(), condition: { fact: 'VALUE', is: 'GTE', number: 1 } });
    const made = await rule('whole').set({
      ...composite({ any: ['part'], count: 1 }),
      ...{ period: { every: 'DAYS', days: 7, from: 'FIRST_ACT' }, claim: 'BY_HAND', claimDays: 2 },
    });
    expect(made.current.definition).toEqual({
      task: {
        ...{ title: 'Composite', of: { any: ['part'], count: 1 }, points: 50, requires: [] },
        ...{
          period: { every: 'DAYS', days: 7, from: 'FIRST_ACT' },
          claim: 'BY_HAND',
          claimDays: 2,
        },
        ...{ activation: { mode: 'AT_ONCE' }, expiry: null, rollback: true },
      },
    });
  });

  it('cannot publish one that needs what there is not, nor retire what is needed', async () => {
    await rule('whole').draft(composite({ all: ['part'] }));
    expect((await rule('whole').publish()).problems).toEqual([
      { field: 'of.all.0', message: 'there is no task part in force or scheduled in that time' },
    ]);
    await rule('part').set(task());
    await rule('whole').set(composite({ all: ['part'] }));
    expect((await rule('part').retire()).code).toBe('RULE_NEEDED');
    expect((await rule('whole').retire()).code).toBeUndefined();
    expect((await rule('part').retire()).code).toBeUndefined();
  });

  it('changes no period that has begun', async () => {
    await eco.enrol('ada');
    await eco.task('daily', task({ period: { every: 'DAILY' } }));
    await eco.act('ada', 'share');
    eco.clock.advance(2_000); // A version that ends as it starts judges nothing.
    await rule('daily').set(task({ period: { every: 'DAILY' }, target: { count: 5 }, points: 99 }));
    eco.clock.advance(2_000);
    await eco.act('ada', 'share');
    expect(await shown(eco, 'ada')).toEqual(['daily 2026-03-28 PAID 2/2']);
    eco.clock.set('2026-03-29T12:00:00Z');
    await eco.act('ada', 'share');
    expect((await tasksOf(eco, 'ada')).daily).toMatchObject({ progress: 1, target: 5, points: 99 });
  });
});

describe('a warning', () => {
  const publish = async (key: string, definition: object) => {
    await rule(key).draft(definition);
    const { warnings } = await rule(key).publish();
    return warnings.map(({ field, message }: Record<string, string>) => `${field}: ${message}`);
  };
  const unknown = 'trigger: no activity of the type share was recorded in the program yet';

  it('tells who keeps the versions before', async () => {
    const daily = { period: { every: 'DAILY' } };
    const own = { period: { every: 'DAYS', days: 3, from: 'FIRST_ACT' } };
    const names = ['ada', 'bob', 'cy'];
    for (const name of names) await eco.enrol(name);
    for (const [key, more] of Object.entries({ daily, own, once: {} })) {
      await eco.task(key, task(more));
    }
    for (const name of names) await eco.act(name, 'share');
    await eco.act('cy', 'share'); // It is done: nothing of it is to come.
    await settled(eco.test.app);
    const kept = (members: string, version: number) => [
      `period: ${members} version ${version} for the period they have begun`,
    ];
    for (const [key, more] of Object.entries({ daily, own, once: {} })) {
      eco.clock.advance(2_000);
      expect(await publish(key, task({ ...more, points: 11 }))).toEqual(kept('2 members keep', 1));
    }
    eco.clock.set('2026-03-29T12:00:00Z');
    await eco.act('ada', 'share');
    await settled(eco.test.app);
    // Yesterday is over; periods of three days and what is done once go on.
    expect(await publish('daily', task(daily))).toEqual(kept('1 member keeps', 2));
    expect(await publish('own', task(own))).toEqual(kept('1 member keeps', 1));
    expect(await publish('once', task())).toEqual(kept('1 member keeps', 1));
    eco.clock.set('2026-03-31T12:00:00Z');
    expect(await publish('own', task(own))).toEqual([]);
  });

  it('tells of activities that nobody has recorded', async () => {
    expect(await publish('typo', task())).toEqual([unknown]);
    await eco.enrol('ada');
    const more = { audience: { memberSinceBefore: '2026-01-01' } };
    await eco.act('ada', 'share');
    expect(await publish('other', task(more))).toEqual([]);
  });
});

describe('days', () => {
  it('begin when the program’s do, over a change of the clock', async () => {
    const program = await createTestProgram(eco.test.app, {
      ...{ zone: 'Europe/Rome', dayStartMinutes: 240 },
    });
    const rome = new Economy(eco.test, eco.clock, program);
    await rome.enrol('ada');
    await rome.task('daily', task({ period: { every: 'DAILY' } }));
    // 03:30 in Rome on the 29th is still the 28th; summer time began at 02:00.
    eco.clock.set('2026-03-29T01:30:00Z');
    await rome.act('ada', 'share');
    expect((await tasksOf(rome, 'ada')).daily).toMatchObject({
      ...{ periodStart: '2026-03-28', periodEnd: '2026-03-29T02:00:00.000Z', progress: 1 },
    });
    eco.clock.set('2026-03-29T02:00:00Z');
    await rome.act('ada', 'share');
    expect((await tasksOf(rome, 'ada')).daily).toMatchObject({
      ...{ periodStart: '2026-03-29', periodEnd: '2026-03-30T02:00:00.000Z', progress: 1 },
    });
  });
});

describe('verify', () => {
  it('finds progress, completions and payments that do not fit', async () => {
    await eco.enrol('ada');
    await eco.task('twice', task());
    await eco.act('ada', 'share');
    await eco.act('ada', 'share');
    await settled(eco.test.app);
    const { pool } = eco.test.app;
    const tampered = async (change: string, back: string) => {
      await pool.query(`${change} where program_id = $1`, [eco.program.id]);
      const found = await verified(eco.test);
      await pool.query(`${back} where program_id = $1`, [eco.program.id]);
      return found.map(({ what, expected, found: is }) => `${what}: ${expected}, not ${is}`);
    };
    const name = 'task twice from 1970-01-01';
    expect(
      await tampered(
        'update task_progress set progress = progress + 1',
        'update task_progress set progress = progress - 1',
      ),
    ).toEqual([`${name}: progress: 2, not 3`]);
    expect(
      await tampered(
        `update task_progress set completed_at = completed_at + interval '1 second'`,
        `update task_progress set completed_at = completed_at - interval '1 second'`,
      ),
    ).toHaveLength(1);
    expect(
      await tampered(
        'update task_settlement set paid = false, entry_seq = null',
        'update task_settlement set paid = true, entry_seq = 1',
      ),
    ).toEqual([`${name}: paid: true, not false`]);
    expect(
      await tampered(
        'update task_contribution set amount = 0',
        'update task_contribution set amount = 1',
      ),
    ).toEqual([`${name}: progress: 0, not 2`]);
    expect(await verified(eco.test)).toEqual([]);
  });

  it('finds contributions that returns should have made smaller', async () => {
    await eco.enrol('ada');
    await eco.done('adjustPoints', 'ada', { amount: 100, reason: 'start' });
    await eco.task('twice', task());
    await eco.task('spend', task({ trigger: { on: 'REDEMPTION' }, target: { value: 30 } }));
    const shared = { type: 'share', reference: 'r1', units: 4 };
    await eco.done('recordActivity', 'ada', shared);
    const rewardId = await eco.reward(10);
    const { redemption } = await eco.done('redeemReward', 'ada', { rewardId, quantity: 3 });
    await eco.send('fulfilRedemption', { redemptionId: redemption.id, state: 'ISSUED' });
    await eco.send('cancelRedemption', { redemptionId: redemption.id, units: 1 });
    await settled(eco.test.app);
    expect(await verified(eco.test)).toEqual([]);
    const { pool } = eco.test.app;
    const found = async () =>
      (await verified(eco.test)).map((one) => `${one.what}: ${one.expected}, not ${one.found}`);
    const change = (of: string, amount: number) =>
      pool.query(
        `with c as (update task_contribution set amount = $3 where program_id = $1
           and source like $2 || '%' returning rule_id)
         update task_progress p set progress = $3, version = p.version from c
         where c.rule_id = p.rule_id`,
        [eco.program.id, of, amount],
      );
    await change('REDEMPTION:', 25);
    expect(await found()).toEqual([
      expect.stringMatching(/^task contribution REDEMPTION:\d+: 20, not 25$/),
    ]);
    await change('REDEMPTION:', 20);
    // As if the whole of it had come back, and nobody had told the task.
    const back = (units: number) =>
      pool.query('update activity set returned_units = $2 where program_id = $1', [
        eco.program.id,
        units,
      ]);
    await back(4);
    expect(await found()).toEqual(['task contribution ACTIVITY:share:r1: 0, not 1']);
    await back(3);
    expect(await found()).toEqual([]);
    await back(0);
  });
});
