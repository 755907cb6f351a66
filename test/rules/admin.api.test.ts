/** The life of a rule: draft, publish, schedule, retire, and what facts are judged by meanwhile. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/platform/clock.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { enrol, run, send } from '../support/commands.ts';
import { findBreaches } from '../support/invariants.ts';
import { bePatient } from '../support/patience.ts';
import { pays } from '../support/rules.ts';
import { openSecondApp } from '../support/second-app.ts';
import { ruleOf } from './admin.ts';

const clock = new FakeClock('2026-06-01T08:00:00Z');
let test: TestApp;
let second: TestApp;
let program: TestProgram;

beforeAll(async () => {
  bePatient();
  test = await createTestApp({ clock });
  second = await openSecondApp(test);
});
beforeEach(async () => {
  clock.set('2026-06-01T08:00:00Z');
  program = await createTestProgram(test.app);
  await enrol(test, program.keys.service, 'ada');
});
afterAll(async () => {
  expect(await findBreaches(test.app.pool)).toEqual([]);
  await second.close();
  await test.close();
});

const walking = () => ruleOf(test, program, 'EARNING', 'walk');
const campaign = { percent: 200, when: { firstDate: '2026-06-01', lastDate: '2026-06-30' } };

/** What a walk pays: points and by which version. */
async function walk(occurredAt?: string, app = test) {
  const input = { member: { externalId: 'ada' }, type: 'walk', occurredAt };
  const { awards } = await run(app, program.keys.service, 'recordActivity', input);
  return awards.map((paid: { points: number; ruleVersion: string }) => [
    paid.points,
    paid.ruleVersion,
  ]);
}

describe('a draft', () => {
  it('is edited and then published, and judges what happens from then on', async () => {
    const { draft, publish, read } = walking();
    const { rule } = await draft(pays('walk', 3));
    expect(rule).toMatchObject({ kind: 'EARNING', key: 'walk', current: null, spent: null });
    expect(rule.draft).toMatchObject({ version: 1, state: 'DRAFT', startsAt: null });
    expect(rule.draft.definition.earning).toMatchObject({
      ...{ points: { fixed: 3 }, priority: 0, caps: [] },
    });
    expect(await walk()).toEqual([]);
    expect((await draft(pays('walk', 5))).rule.versions).toHaveLength(1);
    clock.advance(60_000);
    const published = (await publish()).rule;
    expect(published).toMatchObject({ draft: null, scheduled: null, current: { version: 1 } });
    expect(published.versions[0]).toMatchObject({
      state: 'IN_FORCE',
      startsAt: '2026-06-01T08:01:00.000Z',
      endsAt: null,
      createdAt: '2026-06-01T08:00:00.000Z',
      publishedAt: '2026-06-01T08:01:00.000Z',
    });
    expect(published.versions[0].publishedBy).toEqual(published.versions[0].createdBy);
    expect(published.versions[0].publishedBy).toMatchObject({
      kind: 'KEY',
      name: 'first operator',
    });
    expect(await walk()).toEqual([[5, 'earning:walk@1']]);
    expect(await walk('2026-06-01T08:00:59.999Z')).toEqual([]);
    expect(await walk('2026-06-01T08:01:00Z')).toEqual([[5, 'earning:walk@1']]);
    expect(await read()).toMatchObject({ id: rule.id, current: { version: 1 } });
  });

  it('of a published rule is its next version, and changes nothing before it is published', async () => {
    const { set, draft, publish } = walking();
    await set(pays('walk', 5));
    clock.advance(1_000);
    const drafted = (await draft(pays('walk', 7))).rule;
    expect(drafted).toMatchObject({ current: { version: 1 }, draft: { version: 2 } });
    expect(await walk()).toEqual([[5, 'earning:walk@1']]);
    const { versions } = (await publish()).rule;
    expect(versions).toMatchObject([
      { version: 2, state: 'IN_FORCE', startsAt: '2026-06-01T08:00:01.000Z', endsAt: null },
      { version: 1, state: 'ENDED', endsAt: '2026-06-01T08:00:01.000Z' },
    ]);
    expect(await walk()).toEqual([[7, 'earning:walk@2']]);
    expect(await walk('2026-06-01T08:00:00.999Z')).toEqual([[5, 'earning:walk@1']]);
    expect(await publish()).toMatchObject({ code: 'RULE_HAS_NO_DRAFT' });
  });
});

