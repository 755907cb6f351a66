import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { recordActivity } from '../../src/activities/record-activity.ts';
import { setEarningRule } from '../../src/activities/set-earning-rule.ts';
import type { App } from '../../src/app.ts';
import { importCheckIn } from '../../src/checkin/import-check-in.ts';
import { adjustPoints } from '../../src/points/adjust-points.ts';
import { createReward } from '../../src/rewards/create-reward.ts';
import { redeemReward } from '../../src/rewards/redeem-reward.ts';
import { createTestApp, createTestProgram, type TestApp } from '../support/app.ts';
import { runCli, sql, verifyWithin } from './support.ts';

let test: TestApp;
let program: { id: number; key: string };

const TABLES = [
  ...['ledger_entry', 'lot', 'allocation', 'account', 'check_in', 'redemption'],
  ...['activity', 'standing', 'season'],
];

/** A program in which everything has happened to `ann`, and check-ins to the others. */
async function seed(app: App, programId: number): Promise<void> {
  const viewer = { kind: 'system', programId, name: 'test' } as const;
  const at = (day: number, hour = 8) => new Date(Date.UTC(2026, 2, day, hour));
  for (const externalId of ['ann', 'bob', 'cid']) {
    for (const day of [1, 2, 3, 5, 6, 4]) {
      await app.engine.run(importCheckIn, viewer, { externalId, occurredAt: at(day) });
    }
  }
  await setEarningRule(app, viewer, { activityType: 'walk', points: 7 });
  const reward = await createReward(app, viewer, { title: 'Cap', price: 25 });
  const member = { externalId: 'ann' };
  await app.engine.run(recordActivity, viewer, { member, type: 'walk', reference: 'w:1' });
  await app.engine.run(adjustPoints, viewer, { member, amount: 50, reason: 'goodwill' });
  await app.engine.run(adjustPoints, viewer, { member, amount: -5, reason: 'mistake' });
  await app.engine.run(redeemReward, viewer, { member, rewardId: Number(reward.id), quantity: 2 });
}

beforeAll(async () => {
  test = await createTestApp();
  program = await createTestProgram(test.app);
  await seed(test.app, program.id);
  await sql(
    test.databaseUrl,
    ...TABLES.map((table) => `create table saved_${table} as select * from ${table}`),
  );
  const first = await verifyWithin(test.databaseUrl); // Waits for the boards.
  expect(first).toMatchObject({ ok: true, problems: [], report: { members: 3, membersUnread: 0 } });
  await sql(
    test.databaseUrl,
    ...['standing', 'season'].flatMap((table) => [
      `drop table saved_${table}`,
      `create table saved_${table} as select * from ${table}`,
    ]),
  );
});
afterAll(() => test.close());

/** Changes rows as somebody may who owns the database. */
const tamper = (...statements: string[]) =>
  sql(
    test.databaseUrl,
    ...TABLES.map((table) => `alter table ${table} disable trigger user`),
    ...statements,
    ...TABLES.map((table) => `alter table ${table} enable trigger user`),
  );

afterEach(() =>
  tamper(
    ...TABLES.map((table) => `delete from ${table}`),
    ...TABLES.map((table) => `insert into ${table} select * from saved_${table}`),
  ),
);

const ann = "(select id from member where external_id = 'ann')";
const bob = "(select id from member where external_id = 'bob')";
const columns =
  'program_id, kind, amount, occurred_at, local_date, zone, utc_offset_seconds, day_start_minutes, recorded_at, source_type, source_id, purpose, rule_version, actor, idempotency_key, explanation, hash';
const season = (board: string) =>
  `(select s.id from season s join leaderboard b on b.id = s.leaderboard_id
    where b.key = '${board}' order by s.starts_at limit 1)`;

