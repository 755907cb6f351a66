import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { type CommandName, codeOf, enrol, readMember, run, send } from '../support/commands.ts';
import { findBreaches } from '../support/invariants.ts';
import { bePatient } from '../support/patience.ts';
import { pays, setRule } from '../support/rules.ts';
import { openSecondApp } from '../support/second-app.ts';

let first: TestApp;
let second: TestApp;
let program: TestProgram;
let rewardId: string;
let members = 0;
/** A new member with 100 points for each test. */
let externalId: string;
let key: string;

beforeAll(async () => {
  bePatient();
  first = await createTestApp();
  second = await openSecondApp(first);
  program = await createTestProgram(first.app);
  const { operator } = program.keys;
  await setRule(first, program, 'purchase', pays('purchase', 20));
  rewardId = (await run(first, operator, 'createReward', { title: 'x', price: 5 })).reward.id;
});
beforeEach(async () => {
  members += 1;
  externalId = `member-${members}`;
  key = `key-${members}`;
  await enrol(first, program.keys.service, externalId);
  const input = { member: { externalId }, amount: 100, reason: 'start' };
  await run(first, program.keys.operator, 'adjustPoints', input);
});
afterAll(async () => {
  expect(await findBreaches(first.app.pool)).toEqual([]);
  await second.close();
  await first.close();
});

/** A valid input of each command, and another one that is as valid. */
const inputs: Record<string, () => [input: object, other: object]> = {
  enrolMember: () => [
    { externalId: `new-${members}`, displayName: 'One' },
    { externalId: `new-${members}`, displayName: 'Two' },
  ],
  checkIn: () => [
    { member: { externalId } },
    { member: { externalId }, occurredAt: new Date(Date.now() - 3_600_000).toISOString() },
  ],
  recordActivity: () => [
    { member: { externalId }, type: 'purchase', value: 10 },
    { member: { externalId }, type: 'purchase', value: 11 },
  ],
  adjustPoints: () => [
    { member: { externalId }, amount: 7, reason: 'a' },
    { member: { externalId }, amount: 7, reason: 'b' },
  ],
  redeemReward: () => [
    { member: { externalId }, rewardId },
    { member: { externalId }, rewardId, quantity: 2 },
  ],
};
const names = Object.keys(inputs) as CommandName[];

const operator = () => program.keys.operator;

/** How many rows there are of everything a command can write. */
async function countRows() {
  const tables = [
    'member',
    'ledger_entry',
    'lot',
    'check_in',
    'activity',
    'redemption',
    'event',
    'receipt',
  ];
  const counts = tables.map((table) => `(select count(*) from ${table}) as ${table}`);
  return (await first.app.pool.query(`select ${counts}`)).rows[0];
}

describe.each(names)('%s under a key (S25)', (name) => {
  const pair = () =>
    (inputs[name] as () => [object, object])().map((input) => ({ ...input, idempotencyKey: key }));

  it('a repeat gets the first answer, marked replayed, and writes nothing', async () => {
    const [input] = pair() as [object];
    const done = await run(first, operator(), name, input);
    expect(done.replayed).toBe(false);
    const rows = await countRows();
    for (const app of [first, second]) {
      expect(await run(app, operator(), name, input)).toEqual({ ...done, replayed: true });
    }
    expect(await countRows()).toEqual(rows);
  });

  it('another input is IDEMPOTENCY_KEY_REUSED and writes nothing', async () => {
    const [input, other] = pair() as [object, object];
    await run(first, operator(), name, input);
    const rows = await countRows();
    for (const app of [first, second]) {
      expect(codeOf(await send(app, operator(), name, other), name)).toBe('IDEMPOTENCY_KEY_REUSED');
    }
    expect(await countRows()).toEqual(rows);
  });

  it.each([1, 2])('100 at once on %i node(s): one effect, one answer for all', async (nodes) => {
    const [input] = pair() as [object];
    const before = await countRows();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, call) =>
        run(nodes === 2 && call % 2 === 1 ? second : first, operator(), name, input),
      ),
    );
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    const [{ replayed: _, ...one }] = answers;
    for (const { replayed: __, ...answer } of answers) expect(answer).toEqual(one);
    const after = await countRows();
    expect(after.event - before.event).toBe(1);
    expect(after.receipt - before.receipt).toBe(1);
    expect(after.ledger_entry - before.ledger_entry).toBe(name === 'enrolMember' ? 0 : 1);
  });
});

