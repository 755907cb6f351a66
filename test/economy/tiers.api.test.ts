/** Tiers as members see them: upgrades, evaluations, forecasts, and rates of the fact's time. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bePatient } from '../support/patience.ts';
import { DAY, type Economy, fixed, HOUR, openEconomies } from './api.ts';

const START = '2026-03-10T12:00:00Z';
let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies(START);
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  for (const points of [1, 50, 99, 100, 300])
    await eco.earning(`p${points}`, fixed(`p${points}`, points));
  await eco.enrol('ada');
});

const levels = [
  { key: 'basic', name: 'Basic', threshold: 0 },
  { key: 'silver', name: 'Silver', threshold: 100, percent: 200 },
  { key: 'gold', name: 'Gold', threshold: 300, percent: 300 },
];
const earn = (points: number, more: object = {}) => eco.act('ada', `p${points}`, more);
const progress = async () => (await eco.read('ada')).tierProgress;
/** At an instant, whatever jobs did before; then all jobs. */
async function at(instant: string) {
  eco.clock.set(instant);
  await eco.job('evaluateTiers');
  return eco.tier('ada');
}

describe('an upgrade', () => {
  it('comes with exactly the threshold, at once, and not a point before (S45, S46)', async () => {
    await eco.tiers({ basis: 'LIFETIME', levels });
    await earn(99);
    expect(await eco.read('ada')).toMatchObject({
      tier: { key: 'basic' },
      tierProgress: { basis: 99, pointsToNext: 1, nextTier: { key: 'silver' } },
    });
    await earn(1);
    expect(await eco.read('ada')).toMatchObject({
      tier: { key: 'silver' },
      tierProgress: { basis: 100, pointsToNext: 200, nextTier: { key: 'gold' } },
    });
    // The award that reaches it is paid by the tier before, the next one by the new.
    expect(await earn(1)).toEqual([2]);
  });

  it('may skip a tier, and spending lowers nothing', async () => {
    await eco.tiers({ basis: 'LIFETIME', levels });
    await earn(300);
    expect(await eco.tier('ada')).toBe('gold');
    await eco.done('redeemReward', 'ada', { rewardId: await eco.reward(300) });
    expect(await at('2027-06-01T00:00:00Z')).toBe('gold');
    expect((await progress()).pointsToNext).toBeNull();
  });

  it.each([
    [true, 'silver', 'silver'],
    [false, 'basic', 'silver'],
  ])('counts pending points if configured: %s (S27)', async (countPending, first, then) => {
    await eco.tiers({ basis: 'LIFETIME', levels, countPending });
    const activation = { mode: 'ON_CONFIRMATION' };
    await eco.earning('later', fixed('later', 100, { activation }));
    const about = { type: 'later', reference: 'x' };
    await eco.done('recordActivity', 'ada', about);
    expect(await eco.tier('ada')).toBe(first);
    await eco.done('confirmPoints', 'ada', about);
    expect(await eco.tier('ada')).toBe(then);
  });
});

describe('an evaluation (S46, S48)', () => {
  const year = { basis: 'CALENDAR_YEAR', levels };

  it.each([
    ['BALANCE_BASED', 'basic', 'basic'],
    ['ONE_DOWN', 'silver', 'basic'],
    ['NEVER', 'gold', 'gold'],
  ])('after a year with too little lowers %s: %s, then %s', async (downgrade, first, second) => {
    await eco.tiers({ ...year, downgrade });
    await earn(300);
    const told = await progress();
    expect(told).toMatchObject({ evaluatesAt: '2026-12-31T23:00:00.000Z', pointsToStay: 0 });
    expect(told.projectedTier.key).toBe('gold');
    expect(await at('2026-12-31T23:00:00Z')).toBe('gold'); // 2026 had enough.
    const next = await progress();
    expect(next).toMatchObject({
      evaluatesAt: '2027-12-31T23:00:00.000Z',
      pointsToStay: downgrade === 'NEVER' ? 0 : 300,
      projectedTier: { key: first },
    });
    expect(await at('2027-12-31T22:59:59.999Z')).toBe('gold');
    expect(await at('2027-12-31T23:00:00Z')).toBe(first);
    expect(await at('2028-12-31T23:00:00Z')).toBe(second);
  });

  it('held years late comes to the same, and once', async () => {
    await eco.tiers({ ...year, downgrade: 'ONE_DOWN' });
    await earn(300);
    expect(await at('2029-05-01T00:00:00Z')).toBe('basic');
    expect(await at('2029-05-01T00:00:00Z')).toBe('basic');
  });

  it('with days of grace comes so much later; points of those days do not count back', async () => {
    await eco.tiers({ ...year, graceDays: 10 });
    await earn(300);
    expect(await at('2027-01-15T12:00:00Z')).toBe('gold');
    eco.clock.set('2028-01-05T12:00:00Z');
    expect(await progress()).toMatchObject({
      evaluatesAt: '2028-01-10T23:00:00.000Z',
      pointsToStay: 300,
      projectedTier: { key: 'basic' },
    });
    await earn(50); // × 3: 150 of the new year, which reaches silver.
    expect((await progress()).projectedTier.key).toBe('silver');
    expect(await at('2028-01-10T22:59:59.999Z')).toBe('gold');
    expect(await at('2028-01-10T23:00:00Z')).toBe('silver');
  });

  it('pointsToStay is enough, and one less is not', async () => {
    await eco.tiers({ basis: 'ROLLING_12_MONTHS', levels, evaluation: 'MONTHLY' });
    await earn(100);
    await eco.enrol('bob');
    await eco.act('bob', 'p100');
    expect(await at('2027-02-28T23:00:00Z')).toBe('silver'); // March is in the window until March ends.
    eco.clock.set('2027-03-15T12:00:00Z');
    const { pointsToStay, projectedTier } = await progress();
    expect({ pointsToStay, projectedTier }).toEqual({
      pointsToStay: 100,
      projectedTier: { key: 'basic' },
    });
    await eco.earning('whole', fixed('whole', 50));
    await eco.earning('less', { ...fixed('less', 49) });
    for (const _ of [1]) await eco.act('ada', 'whole'); // × 2 as silver.
    await eco.act('bob', 'less');
    expect((await progress()).pointsToStay).toBe(0);
    expect(await at('2027-03-31T22:00:00Z')).toBe('silver');
    expect(await eco.tier('bob')).toBe('basic');
  });
});

