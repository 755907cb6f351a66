/** Seasons with prizes settle: who wins, what is paid, and what the API says of it (S79, S80). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inTransaction } from '../../src/platform/db.ts';
import { type Economy, fixed, openEconomies } from '../economy/api.ts';
import { backfill, send } from '../leaderboards/boards.ts';
import { runJob } from '../support/app.ts';
import { bePatient } from '../support/patience.ts';
import { openSecondApp } from '../support/second-app.ts';
import {
  bands,
  contest,
  freeze,
  paid,
  score,
  settle,
  settlement,
  TUESDAY,
  won,
} from './contest.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies(TUESDAY);
});
afterAll(() => economies.close());
beforeEach(async () => {
  eco = await economies.open();
});

describe('a season with prizes', () => {
  it('pays its places once it is frozen, and says so', async () => {
    await contest(eco, { bands });
    await score(eco, { ada: 9, bob: 7, cem: 7, dan: 3, eve: 1 });
    expect(await settlement(eco)).toBeNull();
    await freeze(eco);
    expect(await settlement(eco)).toMatchObject({
      ...{ state: 'FROZEN', startedAt: '2026-03-15T23:00:00.000Z', publishedAt: null },
      ...{ ranked: 0, planned: 0, paid: 0, version: 1 },
      prizes: { budget: 230, ties: 'SHARE', each: null, bands },
    });
    await eco.job('settleSeasons');
    const found = await settlement(eco);
    expect(found).toMatchObject({
      ...{ state: 'PUBLISHED', ranked: 5, planned: 230, paid: 230 },
      publishedAt: '2026-03-15T23:00:00.000Z',
    });
    expect(won(found)).toEqual(['1 1 ada 100', '2 2 bob 60', '3 2 cem 60', '4 4 dan 10']);
    expect(paid(found)).toEqual(['ada 100 PAID', 'bob 60 PAID', 'cem 60 PAID', 'dan 10 PAID']);
    expect((await eco.points('ada')).available).toBe(100);
    expect((await eco.points('eve')).available).toBe(0);
    expect(await eco.job('settleSeasons')).toBe(0);
    expect((await eco.points('ada')).available).toBe(100);
  });

  it('explains the line in both languages, dated when the season became final', async () => {
    await contest(eco, { bands });
    await score(eco, { ada: 9, bob: 7 });
    await freeze(eco);
    eco.clock.advance(3 * 3_600_000);
    await eco.job('settleSeasons');
    const [line] = await eco.ledger('bob');
    expect(line).toMatchObject({
      ...{ kind: 'PRIZE', amount: 60, reason: 'PRIZE', localDate: '2026-03-16' },
      explanation: 'Rank 2 in Sharers, from 2026-03-09 on.',
      zh: '“Sharers”（2026-03-09 起）第 2 名。',
    });
  });

  it('is settled by its terms as of the freeze, whatever changes afterwards', async () => {
    await contest(eco, { bands });
    await score(eco, { ada: 9 });
    const more = { bands: [{ from: 1, to: 4, points: 150 }] };
    await send(eco, 'updateLeaderboard', { key: 'board', prizes: more });
    await freeze(eco);
    const evenMore = { bands: [{ from: 1, to: 5, points: 500 }] };
    await send(eco, 'updateLeaderboard', { key: 'board', title: 'Others', prizes: evenMore });
    await eco.job('settleSeasons');
    const found = await settlement(eco);
    expect(found).toMatchObject({ version: 2, prizes: { budget: 600 }, planned: 150 });
    const [line] = await eco.ledger('ada');
    expect(line.explanation).toBe('Rank 1 in Sharers, from 2026-03-09 on.');
  });

  it('without prizes makes no settlement', async () => {
    await contest(eco, undefined);
    await score(eco, { ada: 9 });
    await settle(eco);
    expect(await settlement(eco)).toBeNull();
  });

  it('that was over before there were prizes wins nothing, be it by a backfill', async () => {
    await eco.enrol('ada');
    await eco.act('ada', 'share', { value: 5 });
    eco.clock.set('2026-03-17T12:00:00Z');
    await contest(eco, { bands }, { startsAt: '2026-03-02T00:00:00Z' });
    await eco.act('ada', 'share', { value: 7 });
    await backfill(eco, 'board', false);
    await settle(eco, '2026-03-22T23:00:00Z');
    expect(await settlement(eco)).toBeNull();
    const after = await settlement(eco, { at: '2026-03-17T12:00:00Z' });
    expect(won(after)).toEqual(['1 1 ada 100']);
    expect((await eco.points('ada')).available).toBe(100);
    const query = `{ leaderboard(key: "board") { prizes { since }
      old: season(at: "${TUESDAY}") { state prizes { budget } } } }`;
    const { data } = await eco.test.ask(eco.program.keys.screen, query);
    expect(data.leaderboard).toEqual({
      ...{ prizes: { since: '2026-03-17T12:00:00.000Z' }, old: { state: 'FROZEN', prizes: null } },
    });
  });

  it('nobody scored in is settled, too', async () => {
    await contest(eco, { bands });
    await settlement(eco);
    await settle(eco);
    expect(await settlement(eco)).toMatchObject({
      ...{ state: 'PUBLISHED', ranked: 0, planned: 0, paid: 0, winners: [] },
    });
  });
});

describe('a prize', () => {
  it('counts for no tier, leaderboard, cap or lifetime sum, and repays debts', async () => {
    await eco.earning('share', fixed('share', 5));
    await eco.policy({ caps: [{ points: 20, period: 'DAY' }], reversal: 'ALLOW_DEBT' });
    const levels = [
      { key: 'base', name: 'Base', threshold: 0 },
      { key: 'gold', name: 'Gold', threshold: 50 },
    ];
    await eco.tiers({ basis: 'LIFETIME', levels });
    await contest(eco, { bands });
    const earned = { metric: 'POINTS_EARNED', activityType: undefined, prizes: undefined };
    await contest(eco, undefined, { key: 'earned', ...earned, cadence: 'ALL_TIME' });
    await score(eco, { ada: 9 });
    await settle(eco);
    expect(await eco.tier('ada')).toBe('base');
    expect(await eco.points('ada')).toMatchObject({ available: 105, lifetimeEarned: 5 });
    await eco.act('ada', 'share');
    const { data } = await eco.test.ask(
      eco.program.keys.operator,
      `{ leaderboard(key: "earned") { season { standings { nodes { score } } } } }`,
    );
    expect(data.leaderboard.season.standings.nodes[0].score).toBeLessThanOrEqual(10);
    expect(await eco.points('ada')).toMatchObject({ available: 110, lifetimeEarned: 10 });
  });

  it('expires as the prizes say, from the date of the freeze', async () => {
    await contest(eco, { bands, expiry: { days: 10, until: 'END_OF_DAY' } });
    await score(eco, { ada: 9 });
    await freeze(eco);
    eco.clock.advance(24 * 3_600_000);
    await eco.job('settleSeasons');
    const [line] = await eco.ledger('ada');
    expect(line).toMatchObject({
      ...{ localDate: '2026-03-16', activatesAt: '2026-03-15T23:00:00.000Z' },
      expiresAt: '2026-03-26T23:00:00.000Z',
    });
    const query = `{ leaderboard(key: "board") { prizes { expiry { days months years until } } } }`;
    const { data } = await eco.test.ask(eco.program.keys.screen, query);
    expect(data.leaderboard.prizes.expiry).toEqual({
      ...{ days: 10, months: 0, years: 0, until: 'END_OF_DAY' },
    });
    eco.clock.set('2026-03-26T23:00:00Z');
    expect((await eco.points('ada')).available).toBe(0);
    await eco.job('expirePoints');
  });

  it('is forfeited by who was erased before it was paid; nobody else has more of it', async () => {
    await contest(eco, { bands });
    await score(eco, { ada: 9, bob: 7 });
    await freeze(eco);
    await eco.done('eraseMember', 'ada');
    await eco.job('settleSeasons');
    const found = await settlement(eco);
    expect(found).toMatchObject({ state: 'PUBLISHED', planned: 160, paid: 60 });
    expect(paid(found)).toEqual(['Erased member 100 FORFEITED', 'bob 60 PAID']);
  });

  it('is paid once by two nodes at once', async () => {
    await contest(eco, { bands: [{ from: 1, to: 30, points: 7 }] });
    const names = Array.from({ length: 30 }, (_one, index) => `m${index}`);
    await score(eco, Object.fromEntries(names.map((name) => [name, 5])));
    await freeze(eco);
    const second = await openSecondApp(eco.test);
    try {
      await Promise.all([eco.job('settleSeasons'), runJob(second.app, 'settleSeasons')]);
      await eco.job('settleSeasons');
    } finally {
      await second.close();
    }
    expect(await settlement(eco)).toMatchObject({ state: 'PUBLISHED', planned: 210, paid: 210 });
    for (const name of names) expect((await eco.points(name)).available).toBe(7);
  });

  it('tells subscribers of the season and of the member when it is published', async () => {
    await contest(eco, { bands });
    await score(eco, { ada: 9 });
    await freeze(eco);
    const heard: object[] = [];
    const leave = eco.test.app.bus.subscribe((message) => heard.push(message as object));
    await eco.job('settleSeasons');
    await expect.poll(() => heard.some((one) => 'final' in one)).toBe(true);
    const memberId = Number(
      (
        await eco.test.app.pool.query(`select id from member where program_id = $1`, [
          eco.program.id,
        ])
      ).rows[0].id,
    );
    await expect
      .poll(() => heard.some((one) => (one as { members: number[] }).members.includes(memberId)))
      .toBe(true);
    leave();
  });
});

describe('a settlement that cannot go on', () => {
  it('keeps no other waiting, and goes on once it can', async () => {
    const { pool } = eco.test.app;
    await contest(eco, { bands });
    await score(eco, { ada: 9 });
    const other = await economies.open();
    await contest(other, { bands });
    await score(other, { bob: 9 });
    await freeze(other);
    const broken = (
      await pool.query('select terms from settlement where program_id = $1', [eco.program.id])
    ).rows[0].terms;
    const tamper = (terms: object) =>
      inTransaction(pool, async (client) => {
        await client.query('set local session_replication_role = replica');
        await client.query('update settlement set terms = $2 where program_id = $1', [
          ...[eco.program.id, terms],
        ]);
      });
    await tamper({ ...broken, prizes: null });
    await other.job('settleSeasons');
    expect(await settlement(other)).toMatchObject({ state: 'PUBLISHED', paid: 100 });
    await tamper(broken);
    expect(await settlement(eco)).toMatchObject({ state: 'FROZEN' });
    await eco.job('settleSeasons');
    expect(await settlement(eco)).toMatchObject({ state: 'PUBLISHED', paid: 100 });
  });
});

describe('a payout that cannot be paid', () => {
  it('keeps no other waiting, nor the job busy, and is paid once it can', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    await contest(eco, { bands });
    await score(eco, { ada: 9, bob: 7 });
    await eco.done('adjustPoints', 'ada', { amount: most - 5, reason: 'start' });
    await freeze(eco);
    expect(await eco.job('settleSeasons')).toBeGreaterThan(0);
    expect(paid(await settlement(eco))).toEqual(['ada 100 PLANNED', 'bob 60 PAID']);
    expect(await eco.job('settleSeasons')).toBe(0);
    await eco.done('adjustPoints', 'ada', { amount: -95, reason: 'room' });
    expect(await eco.job('settleSeasons')).toBeGreaterThan(0);
    expect(await settlement(eco)).toMatchObject({ state: 'PUBLISHED', planned: 160, paid: 160 });
    expect((await eco.points('ada')).available).toBe(most);
    // Other members' sums of this program would be beyond what is exact.
    await eco.done('adjustPoints', 'ada', { amount: -(most - 100), reason: 'end' });
  });
});

describe('payouts', () => {
  it('are shown whole to operators and services, their own to members, to screens none', async () => {
    await contest(eco, { bands });
    await score(eco, { ada: 9, bob: 7 });
    await settle(eco);
    const { keys } = eco.program;
    eco.clock.set(TUESDAY); // Tokens of tests are short.
    const member = await eco.program.token('bob');
    expect(paid(await settlement(eco, { key: keys.service }))).toHaveLength(2);
    expect(paid(await settlement(eco, { key: keys.screen }))).toEqual([]);
    const own = await settlement(eco, { key: member });
    expect(paid(own)).toEqual(['bob 60 PAID']);
    expect(won(own)).toEqual(['1 1 ada 100', '2 2 bob 60']);
  });
});
