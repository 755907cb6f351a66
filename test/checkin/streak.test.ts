import { describe, expect, it } from 'vitest';
import { emptyStreak, placeOf, streakOf, viewStreak } from '../../src/checkin/streak.ts';
import { localDateOf } from '../../src/platform/calendar.ts';

const ROME = 'Europe/Rome';

describe('streakOf (S10)', () => {
  it.each([
    // dates                                               zone   current longest total  case
    [[], ROME, 0, 0, 0, 'nothing'],
    [['2026-03-01'], ROME, 1, 1, 1, 'one day'],
    [['2026-03-01', '2026-03-02', '2026-03-03'], ROME, 3, 3, 3, 'three in a row'],
    [['2026-03-01', '2026-03-03'], ROME, 1, 1, 2, 'a day missed'],
    [
      ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-05', '2026-03-06'],
      ...[ROME, 2, 3, 5, 'the longest run stays'],
    ],
    [['2026-02-28', '2026-03-01'], ROME, 2, 2, 2, 'February of a common year'],
    [['2028-02-28', '2028-03-01'], ROME, 1, 1, 2, '29 February missed'],
    [['2028-02-28', '2028-02-29', '2028-03-01'], ROME, 3, 3, 3, '29 February'],
    [['2026-12-31', '2027-01-01'], ROME, 2, 2, 2, 'over the year’s end'],
    [['2026-03-28', '2026-03-29', '2026-03-30'], ROME, 3, 3, 3, 'over the day of 23 h'],
    [['2026-10-24', '2026-10-25', '2026-10-26'], ROME, 3, 3, 3, 'over the day of 25 h'],
    [['2026-10-24', '2026-10-26'], ROME, 1, 1, 2, 'the day of 25 h missed'],
    [['2026-03-07', '2026-03-08', '2026-03-09'], 'America/New_York', 3, 3, 3, 'New York'],
    [['2026-04-04', '2026-04-05', '2026-04-06'], 'Australia/Lord_Howe', 3, 3, 3, '24.5 h'],
    [['2011-12-29', '2011-12-31'], 'Pacific/Apia', 2, 2, 2, 'a date that never existed (S3)'],
    [['2011-12-29', '2011-12-31'], 'Pacific/Tongatapu', 1, 1, 2, 'the same dates elsewhere'],
    [['2011-12-28', '2011-12-31'], 'Pacific/Apia', 1, 1, 2, 'the 29th missed in Apia'],
    [['1993-08-20', '1993-08-22'], 'Pacific/Kwajalein', 2, 2, 2, 'Kwajalein left out the 21st'],
  ] as [string[], string, number, number, number, string][])(
    '%j in %s: %i now, %i at best, %i in all − %s',
    (dates, zone, current, longest, totalDays) => {
      const lastDate = dates.at(-1) ?? null;
      expect(streakOf(dates, zone)).toEqual({ current, longest, totalDays, lastDate });
    },
  );

  it('of nothing is the empty streak', () => {
    expect(streakOf([], ROME)).toEqual(emptyStreak);
  });
});

describe('placeOf: a late date among those known', () => {
  it.each([
    // known days of March           late  day  following         case
    [['01', '02', '04', '05'], '03', 3, ['04', '05'], 'joins two runs'],
    [['02', '03', '05'], '01', 1, ['02', '03'], 'comes before a run'],
    [['01', '02'], '04', 1, [], 'stands alone behind the others'],
    [['01', '02'], '03', 3, [], 'lengthens the last run'],
    [['05', '06'], '03', 1, [], 'stands alone before the others'],
    [['01', '02', '03', '07'], '04', 4, [], 'lengthens a run in the middle'],
    [['01', '03', '05'], '02', 2, ['03'], 'reaches the next gap, not beyond it'],
    [[], '01', 1, [], 'the first of all'],
  ] as [string[], string, number, string[], string][])(
    '%j + %s is day %i, followed by %j − %s',
    (known, late, streakDay, following) => {
      const march = (day: string) => `2026-03-${day}`;
      expect(placeOf(known.map(march), march(late), ROME)).toEqual({
        streakDay,
        following: following.map(march),
      });
    },
  );

  it('steps over the date that Apia left out, in both directions', () => {
    const zone = 'Pacific/Apia';
    expect(placeOf(['2011-12-31', '2012-01-01'], '2011-12-29', zone)).toEqual({
      streakDay: 1,
      following: ['2011-12-31', '2012-01-01'],
    });
    expect(placeOf(['2011-12-28', '2011-12-29'], '2011-12-31', zone).streakDay).toBe(3);
  });
});

