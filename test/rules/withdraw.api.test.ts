/** Drafting and publishing in one, and taking back: scheduled versions, drafts, tiers in use. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/platform/clock.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { findBreaches } from '../support/invariants.ts';
import { bePatient } from '../support/patience.ts';
import { pays } from '../support/rules.ts';
import { ask, auditOf, ruleOf } from './admin.ts';
import { levels, purchase } from './publishing.ts';

const clock = new FakeClock('2026-06-01T08:00:00Z');
const [july, august, september] = ['07', '08', '09'].map(
  (month) => `2026-${month}-01T00:00:00.000Z`,
);
const june30 = '2026-06-30T00:00:00.000Z';
let test: TestApp;
let program: TestProgram;

beforeAll(async () => {
  bePatient();
  test = await createTestApp({ clock });
});
beforeEach(async () => {
  clock.set('2026-06-01T08:00:00Z');
  program = await createTestProgram(test.app);
});
afterAll(async () => {
  expect(await findBreaches(test.app.pool)).toEqual([]);
  await test.close();
});

const walking = () => ruleOf(test, program, 'EARNING', 'walk');
/** Versions as [number, state, end], newest first. */
const lives = (rule: { versions: { version: number; state: string; endsAt: string | null }[] }) =>
  rule.versions.map(({ version, state, endsAt }) => [version, state, endsAt]);

describe('draftRule with publish', () => {
  it('drafts and publishes, both or neither', async () => {
    const { draft, read } = walking();
    const impossible = { ...purchase, lastDate: '2026-05-31' };
    expect(await draft(impossible, {})).toMatchObject({ code: 'RULE_NOT_VALID' });
    expect(await read()).toBeNull();
    expect(await auditOf(test, program)).toEqual([]);
    const { rule, warnings } = await draft(pays('walk', 5), {});
    expect(lives(rule)).toEqual([[1, 'IN_FORCE', null]]);
    const message = 'no activity of the type walk was recorded in the program yet';
    expect(warnings).toEqual([{ field: 'trigger', message }]);
    await draft(pays('walk', 6));
    expect(await draft(impossible, { startsAt: july })).toMatchObject({ code: 'RULE_NOT_VALID' });
    const { draft: kept } = (await draft(pays('walk', 7))).rule;
    expect(kept).toMatchObject({ version: 2 });
    expect((await draft(pays('walk', 8), { startsAt: july, endsAt: august })).rule).toMatchObject({
      draft: null,
      current: { version: 1, endsAt: july },
      scheduled: { version: 2, endsAt: august },
    });
    const scheduled = { code: 'RULE_ALREADY_SCHEDULED', startsAt: july };
    const refused = await draft(pays('walk', 9), {});
    expect(refused).toMatchObject(scheduled);
    expect(refused.message).toContain('withdrawRuleVersion');
    expect((await read()).draft).toBeNull();
  });

  it('publishRule refuses another draft than the one that is meant', async () => {
    const { draft, publish } = walking();
    await draft(pays('walk', 5));
    const refused = await publish({ version: 2 });
    expect(refused).toMatchObject({ code: 'RULE_DRAFT_CHANGED', version: 1 });
    expect((await publish({ version: 1 })).rule.current).toMatchObject({ version: 1 });
  });
});

describe('a scheduled version that is withdrawn', () => {
  it('judges nothing; what it would have ended goes on', async () => {
    const { set, withdraw } = walking();
    await set(pays('walk', 5));
    await set(pays('walk', 9), { startsAt: july });
    const { rule, withdrawn, resumed } = await withdraw(2);
    expect(lives(rule)).toEqual([
      [2, 'ENDED', july],
      [1, 'IN_FORCE', null],
    ]);
    expect([withdrawn.version, resumed.version]).toEqual([2, 1]);
    const { before, after, action } = (await auditOf(test, program)).at(-1);
    expect(action).toBe('withdrawRuleVersion');
    expect(before.versions).toMatchObject([
      { version: 1, endsAt: july },
      { version: 2, startsAt: july, endsAt: null },
    ]);
    expect(after.versions).toMatchObject([
      { version: 1, endsAt: null },
      { version: 2, startsAt: july, endsAt: july },
    ]);
    expect(await withdraw(2)).toMatchObject({ code: 'RULE_VERSION_NOT_SCHEDULED' });
  });

  it.each([
    ['its own end', { endsAt: september }, { startsAt: july }, undefined, september],
    ['a version that follows', {}, { startsAt: july, endsAt: august }, august, august],
  ])('gives back the end before: %s', async (_what, first, second, third, expected) => {
    const { set, withdraw } = walking();
    await set(pays('walk', 5), first);
    if (third !== undefined) await set(pays('walk', 7), { startsAt: third });
    const { scheduled } = await set(pays('walk', 9), second);
    expect((await withdraw(scheduled.version)).resumed).toMatchObject({
      version: 1,
      endsAt: expected,
    });
  });

  it('keeps the end of a rule that was retired meanwhile', async () => {
    const { set, withdraw, retire } = walking();
    await set(pays('walk', 5));
    await set(pays('walk', 9), { startsAt: july });
    const { ended } = await retire({ at: august });
    expect(ended).toMatchObject([{ version: 2, endsAt: august }]);
    expect((await withdraw(2)).resumed).toMatchObject({ version: 1, endsAt: august });
  });

  it('brings back the version that it replaced; of a plan there is no gap', async () => {
    const { set, withdraw } = ruleOf(test, program, 'CHECK_IN_PLAN');
    await set({ ladder: [2] }, { startsAt: july });
    await set({ ladder: [3] }, { startsAt: july });
    expect(lives((await withdraw(3)).rule)).toEqual([
      [3, 'ENDED', july],
      [2, 'SCHEDULED', null],
      [1, 'IN_FORCE', july],
    ]);
    expect((await withdraw(2)).resumed).toMatchObject({ version: 1, endsAt: null });
  });

  it('is none that has started, is a draft, or is not there', async () => {
    const { set, draft, withdraw } = walking();
    await set(pays('walk', 5));
    await draft(pays('walk', 6));
    const messages = [];
    for (const version of [1, 2, 3]) {
      const { code, message } = await withdraw(version);
      expect(code).toBe('RULE_VERSION_NOT_SCHEDULED');
      messages.push(message);
    }
    expect(messages).toEqual([
      'Version 1 has started: retireRule ends it, or publish the next version.',
      'Version 2 is a draft: discardDraft deletes it.',
      'This rule has no version 3.',
    ]);
  });
});