describe('where a key counts', () => {
  it('in one operation: others may use it for theirs', async () => {
    for (const name of names) {
      const [input] = (inputs[name] as () => [object, object])();
      const done = await run(first, operator(), name, { ...input, idempotencyKey: key });
      expect(done.replayed).toBe(false);
    }
  });

  it('in one program', async () => {
    const other = await createTestProgram(first.app);
    for (const { keys } of [program, other]) {
      const input = { externalId: `same-${members}`, idempotencyKey: key };
      expect((await run(first, keys.service, 'enrolMember', input)).replayed).toBe(false);
    }
  });

  it('for one member’s tokens, apart from other members and from API keys', async () => {
    const friend = `friend-${members}`;
    await enrol(first, program.keys.service, friend);
    const redeem = (credential: string, more: object = {}) =>
      run(first, credential, 'redeemReward', { rewardId, idempotencyKey: key, ...more });
    const mine = await redeem(await program.token(externalId));
    expect(mine.replayed).toBe(false);
    const friends = await first.ask(
      await program.token(friend),
      'mutation ($input: RedeemRewardInput!) { redeemReward(input: $input) { ... on Refusal { code } } }',
      { input: { rewardId, idempotencyKey: key } },
    );
    expect(friends.data.redeemReward.code).toBe('INSUFFICIENT_POINTS'); // Executed, not replayed.
    const named = { member: { externalId } };
    expect((await redeem(program.keys.service, named)).replayed).toBe(false);
    expect((await redeem(program.keys.operator, named)).replayed).toBe(true);
    expect((await redeem(await program.token(externalId), named)).replayed).toBe(true);
    expect((await readMember(first, operator(), externalId)).points.available).toBe(90);
  });

  it.each([
    'x',
    '__proto__',
    'constructor',
    '積分 🎉',
    'x'.repeat(255),
    '"; drop table receipt; --',
  ])('%j is a key like any other', async (text) => {
    const input = { member: { externalId }, amount: 1, reason: text === 'x' ? 'x' : 'y' };
    const idempotencyKey = text.length === 255 ? text : `${text}${members}`;
    expect(
      (await run(first, operator(), 'adjustPoints', { ...input, idempotencyKey })).replayed,
    ).toBe(false);
    expect(
      (await run(second, operator(), 'adjustPoints', { ...input, idempotencyKey })).replayed,
    ).toBe(true);
  });

  it.each(
    names.flatMap((name) =>
      ['', 'x'.repeat(256), 'a\u0007', 'a\u0000'].map((bad) => [name, bad] as const),
    ),
  )('%s refuses the key %j by name', async (name, bad) => {
    const [input] = (inputs[name] as () => [object, object])();
    const answer = await send(first, operator(), name, { ...input, idempotencyKey: bad });
    expect(codeOf(answer, name)).toBe('BAD_USER_INPUT');
    expect(answer.errors?.[0]?.extensions.field).toMatch(/idempotencyKey$/);
  });
});

describe('what is the same input', () => {
  it('fields in another order, and nulls for what is absent', async () => {
    const member = { externalId };
    const first_ = { member, amount: 5, reason: 'same', note: 'n', idempotencyKey: key };
    const again = {
      idempotencyKey: key,
      expiresAt: null,
      note: 'n',
      reason: 'same',
      amount: 5,
      member,
    };
    expect((await run(first, operator(), 'adjustPoints', first_)).replayed).toBe(false);
    expect((await run(first, operator(), 'adjustPoints', again)).replayed).toBe(true);
  });

  it('one instant, however it is written', async () => {
    const input = { member: { externalId }, amount: 5, reason: 'same', idempotencyKey: key };
    const write = (expiresAt: string) =>
      run(first, operator(), 'adjustPoints', { ...input, expiresAt });
    expect((await write('2090-01-01T12:00:00+02:00')).replayed).toBe(false);
    expect((await write('2090-01-01T10:00:00.000Z')).replayed).toBe(true);
  });
});

describe('refusals and wrong inputs are not stored', () => {
  it('the same key works once the reason is gone', async () => {
    const redeem = { member: { externalId }, rewardId, quantity: 21, idempotencyKey: key };
    const refused = await run(first, operator(), 'redeemReward', redeem);
    expect(refused).toMatchObject({ code: 'INSUFFICIENT_POINTS', available: 100, required: 105 });
    const wrong = await send(first, operator(), 'redeemReward', { ...redeem, quantity: 0 });
    expect(codeOf(wrong, 'redeemReward')).toBe('BAD_USER_INPUT');
    const more = { member: { externalId }, amount: 5, reason: 'more' };
    await run(first, operator(), 'adjustPoints', more);
    expect((await run(first, operator(), 'redeemReward', redeem)).replayed).toBe(false);
    expect((await run(second, operator(), 'redeemReward', redeem)).replayed).toBe(true);
  });

  it('one key for two members at once, on two nodes: one done, one told it is used', async () => {
    const friend = `friend-${members}`;
    await enrol(first, program.keys.service, friend);
    for (let round = 0; round < 10; round += 1) {
      const input = (who: string) => ({
        member: { externalId: who },
        amount: 1,
        reason: 'r',
        idempotencyKey: `${key}-${round}`,
      });
      const answers = await Promise.all([
        send(first, operator(), 'adjustPoints', input(externalId)),
        send(second, operator(), 'adjustPoints', input(friend)),
      ]);
      const codes = answers.map((answer) => codeOf(answer, 'adjustPoints') ?? 'done');
      expect(codes.sort()).toEqual(['IDEMPOTENCY_KEY_REUSED', 'done']);
    }
  });
});

it('receipts survive a restart', async () => {
  const input = { member: { externalId }, amount: 9, reason: 'r', idempotencyKey: key };
  const done = await run(first, operator(), 'adjustPoints', input);
  const restarted = await openSecondApp(first);
  try {
    expect(await run(restarted, operator(), 'adjustPoints', input)).toEqual({
      ...done,
      replayed: true,
    });
  } finally {
    await restarted.close();
  }
});
