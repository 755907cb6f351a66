/** The life of a hold (S41). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bePatient } from '../support/patience.ts';
import { DAY, type Economy, fixed, HOUR, openEconomies } from './api.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
let rewardId: string;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  await eco.enrol('ada');
  await eco.done('adjustPoints', 'ada', { amount: 100, reason: 'start' });
  rewardId = await eco.reward(1);
});

const until = (ms: number) => new Date(eco.clock.now().getTime() + ms).toISOString();
async function hold(points: number, ms = HOUR): Promise<string> {
  const input = { points, reason: 'hotel', expiresAt: until(ms) };
  return (await eco.done('holdPoints', 'ada', input)).hold.id;
}
const redeem = (quantity: number) =>
  eco.send('redeemReward', { member: { externalId: 'ada' }, rewardId, quantity });
const balance = async () => (await eco.ledger('ada')).reduce((sum, { amount }) => sum + amount, 0);

describe('a hold', () => {
  it('reduces what is available, not the balance', async () => {
    await hold(70);
    expect(await eco.points('ada')).toMatchObject({ available: 30, held: 70 });
    expect(await balance()).toBe(100);
    expect((await redeem(31)).code).toBe('INSUFFICIENT_POINTS');
    expect((await redeem(30)).code).toBeUndefined();
    const more = { points: 1, reason: 'x', expiresAt: until(HOUR) };
    expect(await eco.refused('holdPoints', 'ada', more)).toBe('INSUFFICIENT_POINTS');
  });

  it('is captured in part, the rest is free; a repeat changes nothing, another amount is refused', async () => {
    const holdId = await hold(70);
    const captured = await eco.done('captureHold', 'ada', { holdId, points: 25 });
    expect(captured.hold).toMatchObject({ state: 'CAPTURED', captured: 25, points: 70 });
    expect(captured.member.points).toMatchObject({ available: 75, held: 0 });
    await eco.done('captureHold', 'ada', { holdId, points: 25 });
    expect(await balance()).toBe(75);
    const refused = await eco.send('captureHold', { member: { externalId: 'ada' }, holdId });
    expect(refused).toMatchObject({ code: 'HOLD_NOT_OPEN', state: 'CAPTURED' });
    expect(await eco.refused('releaseHold', 'ada', { holdId })).toBe('HOLD_NOT_OPEN');
    const line = (await eco.ledger('ada')).at(-1);
    expect(line).toMatchObject({ kind: 'SPEND', reason: 'HOLD', amount: -25 });
    expect(line.explanation).toBe('Taken from a hold of 70 points: hotel.');
  });

  it('gives no more than it holds', async () => {
    const holdId = await hold(70);
    const refused = await eco.send('captureHold', {
      member: { externalId: 'ada' },
      holdId,
      points: 71,
    });
    expect(refused).toMatchObject({ code: 'HOLD_TOO_SMALL', held: 70, required: 71 });
    expect((await eco.done('captureHold', 'ada', { holdId })).hold.captured).toBe(70);
    expect(await eco.points('ada')).toMatchObject({ available: 30, held: 0 });
  });

  it('is released; a repeat changes nothing, and it cannot be captured any more', async () => {
    const holdId = await hold(70);
    for (const _ of [1, 2]) {
      const { hold: left } = await eco.done('releaseHold', 'ada', { holdId });
      expect(left.state).toBe('RELEASED');
    }
    expect(await eco.points('ada')).toMatchObject({ available: 100, held: 0 });
    expect(await eco.refused('captureHold', 'ada', { holdId })).toBe('HOLD_NOT_OPEN');
  });

  it('ends by itself at exactly its instant, whatever jobs have run', async () => {
    const holdId = await hold(100);
    eco.clock.advance(HOUR - 1);
    expect(await eco.points('ada')).toMatchObject({ available: 0, held: 100 });
    expect((await redeem(1)).code).toBe('INSUFFICIENT_POINTS');
    eco.clock.advance(1);
    expect(await eco.points('ada')).toMatchObject({ available: 100, held: 0 });
    const refused = await eco.send('captureHold', { member: { externalId: 'ada' }, holdId });
    expect(refused).toMatchObject({ code: 'HOLD_NOT_OPEN', state: 'EXPIRED' });
    expect(await eco.refused('releaseHold', 'ada', { holdId })).toBe('HOLD_NOT_OPEN');
    const { holds } = await eco.read('ada', 'holds(first: 5) { edges { node { state } } }');
    expect(holds.edges).toEqual([{ node: { state: 'EXPIRED' } }]);
    expect((await redeem(100)).code).toBeUndefined();
    await eco.job('expireHolds');
    await eco.job('expireHolds');
    expect(await eco.points('ada')).toMatchObject({ available: 0, held: 0 });
  });

  it('is captured until the last millisecond', async () => {
    const holdId = await hold(60);
    eco.clock.advance(HOUR - 1);
    expect((await eco.done('captureHold', 'ada', { holdId })).hold.captured).toBe(60);
  });

  it('pins what expires soonest; pinned points do not expire, and do once they are free', async () => {
    await eco.earning('brief', fixed('brief', 40, { expiry: { until: 'END_OF_DAY' } }));
    await eco.act('ada', 'brief');
    const holdId = await hold(50, 3 * DAY);
    eco.clock.advance(DAY);
    await eco.job('expirePoints');
    expect(await eco.points('ada')).toMatchObject({ available: 90, held: 50 });
    expect(await balance()).toBe(140);
    await eco.done('captureHold', 'ada', { holdId, points: 45 });
    expect(await balance()).toBe(95);
    expect(await eco.points('ada')).toMatchObject({ available: 95, held: 0 });

    await eco.act('ada', 'brief');
    await hold(30, 3 * DAY);
    eco.clock.advance(3 * DAY);
    expect(await eco.points('ada')).toMatchObject({ available: 95, held: 0 });
    await eco.job('expireHolds');
    await eco.job('expirePoints');
    expect(await balance()).toBe(95);
  });

  it('cannot end in the past, now, or more than a year ahead', async () => {
    for (const ms of [-1, 0, 367 * DAY]) {
      const input = { member: { externalId: 'ada' }, points: 1, reason: 'x', expiresAt: until(ms) };
      const { errors } = await eco.test.ask(
        eco.program.keys.service,
        `mutation ($input: HoldPointsInput!) { holdPoints(input: $input) { __typename } }`,
        { input },
      );
      expect(errors?.[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        field: expect.stringContaining('expiresAt'),
      });
    }
  });

  it('that ends repays a debt from a lot that has repaid a part of it before', async () => {
    await eco.earning('work', fixed('work', 60));
    const [one, two] = [await hold(50), await hold(50)];
    await eco.act('ada', 'work');
    await redeem(60);
    await eco.done('releaseHold', 'ada', { holdId: one });
    await eco.done('reverseEntry', 'ada', { seq: 2 }); // 50 from the lot that is free, 10 are owed.
    expect(await eco.points('ada')).toMatchObject({ available: 0, debt: 10, held: 50 });
    await eco.done('releaseHold', 'ada', { holdId: two });
    expect((await redeem(40)).code).toBeUndefined();
    expect(await eco.points('ada')).toMatchObject({ available: 0, debt: 0, held: 0 });
  });

  it.each(['capture', 'release', 'expire'])(
    '%s: what it lets go of repays what is owed, at once',
    async (end) => {
      await eco.earning('work', fixed('work', 60));
      await eco.act('ada', 'work');
      await redeem(90);
      const holdId = await hold(50);
      await eco.done('reverseEntry', 'ada', { seq: 2 }); // 20 are free, 40 are owed.
      expect(await eco.points('ada')).toMatchObject({ available: 0, debt: 40, held: 50 });
      if (end === 'capture') await eco.done('captureHold', 'ada', { holdId, points: 5 });
      if (end === 'release') await eco.done('releaseHold', 'ada', { holdId });
      if (end === 'expire') {
        eco.clock.advance(HOUR);
        // Debts are looked at before it, or after it.
        for (const job of ['settleDebts', 'expireHolds']) await eco.job(job);
      }
      const available = end === 'capture' ? 5 : 10;
      expect(await eco.points('ada')).toMatchObject({ available, debt: 0, held: 0 });
    },
  );

  it('of another member is not found', async () => {
    await eco.enrol('bob');
    const holdId = await hold(10);
    expect(await eco.refused('captureHold', 'bob', { holdId })).toBe('HOLD_NOT_FOUND');
    expect(await eco.refused('releaseHold', 'bob', { holdId })).toBe('HOLD_NOT_FOUND');
  });

  it('50 captures at once of one hold take once', async () => {
    const holdId = await hold(40);
    await Promise.all(Array.from({ length: 50 }, () => eco.done('captureHold', 'ada', { holdId })));
    expect(await balance()).toBe(60);
  });

  it('outlives the points it pins: they expire with it (S31)', async () => {
    const [lot, end] = [until(DAY), until(3 * DAY)];
    await eco.done('adjustPoints', 'ada', { amount: 30, reason: 'gift', expiresAt: lot });
    await eco.done('holdPoints', 'ada', { points: 10, reason: 'x', expiresAt: end });
    const expiring = async (first = 100) => {
      const fields = `points { expiring(first: ${first}) { at points } }`;
      return (await eco.read('ada', fields)).points.expiring;
    };
    const both = [
      { at: lot, points: 20 },
      { at: end, points: 10 },
    ];
    expect(await expiring()).toEqual(both);
    expect(await expiring(1)).toEqual(both.slice(0, 1));
    for (const { at, points } of both) {
      eco.clock.set(at);
      const before = await balance();
      for (const job of ['expireHolds', 'expirePoints']) await eco.job(job);
      expect(before - (await balance())).toBe(points);
    }
    expect(await expiring()).toEqual([]);
  });
});
