/** What tasks pay: by themselves, when claimed, and back when their facts are (S33, S50). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY, type Economy, HOUR, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { composite, paidBy, purchase, settled, shown, task, tasksOf } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  await eco.enrol('ada');
});

const one = (more: object = {}) => task({ target: { count: 1 }, ...more });
const record = (reference: string, more: object = {}) =>
  eco.done('recordActivity', 'ada', { type: 'share', reference, ...more });
const giveBack = (reference: string, more: object = {}) =>
  eco.done('reverseActivity', 'ada', { type: 'share', reference, ...more });
const claim = (more: object = {}) =>
  eco.send('claimTask', { member: { externalId: 'ada' }, key: 'hand', ...more });

describe('a claim', () => {
  it('pays a completed task, once', async () => {
    await eco.task('hand', task({ claim: 'BY_HAND' }));
    expect(await claim()).toMatchObject({ code: 'TASK_NOT_COMPLETED', progress: 0, target: 2 });
    await eco.act('ada', 'share');
    await settled(eco.test.app);
    expect(await claim()).toMatchObject({ code: 'TASK_NOT_COMPLETED', progress: 1, target: 2 });
    await eco.act('ada', 'share');
    await eco.act('ada', 'share');
    expect((await tasksOf(eco, 'ada')).hand).toMatchObject({ state: 'COMPLETED', progress: 2 });
    expect(await paidBy(eco, 'ada')).toEqual([]);
    const paid = await claim({ idempotencyKey: 'k' });
    expect(paid.awards).toMatchObject([{ points: 10, reason: 'TASK' }]);
    expect(await claim({ idempotencyKey: 'k' })).toMatchObject({ replayed: true });
    expect(await claim()).toMatchObject({
      ...{ code: 'TASK_ALREADY_CLAIMED', claimedAt: eco.clock.now().toISOString() },
    });
    expect(await shown(eco, 'ada')).toEqual(['hand - PAID 2/2']);
  });

  it('is paid once to many who ask at once, on two nodes or one', async () => {
    await eco.task('hand', one({ claim: 'BY_HAND' }));
    await eco.act('ada', 'share');
    await settled(eco.test.app);
    const answers = await Promise.all(Array.from({ length: 20 }, () => claim()));
    const codes = answers.map(({ code }) => code);
    expect(codes.filter((code) => code === undefined)).toHaveLength(1);
    expect(codes.filter((code) => code === 'TASK_ALREADY_CLAIMED')).toHaveLength(19);
    expect(await paidBy(eco, 'ada')).toEqual([10]);
  });

  it('closes so many days after the completion', async () => {
    await eco.task('hand', one({ claim: 'BY_HAND', claimDays: 1, period: { every: 'DAILY' } }));
    await eco.act('ada', 'share');
    expect((await tasksOf(eco, 'ada')).hand.claimableUntil).toBe('2026-03-11T23:00:00.000Z');
    eco.clock.set('2026-03-11T22:59:59.999Z');
    expect(await shown(eco, 'ada')).toEqual([
      ...['hand 2026-03-11 OPEN 0/1', 'hand 2026-03-10 COMPLETED 1/1'],
    ]);
    eco.clock.advance(1);
    expect(await claim()).toMatchObject({
      ...{ code: 'TASK_CLAIM_CLOSED', closedAt: '2026-03-11T23:00:00.000Z' },
    });
    expect(await shown(eco, 'ada')).toEqual(['hand 2026-03-12 OPEN 0/1']);
    expect(await shown(eco, 'ada', '(past: 1)')).toEqual([
      ...['hand 2026-03-12 OPEN 0/1', 'hand 2026-03-10 MISSED 1/1'],
    ]);
  });

  it('names a period, or takes the newest that is left', async () => {
    await eco.task('hand', one({ claim: 'BY_HAND', period: { every: 'DAILY' } }));
    for (const _ of [1, 2, 3]) {
      await eco.act('ada', 'share');
      eco.clock.advance(DAY);
    }
    await settled(eco.test.app);
    const periodStart = '2026-03-11';
    expect((await claim({ periodStart })).code).toBeUndefined();
    expect((await claim({ periodStart })).code).toBe('TASK_ALREADY_CLAIMED');
    expect((await claim({ periodStart: '2026-03-01' })).code).toBe('TASK_NOT_COMPLETED');
    expect((await claim()).code).toBeUndefined();
    expect((await claim()).code).toBeUndefined();
    expect(await paidBy(eco, 'ada')).toEqual([10, 10, 10]);
  });

  it('of a task that there is not, or not for the member, or by nobody', async () => {
    await eco.task('hand', one({ claim: 'BY_HAND', audience: { tags: ['vip'] } }));
    expect((await claim()).code).toBe('TASK_NOT_FOUND');
    expect((await claim({ key: 'nothing' })).code).toBe('TASK_NOT_FOUND');
    expect((await claim({ member: { externalId: 'nobody' } })).code).toBe('MEMBER_NOT_FOUND');
  });

  it('says why there is nothing to claim', async () => {
    await eco.task('part', one({ trigger: purchase }));
    await eco.task('hand', task({ claim: 'BY_HAND', requires: ['part'] }));
    await eco.task('weekly', one({ claim: 'BY_HAND', period: { every: 'WEEKLY' } }));
    await eco.task('alone', one());
    expect(await claim()).toMatchObject({
      ...{ code: 'TASK_NOT_COMPLETED', missingTasks: ['part'], progress: 0, target: 2 },
      message: 'The task is locked: part has to be completed first.',
    });
    expect(await claim({ periodStart: '2026-03-10' })).toMatchObject({
      message: 'The task is done once: leave `periodStart` out.',
    });
    expect(await claim({ key: 'weekly', periodStart: '2026-03-10' })).toMatchObject({
      message:
        'No period of the task begins on 2026-03-10: the one that holds it begins on 2026-03-09.',
    });
    expect((await claim({ key: 'alone' })).code).toBe('TASK_PAID_BY_ITSELF');
    await eco.act('ada', 'purchase');
    await eco.act('ada', 'share');
    await settled(eco.test.app);
    expect((await claim()).missingTasks).toEqual([]);
    expect((await claim({ key: 'alone' })).code).toBe('TASK_ALREADY_CLAIMED');
  });

  it('is the member’s own to make', async () => {
    await eco.task('hand', one({ claim: 'BY_HAND' }));
    await eco.enrol('bob');
    await eco.act('ada', 'share');
    await settled(eco.test.app);
    const token = await eco.program.token('ada');
    const query = `mutation ($input: ClaimTaskInput!) { claimTask(input: $input) {
      ... on ClaimTaskPayload { awards { points } } ... on Refusal { code } } }`;
    const others = { input: { key: 'hand', member: { externalId: 'bob' } } };
    expect((await eco.test.ask(token, query, others)).errors?.[0]?.extensions.code).toBe(
      'FORBIDDEN',
    );
    const { data } = await eco.test.ask(token, query, { input: { key: 'hand' } });
    expect(data.claimTask.awards).toEqual([{ points: 10 }]);
  });
});

describe('what is paid', () => {
  it('is cut by the caps for all points, and says so', async () => {
    await eco.policy({ caps: [{ period: 'DAY', points: 15 }] });
    await eco.task('one', one());
    await eco.task('two', one({ trigger: purchase }));
    await eco.task('three', one({ trigger: { on: 'CHECK_IN' } }));
    await eco.plan({ ladder: [0], milestones: [{ days: 366, cycle: 'EVER', points: 1 }] });
    await eco.act('ada', 'share');
    await settled(eco.test.app);
    await eco.act('ada', 'purchase');
    await settled(eco.test.app);
    await eco.done('checkIn', 'ada');
    await settled(eco.test.app);
    const lines = await eco.ledger('ada');
    expect(lines.map(({ amount, wanted }) => [amount, wanted])).toEqual([
      ...[
        [10, 10],
        [5, 10],
      ],
    ]);
    expect(await shown(eco, 'ada')).toEqual([
      'one - PAID 1/1',
      'two - PAID 1/1',
      'three - PAID 1/1',
    ]);
  });

  it('counts for tiers and boards as other earnings do, by the date of the fact', async () => {
    const levels = [
      { key: 'basic', name: 'Basic', threshold: 0 },
      { key: 'gold', name: 'Gold', threshold: 10 },
    ];
    await eco.tiers({ basis: 'LIFETIME', levels });
    await eco.task('one', one({ expiry: { until: 'END_OF_DAY' } }));
    await record('a', { occurredAt: new Date(eco.clock.now().getTime() - DAY).toISOString() });
    await settled(eco.test.app);
    expect(await eco.tier('ada')).toBe('gold');
    expect((await eco.ledger('ada'))[0]).toMatchObject({ localDate: '2026-03-09' });
    expect((await eco.points('ada')).available).toBe(0); // It expired with its day.
  });
});

describe('a return', () => {
  it('rolls progress back, and what was paid; a spent reward is owed; it is paid again once', async () => {
    await eco.task('twice', task());
    const rewardId = await eco.reward(10);
    await record('a');
    await record('b');
    expect(await paidBy(eco, 'ada')).toEqual([10]);
    await eco.done('redeemReward', 'ada', { rewardId });
    await giveBack('b');
    expect((await tasksOf(eco, 'ada')).twice).toMatchObject({ state: 'OPEN', progress: 1 });
    expect(await eco.points('ada')).toMatchObject({ available: 0, debt: 10 });
    await record('c');
    expect((await tasksOf(eco, 'ada')).twice).toMatchObject({ state: 'PAID', progress: 2 });
    expect(await eco.points('ada')).toMatchObject({ available: 0, debt: 0 });
    expect(await paidBy(eco, 'ada')).toEqual([10, -10, 10]);
    await giveBack('a');
    await settled(eco.test.app);
    await record('d');
    expect(await paidBy(eco, 'ada')).toEqual([10, -10, 10, -10, 10]);
  });

  it('changes nothing as long as enough is left', async () => {
    await eco.task('twice', task());
    for (const reference of ['a', 'b', 'c']) await record(reference);
    await giveBack('a');
    expect((await tasksOf(eco, 'ada')).twice).toMatchObject({ state: 'PAID', progress: 2 });
    expect(await paidBy(eco, 'ada')).toEqual([10]);
  });

  it('of some items leaves the fact, and its value’s share', async () => {
    await eco.task('facts', one({ points: 1 }));
    await eco.task('value', task({ target: { value: 100 } }));
    await record('a', { value: 100, units: 3 });
    expect(await paidBy(eco, 'ada')).toEqual([1, 10]);
    await giveBack('a', { units: 1 });
    const { facts, value } = await tasksOf(eco, 'ada');
    expect([facts.progress, value.progress]).toEqual([1, 66]);
    expect(await paidBy(eco, 'ada')).toEqual([1, 10, -10]);
    await giveBack('a');
    expect((await tasksOf(eco, 'ada')).facts).toMatchObject({ state: 'OPEN', progress: 0 });
    expect(await paidBy(eco, 'ada')).toEqual([1, 10, -10, -1]);
  });

  it('takes composites along, and locks what needed it', async () => {
    await eco.task('part', one({ points: 1 }));
    await eco.task('whole', composite({ all: ['part'] }));
    await eco.task('next', one({ trigger: purchase, requires: ['part'], points: 3 }));
    await record('a');
    eco.clock.advance(HOUR);
    await eco.act('ada', 'purchase');
    expect((await paidBy(eco, 'ada')).toSorted((a, b) => a - b)).toEqual([1, 3, 50]);
    await giveBack('a');
    expect(await shown(eco, 'ada')).toEqual([
      'part - OPEN 0/1',
      'whole - OPEN 0/1',
      'next - LOCKED 0/1',
    ]);
    expect((await eco.points('ada')).available).toBe(0);
  });

  it('leaves a completion that is not to be taken back', async () => {
    await eco.task('kept', one({ rollback: false }));
    await record('a');
    expect(await paidBy(eco, 'ada')).toEqual([10]);
    await giveBack('a');
    expect((await tasksOf(eco, 'ada')).kept).toMatchObject({ state: 'PAID', progress: 0 });
    expect(await paidBy(eco, 'ada')).toEqual([10]);
  });

  it('of a claimed task is taken back, and claimed again', async () => {
    await eco.task('hand', one({ claim: 'BY_HAND' }));
    await record('a');
    await settled(eco.test.app);
    await claim();
    await giveBack('a');
    expect(await shown(eco, 'ada')).toEqual(['hand - OPEN 0/1']);
    await record('b');
    expect(await shown(eco, 'ada')).toEqual(['hand - COMPLETED 1/1']);
    expect((await claim()).code).toBeUndefined();
    expect(await paidBy(eco, 'ada')).toEqual([10, -10, 10]);
  });
});
