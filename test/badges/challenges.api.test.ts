/** Badges for challenges, awarded once their settlement is published. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Economy, openEconomies } from '../economy/api.ts';
import { bePatient } from '../support/patience.ts';
import { badge, badgesOf, holdersOf, setBadge, sources } from './support.ts';

let economies: Awaited<ReturnType<typeof openEconomies>>;
let eco: Economy;
const START = '2026-03-10T12:00:00Z';
const SUNDAY = '2026-03-15T23:00:00.000Z';
beforeAll(async () => {
  bePatient();
  economies = await openEconomies(START);
});
// Rows made by hand are nothing to be proven.
afterAll(() => economies.test.close());
const names = ['ada', 'bob', 'cal', 'dan'];
beforeEach(async () => {
  eco = await economies.open();
  for (const name of names) await eco.enrol(name);
});

const sweep = () => eco.job('awardBadges');
const now = () => eco.clock.now().toISOString();
const holders = (key: string) => holdersOf(eco, names, key);

/** A challenge with its settlement, as the engine of challenges leaves them. */
async function challenge(kind: 'INDIVIDUAL' | 'TEAM', key: string): Promise<number> {
  const { pool } = eco.test.app;
  const one = async (text: string, values: unknown[]) =>
    Number((await pool.query<{ id: number }>(text, values)).rows[0]?.id);
  const { id: programId } = eco.program;
  const board = await one(
    `insert into leaderboard (program_id, key, title, metric, cadence, starts_at, ends_at)
     values ($1, $2, 'Contest', 'CHECK_INS', 'ALL_TIME', $3, $4) returning id`,
    [programId, key, START, SUNDAY],
  );
  const season = await one(
    `insert into season (leaderboard_id, starts_at, ends_at, frozen_at, definition)
     values ($1, $2, $3, $3, '{"rankMode": "COMPETITION"}') returning id`,
    [board, START, SUNDAY],
  );
  const team = kind === 'TEAM';
  const id = await one(
    `insert into challenge (program_id, leaderboard_id, kind, title, join_from, join_until, starts_at,
       ends_at, created_at, created_by, team_size_max, team_scoring, team_prize_split)
     values ($1, $2, $3::challenge_kind, 'Contest', $4, $5, $4, $5, $4, 'test', $6,
       $7::team_scoring, $8::team_prize_split) returning id`,
    [programId, board, kind, START, SUNDAY, ...(team ? [9, 'SUM', 'EQUAL'] : [null, null, null])],
  );
  await pool.query(
    `insert into settlement (program_id, season_id, challenge_id, state, terms, started_at)
     values ($1, $2, $3, 'RANKED', '{}', $4)`,
    [programId, season, id, SUNDAY],
  );
  return id;
}
async function join(
  challengeId: number,
  name: string,
  state: string,
  teamId: number | null = null,
) {
  await eco.test.app.pool.query(
    `insert into challenge_participant (challenge_id, member_id, program_id, team_id, state, joined_at,
       counts_from, updated_at)
     select $1, id, program_id, $4, $3::participant_state, $5, $5, $5 from member
     where program_id = $6 and external_id = $2`,
    [challengeId, name, state, teamId, START, eco.program.id],
  );
}
const publish = (challengeId: number) =>
  eco.test.app.pool.query(
    `update settlement set state = 'PUBLISHED', published_at = $2 where challenge_id = $1`,
    [challengeId, now()],
  );
const win = (challengeId: number, place: number, rank: number, participant: string | number) =>
  eco.test.app.pool.query(
    `insert into settlement_winner (settlement_id, place, rank, participant_id, score, reached_at, points)
     select s.id, $2, $3, coalesce($5::bigint, m.id), 10, $6, 5 from settlement s
     left join member m on m.program_id = s.program_id and m.external_id = $4
     where s.challenge_id = $1`,
    [
      ...[challengeId, place, rank, String(participant)],
      ...[typeof participant === 'number' ? participant : null, START],
    ],
  );

describe('a badge for a challenge', () => {
  it('goes to who stayed to its end, and to who won, once its settlement is published', async () => {
    await setBadge(eco, 'finisher', badge({ challenge: { finished: true } }), START);
    await setBadge(eco, 'winner', badge({ challenge: { top: 1 } }), START);
    await setBadge(eco, 'other', badge({ challenge: { finished: true, key: 'other' } }), START);
    const id = await challenge('INDIVIDUAL', 'run');
    for (const name of ['ada', 'bob']) await join(id, name, 'JOINED');
    await join(id, 'cal', 'LEFT');
    await join(id, 'dan', 'DISQUALIFIED');
    await win(id, 1, 1, 'bob');
    await win(id, 2, 2, 'ada');
    eco.clock.set(SUNDAY);
    await sweep();
    expect(await holders('finisher')).toEqual([]);
    await publish(id);
    await sweep();
    expect(await holders('finisher')).toEqual(['ada', 'bob']);
    expect(await holders('winner')).toEqual(['bob']);
    expect(await holders('other')).toEqual([]);
    expect((await badgesOf(eco, 'bob')).winner.earnedAt).toBe(SUNDAY);
    expect(await sources(eco, 'bob')).toEqual([`CHALLENGE:${id}`, `CHALLENGE:${id}`]);
    expect(await sweep()).toBe(0);
  });

  it('goes to the members of a team that won', async () => {
    await setBadge(eco, 'winner', badge({ challenge: { top: 1, key: 'teams' } }), START);
    const id = await challenge('TEAM', 'teams');
    await join(id, 'ada', 'JOINED', 901);
    await join(id, 'bob', 'JOINED', 902);
    await join(id, 'cal', 'LEFT', 901);
    await join(id, 'dan', 'JOINED', 901);
    await win(id, 1, 1, 901);
    eco.clock.set(SUNDAY);
    await publish(id);
    await sweep();
    expect(await holders('winner')).toEqual(['ada', 'dan']);
  });
});
