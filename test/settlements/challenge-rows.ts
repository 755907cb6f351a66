/** Challenges as rows: what joining, teams and targets leave behind for a settlement. */
import type { Economy } from '../economy/api.ts';
import { counted } from '../leaderboards/boards.ts';

type Row = Record<string, unknown>;

async function ask(eco: Economy, text: string, values: readonly unknown[]): Promise<Row[]> {
  const { rows } = await eco.test.app.pool.query<Row>(text, values as unknown[]);
  return rows;
}

/** What a test says of a challenge: its columns, in SQL’s words. */
export type ChallengeGiven = {
  readonly goal?: 'RANKING' | 'FIRST_TO_TARGET' | 'EVERYONE_AT_TARGET';
  readonly target?: number;
  /** Of teams: how they split. */
  readonly split?: 'EQUAL' | 'BY_CONTRIBUTION' | 'CAPTAIN';
  readonly prizes?: object;
  readonly cancelled?: boolean;
};

/** Makes the board’s present season one of a challenge; answers its id and the season’s. */
export async function challenge(eco: Economy, given: ChallengeGiven) {
  const { goal = 'RANKING', target = null, split = null, prizes, cancelled = false } = given;
  await counted(eco.test.app);
  const [board] = await ask(
    eco,
    `select b.id, s.id as "seasonId", s.starts_at as starts, s.ends_at as ends from leaderboard b
     join season s on s.leaderboard_id = b.id where b.program_id = $1 and b.key = 'board'`,
    [eco.program.id],
  );
  if (prizes !== undefined) {
    await ask(eco, 'update leaderboard set prizes = $2 where id = $1', [board?.id, prizes]);
  }
  const [row] = await ask(
    eco,
    `insert into challenge (program_id, leaderboard_id, kind, title, join_from, join_until, starts_at,
       ends_at, goal, target, team_size_max, team_scoring, team_prize_split, created_at, created_by,
       started_at, cancelled_at)
     values ($1, $2, $3, 'Spring cup', $4, $5, $4, $5, $6, $7, $8, $9, $10, $4, 'test', $4, $11)
     returning id`,
    [
      ...[eco.program.id, board?.id, split === null ? 'INDIVIDUAL' : 'TEAM'],
      ...[board?.starts, board?.ends, goal, target],
      ...(split === null ? [null, null, null] : [10, 'SUM', split]),
      cancelled ? board?.starts : null,
    ],
  );
  return { id: Number(row?.id), seasonId: Number(board?.seasonId) };
}

type Made = Awaited<ReturnType<typeof challenge>>;

/** Adds a team with a score and members, the first one its captain: name → state. */
export async function team(
  eco: Economy,
  { id, seasonId }: Made,
  { name, score, members }: { name: string; score: number; members: Record<string, string> },
): Promise<void> {
  const memberIds = await idsOf(eco, Object.keys(members));
  const [row] = await ask(
    eco,
    `insert into team (challenge_id, program_id, name, captain_id, invite_code, size, created_at)
     values ($1, $2, $3, $4, $5, $6, now()) returning id`,
    [id, eco.program.id, name, memberIds[0], `${id}-${name}`, memberIds.length],
  );
  for (const [index, state] of Object.values(members).entries()) {
    await ask(
      eco,
      `insert into challenge_participant (challenge_id, member_id, program_id, team_id, state,
         joined_at, counts_from, updated_at)
       values ($1, $2, $3, $4, $5, $6, $6, '2026-03-11')`,
      [id, memberIds[index], eco.program.id, row?.id, state, new Date(index)],
    );
  }
  await ask(
    eco,
    'insert into team_standing (season_id, team_id, score, reached_at) values ($1, $2, $3, $4)',
    [seasonId, row?.id, score, '2026-03-11'],
  );
}

/** Takes a team apart: its last member left. */
export const disband = (eco: Economy, name: string) =>
  ask(eco, `update team set disbanded_at = '2026-03-11' where name = $1 and program_id = $2`, [
    name,
    eco.program.id,
  ]);

/** Notes who reached the target, in this order, at one instant. */
export async function reached(eco: Economy, { seasonId }: Made, names: readonly string[]) {
  const ids = await idsOf(eco, names);
  for (const [index, id] of ids.entries()) {
    await ask(eco, 'insert into target_reached values ($1, $2, $3, $4)', [
      ...[seasonId, id, index + 1, '2026-03-12'],
    ]);
  }
}

async function idsOf(eco: Economy, names: readonly string[]): Promise<unknown[]> {
  const rows = await ask(
    eco,
    `select m.id from unnest($2::text[]) with ordinality as n (name, ordinal)
     join member m on m.program_id = $1 and m.external_id = n.name order by n.ordinal`,
    [eco.program.id, names],
  );
  return rows.map(({ id }) => id);
}
