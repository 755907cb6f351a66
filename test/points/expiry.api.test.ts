import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultPlan } from '../../src/checkin/ladder.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import {
  createTestApp,
  createTestProgram,
  runJob,
  type TestApp,
  type TestProgram,
} from '../support/app.ts';
import { codeOf, enrol, readLedger, readMember, run, send } from '../support/commands.ts';
import { findBreaches } from '../support/invariants.ts';
import { bePatient } from '../support/patience.ts';
import { pays, setPlan, setRule } from '../support/rules.ts';
import { openSecondApp } from '../support/second-app.ts';

const clock = new FakeClock('2026-06-01T08:00:00Z');
const START = '2026-06-01T08:00:00.000Z';
const END = '2026-06-10T12:00:00.000Z';
let test: TestApp;
let second: TestApp;
let program: TestProgram;
let onePoint: string;
let members = 0;

beforeAll(async () => {
  bePatient();
  test = await createTestApp({ clock });
  second = await openSecondApp(test);
  program = await createTestProgram(test.app);
  const reward = { title: 'A point', price: 1 };
  const made = await run(test, program.keys.operator, 'createReward', reward);
  onePoint = made.reward.id;
});
afterAll(async () => {
  await sweep();
  expect(await findBreaches(test.app.pool)).toEqual([]);
  await second.close();
  await test.close();
});

const sweep = (app = test.app) => runJob(app, 'expirePoints');

const justBefore = (instant: string) => new Date(Date.parse(instant) - 1).toISOString();

/** A new member, with commands for them. */
async function member(at = START) {
  clock.set(at);
  const { operator, service } = program.keys;
  members += 1;
  const externalId = `member-${members}`;
  const id = await enrol(test, service, externalId);
  const by = { member: { externalId } };
  const memberId = Number(Buffer.from(id, 'base64').toString().split(':')[1]);
  return {
    memberId,
    add: (amount: number, expiresAt?: string) =>
      run(test, operator, 'adjustPoints', { ...by, amount, reason: 'test', expiresAt }),
    take: (amount: number) =>
      run(test, operator, 'adjustPoints', { ...by, amount: -amount, reason: 'test' }),
    spend: (quantity: number) =>
      run(test, service, 'redeemReward', { ...by, rewardId: onePoint, quantity }),
    act: (type: string, more: object = {}) =>
      run(test, service, 'recordActivity', { ...by, type, ...more }),
    points: async () => (await readMember(test, service, externalId)).points,
    ledger: () => readLedger(test, service, externalId),
    async allocations() {
      const { rows } = await test.app.pool.query(
        `select debit_seq as debit, lot_seq as lot, amount from allocation where member_id = $1
         order by debit_seq, lot_seq`,
        [memberId],
      );
      return rows.map(({ debit, lot, amount }) => [debit, lot, amount]);
    },
    async balance() {
      const { rows } = await test.app.pool.query(
        'select balance from account where member_id = $1',
        [memberId],
      );
      return rows[0].balance as number;
    },
  };
}

describe('the order of spending (S28)', () => {
  it('takes what expires first, then what is older; each debit stores what it took', async () => {
    const { add, spend, take, allocations, points } = await member();
    await add(10); // Lot 1: never expires, so it is spent last although it is the oldest.
    clock.advance(1);
    await add(20, '2026-06-20T00:00:00Z');
    await add(30, END);
    clock.advance(1);
    await add(5, END);
    await spend(32); // Entry 5.
    await take(10); // Entry 6.
    expect(await allocations()).toEqual([
      [5, 3, 30],
      [5, 4, 2],
      [6, 2, 7],
      [6, 4, 3],
    ]);
    await spend(23);
    expect((await allocations()).slice(4)).toEqual([
      [7, 1, 10],
      [7, 2, 13],
    ]);
    expect((await points()).available).toBe(0);
  });

  it('commands sent at once see the lots that those before them made and emptied', async () => {
    const { add, spend, allocations } = await member();
    const soon = '2026-06-05T00:00:00Z';
    const sent = [add(10, END), add(10, soon), add(2, soon), spend(11), spend(8)];
    expect((await Promise.all(sent)).map(({ code }) => code)).toEqual(Array(5).fill(undefined));
    expect(await allocations()).toEqual([
      [4, 2, 10], // The older of two that expire together.
      [4, 3, 1],
      [5, 1, 7],
      [5, 3, 1],
    ]);
  });
});

