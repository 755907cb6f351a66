/** What each metric counts, and what takes it back (S64 to S67). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY, type Economy, fixed, HOUR, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { make, places, reached, season } from './boards.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
/** A Tuesday in Rome. */
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

const activity = (externalId: string, reference: string, more: object = {}) =>
  eco.done('recordActivity', externalId, { type: 'run', reference, ...more });
const back = (externalId: string, reference: string, units?: number) =>
  eco.done('reverseActivity', externalId, { type: 'run', reference, ...(units && { units }) });

describe('POINTS_NET', () => {
  it('counts what was earned less what was spent; expiry and adjustments do not count', async () => {
    await eco.earning('run', fixed('run', 50));
    await make(eco, { metric: 'POINTS_NET' });
    await activity('ada', 'a');
    await eco.done('adjustPoints', 'ada', { amount: 100, reason: 'x' });
    const rewardId = await eco.reward(20);
    const { redemption } = await eco.done('redeemReward', 'ada', { rewardId, quantity: 2 });
    await eco.done('adjustPoints', 'bob', { amount: 100, reason: 'x' });
    await eco.done('redeemReward', 'bob', { rewardId });
    expect(await places(eco)).toEqual(['1 ada 10', '2 bob -20']);
    await eco.send('cancelRedemption', { redemptionId: redemption.id, units: 1 });
    expect(await places(eco)).toEqual(['1 ada 30', '2 bob -20']);
    await back('ada', 'a');
    expect(await places(eco)).toEqual(['1 ada -20', '1 bob -20']);
  });

  it('takes off what a hold captured, not what it holds', async () => {
    await make(eco, { metric: 'POINTS_NET' });
    await eco.done('adjustPoints', 'ada', { amount: 100, reason: 'x' });
    const more = { points: 30, reason: 'x', expiresAt: '2026-03-11T12:00:00Z' };
    const { hold } = await eco.done('holdPoints', 'ada', more);
    expect(await places(eco)).toEqual([]);
    await eco.done('captureHold', 'ada', { holdId: hold.id, points: 10 });
    expect(await places(eco)).toEqual(['1 ada -10']);
  });

  it('gives a refund to the season of the order', async () => {
    await make(eco, { metric: 'POINTS_NET', cadence: 'DAILY' });
    await eco.done('adjustPoints', 'ada', { amount: 100, reason: 'x' });
    const rewardId = await eco.reward(20);
    const { redemption } = await eco.done('redeemReward', 'ada', { rewardId, quantity: 2 });
    eco.clock.advance(DAY);
    await eco.send('cancelRedemption', { redemptionId: redemption.id, units: 1 });
    expect(await places(eco)).toEqual([]);
    expect(await places(eco, { at: START })).toEqual(['1 ada -20']);
  });
});

