/** What came back is taken back: shares, policies, debts (S33, S34, S36), and boards (S66). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { brief, standings } from '../leaderboards/board.ts';
import { bePatient } from '../support/patience.ts';
import { type Economy, fixed, HOUR, openEconomies } from './api.ts';

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

const buy = (points: number, units: number, reference = 'order') =>
  eco.done('recordActivity', 'ada', { type: 'buy', reference, value: points, units });
const giveBack = (units?: number, reference = 'order') =>
  eco.send('reverseActivity', { member: { externalId: 'ada' }, type: 'buy', reference, units });
const perPoint = (more: object = {}) => ({
  trigger: { on: 'ACTIVITY', type: 'buy' },
  points: { perUnit: { points: 1, unit: 1, rounding: 'DOWN' } },
  ...more,
});

describe('n of m items (S34)', () => {
  it.each([
    [100, 3, [1, 1, 1], [33, 33, 34]],
    [100, 7, [2, 4, 1], [28, 57, 15]],
    [1, 4, [1, 2, 1], [0, 0, 1]],
    [10, 4, [3, 1], [7, 3]],
    [2 ** 40, 3, [2, 1], [733_007_751_850, 366_503_875_926]],
  ])(
    '%i points, %i items returned as %j: %j, together all',
    async (points, units, parts, taken) => {
      await eco.earning('buy', perPoint());
      await buy(points, units);
      const reversed = [];
      for (const part of parts) reversed.push((await giveBack(part)).reversed);
      expect(reversed).toEqual(taken);
      expect(await eco.points('ada')).toMatchObject({ available: 0, lifetimeEarned: 0, debt: 0 });
      expect((await giveBack(1)).code).toBe('ALREADY_REVERSED');
      expect((await giveBack()).code).toBe('ALREADY_REVERSED');
    },
  );

  it('each rule’s line by its own share, and never more than was given', async () => {
    await eco.earning('a', perPoint({ caps: [{ period: 'DAY', points: 50 }] }));
    await eco.earning('b', fixed('buy', 5, { priority: -1 }));
    await buy(80, 4);
    expect((await giveBack(1)).reversed).toBe(12 + 1);
    expect((await giveBack(2)).reversed).toBe(25 + 2);
    expect((await giveBack(1)).reversed).toBe(13 + 2);
    expect((await eco.points('ada')).lifetimeEarned).toBe(0);
  });

  it('more than are left are refused with both numbers and change nothing', async () => {
    await eco.earning('buy', perPoint());
    await buy(90, 3);
    await giveBack(2);
    expect(await giveBack(2)).toMatchObject({ code: 'TOO_MANY_UNITS', left: 1, required: 2 });
    expect((await eco.points('ada')).available).toBe(30);
  });

  it('an unknown purchase, or another member’s, is not found', async () => {
    await eco.earning('buy', perPoint());
    await eco.enrol('bob');
    await buy(90, 3);
    const input = { type: 'buy', reference: 'order' };
    expect(await eco.refused('reverseActivity', 'bob', input)).toBe('ACTIVITY_NOT_FOUND');
    expect((await giveBack(1, 'other')).code).toBe('ACTIVITY_NOT_FOUND');
  });

  it('the same key takes back once', async () => {
    await eco.earning('buy', perPoint());
    await buy(90, 3);
    const input = { type: 'buy', reference: 'order', units: 1, idempotencyKey: 'k' };
    expect(await eco.done('reverseActivity', 'ada', input)).toMatchObject({ replayed: false });
    expect(await eco.done('reverseActivity', 'ada', input)).toMatchObject({ replayed: true });
    expect((await eco.points('ada')).available).toBe(60);
    expect((await eco.ledger('ada')).at(-1)).toMatchObject({
      explanation: '1 of 3 items of order: 30 points of line 1 were taken back. (earning:buy@1)',
      zh: 'order 的 3 件中退回 1 件：第 1 笔的 30 积分已收回。（earning:buy@1）',
    });
  });
});

describe.each([
  // policy        available debt unrecovered  after earning 25 more: available, debt
  ['ONLY_LOT', 40, 0, 70, 65, 0],
  ['WITHIN_BALANCE', 0, 0, 30, 25, 0],
  ['ALLOW_DEBT', 0, 30, 0, 0, 5],
])('100 points, 70 of them spent, under %s (S33)', (reversal, ...row) => {
  const [available, debt, unrecovered, later, owed] = row;

  it('takes its own rest first, then by policy', async () => {
    await eco.policy({ reversal });
    await eco.earning('buy', perPoint());
    await eco.earning('share', fixed('share', 40));
    await eco.earning('walk', fixed('walk', 25));
    await buy(100, 1);
    await eco.done('redeemReward', 'ada', { rewardId: await eco.reward(70) });
    await eco.act('ada', 'share'); // 30 are left of the purchase, and 40 of this.
    const payload = await giveBack();
    expect(payload).toMatchObject({ reversed: 100, debt, unrecovered });
    expect(payload.member.points).toMatchObject({ available, debt, lifetimeEarned: 40 });
    const [line] = (await eco.ledger('ada')).slice(-1);
    expect(line).toMatchObject({ kind: 'REVERSAL', reason: 'REVERSAL', localDate: '2026-03-10' });
    expect(line.explanation).toMatch(/^order: 100 points of line 1 were taken back/);
    expect(line.zh).toMatch(/^order: 第 1 笔的 100 积分已收回/);
    await eco.act('ada', 'walk');
    expect(await eco.points('ada')).toMatchObject({ available: later, debt: owed });
    if (owed === 0) return;
    await eco.act('ada', 'walk');
    expect(await eco.points('ada')).toMatchObject({ available: 20, debt: 0, lifetimeEarned: 90 });
  });
});

it('a debt is repaid by any credit, oldest debt first, and nothing is spent meanwhile', async () => {
  await eco.earning('buy', perPoint());
  const rewardId = await eco.reward(30);
  for (const reference of ['a', 'b']) await buy(30, 1, reference);
  await eco.done('redeemReward', 'ada', { rewardId, quantity: 2 });
  for (const reference of ['a', 'b']) await giveBack(1, reference);
  expect(await eco.points('ada')).toMatchObject({ available: 0, debt: 60 });
  await eco.done('adjustPoints', 'ada', { amount: 40, reason: 'gift' });
  expect(await eco.points('ada')).toMatchObject({ available: 0, debt: 20 });
  expect(await eco.refused('redeemReward', 'ada', { rewardId })).toBe('INSUFFICIENT_POINTS');
  await buy(50, 1, 'c');
  expect(await eco.points('ada')).toMatchObject({ available: 30, debt: 0 });
});

it('reversing a line twice is refused, also after all its items came back (S36)', async () => {
  await eco.earning('buy', perPoint());
  await buy(50, 2);
  expect((await eco.done('reverseEntry', 'ada', { seq: 1 })).reversed).toBe(50);
  expect(await eco.refused('reverseEntry', 'ada', { seq: 1 })).toBe('ALREADY_REVERSED');
  expect(await eco.refused('reverseEntry', 'ada', { seq: 2 })).toBe('ENTRY_NOT_FOUND');
  expect(await eco.refused('reverseEntry', 'ada', { seq: 9 })).toBe('ENTRY_NOT_FOUND');
  await buy(50, 2, 'second');
  await giveBack(1, 'second');
  expect((await eco.done('reverseEntry', 'ada', { seq: 3 })).reversed).toBe(25);
  expect((await giveBack(1, 'second')).code).toBe('ALREADY_REVERSED');
  expect((await eco.points('ada')).lifetimeEarned).toBe(0);
});

it('a check-in is taken back by its line; the day stays checked in', async () => {
  const { awards } = await eco.done('checkIn', 'ada');
  expect(awards).toHaveLength(1);
  expect((await eco.done('reverseEntry', 'ada', { seq: 1 })).reversed).toBe(10);
  expect(await eco.done('checkIn', 'ada')).toMatchObject({ alreadyCheckedIn: true, awards: [] });
});

it.each([
  [true, [60, 40, 60]],
  [false, [60, 40, 0]],
])('room under a cap comes back only if configured: %s (S37)', async (reversalFreesCaps, given) => {
  await eco.policy({ reversalFreesCaps, caps: [{ period: 'DAY', points: 100 }] });
  await eco.earning('buy', perPoint());
  const paid = [];
  for (const reference of ['a', 'b', 'c']) {
    if (reference === 'c') await giveBack(1, 'a');
    const { awards } = await buy(60, 1, reference);
    paid.push(awards[0].points);
    expect(awards[0].wanted).toBe(60);
  }
  expect(paid).toEqual(given);
});

it('boards fall with a reversal, in the season of the fact (S66)', async () => {
  await eco.earning('buy', perPoint());
  await eco.enrol('bob');
  await buy(100, 4);
  await eco.act('bob', 'buy', { value: 60 });
  eco.clock.advance(24 * HOUR);
  const { position } = await giveBackAt();
  const places = await standings(eco.test, eco.program, { after: position });
  expect(brief(places)).toEqual(['1 bob 60', '2 ada 25']);
  const daily = { after: position, key: 'daily', at: '2026-03-10T12:00:00Z' };
  expect(brief(await standings(eco.test, eco.program, daily))).toEqual(['1 bob 60', '2 ada 25']);
});

async function giveBackAt(): Promise<{ position: number }> {
  const { data } = await eco.test.ask(
    eco.program.keys.service,
    `mutation { reverseActivity(input: {member: {externalId: "ada"}, type: "buy",
       reference: "order", units: 3}) { ... on ReverseActivityPayload { position } } }`,
  );
  return data.reverseActivity;
}

it('what had expired is told, and owed by no later return (S33, S34)', async () => {
  await eco.earning('buy', perPoint({ expiry: { days: 0, until: 'END_OF_DAY' } }));
  await buy(10, 5);
  await eco.done('redeemReward', 'ada', { rewardId: await eco.reward(4) });
  eco.clock.advance(24 * HOUR);
  await eco.job('expirePoints');
  const query = `mutation { reverseActivity(input: {member: {externalId: "ada"}, type: "buy",
    reference: "order", units: 1}) { ... on ReverseActivityPayload {
      reversed taken debt lapsed unrecovered } } }`;
  const returns = [];
  for (const _ of [1, 2, 3, 4, 5]) {
    const { data } = await eco.test.ask(eco.program.keys.service, query);
    returns.push(data.reverseActivity);
  }
  const back = { reversed: 2, taken: 0, unrecovered: 0 };
  const gone = { ...back, debt: 0, lapsed: 2 };
  const owed = { ...back, debt: 2, lapsed: 0 };
  expect(returns).toEqual([gone, gone, gone, owed, owed]);
  const line = (await eco.ledger('ada')).find(({ kind }) => kind === 'REVERSAL');
  expect(line.explanation).toContain('2 had expired');
  expect(line.zh).toContain('2 积分此前已过期');
});
