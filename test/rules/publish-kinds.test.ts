import { describe, expect, it } from 'vitest';
import type { RuleKind } from '../../src/rules/definition.ts';
import {
  buying,
  checkingIn,
  enrolling,
  june,
  levels,
  other,
  over,
  problems,
  sharing,
} from './publishing.ts';

describe('publishProblems of a campaign', () => {
  const birthday = { when: { birthday: { daysBefore: 0, daysAfter: 6 } }, percent: 200 };
  const july = { ...june, when: { firstDate: '2026-07-01', lastDate: '2026-07-31' } };
  const meets = (name: string) =>
    `exclusive: campaign ${name} is exclusive, too, and meets this one: ` +
    'part their dates, their triggers, or their audiences by tiers';
  const meetsSummer = meets('summer (2026-06-01 to 2026-06-30)');

  const streaking = { fact: 'streakDay', is: 'GTE', number: 7 };

  it.each([
    [june, [], 'not exclusive'],
    [{ ...june, exclusive: true }, [meetsSummer], 'both exclusive, of all triggers'],
    [{ ...june, exclusive: true, triggers: [checkingIn, buying] }, [meetsSummer], 'one in common'],
    [{ ...june, exclusive: true, triggers: [checkingIn, sharing] }, [], 'no trigger in common'],
    [{ ...july, exclusive: true }, [], 'dates side by side'],
    [
      { ...june, exclusive: true, when: { firstDate: '2026-06-30', lastDate: '2026-07-31' } },
      [meetsSummer],
      'its first day in common',
    ],
    [
      { ...june, exclusive: true, when: { firstDate: '2026-05-20', lastDate: '2026-06-01' } },
      [meetsSummer],
      'its last day in common',
    ],
    [{ ...birthday, exclusive: true }, [meetsSummer], 'a birthday can be in June'],
    [
      { ...june, when: { firstDate: '2026-06-02', lastDate: '2026-06-01' } },
      ['when.lastDate: 2026-06-01 is before the first date, 2026-06-02'],
      'dates in the wrong order',
    ],
    [
      { ...june, when: { firstDate: '2026-04-01', lastDate: '2026-05-09' } },
      ['when.lastDate: 2026-05-09 is over: today is 2026-05-10'],
      'dates gone by',
    ],
    [
      { ...june, audience: { tiers: ['gold'] } },
      ['audience.tiers.0: there is no tier gold: there are bronze, silver'],
      'an unknown tier',
    ],
    [{ ...june, condition: over }, [], 'a fact that some facts have'],
    [
      { ...june, triggers: [buying, checkingIn, buying] },
      ['triggers.2: triggers.0 is the same'],
      'a trigger twice',
    ],
    [
      { ...june, exclusive: true, audience: { tiers: ['silver'] } },
      [meetsSummer],
      'the other is for all tiers',
    ],
    [
      { ...june, condition: { all: [over, { fact: 'streakDay', is: 'GTE', number: 7 }] } },
      [
        'condition: this can never be true of one fact of ACTIVITY, CHECK_IN, ENROLMENT, ' +
          'so the rule would never apply',
      ],
      'what no one trigger has',
    ],
    [
      {
        ...june,
        triggers: [buying, checkingIn],
        condition: { all: [{ attribute: 'a', is: 'EQ', text: 'x' }, streaking] },
      },
      [
        'condition: this can never be true of one fact of ACTIVITY, CHECK_IN, ' +
          'so the rule would never apply',
      ],
      'what neither trigger has alone',
    ],
    [{ ...june, condition: { any: [over, streaking] } }, [], 'what each of two triggers has'],
    [
      { ...june, triggers: [enrolling], audience: { tiers: ['silver'] } },
      ['audience.tiers: who enrols is bronze: nobody has another tier then'],
      'newcomers of a tier that is not the first',
    ],
    [
      { ...june, condition: { fact: 'month', is: 'EQ', number: 7 } },
      [
        'condition: this is never true from 2026-06-01 to 2026-06-30, ' +
          'so the rule would never apply',
      ],
      'a month in which it does not run',
    ],
    [{ ...june, condition: over, triggers: [checkingIn, buying] }, [], 'one of two has it'],
    [
      { ...june, condition: over, triggers: [checkingIn, enrolling] },
      ['condition: CHECK_IN and ENROLMENT facts have no VALUE: compare something else'],
      'neither has it',
    ],
    [
      { ...june, condition: { fact: 'hour', is: 'GT', number: 23 } },
      ['condition: this can never be true, so the rule would never apply'],
      'an impossible condition',
    ],
  ] as [unknown, string[], string][])('%j: %j − %s', (json, expected) => {
    expect(problems('CAMPAIGN', json)).toEqual(expected);
  });

  it('disjoint tiers part exclusive campaigns', () => {
    const rival = { ...june, exclusive: true, audience: { tiers: ['silver'] } };
    const beside = (tiers: string[]) => ({
      campaigns: [other('CAMPAIGN', 'summer', { ...rival, audience: { tiers } })],
    });
    expect(problems('CAMPAIGN', rival, beside(['bronze']))).toEqual([]);
    expect(problems('CAMPAIGN', rival, beside(['bronze', 'silver']))).toEqual([meetsSummer]);
  });

  it('a date range meets a birthday', () => {
    const campaigns = [other('CAMPAIGN', 'cake', { ...birthday, exclusive: true })];
    const json = { ...july, exclusive: true, triggers: [checkingIn] };
    expect(problems('CAMPAIGN', json, { campaigns })).toEqual([meets('cake (birthdays)')]);
  });
});

