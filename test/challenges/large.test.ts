/** Ten thousand members in five hundred teams, from joining to the last payout. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { recordActivity } from '../../src/activities/record-activity.ts';
import { joinChallenge } from '../../src/challenges/join-challenge.ts';
import type { Operation } from '../../src/engine/operation.ts';
import { enrolMember } from '../../src/members/enrol-member.ts';
import { HOUR, openEconomies } from '../economy/api.ts';
import { counted } from '../leaderboards/boards.ts';
import { bePatient } from '../support/patience.ts';
import { contest } from './support.ts';

const TEAMS = 500;
const SIZE = 20;
const MEMBERS = TEAMS * SIZE;
const CALLERS = 500;
/** The first hundred teams win 2,000 points each. */
const WINNERS = 100;
const PRIZE = 2_000;

let economies: Awaited<ReturnType<typeof openEconomies>>;
beforeAll(async () => {
  bePatient();
  economies = await openEconomies('2026-03-10T12:00:00Z');
});
afterAll(() => economies.close()); // Proves every line, standing and payout.

it('a challenge of 10,000 members in 500 teams runs from join to payout', async () => {
  const eco = await economies.open();
  const { engine, pool } = eco.test.app;
  const viewer = { kind: 'system', programId: eco.program.id, name: 'test' } as const;
  const nameOf = (n: number) => `m${n}`;
  /** Commands of many at once, for members `from` on. */
  const each = async <Input extends object, Outcome>(
    operation: Operation<Input, Outcome>,
    inputOf: (n: number) => Input,
    from = 0,
  ) => {
    let next = from;
    const call = async () => {
      for (let n = next++; n < MEMBERS; n = next++) {
        await engine.run(operation, viewer, inputOf(n));
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, call));
  };
  await each(enrolMember, (n) => ({ externalId: nameOf(n) }));
  const one = await contest(eco, {
    ...{ kind: 'TEAM', capacity: TEAMS, settleDelayMinutes: 0, title: 'All of us' },
    teamRules: { sizeMax: SIZE, scoring: 'TOP_N', top: 10, prizeSplit: 'BY_CONTRIBUTION' },
    prizes: { bands: [{ from: 1, to: WINNERS, points: PRIZE }], ties: 'FIRST' },
  });
  const { rows } = await pool.query('select max(id) as id from challenge');
  const challengeId = rows[0].id as number;
  // The captains first: members n, n + 500, n + 1,000 … are a team.
  const memberOf = (n: number) => ({ externalId: nameOf(n) });
  await Promise.all(
    Array.from({ length: TEAMS }, (_, n) =>
      engine.run(joinChallenge, viewer, {
        ...{ member: memberOf(n), challengeId, team: { create: { name: `Team ${n}` } } },
      }),
    ),
  );
  const teams = await pool.query(
    'select name, invite_code as code from team where challenge_id = $1',
    [challengeId],
  );
  const codes = new Map(teams.rows.map(({ name, code }) => [name as string, code as string]));
  await each(
    joinChallenge,
    (n) => ({
      ...{ member: memberOf(n), challengeId },
      team: { inviteCode: codes.get(`Team ${n % TEAMS}`) ?? '' },
    }),
    TEAMS,
  );
  expect(await one.read('participantsCount teamsCount')).toEqual({
    participantsCount: MEMBERS,
    teamsCount: TEAMS,
  });
  eco.clock.advance(HOUR);
  await each(recordActivity, (n) => ({
    ...{ member: memberOf(n), type: 'run', reference: `r${n}`, value: 1 + ((n * 7919) % 97) },
  }));
  await vi.waitFor(() => counted(eco.test.app), { timeout: 60_000 });
  eco.clock.advance(24 * HOUR);
  for (const job of ['startChallenges', 'freezeSeasons', 'settleSeasons']) await eco.job(job);
  while ((await one.read('phase')).phase !== 'SETTLED') await eco.job('settleSeasons');
  const { season } = await one.read(`season { settlement { ranked planned paid
    winners(first: 100) { edges { node { points } } } } }`);
  const { winners, ...figures } = season.settlement;
  expect(figures).toEqual({ ranked: TEAMS, planned: WINNERS * PRIZE, paid: WINNERS * PRIZE });
  expect(winners.edges).toHaveLength(WINNERS);
  // All twenty of a team get their part of what it won.
  const payouts = await pool.query(
    `select count(*)::int as members, sum(points)::int as points, count(distinct place)::int as places
     from payout where state = 'PAID'`,
  );
  expect(payouts.rows).toEqual([
    { members: WINNERS * SIZE, points: WINNERS * PRIZE, places: WINNERS },
  ]);
}, 300_000);
