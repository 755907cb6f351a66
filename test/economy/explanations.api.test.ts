/** Why: every award tells its multipliers in order, what cut it and by which rule, in words. */
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
  await eco.enrol('ada');
});

const march = { when: { firstDate: '2026-03-01', lastDate: '2026-03-31' } };
const rate = {
  trigger: { on: 'ACTIVITY', type: 'buy' },
  title: 'Shopping',
  points: { perUnit: { points: 1, unit: 1000, rounding: 'DOWN' } },
};
const buy = (value: number, reference = `order-${value}`) =>
  eco.done('recordActivity', 'ada', { type: 'buy', reference, value });
const gold = {
  basis: 'LIFETIME',
  levels: [
    { key: 'basic', name: 'Basic', threshold: 0 },
    { key: 'gold', name: 'Gold', threshold: 1, percent: 150 },
  ],
};

describe('an award', () => {
  it('tells tier, campaign and boost in the order they multiply, and rounds once (S39)', async () => {
    await eco.earning('buy', rate);
    await eco.tiers(gold);
    await eco.campaign('zz-spring', { ...march, title: 'Spring', percent: 130 });
    await eco.campaign('aa-flash', { ...march, percent: 110, layer: 'BOOST' });
    await buy(1_000); // Makes her gold.
    const { awards } = await buy(1_999);
    // 1.999 × 1.5 × 1.3 × 1.1 = 4.287…; rounded at each step it would be 3.
    expect(awards).toEqual([
      {
        points: 4,
        debtRepaid: 0,
        activatesAt: expect.any(String),
        expiresAt: null,
        wanted: 4,
        reason: 'ACTIVITY',
        ruleVersion: 'earning:buy@1',
        multipliers: [
          { kind: 'TIER', key: 'gold', percent: 150 },
          { kind: 'CAMPAIGN', key: 'zz-spring', percent: 130 },
          { kind: 'BOOST', key: 'aa-flash', percent: 110 },
        ],
        limits: [],
        explanation:
          'Shopping, value 1999. Multiplied by tier Gold 1.5×, campaign Spring 1.3×, ' +
          'boost aa-flash 1.1×. (earning:buy@1)',
        zh:
          'Shopping，数值 1999。倍率：等级 Gold 1.5×，活动 Spring 1.3×，' +
          '加成 aa-flash 1.1×。（earning:buy@1）',
      },
    ]);
    const [line] = (await eco.ledger('ada')).slice(-1);
    expect(line).toMatchObject({ explanation: awards[0].explanation, zh: awards[0].zh, wanted: 4 });
  });

  it('tells the facts it was decided by: its own, and what rule and campaign asked', async () => {
    const condition = {
      all: [
        { fact: 'weekday', is: 'LTE', number: 5 },
        { not: { attribute: 'channel', is: 'EQ', text: 'web' } },
        {
          any: [
            { attribute: 'shop', oneOf: ['north'] },
            { fact: 'hour', is: 'GTE', number: 0 },
          ],
        },
      ],
    };
    await eco.earning('buy', { ...rate, condition });
    await eco.campaign('many', {
      ...march,
      percent: 200,
      condition: { fact: 'units', is: 'GT', number: 2 },
    });
    const input = { type: 'buy', reference: 'r', value: 3_000, units: 3 };
    const attributes = [{ key: 'shop', value: 'south' }];
    await eco.done('recordActivity', 'ada', { ...input, attributes });
    const { ledger } = await eco.read('ada', 'ledger { edges { node { facts } } }');
    const facts = { activity: 'buy', value: 3_000, weekday: 2, shop: 'south', hour: 13, units: 3 };
    expect(ledger.edges).toEqual([{ node: { facts } }]);
  });

  it.each([
    ['DOWN', [1_499, 1_500, 1_999], [1, 1, 1]],
    ['NEAREST', [1_499, 1_500, 1_999], [1, 2, 2]],
    ['UP', [1_001, 1_499, 2_000], [2, 2, 2]],
  ])('rounds %s as declared: %j pay %j', async (rounding, values, given) => {
    const points = { perUnit: { points: 1, unit: 1000, rounding } };
    await eco.earning('buy', { ...rate, points });
    const paid = [];
    for (const value of values) paid.push((await buy(value)).awards[0].points);
    expect(paid).toEqual(given);
  });

  it('tells the caps that cut it, what was wanted and what was given (S37)', async () => {
    await eco.earning('buy', { ...rate, caps: [{ period: 'DAY', points: 10 }] });
    await eco.policy({ caps: [{ period: 'WEEK', points: 12 }] });
    eco.clock.advance(2_000); // Reads may know the rules of a second ago.
    expect((await buy(7_000)).awards[0]).toMatchObject({ points: 7, wanted: 7, limits: [] });
    const [cut] = (await buy(8_000)).awards;
    expect(cut).toMatchObject({ points: 3, wanted: 8 });
    const own = { kind: 'CAP', rule: 'earning:buy', period: 'DAY' };
    expect(cut.limits).toEqual([{ limit: 'CAP earning:buy DAY', room: 3, ...own }]);
    expect(cut.explanation).toBe(
      'Shopping, value 8000. 3 of 8 points were given: the cap of 10 points a day of ' +
        'earning:buy is reached. (earning:buy@1)',
    );
    expect(cut.zh).toBe(
      'Shopping，数值 8000。应得 8 积分，实得 3 积分：earning:buy的每日 10 积分上限已达到。（earning:buy@1）',
    );
    eco.clock.advance(DAY);
    const [second] = (await buy(9_000)).awards;
    expect(second).toMatchObject({ points: 2, wanted: 9 });
    const all = { kind: 'CAP', rule: null, period: 'WEEK' };
    expect(second.limits).toEqual([{ limit: 'CAP * WEEK', room: 2, ...all }]);
    expect(second.explanation).toContain('the cap of 12 points a week of all rules is reached');
    expect(second.zh).toContain('全部规则的每周 12 积分上限已达到');
    // Nothing is left: it is told, and no line is written.
    const [none] = (await buy(5_000)).awards;
    expect(none).toMatchObject({ points: 0, wanted: 5 });
    expect(none.limits).toEqual([{ limit: 'CAP * WEEK', room: 0, ...all }]);
    expect(await eco.ledger('ada')).toHaveLength(3);
  });

  it('tells the budget that cut it, and pays nothing once it is spent (S38)', async () => {
    await eco.earning('buy', { ...rate, budget: 10 });
    await eco.enrol('bob');
    await buy(7_000);
    const more = { type: 'buy', reference: 'bob', value: 9_000 };
    const [cut] = (await eco.done('recordActivity', 'bob', more)).awards;
    expect(cut).toMatchObject({ points: 3, wanted: 9 });
    const budget = { kind: 'BUDGET', rule: 'earning:buy', period: null };
    expect(cut.limits).toEqual([{ ...budget, limit: 'BUDGET earning:buy@1', room: 3 }]);
    expect(cut.explanation).toContain('the budget of earning:buy is used up');
    expect(cut.zh).toContain('earning:buy 的预算已用完');
    const [none] = (await buy(8_000)).awards;
    expect(none).toMatchObject({ points: 0, limits: [{ limit: 'BUDGET earning:buy@1', room: 0 }] });
  });

  it('tells the campaign whose budget is spent; the rule itself still pays', async () => {
    await eco.earning('buy', rate);
    await eco.campaign('double', { ...march, percent: 200, budget: 5 });
    const [cut] = (await buy(8_000)).awards;
    expect(cut).toMatchObject({ points: 13, wanted: 16 });
    const budget = { kind: 'BUDGET', rule: 'campaign:double', period: null };
    expect(cut.limits).toEqual([{ ...budget, limit: 'BUDGET campaign:double', room: 5 }]);
    expect((await buy(9_000)).awards[0]).toMatchObject({ points: 9, wanted: 18 });
  });

  it('of an exclusive group only the most important rule pays; others add up', async () => {
    await eco.earning('a', fixed('buy', 1, { exclusiveGroup: 'g', priority: 1 }));
    await eco.earning('b', fixed('buy', 2, { exclusiveGroup: 'g', priority: 2 }));
    await eco.earning('c', fixed('buy', 4, { priority: 3 }));
    expect(await eco.act('ada', 'buy')).toEqual([4, 2]);
  });

  it('an exclusive campaign counts beside those that are not', async () => {
    await eco.earning('a', fixed('buy', 100));
    await eco.campaign('x', { ...march, percent: 150, exclusive: true });
    await eco.campaign('z', { ...march, percent: 110 });
    expect(await eco.act('ada', 'buy')).toEqual([165]);
  });

  it('is paid by a table, in the row that holds the value', async () => {
    const table = [
      { from: 0, below: 100, points: 1 },
      { from: 100, below: 200, points: 5 },
      { from: 200, points: 20 },
    ];
    await eco.earning('buy', { trigger: rate.trigger, points: { table } });
    const paid = [];
    for (const value of [99, 100, 199, 200, 2 ** 50]) {
      paid.push((await buy(value)).awards[0].points);
    }
    expect(paid).toEqual([1, 5, 5, 20, 20]);
  });
});