describe('a draft', () => {
  it('is discarded, with the rule when that was never published', async () => {
    const { draft, discard, read, set } = walking();
    await draft(pays('walk', 5));
    expect((await discard()).rule).toBeNull();
    expect(await read()).toBeNull();
    await set(pays('walk', 5));
    expect(await discard()).toMatchObject({
      code: 'RULE_HAS_NO_DRAFT',
      message: 'This rule has no draft.',
    });
    await draft(pays('walk', 6));
    expect((await discard()).rule).toMatchObject({ draft: null, current: { version: 1 } });
    expect((await draft(pays('walk', 7))).rule.draft).toMatchObject({ version: 2 });
    const actions = (await auditOf(test, program)).map(({ action }: { action: string }) => action);
    expect(actions.filter((action: string) => action === 'discardDraft')).toHaveLength(2);
  });
});

describe('names that are not there', () => {
  it('are answered with what there is', async () => {
    await ruleOf(test, program, 'CAMPAIGN', 'gold-weekend').draft({
      percent: 200,
      when: { firstDate: '2026-06-01', lastDate: '2026-06-30' },
    });
    const messageOf = async (kind: 'EARNING' | 'CAMPAIGN', key: string) =>
      (await ruleOf(test, program, kind, key).publish()).message;
    const none = 'There is no EARNING rule gold-weekend';
    expect(await messageOf('EARNING', 'gold-weekend')).toBe(
      `${none}; there is a CAMPAIGN of that key.`,
    );
    expect(await messageOf('CAMPAIGN', 'gold-wekend')).toBe(
      'There is no CAMPAIGN rule gold-wekend: did you mean gold-weekend?',
    );
    expect((await ruleOf(test, program, 'CAMPAIGN', 'silver').retire()).message).toBe(
      'There is no CAMPAIGN rule silver: there are gold-weekend.',
    );
    expect(await messageOf('EARNING', 'x')).toBe(
      'There is no EARNING rule x: there is none of that kind.',
    );
    const query = '{ rule(kind: EARNING, key: "a\\u0000b") { id } }';
    expect((await ask(test, program.keys.operator, query)).data).toEqual({ rule: null });
  });
});

describe('tiers that audiences name', () => {
  it('are neither dropped nor retired while those rules last', async () => {
    const tiers = ruleOf(test, program, 'TIERS');
    await tiers.set(levels(['bronze', 0], ['gold', 100]));
    const golden = ruleOf(test, program, 'EARNING', 'golden');
    await golden.set({ ...purchase, audience: { tiers: ['gold'] } }, { endsAt: july });
    const refused = await tiers.draft(levels(['bronze', 0]), {});
    expect(refused.problems).toEqual([
      {
        field: 'levels',
        message: 'earning rule golden is for gold members: keep that level, or retire it first',
      },
    ]);
    expect(await tiers.retire()).toMatchObject({
      code: 'RULE_NEEDED',
      message: 'The tiers are needed: earning rule golden is for gold members. Retire that first.',
    });
    expect(
      (await tiers.draft(levels(['bronze', 0], ['gold', 9]), { endsAt: june30 })).problems,
    ).toMatchObject([{ field: 'endsAt' }]);
    await tiers.set(levels(['bronze', 0]), { startsAt: july });
    expect(
      (await golden.draft({ ...purchase, audience: { tiers: ['gold'] } }, {})).problems,
    ).toEqual([
      {
        field: 'audience.tiers.0',
        message: 'there is no tier gold from 2026-07-01 on: end the rule by then',
      },
    ]);
    const later = await golden.draft(
      { ...purchase, audience: { tiers: ['gold'] } },
      { startsAt: july },
    );
    expect(later).toMatchObject({ code: 'RULE_NOT_VALID' });
    await tiers.retire({ at: august });
  });
});

describe('rules by state', () => {
  it('finds drafts, what is scheduled, in force and over', async () => {
    await ruleOf(test, program, 'EARNING', 'drafted').draft(pays('a', 1));
    await ruleOf(test, program, 'EARNING', 'planned').set(pays('b', 1), { startsAt: july });
    const both = ruleOf(test, program, 'EARNING', 'both');
    await both.set(pays('c', 1));
    await both.set(pays('c', 1), { startsAt: july });
    const over = ruleOf(test, program, 'EARNING', 'over');
    await over.set(pays('d', 1));
    await over.set(pays('d', 1), { startsAt: july });
    clock.advance(1);
    await over.retire();
    for (const [state, expected] of [
      ['DRAFT', ['drafted']],
      ['SCHEDULED', ['planned', 'both']],
      ['IN_FORCE', ['both']],
      ['ENDED', ['over']],
    ]) {
      const query = `{ rules(kind: EARNING, state: ${state}) { edges { node { key } } } }`;
      const { data } = await ask(test, program.keys.operator, query);
      const keys = data.rules.edges.map(({ node }: { node: { key: string } }) => node.key);
      expect([state, keys]).toEqual([state, expected]);
    }
  });
});
