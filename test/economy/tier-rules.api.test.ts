/** Tiers that are published, changed and retired reach everybody; late jobs change nothing. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bePatient } from '../support/patience.ts';
import { setRule } from '../support/rules.ts';
import { DAY, type Economy, fixed, HOUR, openEconomies } from './api.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2027-03-10T12:00:00Z');
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  for (const points of [50, 100, 300]) await eco.earning(`p${points}`, fixed(`p${points}`, points));
  for (const name of ['ada', 'bob']) await eco.enrol(name);
});

const level = (key: string, threshold: number, percent = 100) => ({
  ...{ key, name: key, threshold, percent },
});
const levels = [level('basic', 0), level('silver', 100, 200), level('gold', 300, 300)];
/** Publishes tiers now. */
async function publish(definition: object) {
  const since = eco.clock.now().toISOString();
  await setRule(eco.test, eco.program, 'default', definition, { kind: 'TIERS', since });
  eco.clock.advance(2_000); // Reads may know the rules of a second ago.
  return since;
}
const earn = (points: number, more: object = {}) => eco.act('ada', `p${points}`, more);
const look = async (name = 'ada') => {
  const { tier, tierProgress } = await eco.read(name);
  return { tier: tier?.key, ...tierProgress, projected: tierProgress?.projectedTier?.key };
};
const changes = async () =>
  (
    await eco.test.app.pool.query(
      `select coalesce(from_key, 'basic') || ' ' || to_key || ' ' || cause as what, changed_at as at
       from tier_change t join member m on m.id = t.member_id
       where m.program_id = $1 and m.external_id = 'ada' order by position, step`,
      [eco.program.id],
    )
  ).rows.map(({ what, at }) => `${what} ${at.toISOString()}`);

describe('tiers that are published', () => {
  it.each(['LIFETIME', 'ROLLING_12_MONTHS', 'CALENDAR_YEAR'])(
    'raise who has reached them by %s, at once and for good, though they earn nothing more',
    async (basis) => {
      await earn(300);
      const since = await publish({ basis, levels });
      expect(await look()).toMatchObject({ tier: 'gold', basis: 300, pointsToNext: null });
      expect(await look('bob')).toMatchObject({ tier: 'basic', pointsToNext: 100 });
      expect(await eco.job('evaluateTiers')).toBe(2);
      expect(await eco.job('evaluateTiers')).toBe(0);
      expect(await look()).toMatchObject({ tier: 'gold', projected: 'gold' });
      expect(await changes()).toEqual([`basic gold RULES ${since}`]);
    },
  );

  it('raise before what is earned next is paid', async () => {
    await earn(100);
    await publish({ basis: 'LIFETIME', levels });
    expect(await earn(50)).toEqual([100]);
    expect((await changes()).map((one) => one.split(' ')[1])).toEqual(['silver']);
  });

  it('are foreseen when they are scheduled', async () => {
    await earn(100);
    await publish({ basis: 'LIFETIME', levels: [level('basic', 0)] });
    const viewer = { kind: 'system', programId: eco.program.id, name: 'test' } as const;
    const { draftRule, publishRule } = await import('../../src/rules/admin.ts');
    const startsAt = new Date('2027-04-01T12:00:00Z');
    const definition = { basis: 'LIFETIME', levels };
    await draftRule(eco.test.app, viewer, { kind: 'TIERS', key: 'default', definition });
    await publishRule(eco.test.app, viewer, { kind: 'TIERS', key: 'default', startsAt });
    eco.clock.advance(2_000);
    const told = await look();
    expect(told).toMatchObject({ tier: 'basic', projected: 'silver', pointsToStay: 0 });
    expect(told.evaluatesAt).toBe(startsAt.toISOString());
    eco.clock.set(new Date(startsAt.getTime() - 1));
    expect((await look()).tier).toBe('basic');
    eco.clock.advance(1);
    expect((await look()).tier).toBe('silver');
    await eco.job('evaluateTiers');
    expect(await changes()).toEqual([`basic silver RULES ${startsAt.toISOString()}`]);
  });
});

