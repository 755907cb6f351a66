import { describe, expect, it } from 'vitest';
import { ruleKinds } from '../../src/rules/definition.ts';
import { least, parsed } from './least.ts';

describe('parseDefinition', () => {
  it('fills in the defaults', () => {
    expect(parsed('EARNING', least.EARNING)).toEqual({
      ...least.EARNING,
      priority: 0,
      activation: { mode: 'AT_ONCE' },
      expiry: null,
      caps: [],
      budget: null,
    });
    expect(parsed('CAMPAIGN', least.CAMPAIGN)).toEqual({
      ...least.CAMPAIGN,
      triggers: [],
      layer: 'CAMPAIGN',
      exclusive: false,
      budget: null,
    });
    expect(parsed('CHECK_IN_PLAN', least.CHECK_IN_PLAN)).toEqual({
      ...least.CHECK_IN_PLAN,
      ladderEnd: 'HOLD',
      milestones: [],
      combination: 'ADD',
      expiry: null,
    });
    expect(parsed('TIERS', least.TIERS)).toEqual({
      basis: 'LIFETIME',
      levels: [{ key: 'bronze', name: 'Bronze', threshold: 0, percent: 100 }],
      evaluation: 'YEARLY',
      downgrade: 'BALANCE_BASED',
      graceDays: 0,
      afterReversal: 'AT_EVALUATION',
      countPending: true,
    });
    expect(parsed('POINTS_POLICY', least.POINTS_POLICY)).toEqual({
      caps: [],
      reversal: 'ALLOW_DEBT',
      reversalFreesCaps: false,
      adjustmentReasons: [],
      adjustmentLimit: null,
      expiryNoticeDays: [],
      refundGraceDays: 0,
    });
  });

  it.each(ruleKinds)('%s: what it answers it takes as it is, when it is read again', (kind) => {
    const definition = parsed(kind, least[kind]);
    expect(parsed(kind, JSON.parse(JSON.stringify(definition)))).toEqual(definition);
  });

  it('takes every form of its parts', () => {
    const full = {
      trigger: { on: 'ACTIVITY', type: 'purchase' },
      title: '消费返积分',
      condition: { all: [{ fact: 'value', is: 'GTE', number: 100 }] },
      audience: {
        tiers: ['gold'],
        tags: ['vip'],
        memberSinceFrom: '2026-01-01',
        memberSinceBefore: '2026-02-01',
      },
      firstDate: '2026-01-01',
      lastDate: '2026-12-31',
      points: { perUnit: { points: 1, unit: 1_000, rounding: 'NEAREST' } },
      priority: -1_000,
      exclusiveGroup: 'purchases',
      activation: { mode: 'AFTER_DAYS', days: 7 },
      expiry: { days: 365, until: 'END_OF_YEAR' },
      caps: [{ period: 'DAY', points: 100 }],
      budget: 1_000_000,
    };
    expect(parsed('EARNING', full)).toEqual(full);
    const table = {
      table: [
        { from: 0, below: 100, points: 0 },
        { from: 100, points: 5 },
      ],
    };
    expect(parsed('EARNING', { ...full, points: table })).toEqual({
      ...full,
      points: { table: [table.table[0], { from: 100, below: null, points: 5 }] },
    });
    const instant = { ...full, expiry: { days: 1, until: 'INSTANT' } };
    expect(parsed('EARNING', instant)).toEqual(instant);
    expect(parsed('EARNING', { ...full, expiry: { until: 'END_OF_DAY' } })).toEqual({
      ...full,
      expiry: { days: 0, until: 'END_OF_DAY' },
    });
    const birthday = {
      when: { birthday: { daysBefore: 0, daysAfter: 31 } },
      triggers: [{ on: 'CHECK_IN' }, { on: 'ENROLMENT' }],
      percent: 10_000,
      layer: 'BOOST',
      exclusive: true,
      budget: 1,
    };
    expect(parsed('CAMPAIGN', birthday)).toEqual(birthday);
  });
});