describe('a reversal that takes the basis away (S47)', () => {
  it.each([
    ['NOW', 'basic'],
    ['AT_EVALUATION', 'silver'],
  ])('is heeded %s: %s until the evaluation', async (afterReversal, then) => {
    await eco.tiers({ basis: 'LIFETIME', levels, afterReversal });
    const about = { type: 'p100', reference: 'x' };
    await eco.done('recordActivity', 'ada', about);
    expect(await eco.tier('ada')).toBe('silver');
    await eco.done('reverseActivity', 'ada', about);
    expect(await eco.tier('ada')).toBe(then);
    expect((await progress()).projectedTier.key).toBe('basic');
    expect(await at('2026-12-31T23:00:00Z')).toBe('basic');
    const { rows } = await eco.test.app.pool.query(
      `select cause, coalesce(from_key, 'basic') as before, to_key as after, basis
       from tier_change t join member m on m.id = t.member_id
       where m.program_id = $1 order by position`,
      [eco.program.id],
    );
    const cause = afterReversal === 'NOW' ? 'REVERSED' : 'EVALUATED';
    expect(rows).toEqual([
      { cause: 'EARNED', before: 'basic', after: 'silver', basis: 100 },
      { cause, before: 'silver', after: 'basic', basis: 0 },
    ]);
  });
});

describe('a late fact', () => {
  it('is paid by the tier of its time, not of today (S49)', async () => {
    await eco.tiers({ basis: 'LIFETIME', levels });
    const before = new Date(eco.clock.now().getTime() - HOUR).toISOString();
    eco.clock.advance(HOUR);
    await earn(100);
    const exactly = eco.clock.now().toISOString();
    eco.clock.advance(HOUR);
    expect(await earn(50, { occurredAt: before })).toEqual([50]);
    expect(await earn(50, { occurredAt: exactly })).toEqual([100]);
    expect(await earn(50)).toEqual([100]);
  });

  it('of the very instant of a change is paid by the tier after it', async () => {
    await eco.tiers({ basis: 'LIFETIME', levels });
    const silverSince = eco.clock.now().toISOString();
    await earn(100);
    eco.clock.advance(HOUR);
    await earn(100);
    expect(await eco.tier('ada')).toBe('gold');
    expect(await earn(50, { occurredAt: silverSince })).toEqual([100]);
  });

  it('of a time before a downgrade keeps the better rate', async () => {
    await eco.tiers({ basis: 'CALENDAR_YEAR', levels });
    await earn(100);
    await at('2026-12-31T23:00:00Z');
    expect(await at('2027-12-31T23:00:00Z')).toBe('basic');
    eco.clock.advance(DAY);
    expect(await earn(50, { occurredAt: '2027-12-31T22:59:59.999Z' })).toEqual([100]);
    expect(await earn(50, { occurredAt: '2027-12-31T23:00:00Z' })).toEqual([50]);
  });

  it('raises the tier by the year it counts for', async () => {
    await eco.tiers({ basis: 'CALENDAR_YEAR', levels });
    eco.clock.set('2027-01-01T12:00:00Z');
    await earn(99, { occurredAt: '2026-12-31T12:00:00Z' });
    await earn(1);
    expect(await eco.tier('ada')).toBe('basic');
    expect((await progress()).basis).toBe(1);
  });
});

it('an audience of a tier and a condition see the fact’s time', async () => {
  await eco.tiers({ basis: 'LIFETIME', levels });
  await eco.earning('vip', fixed('p1', 7, { audience: { tiers: ['silver', 'gold'] } }));
  const before = eco.clock.now().toISOString();
  eco.clock.advance(HOUR);
  await earn(100);
  expect(new Set(await earn(1))).toEqual(new Set([14, 2]));
  expect(await earn(1, { occurredAt: before })).toEqual([1]);
});
