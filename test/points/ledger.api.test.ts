import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import {
  createTestApp,
  createTestProgram,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { codeOf, enrol, readLedger, readMember, run, send } from '../support/commands.ts';
import { brokenChains, findBreaches } from '../support/invariants.ts';
import { bePatient } from '../support/patience.ts';
import { pays, setRule } from '../support/rules.ts';

const clock = new FakeClock('2026-06-01T08:00:00Z');
const MAX = limits.pointsMax;
let test: TestApp;
let program: TestProgram;
let members = 0;

beforeAll(async () => {
  bePatient();
  test = await createTestApp({ clock });
  program = await createTestProgram(test.app);
});
afterAll(async () => {
  expect(await findBreaches(test.app.pool)).toEqual([]);
  await test.close();
});

/** A new member, with commands for them. */
async function member(at = '2026-06-01T08:00:00Z') {
  clock.set(at);
  const { operator, service } = program.keys;
  members += 1;
  const externalId = `member-${members}`;
  const id = await enrol(test, service, externalId);
  const by = { member: { externalId } };
  return {
    externalId,
    memberId: Number(Buffer.from(id, 'base64').toString().split(':')[1]),
    adjust: (amount: number, more: object = {}) =>
      run(test, operator, 'adjustPoints', { ...by, amount, reason: 'test', ...more }),
    act: (type: string, reference?: string, more: object = {}) =>
      run(test, service, 'recordActivity', { ...by, type, reference, ...more }),
    points: async () => (await readMember(test, service, externalId)).points,
    ledger: () => readLedger(test, service, externalId),
  };
}

describe('adjustments (S42)', () => {
  it('add and take points with a reason, and count neither as earned nor on boards', async () => {
    const { adjust, ledger } = await member();
    const added = await adjust(100, { reason: 'goodwill', note: 'late parcel' });
    expect(added.member.points).toMatchObject({ available: 100, lifetimeEarned: 0 });
    const taken = await adjust(-30, { reason: 'mistake' });
    expect(taken.member.points).toMatchObject({ available: 70, lifetimeEarned: 0, debt: 0 });
    expect(await ledger()).toMatchObject([
      { seq: 1, kind: 'ADJUSTMENT', amount: 100, reason: 'ADJUSTMENT', ruleVersion: null },
      { seq: 2, kind: 'ADJUSTMENT', amount: -30, reason: 'ADJUSTMENT' },
    ]);
  });

  it('more than there is is refused and writes nothing (S40)', async () => {
    const { adjust, ledger } = await member();
    await adjust(50);
    const refused = await adjust(-51);
    expect(refused).toMatchObject({ code: 'INSUFFICIENT_POINTS', available: 50, required: 51 });
    expect(await ledger()).toHaveLength(1);
    expect((await adjust(-50)).member.points.available).toBe(0);
  });

  it.each([
    ['amount', { amount: 0 }],
    ['reason', { amount: 1, reason: '' }],
    ['reason', { amount: 1, reason: 'two words' }],
    ['note', { amount: 1, note: '' }],
    ['note', { amount: 1, note: 'a\u0000b' }],
    ['note', { amount: 1, note: 'x'.repeat(501) }],
    ['expiresAt', { amount: -1, expiresAt: '2099-01-01T00:00:00Z' }],
    ['expiresAt', { amount: 1, expiresAt: '2001-01-01T00:00:00Z' }],
    ['idempotencyKey', { amount: 1, idempotencyKey: 'x'.repeat(256) }],
    ['amount', { amount: 0.5 }],
    ['amount', { amount: 2 ** 53 }],
    ['amount', { amount: -(2 ** 53) }],
    ['amount', { amount: '5' }],
  ])('a wrong %s: %j', async (field, wrong) => {
    const { externalId, ledger } = await member();
    const input = { member: { externalId }, reason: 'test', ...wrong };
    const answer = await send(test, program.keys.operator, 'adjustPoints', input);
    expect(codeOf(answer, 'adjustPoints')).toBe('BAD_USER_INPUT');
    expect(answer.errors?.[0]?.extensions.field).toContain(field);
    expect(await ledger()).toEqual([]);
  });

  it.each(['service', 'partner', 'screen', 'member'] as const)('not for a %s', async (role) => {
    const { externalId } = await member();
    const credential = role === 'member' ? await program.token(externalId) : program.keys[role];
    const input = { member: { externalId }, amount: 5, reason: 'test' };
    const answer = await send(test, credential, 'adjustPoints', input);
    const expected = role === 'partner' ? 'PERSISTED_QUERY_REQUIRED' : 'FORBIDDEN';
    expect(codeOf(answer, 'adjustPoints')).toBe(expected);
  });
});

describe('the edge of exact numbers (S26)', () => {
  it('holds 2^53 − 1 points, and refuses one more', async () => {
    const { adjust, ledger, points } = await member();
    expect((await adjust(MAX)).member.points.available).toBe(MAX);
    expect(await adjust(1)).toMatchObject({
      code: 'BALANCE_OUT_OF_RANGE',
      balance: MAX,
      amount: 1,
    });
    expect((await adjust(MAX)).code).toBe('BALANCE_OUT_OF_RANGE');
    expect((await adjust(-MAX)).member.points.available).toBe(0);
    expect(await ledger()).toHaveLength(2);
    expect((await points()).available).toBe(0);
  });

  it('a check-in that finds no room is refused by name', async () => {
    const { externalId, adjust, ledger } = await member();
    await adjust(MAX - 9);
    const input = { member: { externalId } };
    const answer = await send(test, program.keys.service, 'checkIn', input);
    expect(codeOf(answer, 'checkIn')).toBe('BALANCE_OUT_OF_RANGE');
    expect(await ledger()).toHaveLength(1);
    await adjust(-1);
    const done = await run(test, program.keys.service, 'checkIn', input);
    expect(done.member.points.available).toBe(MAX);
  });

  it('lifetime points end at 2^53 − 1, but adjustments do not count there', async () => {
    await setRule(test, program, 'huge', pays('huge', MAX));
    const { act, adjust, points } = await member();
    await act('huge', `huge-${members}`);
    await adjust(-MAX);
    expect((await act('huge', `huge-again-${members}`)).code).toBe('BALANCE_OUT_OF_RANGE');
    expect((await adjust(5)).member?.points.available).toBe(5);
    expect(await points()).toMatchObject({ available: 5, lifetimeEarned: MAX });
  });
});

describe('the ledger cannot be changed in the database (S23)', () => {
  it.each([
    ['update ledger_entry set amount = 1'],
    ["update ledger_entry set explanation = '{}'"],
    ['update ledger_entry set hash = hash'],
    ['delete from ledger_entry'],
    ['truncate ledger_entry'],
    ['truncate ledger_entry, lot cascade'],
    ['update allocation set amount = 1'],
    ['delete from allocation'],
    ['truncate allocation'],
    [
      'insert into allocation select * from allocation on conflict (member_id, debit_seq, lot_seq, version) do update set amount = 9',
    ],
  ])('%s', async (sql) => {
    const { adjust } = await member();
    await adjust(10);
    await adjust(-4);
    const before = await test.app.pool.query('select * from ledger_entry order by member_id, seq');
    await expect(test.app.pool.query(sql)).rejects.toMatchObject({ code: '23001' });
    const after = await test.app.pool.query('select * from ledger_entry order by member_id, seq');
    expect(after.rows).toEqual(before.rows);
  });

  it.each([
    ['a balance below zero', 'update account set balance = -1 where member_id = $1'],
    [
      'more left in a lot than it had',
      'update lot set remaining = amount + 1 where member_id = $1',
    ],
    ['less than nothing in a lot', 'update lot set remaining = -1 where member_id = $1'],
    ['an entry of nothing', copyOf("0, 'ADJUSTMENT'")],
    ['an earning that takes', copyOf("-5, 'EARN'")],
    ['a spending that adds', copyOf("5, 'SPEND'")],
    ['an amount beyond 2^53 − 1', copyOf("9007199254740992, 'ADJUSTMENT'")],
  ])('nor can it hold %s', async (_case, sql) => {
    const { adjust, memberId } = await member();
    await adjust(10);
    await expect(test.app.pool.query(sql, [memberId])).rejects.toMatchObject({ code: '23514' });
  });
});

/** Inserts a copy of the member's first entry with another amount and kind. */
function copyOf(amountAndKind: string): string {
  return `insert into ledger_entry (member_id, seq, program_id, amount, kind, occurred_at, local_date,
      zone, utc_offset_seconds, day_start_minutes, recorded_at, source_type, source_id, purpose,
      actor, explanation, hash)
    select member_id, 2, program_id, ${amountAndKind}, occurred_at, local_date, zone,
      utc_offset_seconds, day_start_minutes, recorded_at, source_type, source_id || 'x', purpose,
      actor, explanation, hash from ledger_entry where member_id = $1 and seq = 1`;
}

describe('the hash chain (S43)', () => {
  it('links every entry to the one before; a changed, removed or swapped one is found', async () => {
    const { adjust, memberId } = await member();
    for (const amount of [10, 20, -5, 40]) await adjust(amount, { note: 'schön – 積分 🎉' });
    expect(await brokenChains(test.app.pool)).toEqual([]);
    const tamper = async (sql: string) => {
      const client = await test.app.pool.connect();
      try {
        await client.query('begin');
        await client.query('set local session_replication_role = replica');
        await client.query(sql, [memberId]);
        return await brokenChains(client as never);
      } finally {
        await client.query('rollback');
        client.release();
      }
    };
    const at = (seq: number) => `chain: member ${memberId}, seq ${seq}`;
    const changed = 'update ledger_entry set amount = 21 where member_id = $1 and seq = 2';
    expect(await tamper(changed)).toContain(at(2));
    expect(await tamper('delete from ledger_entry where member_id = $1 and seq = 2')).toContain(
      at(3),
    );
    const cut = await tamper('delete from ledger_entry where member_id = $1 and seq = 4');
    expect(cut).toContain(`chain: head of member ${memberId}`);
    const swap = `update ledger_entry e set amount = o.amount, hash = o.hash from ledger_entry o
      where e.member_id = $1 and o.member_id = $1 and (e.seq, o.seq) in ((1, 2), (2, 1))`;
    expect(await tamper(swap)).toContain(at(1));
    expect(await brokenChains(test.app.pool)).toEqual([]);
  });
});