describe('expiry (S29, S30)', () => {
  it('removes only the unspent rest: not "active credits minus all debits"', async () => {
    const { memberId, add, spend, balance, points, ledger } = await member();
    await add(100, END);
    await add(50);
    await spend(60);
    clock.set(END);
    expect((await points()).available).toBe(50);
    expect(await balance()).toBe(90); // Not booked yet.
    expect(await sweep()).toBeGreaterThan(0);
    const { rows } = await test.app.pool.query(
      `select sum(e.amount) filter (where e.amount < 0 or l.expires_at is null or l.expires_at > $2)
         as naive from ledger_entry e left join lot l using (member_id, seq) where member_id = $1`,
      [memberId, END],
    );
    expect(Number(rows[0].naive)).toBe(-50); // Active credits minus all debits: far off.
    expect(await balance()).toBe(50);
    expect((await points()).available).toBe(50);
    expect((await ledger()).at(-1)).toMatchObject({
      kind: 'EXPIRY',
      amount: -40,
      reason: 'EXPIRY',
    });
  });

  it('points are spendable until just before the instant, though the sweep is early', async () => {
    const { add, spend, balance } = await member();
    await add(10, END);
    clock.set(justBefore(END));
    await sweep();
    expect(await balance()).toBe(10);
    expect((await spend(4)).member.points).toMatchObject({ available: 6 });
  });

  it('and not at it, though the sweep has not run', async () => {
    const { add, take, spend, points, ledger } = await member();
    await add(10, END);
    await add(3);
    clock.set(END);
    expect(await points()).toMatchObject({ available: 3, pending: 0, expiring: [] });
    expect(await spend(4)).toMatchObject({
      code: 'INSUFFICIENT_POINTS',
      available: 3,
      required: 4,
    });
    expect(await take(4)).toMatchObject({ code: 'INSUFFICIENT_POINTS', available: 3 });
    expect((await spend(3)).member.points.available).toBe(0);
    expect(await ledger()).toHaveLength(3);
  });

  it('is booked at its own instant however late; again and on two nodes at once it is nothing', async () => {
    const { add, take, ledger, points } = await member();
    await add(10, END);
    await add(7, '2026-06-12T00:00:00Z');
    await add(1, '2026-07-01T00:00:00Z');
    await add(4, '2026-06-02T00:00:00Z');
    await take(4); // Spent in full: it will expire without an entry.
    clock.set('2026-06-20T03:00:00Z');
    await Promise.all([sweep(), sweep(second.app), sweep(second.app), sweep()]);
    const booked = (await ledger()).slice(5);
    expect(booked).toMatchObject([
      { amount: -10, occurredAt: END, localDate: '2026-06-10' },
      { amount: -7, occurredAt: '2026-06-12T00:00:00.000Z', localDate: '2026-06-12' },
    ]);
    expect(booked[0].recordedAt).toBe('2026-06-20T03:00:00.000Z');
    expect(await sweep()).toBe(0);
    expect(await sweep(second.app)).toBe(0);
    expect(await ledger()).toHaveLength(7);
    expect(await points()).toMatchObject({ available: 1, expiring: [{ points: 1 }] });
  });
});

