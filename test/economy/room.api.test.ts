/** Rules, groups and campaigns without room take nothing away; what is too much is refused. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bePatient } from '../support/patience.ts';
import { DAY, type Economy, fixed, HOUR, openEconomies } from './api.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2027-02-20T12:00:00Z');
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  for (const name of ['ada', 'bob']) await eco.enrol(name);
});

type Awards = { readonly reason: string; readonly points: number }[];
const told = (awards: Awards) => awards.map(({ reason, points }) => `${reason} ${points}`);
const checkIn = async (name: string, more: object = {}) =>
  told((await eco.done('checkIn', name, more)).awards);
const year = { firstDate: '2027-01-01', lastDate: '2027-12-31' };

describe.each(['MAX', 'REPLACE'])('a rule that is spent, by %s (S19, S38)', (combination) => {
  const gala = { trigger: { on: 'CHECK_IN' }, points: { fixed: 50 } };

  it('leaves the base to the day', async () => {
    await eco.plan({ ladder: [10], combination });
    await eco.earning('gala', { ...gala, budget: 50 });
    expect(await checkIn('ada')).toEqual(['RULE 50']);
    expect(await checkIn('bob')).toEqual(['CHECK_IN 10', 'RULE 0']);
  });

  it('leaves its milestone to the day', async () => {
    const milestones = [{ cycle: 'EVER', days: 2, points: 30 }];
    await eco.plan({ ladder: [10], combination, milestones });
    await eco.earning('gala', { ...gala, caps: [{ period: 'MONTH', points: 50 }] });
    expect(await checkIn('ada')).toEqual(['RULE 50']);
    eco.clock.advance(DAY);
    expect(await checkIn('ada')).toEqual(['MILESTONE 30', 'RULE 0']);
    eco.clock.advance(DAY);
    expect(await checkIn('ada')).toEqual(['CHECK_IN 10', 'RULE 0']);
  });
});

it('by MAX, what a rule has room for counts, not what it wants', async () => {
  await eco.plan({ ladder: [10], combination: 'MAX' });
  const gala = { trigger: { on: 'CHECK_IN' }, points: { fixed: 50 }, budget: 55 };
  await eco.earning('gala', gala);
  expect(await checkIn('ada')).toEqual(['RULE 50']);
  expect(await checkIn('bob')).toEqual(['CHECK_IN 10']); // 5 are left of the budget.
});

it('a rule that is spent does not take its exclusive group, and says EXHAUSTED', async () => {
  const group = { exclusiveGroup: 'g' };
  await eco.earning('one', fixed('buy', 50, { ...group, budget: 50, priority: 9 }));
  await eco.earning('two', fixed('buy', 10, group));
  const state = async () => {
    const query = `{ rule(kind: EARNING, key: "one") { budget spent current { state }
      versions { state } } }`;
    const { data } = await eco.test.ask(eco.program.keys.operator, query);
    return data.rule;
  };
  expect(await state()).toMatchObject({ spent: 0, current: { state: 'IN_FORCE' } });
  expect(await eco.act('ada', 'buy')).toEqual([50]);
  expect(await state()).toEqual({
    ...{ budget: 50, spent: 50 },
    ...{ current: { state: 'EXHAUSTED' }, versions: [{ state: 'EXHAUSTED' }] },
  });
  expect(new Set(await eco.act('ada', 'buy'))).toEqual(new Set([0, 10]));
});

describe('a campaign never pays less than none (S39)', () => {
  const rate = { perUnit: { points: 1, unit: 100, rounding: 'DOWN' } };
  const spend = (budget: number) => eco.campaign('fair', { when: year, percent: 200, budget });

  it.each([
    ['spent', 5, 3], // 1.5 doubled by the boost.
    ['spent but for 1', 6, 5], // 1.8 doubled is 3.6, less the 1 it lacks; twice that.
  ])('when it is %s, and nothing is rounded in the middle', async (_how, budget, expected) => {
    await eco.earning('buy', { trigger: { on: 'ACTIVITY', type: 'buy' }, points: rate });
    await spend(budget);
    expect(await eco.act('ada', 'buy', { value: 500 })).toEqual([10]);
    await eco.campaign('boost', { when: year, percent: 200, layer: 'BOOST' });
    const awards = (
      await eco.done('recordActivity', 'ada', {
        ...{ type: 'buy', reference: 'x', value: budget === 5 ? 150 : 180 },
      })
    ).awards;
    expect(awards.map(({ points }: { points: number }) => points)).toEqual([expected]);
  });

  it('draws of a correction what it adds to the difference, and no more', async () => {
    await eco.plan({ ladder: [10, 15] });
    await spend(100);
    expect(await checkIn('ada')).toEqual(['CHECK_IN 20']);
    const occurredAt = new Date(eco.clock.now().getTime() - DAY).toISOString();
    expect(await checkIn('ada', { occurredAt })).toEqual(['CHECK_IN 20', 'STREAK_CORRECTION 10']);
    const query = '{ rule(kind: CAMPAIGN, key: "fair") { spent } }';
    const { data } = await eco.test.ask(eco.program.keys.operator, query);
    expect(data.rule.spent).toBe(10 + 10 + 5);
  });

  it('corrects by the base alone once it is spent', async () => {
    await eco.plan({ ladder: [10, 15] });
    await spend(20);
    expect(await checkIn('ada')).toEqual(['CHECK_IN 20']);
    const occurredAt = new Date(eco.clock.now().getTime() - DAY).toISOString();
    expect(await checkIn('ada', { occurredAt })).toEqual(['CHECK_IN 20', 'STREAK_CORRECTION 5']);
  });

  it('what caps cut is the last campaign’s', async () => {
    const budget = 1_000;
    await eco.earning('buy', fixed('buy', 100, { caps: [{ period: 'DAY', points: 250 }] }));
    await eco.campaign('a', { when: year, percent: 200, budget });
    await eco.campaign('b', { when: year, percent: 200, budget });
    expect(await eco.act('ada', 'buy')).toEqual([250]); // 100, 100 more by a, 50 of 200 by b.
    const query = '{ rules(first: 9, kind: CAMPAIGN) { edges { node { key spent } } } }';
    const { data } = await eco.test.ask(eco.program.keys.operator, query);
    const spent = data.rules.edges.map(({ node }: { node: object }) => node);
    expect(spent).toEqual([
      { key: 'a', spent: 100 },
      { key: 'b', spent: 50 },
    ]);
  });
});

describe('an award of more than 2^53 − 1 (S26, S103)', () => {
  const most = Number.MAX_SAFE_INTEGER;
  const rate = { perUnit: { points: 1_000, unit: 1, rounding: 'DOWN' } };
  const trigger = { on: 'ACTIVITY', type: 'buy' };
  const about = { type: 'buy', reference: 'x', value: most };

  it('is refused with a code by every door, and its quote says so', async () => {
    await eco.earning('buy', { trigger, points: rate });
    expect(await eco.refused('recordActivity', 'ada', about)).toBe('BALANCE_OUT_OF_RANGE');
    const quote = await eco.quote({ activity: { member: { externalId: 'ada' }, ...about } });
    expect(quote).toMatchObject({ points: 0, refusal: { code: 'BALANCE_OUT_OF_RANGE' } });
    await eco.campaign('twice', { when: year, percent: 200 });
    await eco.earning('pack', { trigger: { on: 'ENROLMENT' }, points: { fixed: most } });
    expect((await eco.enrol('eve')).code).toBe('BALANCE_OUT_OF_RANGE');
    await eco.earning('day', { trigger: { on: 'CHECK_IN' }, points: { fixed: most } });
    expect(await eco.refused('checkIn', 'ada')).toBe('BALANCE_OUT_OF_RANGE');
  });

  it('is no matter where a cap or a budget cuts it', async () => {
    await eco.earning('buy', { trigger, points: rate, budget: 7 });
    await eco.earning('day', {
      ...{ trigger: { on: 'CHECK_IN' }, points: { fixed: most } },
      caps: [{ period: 'DAY', points: 5 }],
    });
    await eco.campaign('twice', { when: year, percent: 200, budget: most });
    eco.clock.advance(HOUR);
    const { awards } = await eco.done('recordActivity', 'ada', about);
    expect(awards).toMatchObject([{ points: 7, wanted: most }]);
    expect(await checkIn('ada')).toEqual(['CHECK_IN 20', 'RULE 5']);
  });
});
