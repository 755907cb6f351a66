import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { codeOf, enrol, readMember, run, send } from '../support/commands.ts';
import { findBreaches } from '../support/invariants.ts';
import { bePatient } from '../support/patience.ts';
import { pays, setRule } from '../support/rules.ts';
import { openSecondApp } from '../support/second-app.ts';

let first: TestApp;
let second: TestApp;
let program: TestProgram;
let members = 0;
let externalId: string;

beforeAll(async () => {
  bePatient();
  first = await createTestApp();
  second = await openSecondApp(first);
  program = await createTestProgram(first.app);
  await setRule(first, program, 'purchase', pays('purchase', 20));
});
beforeEach(async () => {
  members += 1;
  externalId = `member-${members}`;
  await enrol(first, program.keys.service, externalId);
});
afterAll(async () => {
  expect(await findBreaches(first.app.pool)).toEqual([]);
  await second.close();
  await first.close();
});

/** Records an activity of the present member. */
const act = (app: TestApp, input: object) =>
  run(app, program.keys.service, 'recordActivity', { member: { externalId }, ...input });

describe('a fact by its reference (S24)', () => {
  it('a purchase sent 50 times without a key, to two nodes, is paid once', async () => {
    const input = { member: { externalId }, type: 'purchase', reference: `order-${members}` };
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, call) =>
        run(call % 2 === 1 ? second : first, program.keys.operator, 'recordActivity', input),
      ),
    );
    expect(answers.filter(({ alreadyRecorded }) => !alreadyRecorded)).toHaveLength(1);
    expect(answers.flatMap(({ awards }) => awards)).toMatchObject([{ points: 20 }]);
    expect((await readMember(first, program.keys.operator, externalId)).points.available).toBe(20);
    const later = await run(first, program.keys.operator, 'recordActivity', {
      ...{
        ...input,
        value: 3,
        occurredAt: '2020-01-01T00:00:00Z',
        idempotencyKey: `key-${members}`,
      },
    });
    expect(later).toMatchObject({ alreadyRecorded: true, replayed: false, awards: [] });
  });

  it('recorded again with other data says that it differs', async () => {
    const reference = `again-${members}`;
    const now = Date.now();
    const at = (ms: number) => new Date(now + ms).toISOString();
    const fact = { type: 'purchase', reference, value: 100, units: 2, occurredAt: at(60_000) };
    expect(await act(first, fact)).toMatchObject({ alreadyRecorded: false, differs: false });
    const { occurredAt: _, ...undated } = fact;
    for (const same of [fact, undated]) {
      expect(await act(second, same)).toMatchObject({ alreadyRecorded: true, differs: false });
    }
    const noValue = { type: 'purchase', reference, units: 2 };
    const others = [{ ...fact, value: 50 }, noValue, { ...fact, units: 3 }];
    for (const other of [...others, { ...fact, occurredAt: at(-60_000) }]) {
      expect(await act(first, other)).toMatchObject({ alreadyRecorded: true, differs: true });
    }
  });

  it('of another member is refused; of another type it is another fact', async () => {
    const friend = `friend-${members}`;
    await enrol(first, program.keys.service, friend);
    const fact = { type: 'purchase', reference: `order-${members}` };
    const answers = await Promise.all(
      [externalId, friend].map((who, call) =>
        run(call === 1 ? second : first, program.keys.operator, 'recordActivity', {
          ...fact,
          member: { externalId: who },
        }),
      ),
    );
    expect(answers.map(({ code }): string => code ?? 'done').sort()).toEqual([
      'ACTIVITY_REFERENCE_REUSED',
      'done',
    ]);
    const other = { ...fact, type: 'share', member: { externalId: friend } };
    expect((await run(first, program.keys.operator, 'recordActivity', other)).alreadyRecorded).toBe(
      false,
    );
  });

  it('without a reference: one key makes one, no key makes a new one each time', async () => {
    const input = { member: { externalId }, type: 'purchase' };
    const keyed = { ...input, idempotencyKey: `key-${members}` };
    const one = await run(first, program.keys.operator, 'recordActivity', keyed);
    expect((await run(second, program.keys.operator, 'recordActivity', keyed)).reference).toBe(
      one.reference,
    );
    const two = await run(first, program.keys.operator, 'recordActivity', input);
    const three = await run(first, program.keys.operator, 'recordActivity', input);
    expect(new Set([one, two, three].map(({ reference }) => reference)).size).toBe(3);
  });
});

describe('what a rule pays', () => {
  it('counts from the next command on, on every node; a type without one pays nothing', async () => {
    expect((await act(first, { type: 'survey' })).awards).toEqual([]);
    await setRule(first, program, 'survey', pays('survey', 7));
    for (const app of [second, first]) {
      const { awards } = await act(app, { type: 'survey' });
      expect(awards).toMatchObject([
        { points: 7, reason: 'ACTIVITY', ruleVersion: 'earning:survey@1' },
      ]);
    }
    await setRule(first, program, 'survey', pays('survey', 8), { since: '2001-01-01T00:00:00Z' });
    for (const app of [second, first]) {
      const { awards } = await act(app, { type: 'survey' });
      expect(awards).toMatchObject([{ points: 8, ruleVersion: 'earning:survey@2' }]);
    }
  });

  it.each([
    ['type', { type: 'two words' }],
    ['type', { type: 'x'.repeat(65) }],
    ['reference', { type: 'purchase', reference: '' }],
    ['reference', { type: 'purchase', reference: 'x'.repeat(501) }],
    ['reference', { type: 'purchase', reference: 'a\u0000' }],
    ['value', { type: 'purchase', value: -1 }],
    ['value', { type: 'purchase', value: 0.5 }],
  ])('a wrong %s: %j', async (field, wrong) => {
    const input = { member: { externalId }, ...wrong };
    const answer = await send(first, program.keys.service, 'recordActivity', input);
    expect(codeOf(answer, 'recordActivity')).toBe('BAD_USER_INPUT');
    expect(answer.errors?.[0]?.extensions.field).toContain(field);
  });

  it('a member’s token records no activity', async () => {
    const answer = await send(first, await program.token(externalId), 'recordActivity', {
      type: 'purchase',
    });
    expect(codeOf(answer, 'recordActivity')).toBe('FORBIDDEN');
  });
});