describe('viewStreak (S11)', () => {
  const day5 = { current: 5, lastDate: '2026-03-28' };

  it.each([
    // today        current state      today? expiresAt                    case
    ['2026-03-28', 5, 'ACTIVE', true, '2026-03-29T22:00:00.000Z', 'checked in: safe all tomorrow'],
    ['2026-03-29', 5, 'AT_RISK', false, '2026-03-29T22:00:00.000Z', 'before today’s check-in'],
    ['2026-03-30', 0, 'BROKEN', false, null, 'a day missed'],
    ['2026-04-30', 0, 'BROKEN', false, null, 'long ago'],
  ] as [string, number, string, boolean, string | null, string][])(
    'on %s: %i %s, today %s, until %s − %s',
    (today, current, state, checkedInToday, expiresAt) => {
      const view = viewStreak(day5, today, ROME, 0);
      const at = expiresAt === null ? null : new Date(expiresAt);
      expect(view).toEqual({ current, state, checkedInToday, expiresAt: at });
    },
  );

  it('is NONE for a member who never checked in', () => {
    expect(viewStreak({ current: 0, lastDate: null }, '2026-03-28', ROME, 0)).toEqual({
      current: 0,
      state: 'NONE',
      checkedInToday: false,
      expiresAt: null,
    });
  });

  it.each([
    // zone                 day start  last date     expiresAt                   case
    [ROME, 240, '2026-03-28', '2026-03-30T02:00:00.000Z', 'days that start at 04:00'],
    [ROME, 150, '2026-03-27', '2026-03-29T01:30:00.000Z', 'a day start in the skipped hour'],
    [ROME, 150, '2026-10-23', '2026-10-25T00:30:00.000Z', 'a day start in the repeated hour'],
    ['America/New_York', 0, '2026-10-31', '2026-11-02T05:00:00.000Z', 'behind a day of 25 h'],
    ['Australia/Lord_Howe', 0, '2026-04-04', '2026-04-05T13:30:00.000Z', 'behind 24.5 h'],
    ['Asia/Kathmandu', 0, '2026-06-01', '2026-06-02T18:15:00.000Z', 'an odd offset'],
    ['Pacific/Apia', 0, '2011-12-28', '2011-12-30T10:00:00.000Z', 'the 29th is the day at risk'],
    ['Pacific/Apia', 0, '2011-12-29', '2011-12-31T10:00:00.000Z', 'the 30th never was: the 31st'],
  ])('in %s, day start %i, last date %s it breaks at %s − %s', (zone, start, last, expected) => {
    const { expiresAt } = viewStreak({ current: 1, lastDate: last }, last, zone, start);
    expect(expiresAt?.toISOString()).toBe(expected);
  });

  it.each([
    [ROME, 0, '2026-03-28'],
    [ROME, 240, '2026-10-24'],
    ['Australia/Lord_Howe', 120, '2026-04-04'],
    ['America/New_York', 150, '2026-03-07'],
    ['Pacific/Apia', 0, '2011-12-28'],
    ['Pacific/Apia', 1439, '2011-12-29'],
  ])('in %s, day start %i: at risk just before expiresAt, broken exactly at it (S7)', (...row) => {
    const [zone, start, lastDate] = row;
    const streak = { current: 3, lastDate };
    const end = viewStreak(streak, lastDate, zone, start).expiresAt?.getTime() ?? Number.NaN;
    const stateAt = (ms: number) =>
      viewStreak(streak, localDateOf(new Date(ms), zone, start), zone, start).state;
    expect([stateAt(end - 1), stateAt(end)]).toEqual(['AT_RISK', 'BROKEN']);
  });
});
