/** What is refused at drafting and at publishing, in words that an operator understands. */
import { isInputObjectType } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import * as definitions from '../../src/rules/definition.ts';
import { checkInPlan, definitionSchemas } from '../../src/rules/definition.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { run, send } from '../support/commands.ts';
import { bePatient } from '../support/patience.ts';
import { pays } from '../support/rules.ts';
import { auditOf, type Kind, ruleOf } from './admin.ts';
import { buying, june, levels, over, purchase, table, under } from './publishing.ts';

const clock = new FakeClock('2026-05-10T08:00:00Z');
let test: TestApp;
let program: TestProgram;

beforeAll(async () => {
  bePatient();
  test = await createTestApp({ clock });
});
beforeEach(async () => {
  program = await createTestProgram(test.app);
});
afterAll(() => test.close());

describe('at publishing, with everything that is wrong', () => {
  it.each([
    [
      'EARNING',
      { ...purchase, condition: { all: [over, under] } },
      ['condition: this can never be true, so the rule would never apply'],
    ],
    [
      'EARNING',
      { trigger: { on: 'CHECK_IN' }, points: { fixed: 1 }, condition: over },
      ['condition: CHECK_IN facts have no VALUE: compare something else'],
    ],
    [
      'EARNING',
      table([0, 10, 1], [20, null, 2]),
      [
        'points.table.1.from: values from 10 to below 20 would pay nothing: ' +
          'if that is meant, add a row of 0 points',
      ],
    ],
    [
      'EARNING',
      { ...purchase, audience: { tiers: ['gold'] } },
      ['audience.tiers.0: there is no tier gold: the program has no tiers'],
    ],
    [
      'EARNING',
      { ...purchase, lastDate: '2026-05-09', budget: 1 },
      [
        'lastDate: 2026-05-09 is over: today is 2026-05-10',
        'budget: 1 is less than one award of 100 points',
      ],
    ],
    [
      'EARNING',
      pays('purchase', 1, { pendingDays: 2, pointsDays: 1 }),
      [
        'expiry.days: points become active after 2 days, but some would have expired by then: ' +
          'make it at least 2 days',
      ],
    ],
    [
      'POINTS_POLICY',
      {
        caps: [
          { period: 'DAY', points: 50 },
          { period: 'WEEK', points: 10 },
        ],
      },
      ['caps.0.points: 50 a day is more than the cap of 10 a week allows'],
    ],
    [
      'TIERS',
      levels(['bronze', 0], ['silver', 100], ['gold', 100]),
      ['levels.2.threshold: 100 is not above 100, the threshold of silver before it'],
    ],
    [
      'CHECK_IN_PLAN',
      { ladder: [1], milestones: [{ days: 8, points: 5, cycle: 'WEEK' }] },
      ['milestones.0.days: 8 days are never reached: a week has 7'],
    ],
  ] as [Kind, object, string[]][])('%s %j', async (kind, definition, expected) => {
    const rule = ruleOf(test, program, kind, kind === 'EARNING' ? 'a-rule' : 'default');
    const before = await rule.read();
    expect((await rule.draft(upper(definition))).rule.draft.state).toBe('DRAFT');
    const audit = await auditOf(test, program);
    const refused = await rule.publish();
    expect(refused).toMatchObject({ __typename: 'RuleNotValid', code: 'RULE_NOT_VALID' });
    expect(wordsOf(refused)).toEqual(expected);
    expect(refused.message).toContain(expected[0]);
    expect(await rule.read()).toMatchObject({ current: before?.current ?? null });
    expect(await auditOf(test, program)).toEqual(audit);
  });

  it('exclusive campaigns meet only while both are published', async () => {
    const exclusive = { ...june, exclusive: true, triggers: [buying] };
    const [startsAt, endsAt] = ['2026-06-01T00:00:00Z', '2026-06-15T00:00:00Z'];
    await ruleOf(test, program, 'CAMPAIGN', 'summer').set(exclusive, { startsAt, endsAt });
    const rival = ruleOf(test, program, 'CAMPAIGN', 'rival');
    await rival.draft(exclusive);
    for (const times of [{}, { endsAt: '2026-06-01T00:00:00.001Z' }, { startsAt }]) {
      expect(wordsOf(await rival.publish(times))).toEqual([
        'exclusive: campaign summer (2026-06-01 to 2026-06-30) is exclusive, too, and meets this ' +
          'one: part their dates, their triggers, or their audiences by tiers',
      ]);
    }
    expect((await rival.publish({ startsAt: endsAt })).rule.scheduled).toMatchObject({
      version: 1,
    });
    // A version that was withdrawn meets nobody.
    await rival.retire();
    await ruleOf(test, program, 'CAMPAIGN', 'third').set(exclusive, { startsAt: endsAt });
  });

  it('tiers are those in force when the rule starts', async () => {
    const startsAt = '2026-06-01T00:00:00Z';
    await ruleOf(test, program, 'TIERS').set(levels(['bronze', 0], ['gold', 9]), { startsAt });
    const { draft, publish } = ruleOf(test, program, 'EARNING', 'golden');
    await draft({ ...purchase, audience: { tiers: ['gold'] } });
    expect(wordsOf(await publish())).toHaveLength(1);
    expect((await publish({ startsAt })).rule.scheduled).toMatchObject({ version: 1 });
  });
});