describe('pending points (S27) and their life', () => {
  it('cannot be spent before the start of their day, and are shown apart', async () => {
    await setRule(test, program, 'waits', pays('waits', 40, { pendingDays: 2, pointsDays: 3 }));
    const { add, act, spend, take, points, ledger } = await member();
    await add(5);
    const done = await act('waits');
    expect(done.member.points).toMatchObject({ available: 5, pending: 40, lifetimeEarned: 40 });
    const active = '2026-06-02T22:00:00.000Z';
    const until = '2026-06-04T22:00:00.000Z';
    expect((await points()).expiring).toEqual([{ at: until, points: 40 }]);
    const life = { activatesAt: active, expiresAt: until };
    expect(done.awards).toMatchObject([{ points: 40, ...life }]);
    expect(await ledger()).toMatchObject([
      { amount: 5, activatesAt: START, expiresAt: null },
      { amount: 40, ...life },
    ]);
    clock.set(justBefore(active));
    expect(await spend(6)).toMatchObject({ code: 'INSUFFICIENT_POINTS', available: 5 });
    expect(await take(6)).toMatchObject({ code: 'INSUFFICIENT_POINTS', available: 5 });
    clock.set(active);
    expect(await points()).toMatchObject({ available: 45, pending: 0 });
    expect((await spend(1)).member.points.available).toBe(44);
    clock.set(justBefore(until));
    expect((await points()).available).toBe(44);
    clock.set(until);
    expect(await points()).toMatchObject({ available: 5, lifetimeEarned: 40, expiring: [] });
  });

  it('a rule whose points would expire before they are active is refused', async () => {
    const { operator } = program.keys;
    for (const [pendingDays, pointsDays, code] of [
      [2, 1, 'RULE_NOT_VALID'],
      [1, 0, 'RULE_NOT_VALID'],
      [1, 1, undefined],
    ] as const) {
      const earning = pays('flash', 1, { pendingDays, pointsDays });
      await run(test, operator, 'draftRule', { key: 'flash', definition: { earning } });
      const answer = await send(test, operator, 'publishRule', { kind: 'EARNING', key: 'flash' });
      expect(codeOf(answer, 'publishRule')).toBe(code);
    }
  });

  it('a late fact whose points have expired already was earned, but gives nothing to spend', async () => {
    await setRule(test, program, 'brief', pays('brief', 9, { pointsDays: 0 }));
    const { act, spend, points, balance } = await member('2026-06-03T08:00:00Z');
    const done = await act('brief', { occurredAt: '2026-06-02T08:00:00Z' });
    expect(done.awards).toMatchObject([{ points: 9 }]);
    expect(done.member.points).toMatchObject({ available: 0, pending: 0, lifetimeEarned: 9 });
    expect(await spend(1)).toMatchObject({ code: 'INSUFFICIENT_POINTS', available: 0 });
    await sweep();
    expect(await balance()).toBe(0);
    expect(await points()).toMatchObject({ available: 0, lifetimeEarned: 9 });
  });

  it('check-ins expire by their plan; a late correction with the day it belongs to', async () => {
    const { id, keys } = await createTestProgram(test.app);
    await setPlan(test, { id }, { ...defaultPlan, expiry: { days: 10, until: 'END_OF_DAY' } });
    clock.set('2026-06-03T08:00:00Z');
    await enrol(test, keys.service, 'ada');
    const by = { member: { externalId: 'ada' } };
    await run(test, keys.service, 'checkIn', by);
    await run(test, keys.service, 'checkIn', { ...by, occurredAt: '2026-06-02T08:00:00Z' });
    expect((await readMember(test, keys.service, 'ada')).points.expiring).toEqual([
      { at: '2026-06-12T22:00:00.000Z', points: 10 },
      { at: '2026-06-13T22:00:00.000Z', points: 15 },
    ]);
  });
});

describe('the forecast (S31)', () => {
  it('lists every future (instant, amount), equal to what the sweeps then do', async () => {
    const { memberId, add, spend, points, ledger } = await member();
    await add(10, '2026-06-05T00:00:00Z');
    await add(20, '2026-06-06T00:00:00Z');
    await add(30, '2026-06-06T00:00:00Z');
    await spend(25);
    const { expiring } = await points();
    expect(expiring).toEqual([{ at: '2026-06-06T00:00:00.000Z', points: 35 }]);
    clock.set('2026-06-30T00:00:00Z');
    await sweep();
    const { rows } = await test.app.pool.query(
      `select occurred_at as at, -sum(amount)::bigint as points from ledger_entry
       where member_id = $1 and kind = 'EXPIRY' group by 1 order by 1`,
      [memberId],
    );
    expect(rows.map((row) => ({ ...row, at: row.at.toISOString() }))).toEqual(expiring);
    expect(await ledger()).toHaveLength(6);
  });

  it.each([
    ['2026-06-05T00:00:00Z', 0],
    ['2026-06-05T00:00:00.001Z', 1],
    ['2026-06-07T00:00:00Z', 2],
    [null, 3],
  ])('until %s names %i instants (half-open)', async (until, count) => {
    const { add } = await member();
    for (const day of ['05', '06', '07']) await add(10, `2026-06-${day}T00:00:00Z`);
    const query = `query ($until: DateTime, $id: String!) { member(by: { externalId: $id }) {
      points { expiring(until: $until) { at points } } } }`;
    const variables = { until, id: `member-${members}` };
    const { data } = await test.ask(program.keys.service, query, variables);
    expect(data.member.points.expiring).toHaveLength(count);
  });
});
