/** The life of a season: facts that come late, its end, and its freeze (S67 to S69). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/platform/clock.ts';
import { createTestApp, createTestProgram, type TestApp } from '../support/app.ts';
import { brief, earn, furnish, operate, standings } from './board.ts';

const clock = new FakeClock('2026-03-29T12:00:00Z');
let test: TestApp;

beforeAll(async () => {
  test = await createTestApp({ clock });
});
afterAll(() => test.close());

describe('a season', () => {
  it('holds the facts of its time, however late they come', async () => {
    const program = await createTestProgram(test.app);
    await furnish(test, program, ['ada', 'bob']);
    // Midnight in Rome between the two; both come on the day after.
    await earn(test, program, 'ada', 5, '2026-03-28T22:59:59.999Z');
    const after = await earn(test, program, 'bob', 2, '2026-03-28T23:00:00Z');
    const daily = (at: string) => standings(test, program, { after, key: 'daily', at });
    expect(brief(await daily('2026-03-28T12:00:00Z'))).toEqual(['1 ada 5']);
    expect(brief(await daily('2026-03-29T12:00:00Z'))).toEqual(['1 bob 2']);
    const weekly = await standings(test, program, { after, key: 'weekly' });
    expect(brief(weekly)).toEqual(['1 ada 5', '2 bob 2']);
  });

  it('is over with its day: CLOSING while late facts count, a new one begins', async () => {
    const program = await createTestProgram(test.app);
    await furnish(test, program, ['ada']);
    await earn(test, program, 'ada', 5);
    clock.set('2026-03-30T08:00:00Z');
    const after = await earn(test, program, 'ada', 1, '2026-03-29T20:00:00Z');
    const data = await operate(
      test,
      program,
      `{ leaderboard(key: "daily", after: ${after}) {
      season { state participants startsAt }
      past: season(at: "2026-03-29T12:00:00Z") { state endsAt standings { nodes { score } } }
      seasons(first: 5) { edges { node { startsAt } } } } }`,
    );
    clock.set('2026-03-29T12:00:00Z');
    expect(data.leaderboard).toEqual({
      season: { state: 'ACTIVE', participants: 0, startsAt: '2026-03-29T22:00:00.000Z' },
      past: {
        state: 'CLOSING',
        endsAt: '2026-03-29T22:00:00.000Z',
        standings: { nodes: [{ score: 6 }] },
      },
      seasons: {
        edges: [
          { node: { startsAt: '2026-03-29T22:00:00.000Z' } },
          { node: { startsAt: '2026-03-28T23:00:00.000Z' } },
        ],
      },
    });
  });

  it('once frozen stays as it was, and late facts are noted beside it', async () => {
    const program = await createTestProgram(test.app);
    await furnish(test, program, ['ada', 'bob']);
    const first = await earn(test, program, 'ada', 5, '2026-03-28T12:00:00Z');
    const before = await standings(test, program, {
      after: first,
      key: 'daily',
      at: '2026-03-28T12:00:00Z',
    });
    await test.app.pool.query(
      `update season s set frozen_at = $1 from leaderboard b
       where b.id = s.leaderboard_id and b.program_id = $2 and b.cadence = 'DAILY' and s.ends_at <= $1`,
      [clock.now().toISOString(), program.id],
    );
    await earn(test, program, 'ada', 1, '2026-03-28T13:00:00Z');
    const after = await earn(test, program, 'bob', 2, '2026-03-28T14:00:00Z');
    const frozen = await standings(test, program, {
      after,
      key: 'daily',
      at: '2026-03-28T12:00:00Z',
    });
    expect(frozen).toEqual(before);
    const weekly = await standings(test, program, { key: 'weekly' });
    expect(brief(weekly)).toEqual(['1 ada 6', '2 bob 2']);
    const { rows } = await test.app.pool.query(
      `select m.external_id as who, f.amount, f.event_position = $2 as newest
       from late_fact f join member m on m.id = f.member_id
       where m.program_id = $1 order by f.event_position`,
      [program.id, after],
    );
    expect(rows).toEqual([
      { who: 'ada', amount: 1, newest: false },
      { who: 'bob', amount: 2, newest: true },
    ]);
    const data = await operate(
      test,
      program,
      `{ leaderboard(key: "daily") {
      season(at: "2026-03-28T12:00:00Z") { state version } } }`,
    );
    expect(data.leaderboard.season).toEqual({ state: 'FROZEN', version: 1 });
  });

  it('splits one late check-in among the seasons of the days it corrects', async () => {
    const program = await createTestProgram(test.app);
    await furnish(test, program, ['ada']);
    const checkIn = async (at: string) => {
      const data = await operate(
        test,
        program,
        `mutation {
        checkIn(input: {member: {externalId: "ada"}, occurredAt: "${at}"}) {
          ... on CheckInPayload { position awards { points occurredAt } } } }`,
      );
      return data.checkIn;
    };
    await checkIn('2026-03-29T08:00:00Z');
    const late = await checkIn('2026-03-28T08:00:00Z');
    expect(late.awards.map(({ points }: { points: number }) => points)).toEqual([10, 5]);
    const score = async (at: string) =>
      (await standings(test, program, { after: late.position, key: 'daily', at }))[0]?.score;
    expect([await score('2026-03-28T12:00:00Z'), await score('2026-03-29T12:00:00Z')]).toEqual([
      10, 15,
    ]);
  });
});
