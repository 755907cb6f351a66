/** A quote says why each rule applies or not, and tries drafts and later instants. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ruleOf } from '../rules/admin.ts';
import { bePatient } from '../support/patience.ts';
import { type Economy, fixed, openEconomies } from './api.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
  await eco.enrol('ada', { tags: ['app'] });
});

const member = { externalId: 'ada' };
const document = `query ($input: QuoteInput!, $withDrafts: [TriedDraftInput!], $at: DateTime) {
  quote(input: $input, withDrafts: $withDrafts, at: $at) {
    points considered { rule version applied because } } }`;

async function quote(input: object, trial: object = {}, key = eco.program.keys.operator) {
  const { data, errors } = await eco.test.ask(key, document, { input, ...trial });
  return errors?.[0] ?? data.quote;
}
const buying = (more: object = {}) => ({
  activity: { member, type: 'buy', reference: 'r', ...more },
});
/** `rule: because`, with a + for what applies. */
async function words(input: object, trial: object = {}) {
  const { considered } = await quote(input, trial);
  return considered.map(
    ({ rule, applied, because }: { rule: string; applied: boolean; because: string }) =>
      `${applied ? '+' : '-'} ${rule}: ${because}`,
  );
}

describe('considered', () => {
  it('names what rules are for when none is for the type', async () => {
    expect(await words(buying())).toEqual([
      '- null: no earning rule is for buy: there are no earning rules',
    ]);
    await eco.earning('walk', fixed('walk', 1));
    await eco.earning('pack', { trigger: { on: 'ENROLMENT' }, points: { fixed: 1 } });
    expect(await words(buying())).toEqual([
      '- null: no earning rule is for buy: rules are for walk, ENROLMENT',
    ]);
  });

  it('says which part of a condition fails, and whom and when a rule is for', async () => {
    const over = { fact: 'value', is: 'GTE', number: 5_000 };
    const web = { attribute: 'channel', oneOf: ['web', 'app'] };
    await eco.earning('large', fixed('buy', 9, { condition: { all: [web, over] } }));
    await eco.earning('vip', fixed('buy', 8, { audience: { tags: ['vip'] } }));
    await eco.earning('april', fixed('buy', 7, { firstDate: '2026-04-01' }));
    const small = { fact: 'value', is: 'LT', number: 1_000 };
    const group = { exclusiveGroup: 'g' };
    await eco.earning('plain', fixed('buy', 6, { ...group, priority: 1, condition: small }));
    await eco.earning('spare', fixed('buy', 5, group));
    await ruleOf(eco.test, eco.program, 'EARNING', 'later').set(fixed('buy', 4), {
      startsAt: '2026-05-01T00:00:00Z',
    });
    const attributes = [{ key: 'channel', value: 'web' }];
    expect(await words(buying({ value: 300, attributes }))).toEqual([
      '+ earning:plain: it pays 6',
      '- earning:large: condition.all.1: VALUE is 300, not at least 5000',
      '- earning:vip: audience: the member has none of the tags vip',
      '- earning:april: 2026-03-10 is before its first date, 2026-04-01',
      '- earning:spare: earning:plain of its group g comes first',
      '- earning:later: it is not in force before 2026-05-01T00:00:00.000Z',
    ]);
    expect((await words(buying({ value: 9_000 })))[1]).toBe(
      '- earning:large: condition.all.0: the fact has no channel',
    );
  });

  it('says what caps, budgets and campaigns did', async () => {
    await eco.earning('buy', fixed('buy', 100, { caps: [{ period: 'DAY', points: 150 }] }));
    const when = { firstDate: '2026-03-01', lastDate: '2026-03-31' };
    await eco.campaign('spring', {
      when,
      percent: 200,
      triggers: [{ on: 'ACTIVITY', type: 'buy' }],
    });
    await eco.campaign('cake', {
      ...{ percent: 300, when: { birthday: { daysBefore: 0, daysAfter: 0 } } },
    });
    expect(await words(buying())).toEqual([
      '+ earning:buy: it pays 150 of 200: CAP earning:buy DAY had room for 150',
      '+ campaign:spring: it multiplies by 2',
      '- campaign:cake: the member’s birthday is not known',
    ]);
    await eco.act('ada', 'buy');
    const [, token] = [await words(buying()), await eco.program.token('ada')];
    expect((await words(buying()))[0]).toBe(
      '+ earning:buy: it pays 0 of 200: CAP earning:buy DAY had room for 0',
    );
    expect(await quote({ checkIn: {} }, {}, token)).toMatchObject({ points: 10, considered: [] });
  });
});

describe('a trial', () => {
  it('takes drafts for what is published, with budgets that nobody knows yet', async () => {
    await eco.earning('buy', fixed('buy', 5));
    const buy = ruleOf(eco.test, eco.program, 'EARNING', 'buy');
    await buy.draft(fixed('buy', 50, { budget: 70 }));
    await ruleOf(eco.test, eco.program, 'CAMPAIGN', 'double').draft({
      ...{ when: { firstDate: '2026-03-01', lastDate: '2026-03-31' }, percent: 200 },
    });
    const withDrafts = [
      { kind: 'EARNING', key: 'buy' },
      { kind: 'CAMPAIGN', key: 'double' },
    ];
    expect((await quote(buying())).points).toBe(5);
    expect((await quote(buying(), { withDrafts })).points).toBe(70);
    expect((await quote(buying(), { withDrafts: withDrafts.slice(1) })).points).toBe(10);
    expect(await eco.act('ada', 'buy')).toEqual([5]);
    expect(await quote(buying(), { withDrafts: [{ kind: 'EARNING', key: 'nope' }] })).toMatchObject(
      {
        message: 'withDrafts.0: there is no draft of EARNING nope',
      },
    );
  });

  it('can be at a later instant, and consumes nothing', async () => {
    const at = '2026-05-01T10:00:00Z';
    await ruleOf(eco.test, eco.program, 'EARNING', 'later').set(fixed('buy', 4), {
      startsAt: '2026-05-01T00:00:00Z',
    });
    expect((await quote(buying())).points).toBe(0);
    expect((await quote(buying(), { at })).points).toBe(4);
    expect((await quote({ checkIn: { member } }, { at })).points).toBe(10);
    expect(await quote(buying(), { at: '2026-03-10T11:00:00Z' })).toMatchObject({
      message: 'at: must not be in the past',
    });
    expect((await eco.points('ada')).lifetimeEarned).toBe(0);
  });

  it('is for operators', async () => {
    const at = '2026-05-01T10:00:00Z';
    expect(await quote(buying(), { at }, eco.program.keys.service)).toMatchObject({
      message: 'This needs an OPERATOR key; this is a SERVICE key.',
      extensions: { code: 'FORBIDDEN' },
    });
  });
});