describe('publishProblems of the other kinds', () => {
  const milestones = (...rows: [number, string][]) => ({
    ladder: [10],
    milestones: rows.map(([days, cycle]) => ({ days, cycle, points: 50 })),
  });

  it.each([
    ['CHECK_IN_PLAN', milestones([7, 'WEEK'], [31, 'MONTH'], [366, 'EVER'], [7, 'EVER']), []],
    [
      'CHECK_IN_PLAN',
      milestones([20, 'MONTH'], [20, 'EVER'], [20, 'MONTH']),
      ['milestones.2.days: milestones.0 has the same days and cycle'],
    ],
    [
      'CHECK_IN_PLAN',
      milestones([8, 'WEEK'], [32, 'MONTH']),
      [
        'milestones.0.days: 8 days are never reached: a week has 7',
        'milestones.1.days: 32 days are never reached: a month has at most 31',
      ],
    ],
    ['TIERS', levels(['bronze', 0], ['silver', 1_000], ['gold', 5_000]), []],
    [
      'TIERS',
      levels(['bronze', 0], ['silver', 1_000], ['gold', 500]),
      ['levels.2.threshold: 500 is not above 1,000, the threshold of silver before it'],
    ],
    [
      'TIERS',
      levels(['bronze', 0], ['silver', 1_000], ['gold', 1_000]),
      ['levels.2.threshold: 1,000 is not above 1,000, the threshold of silver before it'],
    ],
    [
      'TIERS',
      levels(['bronze', 0], ['silver', 1_000], ['bronze', 5_000]),
      ['levels.2.key: bronze is the key of levels.0, too'],
    ],
    ['TIERS', levels(['bronze', 1]), ['levels.0.threshold: 1 must be 0: everybody has a tier']],
    [
      'CHECK_IN_PLAN',
      { ladder: [0, 0] },
      ['ladder: every day pays 0, and nothing else pays for check-ins'],
    ],
    ['CHECK_IN_PLAN', { ...milestones([7, 'EVER']), ladder: [0] }, []],
    [
      'POINTS_POLICY',
      { expiryNoticeDays: [7, 30, 7] },
      ['expiryNoticeDays.2: 7 is in the list already'],
    ],
    ['POINTS_POLICY', { adjustmentReasons: ['goodwill', 'error'] }, []],
    [
      'POINTS_POLICY',
      { adjustmentReasons: ['goodwill', 'error', 'goodwill'] },
      ['adjustmentReasons.2: goodwill is in the list already'],
    ],
    [
      'POINTS_POLICY',
      {
        caps: [
          { period: 'WEEK', points: 100 },
          { period: 'DAY', points: 101 },
        ],
      },
      ['caps.1.points: 101 a day is more than the cap of 100 a week allows'],
    ],
  ] as [RuleKind, unknown, string[]][])('%s %j: %j', (kind, json, expected) => {
    expect(problems(kind, json)).toEqual(expected);
  });
});