describe('a scheduled version', () => {
  const later = '2026-06-02T00:00:00.000Z';

  it('judges from its start to its end; the one before it does not come back', async () => {
    const { set, read } = walking();
    await set(pays('walk', 5));
    const endsAt = '2026-06-03T00:00:00.000Z';
    const rule = await set(pays('walk', 9), { startsAt: later, endsAt });
    expect(rule).toMatchObject({
      current: { version: 1, endsAt: later },
      scheduled: { version: 2 },
    });
    clock.set('2026-06-01T23:59:59.999Z');
    expect(await walk()).toEqual([[5, 'earning:walk@1']]);
    clock.set(later);
    expect(await walk()).toEqual([[9, 'earning:walk@2']]);
    expect(await read()).toMatchObject({ current: { version: 2 }, scheduled: null });
    clock.set(endsAt);
    expect(await walk()).toEqual([]);
    expect((await read()).versions).toMatchObject([{ state: 'ENDED' }, { state: 'ENDED' }]);
    // A late fact is judged by the version of its own time.
    expect(await walk('2026-06-02T23:59:59.999Z')).toEqual([[9, 'earning:walk@2']]);
  });

  it('is not run over by one that starts before it, unless that one ends by then', async () => {
    const { set, draft, publish } = walking();
    await set(pays('walk', 9), { startsAt: later });
    await draft(pays('walk', 1));
    const refusal = { code: 'RULE_ALREADY_SCHEDULED', startsAt: later };
    expect(await publish()).toMatchObject(refusal);
    expect(await publish({ endsAt: '2026-06-02T00:00:00.001Z' })).toMatchObject(refusal);
    const { rule } = await publish({ endsAt: later });
    expect(rule).toMatchObject({ current: { version: 2 }, scheduled: { version: 1 } });
  });

  it('is replaced by one that starts when it does', async () => {
    const { set } = walking();
    await set(pays('walk', 9), { startsAt: later });
    const { versions } = await set(pays('walk', 8), { startsAt: later });
    expect(versions).toMatchObject([
      { version: 2, state: 'SCHEDULED', endsAt: null },
      { version: 1, state: 'ENDED', startsAt: later, endsAt: later },
    ]);
    clock.set(later);
    expect(await walk()).toEqual([[8, 'earning:walk@2']]);
  });
});

describe('a retired rule', () => {
  it('pays no longer, and goes on when it is published again', async () => {
    const { set, retire, draft, publish } = walking();
    await set(pays('walk', 5));
    await set(pays('walk', 6), { startsAt: '2026-07-01T00:00:00Z' });
    await draft(pays('walk', 7));
    clock.advance(1_000);
    const { rule } = await retire();
    expect(rule).toMatchObject({ current: null, scheduled: null, draft: { version: 3 } });
    expect(rule.versions[1]).toMatchObject({ state: 'ENDED', endsAt: rule.versions[1].startsAt });
    expect(rule.versions[2]).toMatchObject({ state: 'ENDED', endsAt: '2026-06-01T08:00:01.000Z' });
    expect(await walk()).toEqual([]);
    expect(await walk('2026-06-01T08:00:00.999Z')).toEqual([[5, 'earning:walk@1']]);
    expect(await retire()).toMatchObject({ code: 'RULE_NOT_IN_FORCE' });
    clock.advance(1_000);
    await publish();
    expect(await walk()).toEqual([[7, 'earning:walk@3']]);
  });

  it('can be at a later instant; a check-in plan there always is', async () => {
    const { set, retire } = walking();
    await set(pays('walk', 5));
    const at = '2026-06-05T00:00:00.000Z';
    expect((await retire({ at })).rule.current).toMatchObject({ state: 'IN_FORCE', endsAt: at });
    const plan = ruleOf(test, program, 'CHECK_IN_PLAN');
    expect(await plan.retire()).toMatchObject({ code: 'RULE_NEEDED' });
    await plan.draft({ ladder: [1] });
    const { operator } = program.keys;
    const input = { kind: 'CHECK_IN_PLAN', key: 'default', endsAt: at };
    const answer = await send(test, operator, 'publishRule', input);
    expect(answer.errors?.[0]?.extensions.field).toBe('endsAt');
    await plan.publish({ startsAt: at });
    await plan.draft({ ladder: [2] });
    expect((await plan.publish({ endsAt: at })).rule.current).toMatchObject({ version: 3 });
    const paid = await run(test, program.keys.service, 'checkIn', {
      member: { externalId: 'ada' },
    });
    expect(paid.awards).toMatchObject([{ points: 2, ruleVersion: 'plan:default@3' }]);
  });
});

describe('a published version', () => {
  it.each([
    ['its definition', "set definition = '{}'"],
    ['its start', "set starts_at = starts_at - interval '1 day'"],
    ['that it is published', 'set starts_at = null, published_at = null'],
    ['its number', 'set version = 9'],
  ])('never changes, not even by SQL: %s', async (_what, change) => {
    await walking().set(pays('walk', 5));
    await expect(test.app.pool.query(`update rule_version ${change}`)).rejects.toThrow(
      'a published version of a rule never changes',
    );
    await expect(test.app.pool.query('delete from rule_version')).rejects.toThrow('never changes');
  });

  it('counts in the next command of every node', async () => {
    const { set } = walking();
    for (const points of [5, 6, 7]) {
      clock.advance(1);
      const { version } = (await set(pays('walk', points))).current;
      for (const app of [second, test]) {
        expect(await walk(undefined, app)).toEqual([[points, `earning:walk@${version}`]]);
      }
    }
  });

  it('has its budget kept over all versions', async () => {
    const bonus = ruleOf(test, program, 'CAMPAIGN', 'bonus');
    expect(await bonus.set(campaign)).toMatchObject({ budget: null, spent: null });
    clock.advance(1);
    expect(await bonus.set({ ...campaign, budget: 50 })).toMatchObject({ budget: 50, spent: 0 });
    const sql =
      'update rule_budget set spent = 20 from rule r where r.id = rule_id and program_id = $1';
    await test.app.pool.query(sql, [program.id]);
    clock.advance(1);
    expect(await bonus.set({ ...campaign, budget: 90 })).toMatchObject({ budget: 90, spent: 20 });
  });
});
