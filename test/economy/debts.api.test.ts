/** What is owed is repaid by points that can be spent, never by a promise (S27, S30, S33). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bePatient } from '../support/patience.ts';
import { DAY, type Economy, fixed, openEconomies } from './api.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  await eco.earning('buy', fixed('buy', 30));
  await eco.earning('later', fixed('later', 50, { activation: { mode: 'AFTER_DAYS', days: 2 } }));
  const unconfirmed = {
    activation: { mode: 'ON_CONFIRMATION' },
    expiry: { days: 1, until: 'END_OF_DAY' },
  };
  await eco.earning('review', fixed('review', 50, unconfirmed));
  await eco.enrol('ada');
});

/** A member who owes 30. */
async function owe() {
  const bought = { type: 'buy', reference: 'first' };
  await eco.done('recordActivity', 'ada', bought);
  await eco.done('redeemReward', 'ada', { rewardId: await eco.reward(30) });
  await eco.done('reverseActivity', 'ada', bought);
  expect(await eco.points('ada')).toMatchObject({ available: 0, debt: 30 });
}
const about = { type: 'review', reference: 'r' };

describe('a debt', () => {
  beforeEach(owe);

  it('is repaid in words: awards, lines and confirmations say how many', async () => {
    await eco.earning('rent', fixed('rent', 20));
    const { awards } = await eco.done('recordActivity', 'ada', { type: 'rent', reference: 'x' });
    const repaid = {
      debtRepaid: 20,
      explanation: expect.stringContaining('20 of them repaid what was owed.'),
      zh: expect.stringContaining('其中 20 积分用于偿还欠账。'),
    };
    expect(awards).toMatchObject([{ points: 20, ...repaid }]);
    expect((await eco.ledger('ada')).at(-1)).toMatchObject({ amount: 20, ...repaid });
    await eco.done('recordActivity', 'ada', about);
    expect(await eco.done('confirmPoints', 'ada', about)).toMatchObject({ debtRepaid: 10 });
    expect((await eco.ledger('ada')).at(-1)).toMatchObject({ amount: 50, debtRepaid: 0 });
  });

  it('is repaid by a refund, which says so', async () => {
    const again = { type: 'buy', reference: 'again' };
    await eco.done('recordActivity', 'ada', again);
    await eco.done('recordActivity', 'ada', { type: 'buy', reference: 'third' });
    const rewardId = await eco.reward(30);
    const { redemption } = await eco.done('redeemReward', 'ada', { rewardId });
    await eco.done('reverseActivity', 'ada', again);
    expect(await eco.points('ada')).toMatchObject({ available: 0, debt: 30 });
    await eco.send('cancelRedemption', { redemptionId: redemption.id });
    expect(await eco.points('ada')).toMatchObject({ available: 0, debt: 0 });
    expect((await eco.ledger('ada')).at(-1)).toMatchObject({ amount: 30, debtRepaid: 30 });
  });

  it('is not repaid by points that are pending, but by a job once they are active', async () => {
    await eco.act('ada', 'later');
    await eco.act('ada', 'review');
    const { points } = await eco.read('ada', 'points { activating { at points } }');
    const waiting = [{ at: '2026-03-11T23:00:00.000Z', points: 50 }];
    expect(points.activating).toEqual([...waiting, { at: null, points: 50 }]);
    expect(await eco.points('ada')).toMatchObject({ available: 0, pending: 100, debt: 30 });
    eco.clock.advance(2 * DAY);
    expect(await eco.points('ada')).toMatchObject({ available: 20, pending: 0, debt: 30 });
    expect(await eco.job('settleDebts')).toBe(1);
    expect(await eco.points('ada')).toMatchObject({ available: 20, debt: 0 });
    expect(await eco.job('settleDebts')).toBe(0);
  });

  it('is repaid by whoever spends first, without the job', async () => {
    await eco.act('ada', 'later');
    eco.clock.advance(2 * DAY);
    const rewardId = await eco.reward(21);
    expect(await eco.refused('redeemReward', 'ada', { rewardId })).toBe('INSUFFICIENT_POINTS');
    await eco.done('redeemReward', 'ada', { rewardId: await eco.reward(20) });
    expect(await eco.points('ada')).toMatchObject({ available: 0, debt: 0 });
  });

  it('is repaid by a confirmation', async () => {
    await eco.done('recordActivity', 'ada', about);
    expect(await eco.points('ada')).toMatchObject({ pending: 50, debt: 30 });
    expect((await eco.done('confirmPoints', 'ada', about)).points).toBe(50);
    expect(await eco.points('ada')).toMatchObject({ available: 20, debt: 0 });
  });

  it('stays when points are never confirmed', async () => {
    await eco.done('recordActivity', 'ada', about);
    eco.clock.advance(5 * DAY);
    for (const job of ['settleDebts', 'expirePoints']) await eco.job(job);
    expect(await eco.points('ada')).toMatchObject({ available: 0, pending: 0, debt: 30 });
    await eco.act('ada', 'buy');
    expect(await eco.points('ada')).toMatchObject({ available: 0, debt: 0 });
  });

  it('stays when points had expired as they came', async () => {
    await eco.earning('gone', fixed('gone', 60, { expiry: { days: 0, until: 'END_OF_DAY' } }));
    const yesterday = new Date(eco.clock.now().getTime() - DAY).toISOString();
    expect(await eco.act('ada', 'gone', { occurredAt: yesterday })).toEqual([60]);
    await eco.job('settleDebts');
    expect(await eco.points('ada')).toMatchObject({ available: 0, debt: 30 });
  });
});

it('a confirmation makes active only what it names', async () => {
  await eco.act('ada', 'later');
  await eco.done('recordActivity', 'ada', about);
  await eco.done('confirmPoints', 'ada', about);
  expect(await eco.points('ada')).toMatchObject({ available: 50, pending: 50 });
});

describe('nothing waits for a confirmation', () => {
  it.each(['expired', 'booked', 'reversed'])('once it is %s', async (how) => {
    await eco.done('recordActivity', 'ada', about);
    if (how === 'reversed') await eco.done('reverseActivity', 'ada', about);
    else eco.clock.advance(5 * DAY);
    if (how === 'booked') await eco.job('expirePoints');
    expect(await eco.refused('confirmPoints', 'ada', about)).toBe('NOTHING_PENDING');
  });
});