describe('tiers that change', () => {
  it('from yearly to monthly are evaluated monthly, as they say', async () => {
    await publish({ basis: 'LIFETIME', levels, evaluation: 'YEARLY', downgrade: 'BALANCE_BASED' });
    await earn(100);
    const dearer = [level('basic', 0), level('silver', 500)];
    await publish({ basis: 'LIFETIME', levels: dearer, evaluation: 'MONTHLY' });
    const told = await look();
    expect(told).toMatchObject({ tier: 'silver', projected: 'basic', pointsToStay: 400 });
    expect(told.evaluatesAt).toBe('2027-03-31T22:00:00.000Z');
    await eco.job('evaluateTiers');
    expect(await look()).toEqual(told);
    eco.clock.set(told.evaluatesAt);
    await eco.job('evaluateTiers');
    expect(await look()).toMatchObject({ tier: 'basic', evaluatesAt: '2027-04-30T22:00:00.000Z' });
  });

  it('lower a threshold raise those who reach it now', async () => {
    await publish({ basis: 'LIFETIME', levels });
    await earn(50);
    await publish({ basis: 'LIFETIME', levels: [level('basic', 0), level('silver', 40)] });
    await eco.job('evaluateTiers');
    expect((await look()).tier).toBe('silver');
  });

  it.each(['NEVER', 'BALANCE_BASED'])(
    'rename a level and keep its members, %s',
    async (downgrade) => {
      await publish({ basis: 'LIFETIME', levels, downgrade });
      await earn(300);
      eco.clock.advance(HOUR);
      await publish({
        ...{ basis: 'LIFETIME', downgrade },
        levels: [level('basic', 0), level('silver', 100, 200), level('noble', 300, 400)],
      });
      expect((await look()).tier).toBe('noble');
      expect(await earn(50)).toEqual([200]);
      await eco.job('evaluateTiers');
      expect((await changes()).map((one) => one.split(' ').slice(0, 3).join(' '))).toEqual([
        'basic gold EARNED',
        'gold noble RULES',
      ]);
      // A fact of the time before is paid by the tier of that time.
      const before = new Date(eco.clock.now().getTime() - 3_000).toISOString();
      expect(await earn(50, { occurredAt: before })).toEqual([150]);
    },
  );

  it('change a rate: a late fact has the rate of its time', async () => {
    await publish({ basis: 'LIFETIME', levels });
    await earn(100);
    const before = eco.clock.now().toISOString();
    eco.clock.advance(HOUR);
    await publish({ basis: 'LIFETIME', levels: [level('basic', 0), level('silver', 100, 150)] });
    expect(await earn(50, { occurredAt: before })).toEqual([100]);
    expect(await earn(50)).toEqual([75]);
  });

  it('drop a level: who had it has the highest one its threshold reached', async () => {
    await publish({ basis: 'CALENDAR_YEAR', levels, downgrade: 'ONE_DOWN' });
    await earn(300);
    await publish({
      ...{ basis: 'CALENDAR_YEAR', downgrade: 'ONE_DOWN' },
      levels: [level('basic', 0), level('bronze', 50), level('jade', 200), level('ruby', 400)],
    });
    expect(await look()).toMatchObject({ tier: 'jade', projected: 'jade' });
    eco.clock.set('2028-12-31T22:59:59Z');
    expect(await look()).toMatchObject({ tier: 'jade', projected: 'bronze' });
    eco.clock.advance(1_000);
    expect((await look()).tier).toBe('bronze');
  });

  it('retire and come back: nobody has a tier meanwhile, and then everybody is judged', async () => {
    await publish({ basis: 'LIFETIME', levels: [level('basic', 0), level('silver', 100)] });
    await earn(100);
    const viewer = { kind: 'system', programId: eco.program.id, name: 'test' } as const;
    const { retireRule } = await import('../../src/rules/retire.ts');
    const at = new Date(eco.clock.now().getTime() + HOUR);
    await retireRule(eco.test.app, viewer, { kind: 'TIERS', key: 'default', at });
    eco.clock.advance(2_000);
    expect(await look()).toMatchObject({ tier: 'silver', evaluatesAt: at.toISOString() });
    expect((await look()).projectedTier).toBeNull();
    eco.clock.set(at);
    eco.clock.advance(2_000);
    expect((await look()).tier).toBeUndefined();
    await earn(300);
    await publish({ basis: 'LIFETIME', levels });
    expect((await look()).tier).toBe('gold');
    await eco.job('evaluateTiers');
    expect(await look()).toMatchObject({ tier: 'gold', pointsToNext: null });
  });
});

describe.each([true, false])('an evaluation whose job has run: %s', (hasRun) => {
  beforeEach(async () => {
    await publish({ basis: 'CALENDAR_YEAR', levels });
    await earn(300);
    eco.clock.set('2028-12-31T23:00:00Z'); // 2028 brought nothing.
    eco.clock.advance(HOUR);
    if (hasRun) await eco.job('evaluateTiers');
  });
  const evaluated = 'gold basic EVALUATED 2028-12-31T23:00:00.000Z';

  it('counts for what is earned after it, and shows', async () => {
    expect(await look()).toMatchObject({ tier: 'basic', pointsToNext: 100, projected: 'basic' });
    expect(await earn(50)).toEqual([50]);
    expect((await changes()).slice(1)).toEqual([evaluated]);
    expect(await look()).toMatchObject({ tier: 'basic', pointsToNext: 50 });
  });

  it('does not count for what happened before it', async () => {
    expect(await earn(50, { occurredAt: '2028-12-31T22:59:59Z' })).toEqual([150]);
    expect(await earn(50, { occurredAt: '2028-12-31T23:00:00Z' })).toEqual([50]);
    expect((await changes()).slice(1)).toEqual([evaluated]);
  });

  it('is held before the raise of the same command', async () => {
    expect(await earn(100)).toEqual([100]);
    const now = eco.clock.now().toISOString();
    expect((await changes()).slice(1)).toEqual([evaluated, `basic silver EARNED ${now}`]);
    expect((await look()).tier).toBe('silver');
  });

  it('is held before a late check-in, a return and a job', async () => {
    const occurredAt = new Date(eco.clock.now().getTime() - DAY).toISOString();
    const { awards } = await eco.done('checkIn', 'ada', { occurredAt });
    expect(awards[0].points).toBe(30); // Three times, as gold.
    expect((await changes()).slice(1)).toEqual([evaluated]);
    await eco.done('reverseEntry', 'ada', { seq: 1 });
    await eco.job('evaluateTiers');
    expect((await changes()).slice(1)).toEqual([evaluated]);
  });
});