describe('a chain', () => {
  it.each([
    [
      'changed amount',
      `update ledger_entry set amount = amount + 1 where seq = 2 and member_id = ${bob}`,
      'bob',
      2,
    ],
    [
      'changed explanation',
      `update ledger_entry set explanation = explanation || '{"streakDay": 9}' where seq = 3 and member_id = ${bob}`,
      'bob',
      3,
    ],
    [
      'changed actor',
      `update ledger_entry set actor = 'nobody' where seq = 1 and member_id = ${ann}`,
      'ann',
      1,
    ],
    [
      'changed hash',
      `update ledger_entry set hash = sha256('x') where seq = 4 and member_id = ${ann}`,
      'ann',
      4,
    ],
    [
      'deleted first entry',
      `delete from ledger_entry where seq = 1 and member_id = ${bob}`,
      'bob',
      1,
    ],
    ['deleted entry', `delete from ledger_entry where seq = 3 and member_id = ${bob}`, 'bob', 3],
    [
      'deleted last entry',
      `delete from ledger_entry where member_id = ${bob} and seq = (select max(seq) from ledger_entry where member_id = ${bob})`,
      'bob',
      7,
    ],
    [
      'inserted entry',
      `insert into ledger_entry (member_id, seq, ${columns}) select member_id, seq + 1, ${columns.replace('source_id', "source_id || 'x'")} from ledger_entry where member_id = ${bob} and seq = 8`,
      'bob',
      9,
    ],
    [
      'swapped entries',
      `update ledger_entry set seq = 100 where seq = 2 and member_id = ${bob}; update ledger_entry set seq = 2 where seq = 3 and member_id = ${bob}; update ledger_entry set seq = 3 where seq = 100 and member_id = ${bob}`,
      'bob',
      2,
    ],
    [
      'entry moved to another member',
      `update ledger_entry set member_id = ${ann}, seq = 100 where member_id = ${bob} and seq = 8`,
      'ann',
      13,
    ],
  ])('with a %s', async (_case, statement, member, entrySeq) => {
    await tamper(statement);
    const { ok, report, problems } = await verifyWithin(test.databaseUrl);
    expect(ok).toBe(false);
    expect(report).toMatchObject({
      ok: false,
      difference: { program: program.key, member, entrySeq },
    });
    expect(problems).toHaveLength(1);
  });
});

describe('a figure', () => {
  it.each([
    ['balance', `update account set balance = balance + 1 where member_id = ${bob}`],
    ['lifetime earned', `update account set lifetime_earned = 0 where member_id = ${bob}`],
    ['last entry: seq', `update account set entry_seq = 3 where member_id = ${bob}`],
    ['last entry: hash', `update account set head_hash = sha256('x') where member_id = ${bob}`],
    ['streak: current', `update account set streak_current = 5 where member_id = ${bob}`],
    [
      'streak: longest',
      `update account set streak_longest = 7, streak_total_days = 9 where member_id = ${bob}`,
    ],
    ['streak: total days', `update account set streak_total_days = 9 where member_id = ${bob}`],
    [
      'streak: last date',
      `update account set last_check_in_date = '2026-03-07' where member_id = ${bob}`,
    ],
    ['account', `delete from account where member_id = ${bob}`],
    ['account: program', `update account set program_id = 77 where member_id = ${bob}`],
    [
      'lot 2: remaining',
      `update lot set remaining = remaining - 1 where seq = 2 and member_id = ${bob}`,
    ],
    ['lot 2: amount', `update lot set amount = amount + 1 where seq = 2 and member_id = ${bob}`],
    ['lot 2: amount', `delete from lot where seq = 2 and member_id = ${bob}`],
    [
      'lot 50: entry',
      `insert into lot select member_id, 50, program_id, amount, remaining, activates_at, expires_at from lot where seq = 1 and member_id = ${bob}`,
    ],
    [
      'next expiry',
      `update lot set expires_at = '2030-01-01' where seq = 2 and member_id = ${bob}`,
    ],
    [
      'streak: current',
      `delete from check_in where local_date = '2026-03-06' and member_id = ${bob}`,
    ],
    [
      'check-in 2026-03-02: points',
      `update check_in set points = 99 where local_date = '2026-03-02' and member_id = ${bob}`,
    ],
  ])('%s', async (what, statement) => {
    await tamper(statement);
    const { ok, report } = await verifyWithin(test.databaseUrl);
    expect(ok).toBe(false);
    expect(report.difference).toMatchObject({ program: program.key, member: 'bob', what });
  });

  it.each([
    [
      'entry 12: points allocated',
      `update allocation set amount = amount - 1 where (debit_seq, lot_seq) = (12, (select min(lot_seq) from allocation where debit_seq = 12 and amount > 1))`,
    ],
    ['entry 12: points allocated', 'delete from allocation where debit_seq = 12'],
    ['entry 3: points allocated', `insert into allocation values (${ann}, 3, 1, 5)`],
    ['lot 1: remaining', `update allocation set lot_seq = 10 where debit_seq = 11 and lot_seq = 1`],
    [
      'allocation of entry 11 from lot 12: lot',
      `update allocation set lot_seq = 12 where debit_seq = 11; update lot set remaining = remaining + 5 where member_id = ${ann} and seq = 1`,
    ],
    ['redemption 1: points', 'update redemption set points = points + 1'],
    ['redemption 1: entry', 'update redemption set entry_seq = 3'],
    ['redemption 1: points', 'delete from redemption'],
    ['activity walk:w:1: points', 'update activity set points = 8'],
    ['activity walk:w:1: points', 'delete from activity'],
    ['activity walk:w:1: member', `update activity set member_id = ${bob}`],
  ])('%s', async (what, statement) => {
    await tamper(statement);
    const { report } = await verifyWithin(test.databaseUrl);
    expect(report.difference).toMatchObject({ member: 'ann', what });
  });
});

