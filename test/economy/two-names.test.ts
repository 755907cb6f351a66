/** A member named by id and by external id is one member, in one batch as in many (S37). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bePatient } from '../support/patience.ts';
import { DAY, type Economy, fixed, openEconomies } from './api.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
let names: readonly [object, object];
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2027-02-17T12:00:00Z');
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  await eco.enrol('ada');
  names = [{ id: (await eco.read('ada', 'id')).id }, { externalId: 'ada' }];
});

const buy = (member: object, reference: string, occurredAt?: string) =>
  eco.send('recordActivity', { member, type: 'buy', reference, occurredAt });
/** Points earned by local date. */
async function byDay(): Promise<Record<string, number>> {
  const days: Record<string, number> = {};
  for (const { localDate, amount } of await eco.ledger('ada')) {
    days[localDate] = (days[localDate] ?? 0) + amount;
  }
  return days;
}

describe('caps', () => {
  it.each([0, 1])('of last month hold for a late fact behind a newer one, %i first', async (n) => {
    await eco.earning('buy', fixed('buy', 10, { caps: [{ period: 'MONTH', points: 30 }] }));
    eco.clock.set('2027-02-28T20:00:00Z');
    for (const reference of ['a', 'b', 'c', 'd']) await buy(names[1], reference);
    eco.clock.set('2027-03-01T12:00:00Z');
    const [first, second] = [names[n], names[1 - n]] as [object, object];
    await Promise.all([
      buy(first, 'march'),
      buy(second, 'late', '2027-02-28T20:30:00Z'),
      buy(second, 'later', '2027-02-28T20:31:00Z'),
    ]);
    expect(await byDay()).toEqual({ '2027-02-28': 30, '2027-03-01': 10 });
  });

  it('of days and weeks hold under 100 parallel facts of three days', async () => {
    await eco.policy({
      caps: [
        { period: 'DAY', points: 55 },
        { period: 'WEEK', points: 95 },
      ],
    });
    await eco.earning('buy', fixed('buy', 10));
    const now = eco.clock.now().getTime();
    const calls = Array.from({ length: 100 }, (_, call) => {
      const at = new Date(now - (call % 3) * DAY).toISOString();
      return buy(names[call % 2] as object, `r${call}`, at);
    });
    await Promise.all(calls);
    const days = await byDay();
    expect(Math.max(...Object.values(days))).toBeLessThanOrEqual(55);
    expect(Object.values(days).reduce((sum, points) => sum + points, 0)).toBe(95);
  });
});

it('check-ins of one day by both names are one, and late ones find their place', async () => {
  await eco.plan({ ladder: [1, 2, 3, 4] });
  const now = eco.clock.now().getTime();
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, call) =>
      eco.send('checkIn', {
        member: names[call % 2],
        occurredAt: new Date(now - (Math.floor(call / 2) % 3) * DAY).toISOString(),
      }),
    ),
  );
  expect(answers.filter(({ alreadyCheckedIn }) => !alreadyCheckedIn)).toHaveLength(3);
  expect(await byDay()).toEqual({ '2027-02-15': 1, '2027-02-16': 2, '2027-02-17': 3 });
});

it('balances are spent once, whoever names whom', async () => {
  await eco.done('adjustPoints', 'ada', { amount: 50, reason: 'gift' });
  const rewardId = await eco.reward(1);
  const answers = await Promise.all(
    Array.from({ length: 80 }, (_, call) =>
      eco.send('redeemReward', { member: names[call % 2], rewardId }),
    ),
  );
  expect(answers.filter(({ code }) => code === undefined)).toHaveLength(50);
});
