/** Tasks that nobody could want are refused when they are published, in words. */
import { describe, expect, it } from 'vitest';
import { parseDefinition, type Task } from '../../src/rules/definition.ts';
import { definitionOf, problems } from '../rules/publishing.ts';
import { composite, task } from './support.ts';

const named = (definitions: Record<string, object>) => ({
  tasks: Object.entries(definitions).map(([key, json]) => ({
    key,
    definition: definitionOf('TASK', json) as Task,
    startsAt: 0,
    endsAt: Number.POSITIVE_INFINITY,
    isOlder: true,
  })),
  key: 'new',
});
const beside = named({ a: task(), b: task({ requires: ['a'] }), c: composite({ all: ['new'] }) });
const checkIn = { trigger: { on: 'CHECK_IN' } };
const days = { every: 'DAYS', days: 10, from: 'CALENDAR' };

describe('a task', () => {
  it.each([
    ['as usual', task(), []],
    ['that needs others', task({ requires: ['a', 'b'] }), []],
    ['of others', composite({ any: ['a', 'b'], count: 1 }), []],
    [
      'without anything to do',
      { title: 'Task', points: 1 },
      ['trigger: is missing: nothing would advance the task', 'target: is missing'],
    ],
    [
      'of others and of facts',
      composite({ all: ['a'] }, { trigger: { on: 'CHECK_IN' }, target: { count: 1 } }),
      [
        'trigger: goes without `of`: a composite is advanced by its tasks alone',
        'target: goes without `of`: a composite is advanced by its tasks alone',
      ],
    ],
    [
      'of tasks that there are not',
      composite({ all: ['a', 'nope'] }),
      ['of.all.1: there is no task nope in force or scheduled in that time'],
    ],
    ['of itself', composite({ any: ['new'], count: 1 }), ['of.any.0: new is this task itself']],
    [
      'that needs one twice',
      task({ requires: ['a', 'a'] }),
      ['requires.1: a is in the list already'],
    ],
    ['in a circle', task({ requires: ['c'] }), ['requires.0: c needs new: a circle']],
    [
      'of more than there are',
      composite({ any: ['a', 'b'], count: 3 }),
      ['of.count: 3 of 2 tasks are never reached'],
    ],
    [
      'by the value of check-ins',
      task({ ...checkIn, target: { value: 5 } }),
      ['target.value: check-ins have no value to add up: use a count'],
    ],
    [
      'with too many check-ins for its period',
      task({ ...checkIn, target: { count: 8 }, period: { every: 'WEEKLY' } }),
      ['target.count: 8 check-ins are never reached: a period has 7 days'],
    ],
    [
      'whose period is longer than its dates',
      task({ period: days, firstDate: '2026-06-01', lastDate: '2026-06-07' }),
      ['period: a period of 10 days is longer than 2026-06-01 to 2026-06-07'],
    ],
    [
      'that is over',
      task({ lastDate: '2026-05-09' }),
      ['lastDate: 2026-05-09 is over: today is 2026-05-10'],
    ],
    [
      'for a tier that there is not',
      task({ audience: { tiers: ['gold'] } }),
      ['audience.tiers.0: there is no tier gold: there are bronze, silver'],
    ],
    [
      'whose condition asks what its facts do not have',
      task({ ...checkIn, condition: { fact: 'value', is: 'GT', number: 1 } }),
      ['condition: CHECK_IN facts have no VALUE: compare something else'],
    ],
    [
      'whose condition never holds',
      task({ condition: { fact: 'value', is: 'LT', number: 0 } }),
      ['condition: this can never be true, so the rule would never apply'],
    ],
    [
      'claimed in days, and paid by itself',
      task({ claimDays: 3 }),
      ['claimDays: is for tasks that are claimed BY_HAND'],
    ],
    [
      'whose points expire before they are active',
      task({ activation: { mode: 'AFTER_DAYS', days: 5 }, expiry: { until: 'END_OF_DAY' } }),
      [
        'expiry.days: points become active after 5 days, but some would have expired by then: ' +
          'make it at least 5 days',
      ],
    ],
  ])('%s', (_name, json, expected) => {
    expect(problems('TASK', json, beside)).toEqual(expected);
  });

  it('is one of 200 at most', () => {
    const many = Array.from({ length: 200 }, (_, n) => [`t${n}`, task()] as const);
    expect(problems('TASK', task(), named(Object.fromEntries(many)))).toEqual([
      'definition: a program has at most 200 tasks in force: retire one',
    ]);
  });
});

it('says where the fields of a period of days belong', () => {
  for (const every of ['ONCE', 'DAILY', 'WEEKLY', 'MONTHLY']) {
    const json = task({ period: { every, days: 7, from: 'CALENDAR' } });
    const read = parseDefinition('TASK', json);
    expect(read.ok ? [] : read.problems).toEqual([
      { field: 'period.days', message: 'is for DAYS only' },
      { field: 'period.from', message: 'is for DAYS only' },
    ]);
  }
});
