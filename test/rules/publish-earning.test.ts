import { describe, expect, it } from 'vitest';
import {
  checkingIn,
  enrolling,
  ifMeant,
  over,
  problems,
  purchase,
  table,
  under,
} from './publishing.ts';

describe('publishProblems of an earning rule', () => {
  it.each([
    [purchase, [], 'fixed points'],
    [{ ...purchase, condition: over }, [], 'a condition that can be true'],
    [
      { ...purchase, condition: { all: [over, { fact: 'weekday', is: 'EQ', number: 8 }] } },
      ['condition.all.1: this can never be true, so the rule would never apply'],
      'an impossible part',
    ],
    [
      { ...purchase, condition: { all: [over, under] } },
      ['condition: this can never be true, so the rule would never apply'],
      'a contradiction',
    ],
    [
      { ...purchase, firstDate: '2026-05-20', lastDate: '2026-05-19' },
      ['lastDate: 2026-05-19 is before the first date, 2026-05-20'],
      'dates in the wrong order',
    ],
    [{ ...purchase, firstDate: '2026-05-20', lastDate: '2026-05-20' }, [], 'one day'],
    [{ ...purchase, firstDate: '2020-01-01' }, [], 'a first date long ago'],
    [{ ...purchase, lastDate: '2026-05-10' }, [], 'today is the last day'],
    [
      { ...purchase, lastDate: '2026-05-09' },
      ['lastDate: 2026-05-09 is over: today is 2026-05-10'],
      'the last day was yesterday',
    ],
    [{ ...purchase, audience: { tiers: ['silver'] } }, [], 'a tier that there is'],
    [
      { ...purchase, audience: { tiers: ['silver', 'gold'] } },
      ['audience.tiers.1: there is no tier gold: there are bronze, silver'],
      'a tier that there is not',
    ],
    [
      {
        ...purchase,
        audience: { memberSinceFrom: '2026-02-01', memberSinceBefore: '2026-02-01' },
      },
      ['audience.memberSinceFrom: nobody enrolled from 2026-02-01 on and before 2026-02-01'],
      'an empty span of enrolments',
    ],
    [
      {
        ...purchase,
        audience: { memberSinceFrom: '2026-02-01', memberSinceBefore: '2026-02-02' },
      },
      [],
      'enrolments of one day',
    ],
    [table([0, 10, 0], [10, 100, 1], [100, null, 5]), [], 'a table without a gap'],
    [
      table([5, 10, 1], [10, null, 2]),
      [`points.table.0.from: values from 0 to below 5 ${ifMeant}`],
      'a table that begins late',
    ],
    [
      table([0, 10, 1], [10, 2_000, 2]),
      [`points.table.1.below: values from 2,000 on ${ifMeant}`],
      'a table that ends',
    ],
    [
      table([0, 100, 1], [200, null, 2]),
      [`points.table.1.from: values from 100 to below 200 ${ifMeant}`],
      'a gap',
    ],
    [
      table([0, 100, 1], [50, null, 2]),
      ['points.table.1.from: values from 50 to below 100 are in the row before, too'],
      'an overlap',
    ],
    [
      table([0, null, 1], [50, null, 2]),
      ['points.table.1.from: values from 50 on are in the row before, too: it has no end'],
      'a row after the open end',
    ],
    [
      table([0, 50, 1], [100, null, 2], [50, 100, 3]),
      [
        `points.table.1.from: values from 50 to below 100 ${ifMeant}`,
        'points.table.2.from: 50 comes after 100: put the rows in order',
        `points.table.2.below: values from 100 on ${ifMeant}`,
      ],
      'rows out of order',
    ],
    [
      table([0, 50, 1], [50, 50, 2], [50, null, 3]),
      ['points.table.1.below: values from 50 to below 50 are none: the row is empty'],
      'an empty row',
    ],
    [
      table([0, 50, 1], [50, 40, 2], [60, null, 3]),
      ['points.table.1.below: values from 50 to below 40 are none: the row is empty'],
      'a row turned round',
    ],
    [
      table([0, 50, 0], [50, null, 0]),
      ['points.table: every row pays 0: the rule would pay nothing'],
      'a table of zeros',
    ],
    [
      {
        ...purchase,
        caps: [
          { period: 'MONTH', points: 1_000 },
          { period: 'DAY', points: 1_000 },
          { period: 'WEEK', points: 1_000 },
        ],
      },
      [],
      'equal caps, in any order',
    ],
    [
      {
        ...purchase,
        caps: [
          { period: 'DAY', points: 2_000 },
          { period: 'WEEK', points: 1_000 },
          { period: 'MONTH', points: 500 },
        ],
      },
      [
        'caps.0.points: 2,000 a day is more than the cap of 1,000 a week allows',
        'caps.1.points: 1,000 a week is more than the cap of 500 a month allows',
      ],
      'a shorter period allows more',
    ],
    [
      {
        ...purchase,
        caps: [
          { period: 'DAY', points: 100 },
          { period: 'DAY', points: 200 },
        ],
      },
      ['caps.1.period: there is a cap for each day already'],
      'two caps of one period',
    ],
    [
      { ...purchase, budget: 99 },
      ['budget: 99 is less than one award of 100 points'],
      'a budget below one award',
    ],
    [{ ...purchase, budget: 100 }, [], 'a budget of one award'],
    [
      {
        ...purchase,
        activation: { mode: 'AFTER_DAYS', days: 10 },
        expiry: { days: 5, until: 'END_OF_DAY' },
      },
      [
        'expiry.days: points become active after 10 days, but some would have expired by then: ' +
          'make it at least 10 days',
      ],
      'points that expire before they are active',
    ],
    [
      {
        ...purchase,
        activation: { mode: 'AFTER_DAYS', days: 10 },
        expiry: { days: 10, until: 'INSTANT' },
      },
      [
        'expiry.days: points become active after 10 days, but some would have expired by then: ' +
          'make it at least 11 days',
      ],
      'points that may expire at the instant at which they become active',
    ],
    [
      { ...purchase, activation: { mode: 'ON_CONFIRMATION' }, expiry: { until: 'END_OF_DAY' } },
      [],
      'when they are confirmed is not known',
    ],
    [
      { trigger: checkingIn, points: { perUnit: { points: 1, unit: 1, rounding: 'DOWN' } } },
      ['points.perUnit: CHECK_IN has no value to pay for: use fixed points'],
      'points by the value of a check-in',
    ],
    [
      { ...table([0, null, 1]), trigger: enrolling },
      ['points.table: ENROLMENT has no value to pay for: use fixed points'],
      'a table for enrolments',
    ],
    [
      {
        ...purchase,
        trigger: checkingIn,
        condition: {
          any: [
            over,
            { not: { fact: 'units', is: 'EQ', number: 1 } },
            { fact: 'hour', oneOf: [8] },
          ],
        },
      },
      [
        'condition.any.0: CHECK_IN facts have no VALUE: compare something else',
        'condition.any.1.not: CHECK_IN facts have no UNITS: compare something else',
      ],
      'facts that a check-in has not',
    ],
    [
      {
        ...purchase,
        trigger: enrolling,
        condition: { any: [{ attribute: 'channel', is: 'EQ', text: 'web' }] },
      },
      ['condition.any.0: ENROLMENT facts have no attribute channel: compare something else'],
      'attributes of an enrolment',
    ],
    [
      { ...purchase, condition: { fact: 'streakDay', is: 'GTE', number: 7 } },
      ['condition: ACTIVITY facts have no STREAK_DAY: compare something else'],
      'the streak of an activity',
    ],
    [
      { ...purchase, trigger: enrolling, condition: { fact: 'totalDays', is: 'GTE', number: 7 } },
      ['condition: ENROLMENT facts have no TOTAL_DAYS: compare something else'],
      'the check-ins of an enrolment',
    ],
    [
      {
        ...purchase,
        trigger: checkingIn,
        condition: {
          all: [
            { fact: 'streakDay', oneOf: [7] },
            { fact: 'totalDays', oneOf: [7] },
          ],
        },
      },
      [],
      'the streak of a check-in',
    ],
  ] as [unknown, string[], string][])('%j: %j − %s', (json, expected) => {
    expect(problems('EARNING', json)).toEqual(expected);
  });

  it('names a tier when the program has none', () => {
    const json = { ...purchase, audience: { tiers: ['silver'] } };
    const expected = 'audience.tiers.0: there is no tier silver: the program has no tiers';
    expect(problems('EARNING', json, { tiers: null })).toEqual([expected]);
  });
});