describe('a board', () => {
  const whereBob = (board: string) => `where member_id = ${bob} and season_id = ${season(board)}`;

  it.each([
    [
      /^standing on all-time, .*: score$/,
      `update standing set score = score + 1 ${whereBob('all-time')}`,
    ],
    [/^standing on weekly, .*: score$/, `update standing set score = 1 ${whereBob('weekly')}`],
    [/^standing on daily, .*: score$/, `delete from standing ${whereBob('daily')}`],
    [
      /^standing on monthly, .*: reached at$/,
      `update standing set reached_at = '2026-03-01' ${whereBob('monthly')}`,
    ],
  ])('%s', async (what, statement) => {
    await tamper(statement);
    const { ok, report } = await verifyWithin(test.databaseUrl);
    expect(ok).toBe(false);
    expect(report.difference).toMatchObject({ member: 'bob', what: expect.stringMatching(what) });
  });

  it('with a wrong count of participants', async () => {
    await tamper(`update season set participants = 9 where id = ${season('all-time')}`);
    const { report } = await verifyWithin(test.databaseUrl);
    expect(report.difference).toMatchObject({ member: null, expected: '3', found: '9' });
  });

  it('with a standing of somebody who earned nothing in that season', async () => {
    const id = season('daily');
    await tamper(
      `delete from check_in where false`,
      `insert into member (program_id, external_id, display_name, enrolled_at)
       values (${program.id}, 'eve', 'Eve', now())`,
      `insert into account (member_id, program_id) select id, program_id from member where external_id = 'eve'`,
      `insert into standing select ${id}, id, 500, now() from member where external_id = 'eve'`,
      `update season set participants = participants + 1 where id = ${id}`,
    );
    const { report } = await verifyWithin(test.databaseUrl);
    await sql(test.databaseUrl, `delete from member where external_id = 'eve'`);
    expect(report.difference).toMatchObject({ member: 'eve', expected: 'none', found: '500' });
  });

  it('leaves frozen seasons alone', async () => {
    await tamper(
      `update season set frozen_at = now() where id = ${season('all-time')}`,
      `update standing set score = score + 1 ${whereBob('all-time')}`,
    );
    expect(await verifyWithin(test.databaseUrl)).toMatchObject({ ok: true });
  });
});

describe('the command', () => {
  it('says what differs in one line and exits 1', async () => {
    await tamper(`update account set balance = balance + 1 where member_id = ${bob}`);
    const run = await runCli(test.databaseUrl, ['verify', '--program', program.key]);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 1, stdout: '' });
    expect(run.stderr).toBe(
      `tallymark: program "${program.key}", member "bob": balance: expected 135, found 136\n`,
    );
    const json = await runCli(test.databaseUrl, ['--json', 'verify']);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, difference: { found: '136' } });
  });

  it('raises no false alarm while members are busy', async () => {
    const { app } = test;
    const viewer = { kind: 'system', programId: program.id, name: 'test' } as const;
    let stopped = false;
    let commands = 0;
    const traffic = Array.from({ length: 40 }, async (_, index) => {
      for (let turn = 0; !stopped; turn += 1) {
        const occurredAt = new Date(Date.UTC(2020, 0, 1 + ((turn * 7) % 400), 12));
        await app.engine.run(importCheckIn, viewer, { externalId: `busy-${index}`, occurredAt });
        const member = { externalId: `busy-${index}` };
        await app.engine.run(adjustPoints, viewer, { member, amount: -1, reason: 'test' });
        commands += 2;
      }
    });
    const results = [];
    for (let round = 0; round < 4; round += 1) results.push(await verifyWithin(test.databaseUrl));
    stopped = true;
    await Promise.all(traffic);
    expect(results.map(({ problems }) => problems)).toEqual([[], [], [], []]);
    expect(commands).toBeGreaterThan(500);
    const last = await verifyWithin(test.databaseUrl);
    expect(last).toMatchObject({ ok: true, report: { membersUnread: 0, members: 43 } });
    await sql(test.databaseUrl, `delete from member where external_id like 'busy-%'`);
  }, 60_000);
});
