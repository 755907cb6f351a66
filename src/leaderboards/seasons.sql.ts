import type { Pool, PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';

/** A season as the database knows it. */
export type SeasonRow = {
  readonly id: number;
  readonly leaderboardId: number;
  readonly startsAt: Date;
  readonly endsAt: Date | null;
  readonly version: number;
  readonly participants: number;
  readonly frozenAt: Date | null;
};

export const seasonColumns = `
  s.id, s.leaderboard_id as "leaderboardId", s.starts_at as "startsAt", s.ends_at as "endsAt",
  s.version, s.participants, s.frozen_at as "frozenAt"`;

/** A leaderboard with the days it is counted in. */
export type BoardRow = {
  readonly id: number;
  readonly programId: number;
  readonly cadence: 'ALL_TIME' | 'DAILY' | 'WEEKLY' | 'MONTHLY';
  readonly zone: string;
  readonly dayStartMinutes: number;
};

/** The boards that count points earned in these programs. */
export const loadBoards = (client: PoolClient, programIds: number[]) =>
  named<BoardRow>(
    client,
    'leaderboards.loadBoards',
    `select b.id, b.program_id as "programId", b.cadence, p.zone,
            p.day_start_minutes as "dayStartMinutes"
     from leaderboard b join program p on p.id = b.program_id
     where b.program_id = any($1) and b.metric = 'POINTS_EARNED'`,
    [programIds],
  );

/** Finds seasons by board and start, making those that do not exist yet. */
export async function ensureSeasons(
  client: Pool | PoolClient,
  wanted: readonly { leaderboardId: number; startsAt: Date; endsAt: Date | null }[],
): Promise<SeasonRow[]> {
  const values = [
    wanted.map((season) => season.leaderboardId),
    wanted.map((season) => season.startsAt.toISOString()),
    wanted.map((season) => season.endsAt?.toISOString() ?? null),
  ];
  const find = () =>
    named<SeasonRow>(
      client,
      'leaderboards.findSeasons',
      `select ${seasonColumns} from unnest($1::int[], $2::timestamptz[]) as k (leaderboard_id, starts_at)
       join season s using (leaderboard_id, starts_at)`,
      values.slice(0, 2),
    );
  const found = await find();
  if (found.length === wanted.length) return found;
  await named(
    client,
    'leaderboards.createSeasons',
    `insert into season (leaderboard_id, starts_at, ends_at)
     select * from unnest($1::int[], $2::timestamptz[], $3::timestamptz[]) as w (board, starts, ends)
     order by board, starts on conflict do nothing`,
    values,
  );
  return find();
}

/** Adds to standings; a lower score is reached when it falls, a higher one at its newest fact (S65). */
export const addScores = (
  client: PoolClient,
  rows: readonly { seasonId: number; memberId: number; amount: number; reachedAt: Date }[],
) =>
  named<{ seasonId: number; created: boolean }>(
    client,
    'leaderboards.addScores',
    `insert into standing (season_id, member_id, score, reached_at)
     select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[])
       as v (season_id, member_id, amount, reached_at) order by season_id, member_id
     on conflict (season_id, member_id) do update set
       score = standing.score + excluded.score,
       reached_at = greatest(standing.reached_at, excluded.reached_at)
     returning season_id as "seasonId", xmax = 0 as created`,
    [
      rows.map((row) => row.seasonId),
      rows.map((row) => row.memberId),
      rows.map((row) => row.amount),
      rows.map((row) => row.reachedAt.toISOString()),
    ],
  );

/** Gives each season its next version. */
export const bumpVersions = (client: PoolClient, seasonIds: number[], newcomers: number[]) =>
  named<{ id: number; leaderboardId: number; version: number }>(
    client,
    'leaderboards.bumpVersions',
    `update season s set version = version + 1, participants = participants + v.newcomers
     from unnest($1::bigint[], $2::bigint[]) as v (id, newcomers) where s.id = v.id
     returning s.id, s.leaderboard_id as "leaderboardId", s.version`,
    [seasonIds, newcomers],
  );

/** Notes facts that came after their season was frozen: beside it, not in it (S67). */
export const noteLateFacts = (
  client: PoolClient,
  rows: readonly {
    seasonId: number;
    memberId: number;
    position: number;
    amount: number;
    reachedAt: Date;
  }[],
) =>
  named(
    client,
    'leaderboards.noteLateFacts',
    `insert into late_fact (season_id, member_id, event_position, amount, occurred_at)
     select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[])`,
    [
      rows.map((row) => row.seasonId),
      rows.map((row) => row.memberId),
      rows.map((row) => row.position),
      rows.map((row) => row.amount),
      rows.map((row) => row.reachedAt.toISOString()),
    ],
  );
