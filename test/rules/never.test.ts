/** Rules that can never apply, and what may be a mistake. */
import { describe, expect, it } from 'vitest';
import type { OtherRules } from '../../src/rules/publish-checks.ts';
import {
  buying,
  checkingIn,
  enrolling,
  june,
  levels,
  other,
  problems,
  purchase,
  table,
  warnings,
} from './publishing.ts';

const never = 'this can never be true, so the rule would never apply';
const compare = (fact: string, is: string, number: number) => ({ fact, is, number });
const perUnit = (rounding: string) => ({
  trigger: buying,
  points: { perUnit: { points: 2, unit: 1_000, rounding } },
});
const pack = { trigger: enrolling, points: { fixed: 10 } };
const days = (first: string, last: string | null): Partial<OtherRules> => ({
  days: { first, last },
});

describe('a rule that can never apply', () => {
  it.each([
    [
      { ...purchase, lastDate: '2026-05-31' },
      days('2026-06-01', null),
      ['lastDate: 2026-05-31 is over when the rule starts, on 2026-06-01'],
    ],
    [
      { ...purchase, firstDate: '2026-06-16' },
      days('2026-05-10', '2026-06-15'),
      ['firstDate: 2026-06-16 is after the rule ends, on 2026-06-15'],
    ],
    [{ ...purchase, firstDate: '2026-06-15' }, days('2026-05-10', '2026-06-15'), []],
    [{ ...pack, condition: compare('memberDays', 'GTE', 1) }, {}, [`condition: ${never}`]],
    [{ ...pack, condition: compare('memberDays', 'LT', 1) }, {}, []],
    [
      { ...pack, audience: { memberSinceBefore: '2026-05-10' } },
      {},
      [
        'audience.memberSinceBefore: ' +
          'nobody who enrols from 2026-05-10 on enrolled before 2026-05-10',
      ],
    ],
    [{ ...pack, audience: { memberSinceBefore: '2026-05-11' } }, {}, []],
    [
      { ...pack, lastDate: '2026-06-30', audience: { memberSinceFrom: '2026-07-01' } },
      {},
      [
        'audience.memberSinceFrom: ' +
          'nobody who enrols until 2026-06-30 enrolled from 2026-07-01 on',
      ],
    ],
    [
      { ...pack, audience: { tiers: ['silver'] } },
      {},
      ['audience.tiers: who enrols is bronze: nobody has another tier then'],
    ],
    [{ ...pack, audience: { tiers: ['silver', 'bronze'] } }, {}, []],
    [
      {
        ...{ trigger: checkingIn, points: { fixed: 1 } },
        condition: { all: [compare('streakDay', 'GTE', 10), compare('totalDays', 'LTE', 5)] },
      },
      {},
      [`condition: ${never}`],
    ],
    [
      {
        ...{ ...purchase, firstDate: '2026-06-01', lastDate: '2026-06-05' },
        condition: { fact: 'weekday', oneOf: [6, 7] },
      },
      {},
      [
        'condition: this is never true from 2026-06-01 to 2026-06-05, ' +
          'so the rule would never apply',
      ],
    ],
    [
      {
        ...{ ...purchase, firstDate: '2026-06-01', lastDate: '2026-06-06' },
        condition: { fact: 'weekday', oneOf: [6, 7] },
      },
      {},
      [],
    ],
    [
      { ...purchase, condition: compare('dayOfMonth', 'EQ', 31) },
      days('2026-06-01', '2026-06-30'),
      [
        'condition: this is never true from 2026-06-01 to 2026-06-30, ' +
          'so the rule would never apply',
      ],
    ],
    [
      { ...perUnit('DOWN'), condition: compare('value', 'LT', 500) },
      {},
      ['condition: every value that fulfils it pays 0 points: a point takes 500'],
    ],
    [{ ...perUnit('DOWN'), condition: compare('value', 'LTE', 500) }, {}, []],
    [
      { ...perUnit('NEAREST'), condition: compare('value', 'LT', 250) },
      {},
      ['condition: every value that fulfils it pays 0 points: a point takes 250'],
    ],
    [{ ...perUnit('UP'), condition: compare('value', 'LT', 2) }, {}, []],
    [
      { ...perUnit('UP'), condition: { not: compare('value', 'GTE', 0) } },
      {},
      ['condition: every value that fulfils it pays 0 points: a point takes 1'],
    ],
    [{ ...purchase, condition: { not: compare('value', 'GTE', 0) } }, {}, []],
    [
      { ...table([0, 100, 0], [100, null, 5]), condition: compare('value', 'LT', 100) },
      {},
      ['condition: every value that fulfils it pays 0 points'],
    ],
  ] as [unknown, Partial<OtherRules>, string[]][])('%j %j: %j', (json, beside, expected) => {
    expect(problems('EARNING', json, beside)).toEqual(expected);
  });

  it('because another of its group always comes first', () => {
    const grouped = { ...purchase, exclusiveGroup: 'best' };
    const shadowed = (mine: object, theirs: object, more: object = {}) =>
      problems(
        'EARNING',
        { ...grouped, ...mine },
        {
          earning: [other('EARNING', 'first', { ...grouped, ...theirs }, more)],
        },
      );
    const always = (priority: number) => [
      `exclusiveGroup: earning rule first (priority ${priority}) of this group always ` +
        'applies first, so this rule would never pay: give it a higher priority',
    ];
    const gold = { audience: { tiers: ['silver'] } };
    expect(shadowed({}, {})).toEqual(always(0));
    expect(shadowed({}, {}, { isOlder: false })).toEqual([]);
    expect(shadowed({}, { priority: 5 }, { isOlder: false })).toEqual(always(5));
    expect(shadowed({ priority: 1 }, {})).toEqual([]);
    expect(shadowed({}, { exclusiveGroup: 'other' })).toEqual([]);
    expect(shadowed({}, { condition: compare('value', 'GT', 5) })).toEqual([]);
    expect(shadowed({}, gold)).toEqual([]);
    expect(shadowed(gold, gold)).toEqual(always(0));
    expect(shadowed(gold, {})).toEqual(always(0));
    expect(shadowed({}, { lastDate: '2026-12-31' })).toEqual([]);
    expect(shadowed({ lastDate: '2026-12-31' }, { lastDate: '2026-12-31' })).toEqual(always(0));
    expect(shadowed({}, {}, { endsAt: Date.parse('2027-01-01') })).toEqual([]);
    expect(shadowed({}, { trigger: checkingIn })).toEqual([]);
  });
});

