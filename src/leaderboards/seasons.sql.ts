import { limits } from '../limits.ts';
import type { Pool, PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import { writeStandings } from './histogram.sql.ts';
import type { Move } from './histogram.ts';
import type { StandingPlace } from './standings.ts';

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

/** A member's change in a season; one for each season and member. */
export type ScoreChange = {
  readonly seasonId: number;
  readonly memberId: number;
  readonly amount: number;
  readonly reachedAt: Date;
};

type PutRow = { seasonId: number; created: boolean } & StandingPlace & {
    oldScore: number | null;
    oldReachedAt: Date | null;
  };

/** Adds to standings; a lower score is reached when it falls, a higher one at its newest fact (S65). */
export const addScores = (
  client: PoolClient,
  rows: readonly ScoreChange[],
): Promise<{ seasonId: number; memberId: number; created: boolean }[]> => {
  const seasonIds = [...new Set(rows.map((row) => row.seasonId))];
  return writeStandings(client, seasonIds, () => putScores(client, rows), moveOf);
};

/** The season is locked: what a row was before is what the statement sees. */
const putScores = (client: PoolClient, rows: readonly ScoreChange[]) =>
  named<PutRow>(
    client,
    'leaderboards.addScores',
    `with v as (
       select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[])
         as v (season_id, member_id, amount, reached_at)),
     old as (select t.* from v join standing t using (season_id, member_id)),
     put as (
       insert into standing (season_id, member_id, score, reached_at)
       select * from v order by season_id, member_id
       on conflict (season_id, member_id) do update set
         score = standing.score + excluded.score,
         reached_at = greatest(standing.reached_at, excluded.reached_at)
       returning *)
     select put.season_id as "seasonId", put.member_id as "memberId", put.score,
            put.reached_at as "reachedAt", old.score as "oldScore",
            old.reached_at as "oldReachedAt", old.season_id is null as created
     from put left join old using (season_id, member_id)`,
    [
      rows.map((row) => row.seasonId),
      rows.map((row) => row.memberId),
      rows.map((row) => row.amount),
      rows.map((row) => row.reachedAt.toISOString()),
    ],
  );

function moveOf({ seasonId, memberId, score, reachedAt, oldScore, oldReachedAt }: PutRow): Move {
  const isNew = oldScore === null || oldReachedAt === null;
  const from = isNew ? null : { score: oldScore, reachedAt: oldReachedAt, memberId };
  return { seasonId, from, to: { score, reachedAt, memberId } };
}

/** How often old changes are looked for, in versions. */
const TRIM_EVERY = 100;

/**
 * Gives each season its next version, and notes whose standings changed with it: by that a copy of
 * the standings is brought up to date.
 */
export async function bumpVersions(
  client: PoolClient,
  seasonIds: number[],
  newcomers: number[],
  changed: readonly { readonly seasonId: number; readonly memberId: number }[],
) {
  const bumped = await named<{ id: number; leaderboardId: number; version: number }>(
    client,
    'leaderboards.bumpVersions',
    `with bumped as (
       update season s set version = version + 1, participants = participants + v.newcomers
       from unnest($1::bigint[], $2::bigint[]) as v (id, newcomers) where s.id = v.id
       returning s.id, s.leaderboard_id, s.version),
     noted as (
       insert into season_change (season_id, version, member_ids)
       select b.id, b.version, array_agg(c.member_id)
       from bumped b join unnest($3::bigint[], $4::bigint[]) as c (season_id, member_id)
         on c.season_id = b.id
       group by b.id, b.version)
     select id, leaderboard_id as "leaderboardId", version from bumped`,
    [
      seasonIds,
      newcomers,
      changed.map((change) => change.seasonId),
      changed.map((change) => change.memberId),
    ],
  );
  const due = bumped.filter(({ version }) => version % TRIM_EVERY === 1).map(({ id }) => id);
  if (due.length > 0) await trimChanges(client, due);
  return bumped;
}

/** Forgets old changes of seasons, and all of the runs of their boards before the last one. */
const trimChanges = (client: PoolClient, seasonIds: readonly number[]) =>
  named(
    client,
    'leaderboards.trimChanges',
    `delete from season_change c using season s join season o using (leaderboard_id)
     where s.id = any($1) and c.season_id = o.id
       and (o.ends_at < s.starts_at or (o.id = s.id and c.version <= s.version - $2::bigint))`,
    [seasonIds, limits.seasonChangesKept],
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
