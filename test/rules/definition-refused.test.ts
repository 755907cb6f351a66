import { describe, expect, it } from 'vitest';
import type { RuleKind } from '../../src/rules/definition.ts';
import { least, parsed } from './least.ts';

describe('what no rule could mean is refused', () => {
  const trigger = { on: 'CHECK_IN' };
  const ladder = [1];
  const level = { key: 'a', name: 'A', threshold: 0 };

  it.each([
    // kind    changed   problems
    ['EARNING', undefined, ['definition: is missing']],
    ['EARNING', null, ['definition: must be an object']],
    ['EARNING', {}, ['trigger: is missing', 'points: must be `fixed`, `perUnit` or `table`']],
    ['EARNING', { ...least.EARNING, cap: 5 }, ['cap: is not a field of it']],
    [
      'EARNING',
      { ...least.EARNING, trigger: { on: 'PURCHASE' } },
      ['trigger.on: must be ACTIVITY, CHECK_IN or ENROLMENT'],
    ],
    [
      'EARNING',
      { ...least.EARNING, trigger: {} },
      ['trigger.on: must be ACTIVITY, CHECK_IN or ENROLMENT'],
    ],
    ['EARNING', { ...least.EARNING, trigger: { on: 'ACTIVITY' } }, ['trigger.type: is missing']],
    [
      'EARNING',
      { ...least.EARNING, trigger: { ...trigger, type: 'x' } },
      ['trigger.type: leave `type` out for CHECK_IN'],
    ],
    [
      'EARNING',
      { ...least.EARNING, points: { fixed: 0 } },
      ['points.fixed: must be greater than 0'],
    ],
    [
      'EARNING',
      { ...least.EARNING, points: { fixed: 1, table: [] } },
      ['points: has both `fixed` and `table`: must be `fixed`, `perUnit` or `table`'],
    ],
    [
      'EARNING',
      { ...least.EARNING, points: { perUnit: { points: 1, unit: 0, rounding: 'HALF' } } },
      [
        'points.perUnit.unit: must be greater than 0',
        'points.perUnit.rounding: must be DOWN, UP or NEAREST',
      ],
    ],
    [
      'EARNING',
      { ...least.EARNING, points: { table: [] } },
      ['points.table: must be a list of 1 to 100'],
    ],
    [
      'EARNING',
      { ...least.EARNING, points: { table: [{ from: -1, points: 1 }] } },
      ['points.table.0.from: must not be negative'],
    ],
    [
      'EARNING',
      { ...least.EARNING, caps: [{ period: 'DAY', points: 0 }] },
      ['caps.0.points: a cap of 0 would pay nothing: leave the cap out or retire the rule'],
    ],
    [
      'EARNING',
      { ...least.EARNING, caps: [{ period: 'DAY', points: -1 }] },
      ['caps.0.points: a cap of -1 would pay nothing: leave the cap out or retire the rule'],
    ],
    [
      'EARNING',
      { ...least.EARNING, caps: [{ period: 'YEAR', points: 1 }] },
      ['caps.0.period: must be DAY, WEEK or MONTH'],
    ],
    [
      'EARNING',
      { ...least.EARNING, condition: { any: [{ fact: 'hour', is: 'EQ', number: '8' }] } },
      ['condition.any.0.number: must be a number'],
    ],
    [
      'EARNING',
      { ...least.EARNING, firstDate: '2026-02-29', lastDate: '1.3.2026' },
      [
        'firstDate: must be a date of the calendar, YYYY-MM-DD',
        'lastDate: must be a date of the calendar, YYYY-MM-DD',
      ],
    ],
    [
      'EARNING',
      { ...least.EARNING, audience: {} },
      ['audience: must say at least one thing; leave it out to mean everybody'],
    ],
    [
      'EARNING',
      { ...least.EARNING, audience: { tags: [] } },
      ['audience.tags: must be a list of 1 to 50'],
    ],
    [
      'EARNING',
      { ...least.EARNING, expiry: { until: 'INSTANT' } },
      [
        'expiry.days: must be at least 1 for INSTANT: points that expire as they are earned are none',
      ],
    ],
    [
      'EARNING',
      { ...least.EARNING, expiry: { days: 3_651, until: 'END_OF_DAY' } },
      ['expiry.days: must be a whole number from 0 to 3650'],
    ],
    [
      'EARNING',
      { ...least.EARNING, expiry: { days: 1, years: 1, until: 'END_OF_DAY' } },
      ['expiry.years: there are days already: points live for days, months or years'],
    ],
    [
      'EARNING',
      { ...least.EARNING, expiry: { months: 121, until: 'END_OF_DAY' } },
      ['expiry.months: must be a whole number from 0 to 120'],
    ],
    [
      'EARNING',
      { ...least.EARNING, expiry: { years: 11, until: 'END_OF_DAY' } },
      ['expiry.years: must be a whole number from 0 to 10'],
    ],
    [
      'EARNING',
      { ...least.EARNING, activation: { mode: 'AFTER_DAYS', days: 0 } },
      ['activation.days: must be a whole number from 1 to 3650'],
    ],
    [
      'EARNING',
      { ...least.EARNING, activation: { mode: 'LATER' } },
      ['activation.mode: must be AT_ONCE, AFTER_DAYS or ON_CONFIRMATION'],
    ],
    [
      'EARNING',
      { ...least.EARNING, priority: 1.5, budget: 0 },
      [
        'priority: must be a whole number from -1000 to 1000',
        'budget: a budget of 0 would pay nothing: leave the budget out or retire the rule',
      ],
    ],
    [
      'CAMPAIGN',
      { ...least.CAMPAIGN, percent: 100 },
      ['percent: must be a whole number from 101 to 10000: 200 is double'],
    ],
    [
      'CAMPAIGN',
      { ...least.CAMPAIGN, when: { lastDate: '2026-01-01' } },
      ['when: must be `firstDate` and `lastDate`, or `birthday`'],
    ],
    [
      'CAMPAIGN',
      { ...least.CAMPAIGN, when: { firstDate: '2026-01-01' } },
      ['when.lastDate: is missing'],
    ],
    [
      'CAMPAIGN',
      { ...least.CAMPAIGN, when: { birthday: { daysBefore: 32, daysAfter: 0 } } },
      ['when.birthday.daysBefore: must be a whole number from 0 to 31'],
    ],
    ['CAMPAIGN', { ...least.CAMPAIGN, layer: 'TIER' }, ['layer: must be CAMPAIGN or BOOST']],
    ['CAMPAIGN', { ...least.CAMPAIGN, exclusive: 'yes' }, ['exclusive: must be true or false']],
    ['CHECK_IN_PLAN', { ladder: [] }, ['ladder: must be a list of 1 to 366']],
    ['CHECK_IN_PLAN', { ladder: Array(367).fill(1) }, ['ladder: must be a list of 1 to 366']],
    ['CHECK_IN_PLAN', { ladder: [-1] }, ['ladder.0: must not be negative']],
    [
      'CHECK_IN_PLAN',
      { ladder, milestones: [{ days: 367, points: 0, cycle: 'YEAR' }] },
      [
        'milestones.0.days: must be a whole number from 1 to 366',
        'milestones.0.points: must be greater than 0',
        'milestones.0.cycle: must be WEEK, MONTH or EVER',
      ],
    ],
    ['CHECK_IN_PLAN', { ladder, combination: 'MIN' }, ['combination: must be ADD, MAX or REPLACE']],
    ['TIERS', { basis: 'LIFETIME', levels: [] }, ['levels: must be a list of 1 to 20']],
    [
      'TIERS',
      { basis: 'ACTIVE', levels: [{ ...level, percent: 99 }] },
      [
        'basis: must be LIFETIME, ROLLING_12_MONTHS or CALENDAR_YEAR',
        'levels.0.percent: must be a whole number from 100 to 1000: 200 is double',
      ],
    ],
    [
      'TIERS',
      { basis: 'LIFETIME', levels: [level], graceDays: 367 },
      ['graceDays: must be a whole number from 0 to 366'],
    ],
    [
      'POINTS_POLICY',
      { adjustmentReasons: ['good will'], adjustmentLimit: 0, expiryNoticeDays: [0] },
      [
        'adjustmentReasons.0: must be 1 to 64 letters, digits, ".", "_" or "-"',
        'adjustmentLimit: must be greater than 0',
        'expiryNoticeDays.0: must be a whole number from 1 to 365',
      ],
    ],
    [
      'POINTS_POLICY',
      { reversal: 'NEVER', refundGraceDays: 366 },
      [
        'reversal: must be ONLY_LOT, WITHIN_BALANCE or ALLOW_DEBT',
        'refundGraceDays: must be a whole number from 0 to 365',
      ],
    ],
  ] as [RuleKind, unknown, string[]][])('%s %j: %j', (kind, json, expected) => {
    expect(parsed(kind, json)).toEqual(expected);
  });
});