describe('CHECK_INS', () => {
  it('counts check-ins of the season, late ones too, each once', async () => {
    await make(eco, { startsAt: '2026-03-09T00:00:00Z' });
    eco.clock.advance(DAY);
    await eco.done('checkIn', 'ada');
    await eco.done('checkIn', 'ada');
    await eco.done('checkIn', 'bob');
    await eco.done('checkIn', 'bob', { occurredAt: '2026-03-10T13:00:00Z' });
    // Before the board was made.
    await eco.done('checkIn', 'ada', { occurredAt: '2026-03-10T07:00:00Z' });
    expect(await places(eco)).toEqual(['1 bob 2', '2 ada 1']);
  });

  it('cuts seasons by local days, over a change of the clocks', async () => {
    eco.clock.set('2026-03-28T12:00:00Z');
    await make(eco, { cadence: 'DAILY', key: 'days' });
    await make(eco, { key: 'weeks' });
    eco.clock.set('2026-03-30T12:00:00Z');
    // The last instants of Saturday and of the Sunday of 23 hours, and the first of Monday.
    for (const occurredAt of [
      '2026-03-28T22:59:59Z',
      '2026-03-29T21:59:59Z',
      '2026-03-29T22:00:00Z',
    ]) {
      await eco.done('checkIn', 'ada', { occurredAt });
    }
    const days = ['2026-03-28T22:59:59Z', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'];
    for (const at of days) expect(await places(eco, { key: 'days', at })).toEqual(['1 ada 1']);
    expect(await season(eco, { key: 'days', at: '2026-03-29T12:00:00Z' })).toMatchObject({
      startsAt: '2026-03-28T23:00:00.000Z',
      endsAt: '2026-03-29T22:00:00.000Z',
    });
    expect(await places(eco, { key: 'weeks' })).toEqual(['1 ada 1']);
    expect(await places(eco, { key: 'weeks', at: START })).toEqual([]);
    expect(await places(eco, { key: 'weeks', at: '2026-03-29T12:00:00Z' })).toEqual(['1 ada 2']);
  });
});

describe('STREAK', () => {
  it('is the longest that a check-in of the season reached, and who reached it first leads', async () => {
    await make(eco, { metric: 'STREAK', cadence: 'MONTHLY' });
    for (let day = 0; day < 3; day += 1) {
      await eco.done('checkIn', day === 2 ? 'bob' : 'ada');
      await eco.done('checkIn', day === 2 ? 'ada' : 'bob');
      eco.clock.advance(DAY);
    }
    expect(await places(eco)).toEqual(['1 bob 3', '1 ada 3'].sort());
    eco.clock.advance(DAY); // Broken.
    await eco.done('checkIn', 'ada');
    await eco.done('checkIn', 'cy');
    expect(await places(eco)).toEqual(['1 ada 3', '1 bob 3', '3 cy 1']);
  });

  it('grows where a late check-in joins two runs, as if it had come in order', async () => {
    await make(eco, { metric: 'STREAK', cadence: 'WEEKLY' });
    const checkIns = ['2026-03-14T10:00:00Z', '2026-03-15T10:00:00Z', '2026-03-16T10:00:00Z'];
    for (const at of checkIns) {
      eco.clock.set(at);
      await eco.done('checkIn', 'ada');
    }
    expect(await places(eco)).toEqual(['1 ada 3']);
    eco.clock.set('2026-03-16T11:00:00Z');
    await eco.done('checkIn', 'ada', { occurredAt: '2026-03-13T12:00:00Z' });
    expect(await reached(eco)).toEqual(['ada 4 2026-03-16T10:00:00.000Z']);
    expect(await reached(eco, { at: START })).toEqual(['ada 3 2026-03-15T10:00:00.000Z']);
  });
});

describe('ACTIVITY_VALUE and ACTIVITY_COUNT', () => {
  beforeEach(async () => {
    const activityType = 'run';
    await make(eco, { metric: 'ACTIVITY_VALUE', activityType });
    await make(eco, { key: 'count', metric: 'ACTIVITY_COUNT', activityType });
  });

  it('add up one type; other types and what has no value do not count', async () => {
    await activity('ada', 'a', { value: 10 });
    await activity('ada', 'b');
    await activity('ada', 'b');
    await activity('bob', 'c', { value: 7 });
    await eco.act('bob', 'swim', { value: 100 });
    expect(await places(eco)).toEqual(['1 ada 10', '2 bob 7']);
    expect(await places(eco, { key: 'count' })).toEqual(['1 ada 2', '2 bob 1']);
  });

  it('lose what is returned: its share of the value, and the activity once all is back', async () => {
    await activity('ada', 'a', { value: 10, units: 3 });
    await activity('bob', 'b', { value: 6 });
    await back('ada', 'a', 1);
    expect(await places(eco)).toEqual(['1 ada 6', '1 bob 6'].sort());
    expect(await places(eco, { key: 'count' })).toEqual(['1 ada 1', '1 bob 1']);
    await back('ada', 'a', 1);
    expect(await places(eco)).toEqual(['1 bob 6', '2 ada 3']);
    await back('ada', 'a');
    expect(await places(eco)).toEqual(['1 bob 6', '2 ada 0']);
    expect(await places(eco, { key: 'count' })).toEqual(['1 bob 1', '2 ada 0']);
  });

  it('take a return off the season of the activity, when it came back (S65, S66)', async () => {
    await activity('ada', 'a', { value: 10, units: 2 });
    eco.clock.advance(7 * DAY);
    await activity('ada', 'b', { value: 1 });
    await back('ada', 'a', 1);
    expect(await places(eco)).toEqual(['1 ada 1']);
    const at = eco.clock.now().toISOString();
    expect(await reached(eco, { at: START })).toEqual([`ada 5 ${at}`]);
  });

  it('leave what happened before the board alone, also when it is returned', async () => {
    await activity('ada', 'a', { value: 10 });
    eco.clock.advance(HOUR);
    await make(eco, { key: 'later', metric: 'ACTIVITY_VALUE', activityType: 'run' });
    await activity('ada', 'b', { value: 3 });
    await back('ada', 'a');
    expect(await places(eco, { key: 'later' })).toEqual(['1 ada 3']);
    expect(await places(eco)).toEqual(['1 ada 3']);
  });

  it('stop at 2^53 − 1 instead of breaking the board (S73)', async () => {
    for (const reference of ['a', 'b']) {
      await activity('ada', reference, { value: Number.MAX_SAFE_INTEGER });
      await places(eco);
    }
    expect(await places(eco)).toEqual([`1 ada ${Number.MAX_SAFE_INTEGER}`]);
  });
});

describe('a filter', () => {
  it('counts facts of those who fit it when they happen, and their returns', async () => {
    await eco.tiers({
      ...{ basis: 'LIFETIME' },
      levels: [
        { key: 'basic', name: 'Basic', threshold: 0 },
        { key: 'gold', name: 'Gold', threshold: 100 },
      ],
    });
    await eco.earning('rise', fixed('rise', 100));
    await make(eco, { metric: 'ACTIVITY_VALUE', activityType: 'run', filter: { tiers: ['gold'] } });
    await make(eco, { key: 'all', metric: 'ACTIVITY_VALUE', activityType: 'run' });
    await make(eco, { key: 'basic', filter: { tiers: ['basic'] } });
    await make(eco, { key: 'vip', filter: { tags: ['vip', 'press'] } });
    await activity('ada', 'before', { value: 5 });
    await eco.done('checkIn', 'ada');
    expect(await places(eco)).toEqual([]);
    await eco.act('ada', 'rise');
    await activity('ada', 'a', { value: 10 });
    await activity('bob', 'b', { value: 20 });
    await back('ada', 'before');
    expect(await places(eco)).toEqual(['1 ada 10']);
    expect(await places(eco, { key: 'all' })).toEqual(['1 bob 20', '2 ada 10']);
    await back('ada', 'a');
    expect(await places(eco)).toEqual(['1 ada 0']);
    await eco.done('updateMember', 'bob', { tags: ['press'] });
    await eco.done('checkIn', 'bob');
    expect(await places(eco, { key: 'vip' })).toEqual(['1 bob 1']);
    await eco.done('updateMember', 'bob', { tags: [] });
    expect(await places(eco, { key: 'vip' })).toEqual(['1 bob 1']);
    expect(await places(eco, { key: 'basic' })).toEqual(['1 ada 1', '1 bob 1']);
  });
});
