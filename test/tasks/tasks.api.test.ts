/** Tasks through the public door: progress, periods, prerequisites, composites (S50, S51). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY, type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { composite, paidBy, purchase, shown, task, tasksOf } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z'); // A Tuesday.
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  await eco.enrol('ada');
});

const ago = (ms: number) => ({
  occurredAt: new Date(eco.clock.now().getTime() - ms).toISOString(),
});

describe('a task', () => {
  it('counts facts up to its target and is paid once', async () => {
    await eco.task('twice', task());
    expect((await tasksOf(eco, 'ada')).twice).toMatchObject({
      ...{ state: 'OPEN', progress: 0, target: 2, missing: 2, missingTasks: [], points: 10 },
      ...{ periodStart: null, periodEnd: null, claim: 'AUTOMATIC', completedAt: null },
    });
    await eco.act('ada', 'share');
    expect((await tasksOf(eco, 'ada')).twice).toMatchObject({ state: 'OPEN', progress: 1 });
    await eco.act('ada', 'purchase');
    await eco.act('ada', 'share');
    await eco.act('ada', 'share');
    expect((await tasksOf(eco, 'ada')).twice).toMatchObject({
      ...{ state: 'PAID', progress: 2, target: 2, missing: 0 },
    });
    expect(await paidBy(eco, 'ada')).toEqual([10]);
    const [line] = await eco.ledger('ada');
    expect(line).toMatchObject({ kind: 'EARN', reason: 'TASK', ruleVersion: 'task:twice@1' });
    expect(line.explanation).toBe('Task completed: Task. (task:twice@1)');
    expect(line.zh).toBe('完成任务：Task。（task:twice@1）');
  });

  it('adds up values, and asks conditions as rules do', async () => {
    const condition = {
      all: [
        { fact: 'value', is: 'GTE', number: 10 },
        { attribute: 'channel', is: 'EQ', text: 'app' },
      ],
    };
    await eco.task('spend', task({ trigger: purchase, condition, target: { value: 100 } }));
    const app = { attributes: [{ key: 'channel', value: 'app' }] };
    await eco.act('ada', 'purchase', { value: 60, ...app });
    await eco.act('ada', 'purchase', { value: 9, ...app });
    await eco.act('ada', 'purchase', { value: 70 });
    expect((await tasksOf(eco, 'ada')).spend).toMatchObject({ progress: 60, missing: 40 });
    await eco.act('ada', 'purchase', { value: 70, ...app });
    expect((await tasksOf(eco, 'ada')).spend).toMatchObject({ state: 'PAID', progress: 100 });
  });

  it('counts check-ins and orders', async () => {
    await eco.task('visits', task({ trigger: { on: 'CHECK_IN' } }));
    await eco.task('buys', task({ trigger: { on: 'REDEMPTION' }, target: { value: 3 } }));
    await eco.done('adjustPoints', 'ada', { amount: 10, reason: 'start' });
    const rewardId = await eco.reward(1);
    await eco.done('redeemReward', 'ada', { rewardId, quantity: 3 });
    await eco.done('checkIn', 'ada');
    await eco.done('checkIn', 'ada');
    eco.clock.advance(DAY);
    await eco.done('checkIn', 'ada');
    expect(await shown(eco, 'ada')).toEqual(['visits - PAID 2/2', 'buys - PAID 3/3']);
  });

  it('takes off what is given back of an order, unit by unit, and what it paid (S50)', async () => {
    const about = { trigger: { on: 'REDEMPTION' } };
    await eco.task('buys', task({ ...about, target: { value: 6 } }));
    await eco.task('orders', task({ ...about, target: { count: 1 }, points: 5 }));
    await eco.done('adjustPoints', 'ada', { amount: 10, reason: 'start' });
    const rewardId = await eco.reward(2);
    const { redemption } = await eco.done('redeemReward', 'ada', { rewardId, quantity: 3 });
    expect(await shown(eco, 'ada')).toEqual(['buys - PAID 6/6', 'orders - PAID 1/1']);
    await eco.send('cancelRedemption', { redemptionId: redemption.id, units: 1 });
    expect(await shown(eco, 'ada')).toEqual(['buys - OPEN 4/6', 'orders - PAID 1/1']);
    await eco.send('cancelRedemption', { redemptionId: redemption.id });
    expect(await shown(eco, 'ada')).toEqual(['buys - OPEN 0/6', 'orders - OPEN 0/1']);
    expect(await paidBy(eco, 'ada')).toEqual([10, 5, -10, -5]);
  });

  it('made of others comes to the same, whichever fact arrives first (S6)', async () => {
    await eco.enrol('bob');
    await eco.task('part', task({ target: { count: 1 } }));
    eco.clock.advance(HOUR);
    const early = ago(0);
    eco.clock.advance(HOUR);
    await eco.task('whole', composite({ all: ['part'] }), eco.clock.now().toISOString());
    eco.clock.advance(HOUR);
    const late = ago(0);
    eco.clock.advance(HOUR);
    await eco.act('ada', 'share', late);
    expect(await shown(eco, 'ada')).toEqual(['part - PAID 1/1', 'whole - PAID 1/1']);
    await eco.act('ada', 'share', early);
    await eco.act('bob', 'share', early);
    await eco.act('bob', 'share', late);
    expect(await shown(eco, 'bob')).toEqual(['part - PAID 1/1', 'whole - OPEN 0/1']);
    expect(await shown(eco, 'ada')).toEqual(await shown(eco, 'bob'));
  });

  it('of which a fact counts once, however often it is sent', async () => {
    await eco.task('twice', task());
    for (const _ of [1, 2, 3]) {
      await eco.done('recordActivity', 'ada', { type: 'share', reference: 'same' });
    }
    expect((await tasksOf(eco, 'ada')).twice.progress).toBe(1);
  });

  it('counts no fact from before it, and none after it has ended', async () => {
    await eco.act('ada', 'share');
    eco.clock.advance(HOUR);
    await eco.task('twice', task({ target: { count: 5 } }), eco.clock.now().toISOString());
    await eco.act('ada', 'share', ago(HOUR));
    await eco.act('ada', 'share');
    expect((await tasksOf(eco, 'ada')).twice.progress).toBe(1);
    eco.clock.advance(HOUR);
    const { data } = await eco.test.ask(
      eco.program.keys.operator,
      'mutation { retireRule(input: {kind: TASK, key: "twice"}) { __typename } }',
    );
    expect(data.retireRule.__typename).toBe('RetireRulePayload');
    eco.clock.advance(HOUR);
    await eco.act('ada', 'share');
    await eco.act('ada', 'share', ago(1.5 * HOUR)); // Late, of its time.
    expect(await shown(eco, 'ada', '(past: 1)')).toEqual(['twice - MISSED 2/5']);
  });

  it('counts within its dates alone, and is missed after them', async () => {
    await eco.task('march', task({ firstDate: '2026-03-11', lastDate: '2026-03-12' }));
    await eco.act('ada', 'share');
    expect(await shown(eco, 'ada')).toEqual([]);
    eco.clock.advance(DAY);
    await eco.act('ada', 'share');
    expect(await shown(eco, 'ada')).toEqual(['march - OPEN 1/2']);
    expect((await tasksOf(eco, 'ada')).march.periodEnd).toBe('2026-03-12T23:00:00.000Z');
    eco.clock.advance(2 * DAY);
    await eco.act('ada', 'share');
    expect(await shown(eco, 'ada')).toEqual(['march - MISSED 1/2']);
  });

  it('is hidden from those it is not for', async () => {
    await eco.task('vips', task({ audience: { tags: ['vip'] } }));
    await eco.enrol('vera', { tags: ['vip'] });
    await eco.act('ada', 'share');
    await eco.act('vera', 'share');
    expect(await shown(eco, 'ada')).toEqual([]);
    expect(await shown(eco, 'vera')).toEqual(['vips - OPEN 1/2']);
  });
});

describe('periods', () => {
  it('of a day: late facts count in their own', async () => {
    await eco.task('daily', task({ period: { every: 'DAILY' } }));
    await eco.act('ada', 'share');
    await eco.act('ada', 'share', ago(DAY));
    await eco.act('ada', 'share', ago(DAY - HOUR));
    expect(await shown(eco, 'ada', '(past: 2)')).toEqual([
      'daily 2026-03-10 OPEN 1/2',
      'daily 2026-03-09 PAID 2/2',
    ]);
    expect(await paidBy(eco, 'ada')).toEqual([10]);
    await eco.act('ada', 'share');
    eco.clock.advance(DAY);
    expect(await shown(eco, 'ada', '(past: 1)')).toEqual([
      'daily 2026-03-11 OPEN 0/2',
      'daily 2026-03-10 PAID 2/2',
    ]);
    expect(await paidBy(eco, 'ada')).toEqual([10, 10]);
  });

  it('of a week, a month, and days by the calendar', async () => {
    await eco.task('weekly', task({ period: { every: 'WEEKLY' } }));
    await eco.task('monthly', task({ period: { every: 'MONTHLY' } }));
    const ten = { every: 'DAYS', days: 10, from: 'CALENDAR' };
    await eco.task('ten', task({ period: ten, firstDate: '2026-03-05' }));
    await eco.act('ada', 'share');
    const { weekly, monthly, ten: tenth } = await tasksOf(eco, 'ada');
    expect(weekly).toMatchObject({
      ...{ periodStart: '2026-03-09', periodEnd: '2026-03-15T23:00:00.000Z' },
    });
    // Summer time begins within it.
    expect(monthly).toMatchObject({
      ...{ periodStart: '2026-03-01', periodEnd: '2026-03-31T22:00:00.000Z' },
    });
    expect(tenth).toMatchObject({ periodStart: '2026-03-05', progress: 1 });
    eco.clock.set('2026-03-15T12:00:00Z');
    expect((await tasksOf(eco, 'ada')).ten).toMatchObject({
      periodStart: '2026-03-15',
      progress: 0,
    });
  });

  it('that begin with the first act; a late one moves them, and payments with them', async () => {
    const period = { every: 'DAYS', days: 3, from: 'FIRST_ACT' };
    await eco.task('own', task({ period }));
    expect(await shown(eco, 'ada')).toEqual(['own - OPEN 0/2']);
    await eco.act('ada', 'share');
    expect((await tasksOf(eco, 'ada')).own).toMatchObject({
      ...{ periodStart: '2026-03-10', periodEnd: '2026-03-12T23:00:00.000Z' },
    });
    eco.clock.set('2026-03-12T12:00:00Z');
    await eco.act('ada', 'share');
    expect(await shown(eco, 'ada')).toEqual(['own 2026-03-10 PAID 2/2']);
    // From the 9th to the 11th there are now two, and one from the 12th on.
    await eco.act('ada', 'share', { occurredAt: '2026-03-09T13:00:00Z' });
    expect(await shown(eco, 'ada', '(past: 5)')).toEqual([
      'own 2026-03-12 OPEN 1/2',
      'own 2026-03-10 MISSED 0/2',
      'own 2026-03-09 PAID 2/2',
    ]);
    expect((await eco.points('ada')).available).toBe(10);
    eco.clock.set('2026-03-20T12:00:00Z');
    expect(await shown(eco, 'ada')).toEqual(['own - OPEN 0/2']);
  });
});

describe('tasks that need others', () => {
  it('are locked until then, and count what happened after', async () => {
    await eco.task('first', task({ trigger: purchase, target: { count: 1 } }));
    await eco.task('second', task({ requires: ['first'], target: { count: 1 } }));
    await eco.act('ada', 'share');
    expect((await tasksOf(eco, 'ada')).second).toMatchObject({
      ...{ state: 'LOCKED', progress: 0, missingTasks: ['first'], requires: ['first'] },
    });
    eco.clock.advance(HOUR);
    await eco.act('ada', 'purchase');
    expect((await tasksOf(eco, 'ada')).second).toMatchObject({ state: 'OPEN', progress: 0 });
    await eco.act('ada', 'share', ago(HOUR / 2)); // From before the purchase.
    expect((await tasksOf(eco, 'ada')).second).toMatchObject({ state: 'OPEN', progress: 0 });
    eco.clock.advance(HOUR);
    await eco.act('ada', 'share');
    expect((await tasksOf(eco, 'ada')).second).toMatchObject({ state: 'PAID', missingTasks: [] });
  });

  it('follow a late purchase that was first after all', async () => {
    await eco.task('first', task({ trigger: purchase, target: { count: 1 } }));
    await eco.task('second', task({ requires: ['first'], target: { count: 1 } }));
    await eco.act('ada', 'share');
    eco.clock.advance(HOUR);
    await eco.act('ada', 'purchase');
    expect((await tasksOf(eco, 'ada')).second.progress).toBe(0);
    await eco.act('ada', 'purchase', ago(2 * HOUR));
    expect((await tasksOf(eco, 'ada')).second.state).toBe('PAID');
  });

  it('are made of all, or of any', async () => {
    const once = { target: { count: 1 }, points: 0 };
    await eco.task('a', task({ ...once, trigger: { on: 'ACTIVITY', type: 'a' } }));
    await eco.task('b', task({ ...once, trigger: { on: 'ACTIVITY', type: 'b' } }));
    await eco.task('c', task({ ...once, trigger: { on: 'ACTIVITY', type: 'c' } }));
    await eco.task('all', composite({ all: ['a', 'b', 'c'] }));
    await eco.task('any', composite({ any: ['a', 'b', 'c'], count: 2 }, { points: 7 }));
    await eco.task('more', composite({ all: ['all', 'any'] }, { points: 1_000 }));
    await eco.act('ada', 'a');
    await eco.act('ada', 'a');
    expect(await shown(eco, 'ada', '(states: [OPEN])')).toEqual([
      ...['b - OPEN 0/1', 'c - OPEN 0/1', 'all - OPEN 1/3', 'any - OPEN 1/2', 'more - OPEN 0/2'],
    ]);
    await eco.act('ada', 'b');
    expect(await shown(eco, 'ada', '(states: [OPEN])')).toEqual([
      ...['c - OPEN 0/1', 'all - OPEN 2/3', 'more - OPEN 1/2'],
    ]);
    await eco.act('ada', 'c');
    expect(await paidBy(eco, 'ada')).toEqual([7, 50, 1_000]);
  });

  it('count each part once in each of their own periods', async () => {
    await eco.task('daily', task({ target: { count: 1 }, points: 0, period: { every: 'DAILY' } }));
    await eco.task('week', composite({ all: ['daily'] }, { period: { every: 'WEEKLY' } }));
    await eco.act('ada', 'share');
    eco.clock.advance(DAY);
    await eco.act('ada', 'share');
    expect(await shown(eco, 'ada')).toEqual([
      'daily 2026-03-11 PAID 1/1',
      'week 2026-03-09 PAID 1/1',
    ]);
    expect(await paidBy(eco, 'ada')).toEqual([50]);
    eco.clock.advance(7 * DAY);
    await eco.act('ada', 'share');
    expect(await paidBy(eco, 'ada')).toEqual([50, 50]);
  });
});
