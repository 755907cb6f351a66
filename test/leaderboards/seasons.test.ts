/** Which season a fact belongs to, and what happens to late ones (S67, S68). */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importCheckIn } from '../../src/checkin/import-check-in.ts';
import { seasonAt, seasonState } from '../../src/leaderboards/seasons.ts';
import { FakeClock } from '../../src/platform/clock.ts';
import { createTestApp, createTestProgram, type TestApp } from '../support/app.ts';

const rome = { zone: 'Europe/Rome', dayStartMinutes: 0 };
const at = (text: string) => new Date(text);

describe('the season that holds an instant', () => {
  it.each([
    ['DAILY', rome, '2026-03-29T10:00:00Z', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z', '23 h'],
    ['DAILY', rome, '2026-10-25T10:00:00Z', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', '25 h'],
    [
      'WEEKLY',
      rome,
      '2026-03-29T21:59:59Z',
      '2026-03-22T23:00:00Z',
      '2026-03-29T22:00:00Z',
      'DST week',
    ],
    [
      'WEEKLY',
      rome,
      '2026-03-29T22:00:00Z',
      '2026-03-29T22:00:00Z',
      '2026-04-05T22:00:00Z',
      'at its end: the next',
    ],
    [
      'MONTHLY',
      rome,
      '2026-10-31T22:59:59Z',
      '2026-09-30T22:00:00Z',
      '2026-10-31T23:00:00Z',
      'DST month',
    ],
    [
      'DAILY',
      { zone: 'Asia/Shanghai', dayStartMinutes: 240 },
      '2026-01-01T19:59:59Z',
      '2025-12-31T20:00:00Z',
      '2026-01-01T20:00:00Z',
      'day start 04:00',
    ],
    ['ALL_TIME', rome, '2026-10-31T22:59:59Z', '1970-01-01T00:00:00Z', null, 'no end'],
  ] as const)('%s %j %s', (cadence, days, instant, startsAt, endsAt, _case) => {
    expect(seasonAt(cadence, days, at(instant))).toEqual({
      startsAt: at(startsAt),
      endsAt: endsAt === null ? null : at(endsAt),
    });
  });

  it('touches its neighbours: no gap, no overlap', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('DAILY' as const, 'WEEKLY' as const, 'MONTHLY' as const),
        fc.constantFrom('Europe/Rome', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia'),
        fc.constantFrom(0, 240),
        fc.date({
          min: at('2010-01-01T00:00:00Z'),
          max: at('2030-01-01T00:00:00Z'),
          noInvalidDate: true,
        }),
        (cadence, zone, dayStartMinutes, instant) => {
          const days = { zone, dayStartMinutes };
          const { startsAt, endsAt } = seasonAt(cadence, days, instant);
          expect(startsAt <= instant && endsAt !== null && instant < endsAt).toBe(true);
          if (endsAt === null) return;
          expect(seasonAt(cadence, days, endsAt).startsAt).toEqual(endsAt);
          expect(seasonAt(cadence, days, new Date(startsAt.getTime() - 1)).endsAt).toEqual(
            startsAt,
          );
        },
      ),
    );
  });

  it.each([
    ['2026-06-09T21:59:59Z', null, 'SCHEDULED'],
    ['2026-06-09T22:00:00Z', null, 'ACTIVE'],
    ['2026-06-10T21:59:59Z', null, 'ACTIVE'],
    ['2026-06-10T22:00:00Z', null, 'CLOSING'],
    ['2026-06-11T12:00:00Z', '2026-06-11T12:00:00Z', 'FROZEN'],
  ])('stands at %s (frozen %s) as %s', (now, frozenAt, state) => {
    const interval = seasonAt('DAILY', rome, at('2026-06-10T12:00:00Z'));
    expect(
      seasonState({ ...interval, frozenAt: frozenAt === null ? null : at(frozenAt) }, at(now)),
    ).toBe(state);
  });
});

describe('facts of the past', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await createTestApp({ clock: new FakeClock('2026-06-10T12:00:00Z') });
  });
  afterAll(() => test.close());

  it('land in the season that holds them, and beside it once it is frozen', async () => {
    const program = await createTestProgram(test.app);
    const take = (externalId: string, occurredAt: string) =>
      test.app.engine.run(
        importCheckIn,
        { kind: 'system', programId: program.id, name: 'import' },
        { externalId, occurredAt: at(occurredAt) },
      );
    const day = async (after: number) => {
      const { data } = await test.ask(
        program.keys.service,
        `query ($after: SafeInt) { leaderboard(key: "daily", after: $after) { season(at: "2020-02-03T12:00:00Z") {
          startsAt state version standings { nodes { score member { externalId } } } } } }`,
        { after },
      );
      return data.leaderboard.season;
    };
    const first = await take('ada', '2020-02-03T08:00:00Z');
    const open = await day(first.outcome.position);
    expect(open).toMatchObject({ startsAt: '2020-02-02T23:00:00.000Z', state: 'CLOSING' });
    expect(open.standings.nodes).toEqual([{ score: 10, member: { externalId: 'ada' } }]);

    await test.app.pool.query(
      `update season set frozen_at = '2020-02-05' where starts_at = '2020-02-02T23:00:00Z'`,
    );
    const late = await take('bob', '2020-02-03T09:00:00Z');
    expect(await day(late.outcome.position)).toEqual({ ...open, state: 'FROZEN' });
    const { rows } = await test.app.pool.query(
      `select l.amount, l.event_position as position, b.cadence from late_fact l
       join season s on s.id = l.season_id join leaderboard b on b.id = s.leaderboard_id order by 3`,
    );
    // Daily and weekly seasons that start that Monday are one instant: both were frozen.
    expect(rows.map(({ cadence }) => cadence)).toEqual(['DAILY', 'WEEKLY']);
    expect(rows[0]).toMatchObject({ amount: 10, position: late.outcome.position });
    const { data } = await test.ask(
      program.keys.service,
      '{ leaderboard(key: "all-time") { season { standings { nodes { score } } } } }',
    );
    expect(data.leaderboard.season.standings.nodes).toEqual([{ score: 10 }, { score: 10 }]);
  });

  it('are not made up by reading: only the current season is', async () => {
    const program = await createTestProgram(test.app);
    const { data } = await test.ask(
      program.keys.screen,
      `{ leaderboard(key: "daily") {
        past: season(at: "2001-01-01T00:00:00Z") { id }
        future: season(at: "2050-01-01T00:00:00Z") { id }
        today: season(at: "2026-06-10T01:00:00Z") { id }
        season { id } } }`,
    );
    const list = '{ leaderboard(key: "daily") { seasons { edges { node { id } } } } }';
    const after = await test.ask(program.keys.screen, list);
    const { past, future, today, season } = data.leaderboard;
    expect([past, future]).toEqual([null, null]);
    expect(today).toEqual(season);
    expect(after.data.leaderboard.seasons.edges).toEqual([{ node: season }]);
  });
});