describe('at drafting', () => {
  it.each([
    [
      'POINTS_POLICY',
      { caps: [{ period: 'DAY', points: 0 }] },
      ['caps.0.points: a cap of 0 would pay nothing: leave the cap out or retire the rule'],
    ],
    [
      'EARNING',
      { trigger: { on: 'ACTIVITY' }, points: { fixed: 0 } },
      ['trigger.type: is missing', 'points.fixed: must be greater than 0'],
    ],
    [
      'EARNING',
      { trigger: { on: 'CHECK_IN', type: 'x' }, points: { fixed: 1 }, budget: 0 },
      [
        'trigger.type: leave `type` out for CHECK_IN',
        'budget: a budget of 0 would pay nothing: leave the budget out or retire the rule',
      ],
    ],
    [
      'CAMPAIGN',
      { when: { ...june.when, birthday: { daysBefore: 0, daysAfter: 0 } }, percent: 2 },
      [
        'when: has both `birthday` and `firstDate`: must be `firstDate` and `lastDate`, or `birthday`',
        'percent: must be a whole number from 101 to 10000: 200 is double',
      ],
    ],
    [
      'EARNING',
      { ...purchase, condition: { fact: 'VALUE', attribute: 'a', is: 'EQ', number: 1 } },
      [
        'condition: has both `fact` and `attribute`: must be an object with `all`, `any`, `not`, `fact` or `attribute`',
      ],
    ],
    [
      'EARNING',
      { ...purchase, condition: { fact: 'VALUE', is: 'GT', number: 1, texts: ['a'] } },
      ['condition.texts: is not a field of it'],
    ],
    [
      'EARNING',
      { ...purchase, condition: { attribute: 'channel', numbers: [1], texts: ['a'] } },
      ['condition.numbers: is not a field of it'],
    ],
    [
      'CAMPAIGN',
      { when: {}, percent: 100 },
      [
        'when: must be `firstDate` and `lastDate`, or `birthday`',
        'percent: must be a whole number from 101 to 10000: 200 is double',
      ],
    ],
  ] as [Kind, object, string[]][])('%s %j', async (kind, definition, expected) => {
    const rule = ruleOf(test, program, kind, kind === 'POINTS_POLICY' ? 'default' : 'a-rule');
    expect(wordsOf(await rule.draft(definition))).toEqual(expected);
    expect(await rule.read()).toBeNull();
  });

  it.each(['TIERS', 'POINTS_POLICY', 'CHECK_IN_PLAN'] as const)(
    'a second rule of %s',
    async (kind) => {
      for (const name of ['publishRule', 'retireRule'] as const) {
        const input = { kind, key: 'other' };
        const answer = await send(test, program.keys.operator, name, input);
        expect(answer.errors?.[0]).toMatchObject({
          message: 'key: must be default: a program has one rule of this kind',
          extensions: { code: 'BAD_USER_INPUT', field: 'key' },
        });
      }
    },
  );
});

