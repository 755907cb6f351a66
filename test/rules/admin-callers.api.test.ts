/** Who changes rules: several operators at once, with an audit of each, and nobody else. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/platform/clock.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { codeOf, enrol, send } from '../support/commands.ts';
import { findBreaches } from '../support/invariants.ts';
import { bePatient } from '../support/patience.ts';
import { pays } from '../support/rules.ts';
import { openSecondApp } from '../support/second-app.ts';
import { ask, auditOf, ruleOf } from './admin.ts';

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

describe('of several operators', () => {
  it('one publishes a draft, on whichever node', async () => {
    const one = walking();
    const other = ruleOf(second, program, 'EARNING', 'walk');
    await one.draft(pays('walk', 5));
    const answers = await Promise.all([one, other, one, other].map(({ publish }) => publish()));
    expect(answers.map(({ code }): string => code ?? 'published').sort()).toEqual([
      ...Array(3).fill('RULE_HAS_NO_DRAFT'),
      'published',
    ]);
  });

  it('20 who write drafts at once leave one draft of the next version', async () => {
    await walking().set(pays('walk', 1));
    const drafts = Array.from({ length: 20 }, (_, n) =>
      ruleOf(n % 2 === 0 ? test : second, program, 'EARNING', 'walk').draft(pays('walk', n + 1)),
    );
    for (const { rule } of await Promise.all(drafts)) expect(rule.draft.version).toBe(2);
    expect((await walking().read()).versions).toHaveLength(2);
  });

  it('those of two programs with exclusive campaigns do not meet; those of one do', async () => {
    const exclusive = { ...campaign, exclusive: true };
    const rival = await createTestProgram(test.app);
    await ruleOf(test, rival, 'CAMPAIGN', 'rival').set(exclusive);
    const all = ['a', 'b', 'c'].map((key) => ruleOf(test, program, 'CAMPAIGN', key));
    for (const { draft } of all) await draft(exclusive);
    const answers = await Promise.all(all.map(({ publish }) => publish()));
    expect(answers.filter(({ code }) => code === 'RULE_NOT_VALID')).toHaveLength(2);
  });
});

describe('the audit', () => {
  it('tells who did what and when, with what was there before', async () => {
    const { draft, set, retire } = walking();
    await draft(pays('walk', 3));
    await set(pays('walk', 5));
    clock.advance(1_000);
    await set(pays('walk', 7));
    clock.advance(1_000);
    await retire();
    const [startsAt, endsAt] = ['2026-06-01T08:00:00.000Z', '2026-06-01T08:00:01.000Z'];
    const fixed = (points: number) => ({ earning: { points: { fixed: points } } });
    const entries = await auditOf(test, program);
    expect(entries).toMatchObject([
      { action: 'draftRule', before: null, after: { version: 1, definition: fixed(3) } },
      { action: 'draftRule', before: { definition: fixed(3) }, after: { definition: fixed(5) } },
      { action: 'publishRule', before: null, after: { version: 1, startsAt, endsAt: null } },
      { action: 'draftRule', before: null, after: { version: 2, definition: fixed(7) } },
      {
        action: 'publishRule',
        before: { version: 1, startsAt, endsAt: null, definition: fixed(5) },
        after: { version: 2, startsAt: endsAt, definition: fixed(7) },
        at: endsAt,
      },
      {
        action: 'retireRule',
        before: { versions: [{ version: 2, startsAt: endsAt, endsAt: null }] },
        after: { versions: [{ version: 2, endsAt: '2026-06-01T08:00:02.000Z' }] },
      },
    ]);
    for (const { actor, target } of entries) {
      expect([actor.kind, target]).toEqual(['KEY', 'earning:walk']);
    }
  });
});

describe('the audit’s filters', () => {
  it('are kind, key and actor; actors have names', async () => {
    await walking().set(pays('walk', 5));
    await ruleOf(test, program, 'CAMPAIGN', 'walk').draft(campaign);
    const read = async (args: string) => {
      const query = `{ audit(${args} first: 9) { edges { node { target actor { id name } } } } }`;
      const { data } = await ask(test, program.keys.operator, query);
      return data.audit.edges.map(({ node }: { node: object }) => node);
    };
    const [newest, ...rest] = await read('key: "walk",');
    expect([newest.target, rest.length]).toEqual(['campaign:walk', 2]);
    expect(newest.actor.name).toMatch(/operator/);
    expect(await read('kind: EARNING,')).toHaveLength(2);
    expect(await read('kind: TIERS,')).toEqual([]);
    expect(await read('kind: CAMPAIGN, key: "walk",')).toEqual([newest]);
    expect(await read('key: "a\\u0000%",')).toEqual([]);
    expect(await read(`actor: "${newest.actor.id}",`)).toHaveLength(3);
    expect(await read('actor: "system",')).toEqual([]);
  });
});

describe('other credentials', () => {
  it.each(['service', 'screen', 'partner', 'member'] as const)(
    'a %s sets no rule',
    async (role) => {
      const { id } = (await walking().draft(pays('walk', 5))).rule;
      const credential = role === 'member' ? await program.token('ada') : program.keys[role];
      const expected = role === 'partner' ? 'PERSISTED_QUERY_REQUIRED' : 'FORBIDDEN';
      const input = { key: 'walk', definition: { earning: pays('walk', 1_000) } };
      expect(codeOf(await send(test, credential, 'draftRule', input), 'draftRule')).toBe(expected);
      for (const name of ['publishRule', 'retireRule'] as const) {
        const answer = await send(test, credential, name, { kind: 'EARNING', key: 'walk' });
        expect(codeOf(answer, name)).toBe(expected);
        if (role === 'service') {
          const needed = 'This needs an OPERATOR key; this is a SERVICE key.';
          expect(answer.errors?.[0]?.message).toBe(needed);
        }
      }
      const { data, errors } = await test.ask(
        credential,
        `{ node(id: "${id}") { ... on Rule { key } } }`,
      );
      expect([data?.node ?? null, errors?.[0]?.extensions.code]).toEqual([null, expected]);
    },
  );

  it('the operator of another program neither sees nor changes it', async () => {
    const { id } = await walking().set(pays('walk', 5));
    const other = await createTestProgram(test.app);
    const theirs = ruleOf(test, other, 'EARNING', 'walk');
    expect(await theirs.read()).toBeNull();
    expect(await theirs.publish()).toMatchObject({ code: 'RULE_HAS_NO_DRAFT' });
    expect(await theirs.retire()).toMatchObject({ code: 'RULE_NOT_IN_FORCE' });
    const query = `{ node(id: "${id}") { id } rules { edges { node { key kind } } } }`;
    const { data } = await ask(test, other.keys.operator, query);
    const plan = { node: { key: 'default', kind: 'CHECK_IN_PLAN' } };
    expect(data).toEqual({ node: null, rules: { edges: [plan] } });
    expect(await auditOf(test, other)).toEqual([]);
    expect((await walking().read()).current).toEqual({ version: 1 });
  });
});
