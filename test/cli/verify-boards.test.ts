import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { importCheckIn } from '../../src/checkin/import-check-in.ts';
import { limits } from '../../src/limits.ts';
import { adjustPoints } from '../../src/points/adjust-points.ts';
import { runCli, sql, verifyWithin } from './support.ts';
import { bob, createTamperable, type Tamperable } from './tamperable.ts';

let database: Tamperable;
beforeAll(async () => {
  database = await createTamperable();
});
afterEach(() => database.restore());
afterAll(() => database.close());

const season = (board: string) =>
  `(select s.id from season s join leaderboard b on b.id = s.leaderboard_id
    where b.key = '${board}' order by s.starts_at limit 1)`;

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
    await database.tamper(statement);
    const { ok, report } = await verifyWithin(database.url);
    expect(ok).toBe(false);
    expect(report.difference).toMatchObject({ member: 'bob', what: expect.stringMatching(what) });
  });

  it('with a wrong count of participants', async () => {
    await database.tamper(`update season set participants = 9 where id = ${season('all-time')}`);
    const { report } = await verifyWithin(database.url);
    expect(report.difference).toMatchObject({ member: null, expected: '4', found: '9' });
  });

  it('with a standing of somebody who earned nothing in that season', async () => {
    const id = season('daily');
    await database.tamper(
      `insert into member (program_id, external_id, display_name, enrolled_at)
       values (${database.program.id}, 'eve', 'Eve', now())`,
      `insert into account (member_id, program_id) select id, program_id from member where external_id = 'eve'`,
      `insert into standing select ${id}, id, 500, now() from member where external_id = 'eve'`,
      `update season set participants = participants + 1 where id = ${id}`,
    );
    const { report } = await verifyWithin(database.url);
    await sql(database.url, `delete from member where external_id = 'eve'`);
    expect(report.difference).toMatchObject({ member: 'eve', expected: 'none', found: '500' });
  });

  it.each([
    [/: histogram$/, 'standings = standings + 1', '4', '5'],
    [
      /: histogram, mark 1$/,
      `scores = '{1}', reached_ats = '{2026-01-01}', member_ids = '{0}', ahead = '{3}'`,
      '4',
      '3',
    ],
  ])('with %s', async (what, change, expected, found) => {
    await database.tamper(
      `update season_histogram set ${change} where season_id = ${season('all-time')}`,
    );
    const { report } = await verifyWithin(database.url);
    const wanted = { member: null, what: expect.stringMatching(what), expected, found };
    expect(report.difference).toMatchObject(wanted);
  });

  it('leaves frozen seasons alone', async () => {
    await database.tamper(
      `update season set frozen_at = now() where id = ${season('all-time')}`,
      `update standing set score = score + 1 ${whereBob('all-time')}`,
    );
    expect(await verifyWithin(database.url)).toMatchObject({ ok: true });
  });
});

describe('the command', () => {
  it('says what differs in one line and exits 1', async () => {
    await database.tamper(`update account set balance = balance + 1 where member_id = ${bob}`);
    const run = await runCli(database.url, ['verify', '--program', database.program.key]);
    expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 1, stdout: '' });
    expect(run.stderr).toBe(
      `tallymark: program "${database.program.key}", member "bob": balance: expected 135, found 136\n`,
    );
    const json = await runCli(database.url, ['--json', 'verify']);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, difference: { found: '136' } });
  });

  it('that does not catch up is not said to be right', async () => {
    const usual = limits.verifyBoardsMs;
    Object.assign(limits, { verifyBoardsMs: 500, positionWaitMs: 200 });
    const forgotten = new pg.Client({ connectionString: database.url });
    await forgotten.connect();
    try {
      await forgotten.query('begin');
      await forgotten.query('select pg_current_xact_id()'); // Later events wait for it.
      const viewer = { kind: 'system', programId: database.program.id, name: 'test' } as const;
      const member = { externalId: 'bob' };
      await database.app.engine.run(adjustPoints, viewer, { member, amount: 1, reason: 'test' });
      const { ok, problems } = await verifyWithin(database.url);
      expect([ok, problems.at(-1)]).toEqual([
        false,
        expect.stringMatching(/^1 members’ standings were not compared: .* do not catch up/),
      ]);
    } finally {
      Object.assign(limits, { verifyBoardsMs: usual, positionWaitMs: 3_000 });
      await forgotten.end();
    }
  });

  it('raises no false alarm while members are busy', async () => {
    const { app } = database;
    const viewer = { kind: 'system', programId: database.program.id, name: 'test' } as const;
    let stopped = false;
    let commands = 0;
    const traffic = Array.from({ length: 20 }, async (_, index) => {
      const externalId = `busy-${index}`;
      for (let turn = 0; !stopped; turn += 1) {
        const occurredAt = new Date(Date.UTC(2020, 0, 1 + ((turn * 7) % 400), 12));
        await app.engine.run(importCheckIn, viewer, { externalId, occurredAt });
        const correction = { amount: -1, reason: 'test' };
        await app.engine.run(adjustPoints, viewer, { member: { externalId }, ...correction });
        commands += 2;
        await new Promise((resolve) => setTimeout(resolve, 10)); // Leaves the verifier some room.
      }
    });
    const problems: string[] = [];
    try {
      while (commands < 500) problems.push(...(await verifyWithin(database.url)).problems);
    } finally {
      stopped = true;
      await Promise.all(traffic);
    }
    expect(problems).toEqual([]);
    const last = await verifyWithin(database.url);
    expect(last).toMatchObject({ ok: true, report: { membersUnread: 0, members: 24 } });
    await sql(database.url, `delete from member where external_id like 'busy-%'`);
  }, 120_000);
});