describe('times', () => {
  it('of the past are refused, but for what an operator calls now', async () => {
    const { draft, publish, retire } = ruleOf(test, program, 'EARNING', 'a-rule');
    await draft(purchase);
    const { operator } = program.keys;
    const name = { kind: 'EARNING', key: 'a-rule' };
    for (const [command, times, field] of [
      ['publishRule', { startsAt: '2026-05-10T07:59:54.999Z' }, 'startsAt'],
      ['publishRule', { endsAt: '2026-05-10T08:00:00Z' }, 'endsAt'],
      [
        'publishRule',
        { startsAt: '2026-05-11T00:00:00Z', endsAt: '2026-05-10T12:00:00Z' },
        'endsAt',
      ],
      ['retireRule', { at: '2026-05-10T07:59:54.999Z' }, 'at'],
    ] as const) {
      const { errors } = await send(test, operator, command, { ...name, ...times });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
    }
    const justNow = '2026-05-10T07:59:55.000Z';
    const { rule } = await publish({ startsAt: justNow });
    expect(rule.current.startsAt).toBe('2026-05-10T08:00:00.000Z');
    const retired = (await retire({ at: justNow })).rule;
    expect(retired.versions[0]).toMatchObject({ endsAt: '2026-05-10T08:00:00.000Z' });
  });
});

describe('inputs', () => {
  const pairs = {
    ...{ EarningRuleInput: definitionSchemas.EARNING, CampaignInput: definitionSchemas.CAMPAIGN },
    ...{ CheckInPlanInput: checkInPlan, TiersInput: definitionSchemas.TIERS },
    ...{ PointsPolicyInput: definitionSchemas.POINTS_POLICY, TierLevelInput: definitions.level },
    ...{ MilestoneInput: definitions.milestone, CapInput: definitions.cap },
    ...{ TableRowInput: definitions.tableRow, ExpiryInput: definitions.expiry },
    ...{ AudienceInput: definitions.audience, TaskInput: definitionSchemas.TASK },
  };

  it.each(Object.entries(pairs))('%s has the fields of its schema', (name, { shape }) => {
    const type = schema.getType(name);
    if (!isInputObjectType(type)) throw new Error(`${name} is an input`);
    expect(Object.keys(type.getFields()).sort()).toEqual(Object.keys(shape).sort());
  });

  it('nulls mean what leaving out means, and what is given comes back', async () => {
    const earning = {
      ...{ trigger: { on: 'ACTIVITY', type: 'purchase' }, title: 'Purchases', audience: null },
      condition: {
        any: [
          { not: { fact: 'DAY_OF_MONTH', numbers: [13, 14], is: null }, all: null },
          { attribute: 'channel', texts: ['app', 'web'] },
          { fact: 'VALUE', is: 'GTE', number: 100, attribute: null },
        ],
      },
      points: { table: [{ from: 0, below: null, points: 3 }] },
      ...{ budget: null, expiry: null, caps: null, activation: { mode: 'AT_ONCE', days: null } },
    };
    const input = { key: 'nulls', definition: { earning } };
    const { rule } = await run(test, program.keys.operator, 'draftRule', input);
    expect(rule.draft.definition.earning).toEqual({
      trigger: { on: 'ACTIVITY', type: 'purchase' },
      title: 'Purchases',
      condition: {
        any: [
          { not: { fact: 'DAY_OF_MONTH', numbers: [13, 14] } },
          { attribute: 'channel', texts: ['app', 'web'] },
          { fact: 'VALUE', is: 'GTE', number: 100 },
        ],
      },
      points: { table: [{ from: 0, below: null, points: 3 }] },
      priority: 0,
      activation: { mode: 'AT_ONCE' },
      expiry: null,
      caps: [],
      budget: null,
    });
  });
});

const wordsOf = ({ problems }: { problems: { field: string; message: string }[] }) =>
  problems.map(({ field, message }) => `${field}: ${message}`);

/** Facts in the API's spelling: `value` → VALUE. */
const upper = (definition: object): object =>
  JSON.parse(
    JSON.stringify(definition, (name, value) =>
      name === 'fact' ? value.replace(/[A-Z]/g, '_$&').toUpperCase() : value,
    ),
  );