describe('warnings', () => {
  const beside = { earning: [other('EARNING', 'shop', purchase)], campaigns: [] };

  it.each([
    ['EARNING', purchase, {}, []],
    [
      'EARNING',
      { ...purchase, caps: [{ period: 'DAY', points: 50 }] },
      {},
      ['caps.0.points: one award of 100 is more than 50 a day: it is always cut'],
    ],
    [
      'EARNING',
      table([0, 10, 5], [10, null, 3]),
      {},
      ['points.table.1.points: 3 is less than the 5 of the row before: larger values pay less'],
    ],
    [
      'EARNING',
      { ...purchase, firstDate: '2026-05-10' },
      {},
      ['firstDate: facts before 2026-05-10 10:00 are not judged by it: it starts then'],
    ],
    ['EARNING', { ...purchase, firstDate: '2026-05-10' }, { hasBefore: true }, []],
    ['EARNING', { ...purchase, firstDate: '2026-05-10' }, { startsMidway: false }, []],
    ['EARNING', { ...purchase, firstDate: '2026-05-11' }, {}, []],
    [
      'EARNING',
      { ...purchase, budget: 1_000 },
      { spent: 1_200 },
      ['budget: 1,200 are paid out already, over all versions: nothing is left'],
    ],
    [
      'EARNING',
      { ...purchase, audience: { tags: ['vip'] } },
      { strangeTags: ['vip'] },
      ['audience.tags: no member has the tag vip yet'],
    ],
    ['CAMPAIGN', { ...june, triggers: [buying, checkingIn] }, {}, []],
    [
      'CAMPAIGN',
      { ...june, triggers: [{ on: 'ACTIVITY', type: 'purchases' }, enrolling] },
      {},
      [
        'triggers.0: no earning rule pays for purchases: there is nothing to multiply',
        'triggers.1: no earning rule pays for ENROLMENT: there is nothing to multiply',
      ],
    ],
    [
      'CAMPAIGN',
      june,
      {},
      [
        'triggers: without triggers it multiplies everything: check-ins, their milestones, ' +
          'and what newcomers get, too',
      ],
    ],
    [
      'CHECK_IN_PLAN',
      { ladder: [5, 10, 1] },
      {},
      ['ladder.2: day 3 pays 1, less than the 10 of the day before'],
    ],
  ] as const)('%s %j %j: %j', (kind, json, situation, expected) => {
    const others = kind === 'EARNING' ? {} : beside;
    expect(warnings(kind, json, others, situation)).toEqual(expected);
  });

  it('of a tier that earns less than the one below it', () => {
    const falling = levels(['bronze', 0], ['gold', 9]);
    falling.levels = falling.levels.map((level, index) => ({
      ...{ percent: index === 0 ? 150 : 120 },
      ...level,
    }));
    expect(warnings('TIERS', falling)).toEqual([
      'levels.1.percent: gold earns 120%, less than the 150% of bronze below it',
    ]);
  });

  it('of types that nobody has recorded', () => {
    const strangeTypes = ['purchase'];
    const message = 'no activity of the type purchase was recorded in the program yet';
    expect(warnings('EARNING', purchase, {}, { strangeTypes })).toEqual([`trigger: ${message}`]);
    const campaign = { ...june, triggers: [{ on: 'CHECK_IN' }, purchase.trigger] };
    expect(warnings('CAMPAIGN', campaign, beside, { strangeTypes })).toEqual([
      `triggers.1: ${message}`,
    ]);
    expect(warnings('EARNING', purchase, {}, { strangeTypes: ['walk'] })).toEqual([]);
  });

  it('of many who keep a version, without counting all', () => {
    const json = { title: 'Share', trigger: purchase.trigger, target: { count: 1 }, points: 1 };
    const keepers = [{ version: 2, members: 10_000 }];
    expect(warnings('TASK', json, {}, { keepers })).toEqual([
      'period: 10,000 or more members keep version 2 for the period they have begun',
    ]);
  });

  it('of rules that add up, unless they are of one group', () => {
    expect(warnings('EARNING', purchase, beside)).toEqual([
      'trigger: shop pays for purchase, too: what they pay adds up (in one exclusiveGroup, one pays alone)',
    ]);
    const grouped = { ...purchase, exclusiveGroup: 'best' };
    const others = { earning: [other('EARNING', 'shop', grouped)] };
    expect(warnings('EARNING', grouped, others)).toEqual([]);
    expect(warnings('EARNING', { ...grouped, priority: 1 }, others)).toEqual([
      'exclusiveGroup: shop of this group pays nothing while this rule is in force',
    ]);
  });
});
