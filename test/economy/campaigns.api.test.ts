/** Birthdays, festivals, newcomers, and milestones of check-ins. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bePatient } from '../support/patience.ts';
import { DAY, type Economy, fixed, openEconomies } from './api.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2027-02-20T12:00:00Z');
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
});

/** What the day pays, at noon in Rome. */
async function on(date: string, externalId = 'ada') {
  eco.clock.set(`${date}T11:00:00Z`);
  return (await eco.act(externalId, 'buy'))[0];
}

describe('a birthday campaign', () => {
  beforeEach(() => eco.earning('buy', fixed('buy', 10)));

  it.each([
    // birthday, days before and after: days that are doubled and their neighbours
    ['02-29', 0, 0, ['2027-02-28'], ['2027-02-27', '2027-03-01']],
    ['02-29', 0, 0, ['2028-02-29'], ['2028-02-28', '2028-03-01']],
    ['02-29', 1, 2, ['2028-02-28', '2028-03-02'], ['2028-02-27', '2028-03-03']],
    ['02-29', 1, 2, ['2027-02-27', '2027-03-02'], ['2027-02-26', '2027-03-03']],
    ['12-31', 0, 1, ['2027-12-31', '2028-01-01'], ['2027-12-30', '2028-01-02']],
    ['01-01', 2, 0, ['2027-12-30', '2028-01-01'], ['2027-12-29', '2028-01-02']],
  ])('of %s, %i before and %i after: double on %j, not on %j', async (...row) => {
    const [birthday, daysBefore, daysAfter, doubled, plain] = row;
    await eco.campaign('cake', { when: { birthday: { daysBefore, daysAfter } }, percent: 200 });
    await eco.enrol('ada', { birthday });
    await eco.enrol('bob');
    for (const date of doubled) expect([date, await on(date)]).toEqual([date, 20]);
    for (const date of plain) expect([date, await on(date)]).toEqual([date, 10]);
    expect(await on(doubled[0] ?? '', 'bob')).toBe(10);
  });

  it('follows a change of the birthday, and its absence', async () => {
    await eco.campaign('cake', {
      when: { birthday: { daysBefore: 0, daysAfter: 0 } },
      percent: 200,
    });
    await eco.enrol('ada');
    expect(await on('2027-03-05')).toBe(10);
    await eco.done('updateMember', 'ada', { birthday: '03-05' });
    expect(await on('2027-03-05')).toBe(20);
    await eco.done('updateMember', 'ada', { birthday: null });
    expect(await on('2027-03-05')).toBe(10);
  });
});

describe('a campaign of dates', () => {
  it('includes both ends, by the program’s local days, also for check-ins and late facts', async () => {
    await eco.earning('buy', fixed('buy', 10));
    await eco.campaign('fair', {
      when: { firstDate: '2027-03-27', lastDate: '2027-03-28' },
      percent: 300,
    });
    await eco.enrol('ada');
    const pays = async (occurredAt: string) => {
      eco.clock.set(new Date(new Date(occurredAt).getTime() + DAY).toISOString());
      return (await eco.act('ada', 'buy', { occurredAt }))[0];
    };
    expect(await pays('2027-03-26T22:59:59.999Z')).toBe(10);
    expect(await pays('2027-03-26T23:00:00Z')).toBe(30);
    expect(await pays('2027-03-28T21:59:59.999Z')).toBe(30); // Summer time has begun.
    expect(await pays('2027-03-28T22:00:00Z')).toBe(10);
    eco.clock.set('2027-03-28T10:00:00Z');
    const { awards } = await eco.done('checkIn', 'ada');
    expect(awards[0]).toMatchObject({ points: 30, multipliers: [{ key: 'fair', percent: 300 }] });
  });
});

