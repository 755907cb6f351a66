import { describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { monthOf } from '../../src/platform/calendar.ts';
import type { Tiers } from '../../src/rules/definition.ts';
import {
  basisAt,
  evaluate,
  type MonthSums,
  nextEvaluation,
  tierStatus,
} from '../../src/tiers/evaluation.ts';
import { tiersOf } from './tiers.ts';

const [SILVER, GOLD, PLATINUM] = [1, 2, 3];

const sumsOf = (months: Record<string, number>): MonthSums => new Map(Object.entries(months));

describe('monthOf', () => {
  it('is the month of a local date', () => {
    expect(monthOf('2026-03-31')).toBe('2026-03');
  });
});

describe('basisAt', () => {
  const sums = sumsOf({
    '2025-03': 1,
    '2025-04': 10,
    '2025-12': 100,
    '2026-01': 1_000,
    '2026-03': -200,
    '2026-04': 100_000,
  });

  it.each([
    ['LIFETIME', '2026-03', 777],
    ['LIFETIME', '1999-01', 777],
    ['ROLLING_12_MONTHS', '2026-02', 1_111], // 2025-03 to 2026-02
    ['ROLLING_12_MONTHS', '2026-03', 910], // 2025-04 to 2026-03, less what was reversed
    ['ROLLING_12_MONTHS', '2025-12', 111],
    ['ROLLING_12_MONTHS', '2027-03', 100_000],
    ['ROLLING_12_MONTHS', '2027-04', 0],
    ['CALENDAR_YEAR', '2025-12', 111],
    ['CALENDAR_YEAR', '2025-01', 111],
    ['CALENDAR_YEAR', '2026-01', 100_800],
    ['CALENDAR_YEAR', '2027-01', 0],
  ] as const)('%s as of %s: %i', (basis, month, expected) => {
    expect(basisAt({ basis }, sums, 777, month)).toBe(expected);
  });

  it('is exact up to 2^53 − 1, and says so beyond', () => {
    const most = sumsOf({ '2026-01': limits.pointsMax - 1, '2026-02': 1 });
    expect(basisAt({ basis: 'CALENDAR_YEAR' }, most, 0, '2026-02')).toBe(limits.pointsMax);
    const more = sumsOf({ '2026-01': limits.pointsMax, '2026-02': 1 });
    expect(() => basisAt({ basis: 'CALENDAR_YEAR' }, more, 0, '2026-02')).toThrow(/2\^53/);
  });
});

describe('nextEvaluation: the first whose date is after today', () => {
  it.each([
    // evaluation grace today       closes     date         case
    ['MONTHLY', 0, '2026-01-01', '2026-01', '2026-02-01', 'the first day: today’s is over'],
    ['MONTHLY', 0, '2026-01-31', '2026-01', '2026-02-01', 'the last day'],
    ['MONTHLY', 0, '2026-12-31', '2026-12', '2027-01-01', 'over the new year'],
    ['MONTHLY', 0, '2028-02-29', '2028-02', '2028-03-01', '29 February'],
    ['MONTHLY', 5, '2026-02-05', '2026-01', '2026-02-06', 'the last day of grace'],
    ['MONTHLY', 5, '2026-02-06', '2026-02', '2026-03-06', 'the day of the evaluation'],
    ['MONTHLY', 45, '2026-03-10', '2026-01', '2026-03-18', 'grace longer than the period'],
    ['YEARLY', 0, '2026-01-01', '2026-12', '2027-01-01', 'a year from the first day'],
    ['YEARLY', 0, '2026-12-31', '2026-12', '2027-01-01', 'the last day of the year'],
    ['YEARLY', 31, '2027-01-31', '2026-12', '2027-02-01', 'January in grace'],
    ['YEARLY', 31, '2027-02-01', '2027-12', '2028-02-01', 'January’s grace is over'],
    ['YEARLY', 366, '2028-01-01', '2026-12', '2028-01-02', 'grace longer than a year'],
  ] as ['MONTHLY' | 'YEARLY', number, string, string, string, string][])(
    '%s, grace %i, on %s closes %s on %s − %s',
    (evaluation, graceDays, today, closes, date) => {
      const tiers = { basis: 'ROLLING_12_MONTHS', evaluation, graceDays } as const;
      expect(nextEvaluation(tiers, today)).toEqual({ closes, date });
    },
  );

  it('a calendar year is closed once a year, whatever the evaluation says', () => {
    const tiers = { basis: 'CALENDAR_YEAR', evaluation: 'MONTHLY', graceDays: 0 } as const;
    expect(nextEvaluation(tiers, '2026-03-15')).toEqual({ closes: '2026-12', date: '2027-01-01' });
  });

  it('lifetime points are judged by the schedule too', () => {
    const tiers = { basis: 'LIFETIME', evaluation: 'MONTHLY', graceDays: 0 } as const;
    expect(nextEvaluation(tiers, '2026-03-15')).toEqual({ closes: '2026-03', date: '2026-04-01' });
  });
});

describe('evaluate', () => {
  it.each([
    // downgrade      level  points after case
    ['NEVER', GOLD, 0, GOLD, 'never lowers'],
    ['NEVER', SILVER, 10_000, PLATINUM, 'raises all the same'],
    ['ONE_DOWN', PLATINUM, 0, GOLD, 'one level, however far'],
    ['ONE_DOWN', GOLD, 1_000, SILVER, 'one level is right'],
    ['ONE_DOWN', GOLD, 4_999, SILVER, 'one point short'],
    ['ONE_DOWN', GOLD, 5_000, GOLD, 'exactly the threshold stays'],
    ['ONE_DOWN', 0, -10, 0, 'not below the first'],
    ['BALANCE_BASED', PLATINUM, 0, 0, 'all the way'],
    ['BALANCE_BASED', PLATINUM, 1_000, SILVER, 'to what is reached'],
    ['BALANCE_BASED', PLATINUM, 9_999, GOLD, 'one point short'],
    ['BALANCE_BASED', PLATINUM, 10_000, PLATINUM, 'exactly the threshold stays'],
    ['BALANCE_BASED', SILVER, 5_000, GOLD, 'raises, if a definition changed'],
  ] as [Tiers['downgrade'], number, number, number, string][])(
    '%s from level %i with %i: level %i − %s',
    (downgrade, level, points, after) => {
      const sums = sumsOf({ '2026-07': points });
      expect(evaluate(tiersOf({ downgrade }), level, sums, 99_999, '2026-12')).toBe(after);
    },
  );

  it('lifetime points are what they are at the evaluation', () => {
    const tiers = tiersOf({ basis: 'LIFETIME', graceDays: 20 });
    expect(evaluate(tiers, GOLD, new Map(), 5_000, '2026-12')).toBe(GOLD);
    // A reversal took from them, and was left to the evaluation.
    expect(evaluate(tiers, GOLD, new Map(), 4_999, '2026-12')).toBe(SILVER);
  });

  it('the twelve months are those that end with the month closed', () => {
    const tiers = tiersOf({ basis: 'ROLLING_12_MONTHS', evaluation: 'MONTHLY' });
    const sums = sumsOf({ '2025-07': 5_000 });
    expect(evaluate(tiers, GOLD, sums, 0, '2026-06')).toBe(GOLD);
    expect(evaluate(tiers, GOLD, sums, 0, '2026-07')).toBe(0);
  });
});

describe('grace', () => {
  const tiers = tiersOf({ graceDays: 45 });

  it('gives no points to the period that closed', () => {
    const sums = sumsOf({ '2026-06': 4_000, '2027-01': 1_000 });
    expect(evaluate(tiers, GOLD, sums, 0, '2026-12')).toBe(SILVER);
  });

  it('keeps a level that the running period has reached: it would be given back at once', () => {
    const sums = sumsOf({ '2026-06': 1_000, '2027-01': 10_000 });
    expect(evaluate(tiers, PLATINUM, sums, 0, '2026-12')).toBe(PLATINUM);
    expect(
      evaluate(tiersOf({ graceDays: 45, downgrade: 'ONE_DOWN' }), PLATINUM, sums, 0, '2026-12'),
    ).toBe(PLATINUM);
  });

  it('keeps what any month since then has reached', () => {
    const rolling = tiersOf({ basis: 'ROLLING_12_MONTHS', evaluation: 'MONTHLY', graceDays: 45 });
    // As of February: 1,000. As of March: 5,000. As of April, when it is held: 4,000 again.
    const sums = sumsOf({ '2025-04': 1_000, '2026-03': 4_000 });
    expect(nextEvaluation(rolling, '2026-04-13').closes).toBe('2026-02');
    expect(evaluate(rolling, GOLD, sums, 0, '2026-02')).toBe(GOLD);
    expect(evaluate(rolling, GOLD, sums, 0, '2026-03')).toBe(GOLD);
    expect(evaluate(rolling, GOLD, sums, 0, '2026-04')).toBe(SILVER);
  });
});

describe('tierStatus', () => {
  it('in the open period: what the year has, what it will come to, what is missing', () => {
    const sums = sumsOf({ '2026-02': 2_500, '2025-12': 9_000 });
    expect(tierStatus(tiersOf(), GOLD, sums, 11_500, '2026-05-04')).toEqual({
      basis: 2_500,
      pointsToNext: 7_500,
      evaluatesOn: '2027-01-01',
      closes: '2026-12',
      projectedLevel: SILVER,
      pointsToStay: 2_500,
    });
  });

  it('rolling: months that will have left by then are not counted on', () => {
    const tiers = tiersOf({ basis: 'ROLLING_12_MONTHS' });
    const sums = sumsOf({ '2025-09': 8_000, '2026-03': 3_000 });
    expect(tierStatus(tiers, PLATINUM, sums, 11_000, '2026-05-04')).toEqual({
      basis: 11_000,
      pointsToNext: null,
      evaluatesOn: '2027-01-01',
      closes: '2026-12',
      projectedLevel: SILVER,
      pointsToStay: 7_000,
    });
  });

  it('in grace: what the running year still has to reach', () => {
    const sums = sumsOf({ '2026-06': 4_900, '2027-01': 300 });
    expect(tierStatus(tiersOf({ graceDays: 45 }), GOLD, sums, 5_200, '2027-01-20')).toEqual({
      basis: 300,
      pointsToNext: 9_700,
      evaluatesOn: '2027-02-15',
      closes: '2026-12',
      projectedLevel: SILVER,
      pointsToStay: 4_700,
    });
  });

  it.each([
    ['NEVER', GOLD, 0, 'nothing is ever taken'],
    ['BALANCE_BASED', 0, -50, 'the first level is everybody’s'],
    ['BALANCE_BASED', GOLD, 5_000, 'just enough'],
    ['ONE_DOWN', SILVER, 20_000, 'more than enough'],
  ] as [Tiers['downgrade'], number, number, string][])(
    '%s on level %i with %i: nothing to do to stay − %s',
    (downgrade, level, points) => {
      const sums = sumsOf({ '2026-02': points });
      const status = tierStatus(tiersOf({ downgrade }), level, sums, 0, '2026-05-04');
      expect(status.pointsToStay).toBe(0);
      expect(status.projectedLevel).toBeGreaterThanOrEqual(level);
    },
  );

  it('lifetime: a reversal left to the evaluation can be made up until then', () => {
    const tiers = tiersOf({ basis: 'LIFETIME', graceDays: 10 });
    const status = tierStatus(tiers, GOLD, new Map(), 4_600, '2027-01-05');
    expect(status).toMatchObject({ basis: 4_600, projectedLevel: SILVER, pointsToStay: 400 });
  });
});