describe('a newcomer pack', () => {
  it('is paid on enrolment, once, with its own life', async () => {
    const pack = { trigger: { on: 'ENROLMENT' }, title: 'Welcome', points: { fixed: 88 } };
    await eco.earning('pack', { ...pack, expiry: { days: 6, until: 'END_OF_DAY' } });
    const { awards, member } = await eco.enrol('ada');
    expect(awards).toHaveLength(1);
    expect(awards[0]).toMatchObject({
      points: 88,
      reason: 'ENROLMENT',
      ruleVersion: 'earning:pack@1',
    });
    expect(awards[0].explanation).toBe('Welcome. (earning:pack@1)');
    expect(member.points.expiring).toEqual([{ at: '2027-02-26T23:00:00.000Z', points: 88 }]);
    expect((await eco.enrol('ada')).code).toBe('MEMBER_ALREADY_ENROLLED');
    expect((await eco.points('ada')).lifetimeEarned).toBe(88);
  });

  it('is for an audience, and a rule may be for the new alone', async () => {
    const pack = { trigger: { on: 'ENROLMENT' }, points: { fixed: 5 } };
    await eco.earning('pack', { ...pack, audience: { tags: ['app'] } });
    const first = { fact: 'memberDays', is: 'LT', number: 2 };
    await eco.earning('buy', fixed('buy', 10, { condition: first }));
    expect((await eco.enrol('ada', { tags: ['app', 'x'] })).awards).toHaveLength(1);
    expect((await eco.enrol('bob')).awards).toEqual([]);
    expect(await eco.act('bob', 'buy')).toEqual([10]);
    eco.clock.advance(2 * DAY);
    expect(await eco.act('bob', 'buy')).toEqual([]);
  });
});

describe('milestones of check-ins (S16, S19)', () => {
  const plan = {
    ladder: [10],
    milestones: [
      { cycle: 'WEEK', days: 2, points: 30 },
      { cycle: 'MONTH', days: 3, points: 10 },
      { cycle: 'EVER', days: 4, points: 500 },
    ],
  };
  const checkIn = async (occurredAt?: string) => {
    const { awards } = await eco.done('checkIn', 'ada', { occurredAt });
    return awards.map(
      ({ points, reason }: { points: number; reason: string }) => `${reason} ${points}`,
    );
  };
  const day = (date: string) => {
    eco.clock.set(`${date}T11:00:00Z`);
    return checkIn();
  };

  // 2027-03-01 is a Monday.
  it.each([
    [
      'ADD',
      ['CHECK_IN 10', 'MILESTONE 30'],
      ['CHECK_IN 10', 'MILESTONE 10'],
      ['CHECK_IN 10', 'MILESTONE 500'],
    ],
    ['MAX', ['MILESTONE 30'], ['CHECK_IN 10'], ['MILESTONE 500']],
    ['REPLACE', ['MILESTONE 30'], ['MILESTONE 10'], ['MILESTONE 500']],
  ])('combine with the day by %s', async (combination, second, third, fourth) => {
    await eco.plan({ ...plan, combination });
    await eco.enrol('ada');
    expect(await day('2027-03-02')).toEqual(['CHECK_IN 10']);
    expect(await day('2027-03-04')).toEqual(second);
    expect(await day('2027-03-06')).toEqual(third);
    expect(await day('2027-03-10')).toEqual(fourth);
  });

  it('begin anew with each cycle, and are paid once in it, also by a late check-in', async () => {
    await eco.plan(plan);
    await eco.enrol('ada');
    await day('2027-03-05');
    expect(await day('2027-03-08')).toEqual(['CHECK_IN 10']); // Another week.
    // Sunday arrives late: the second of its week, and the third of the month.
    const late = ['CHECK_IN 10', 'MILESTONE 30', 'MILESTONE 10'];
    expect(await checkIn('2027-03-07T11:00:00Z')).toEqual(late);
    expect(await checkIn('2027-03-06T11:00:00Z')).toEqual(['CHECK_IN 10', 'MILESTONE 500']);
    expect(await checkIn('2027-03-06T12:00:00Z')).toEqual([]);
    expect(await day('2027-03-10')).toEqual(['CHECK_IN 10', 'MILESTONE 30']);
    expect(await day('2027-04-01')).toEqual(['CHECK_IN 10']);
    const lines = await eco.ledger('ada');
    const week = lines.filter(({ explanation }) => explanation.startsWith('2 check-ins'));
    expect(week.map(({ explanation }) => explanation)).toEqual([
      '2 check-ins in the week from 2027-03-01. (plan:default@2)',
      '2 check-ins in the week from 2027-03-08. (plan:default@2)',
    ]);
    expect(week[0].zh).toBe('自 2027-03-01 起的一周内签到 2 天。（plan:default@2）');
  });

  it('a ladder loops or holds after its last day', async () => {
    for (const [ladderEnd, expected] of [
      ['LOOP', [1, 2, 1, 2, 1]],
      ['HOLD', [1, 2, 2, 2, 2]],
    ] as const) {
      eco = await economies.open();
      await eco.plan({ ladder: [1, 2], ladderEnd });
      await eco.enrol('ada');
      const paid = [];
      for (const date of ['01', '02', '03', '04', '05'])
        paid.push((await day(`2027-03-${date}`))[0]);
      expect(paid).toEqual(expected.map((points) => `CHECK_IN ${points}`));
    }
  });
});
