import type { LeaderboardMetric, RankMode } from '../generated/prisma/enums.ts';
import { limits } from '../limits.ts';
import type { Pool, PoolClient } from '../platform/db.ts';
import { named } from '../platform/db.ts';
import type { BoardChallenge } from './counting-boards.sql.ts';
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
  /** The board's, or once it is frozen, what it was then. */
  readonly rankMode: RankMode;
  /** By what it was ranked when it was frozen; null: it is not. */
  readonly definition: SeasonDefinition | null;
};

/** What of a board's settings a frozen season keeps (S69). */
export type SeasonDefinition = Pick<
  BoardRow,
  'metric' | 'activityType' | 'rankMode' | 'tiers' | 'tags'
> & { readonly version: number; readonly title: string };

export const seasonColumns = `
  s.id, s.leaderboard_id as "leaderboardId", s.starts_at as "startsAt", s.ends_at as "endsAt",
  s.version, s.participants, s.frozen_at as "frozenAt", s.definition,
  coalesce(s.definition->>'rankMode', (select b.rank_mode::text from leaderboard b
    where b.id = s.leaderboard_id)) as "rankMode"`;

/** A leaderboard with what decides which facts count for it, and in which season. */
export type BoardRow = {
  readonly id: number;
  readonly programId: number;
  readonly metric: LeaderboardMetric;
  /** The type whose activities count, of the ACTIVITY_ metrics. */
  readonly activityType: string | null;
  readonly cadence: 'ALL_TIME' | 'DAILY' | 'WEEKLY' | 'MONTHLY';
  readonly rankMode: RankMode;
  readonly settleDelayMinutes: number;
  /** Members of one of these count; empty: all. */
  readonly tiers: readonly string[];
  readonly tags: readonly string[];
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  /** Facts that happened in [countsFrom, countsUntil) are counted; absent: without end. */
  readonly countsFrom: Date;
  readonly countsUntil?: Date;
  readonly archivedAt: Date | null;
  readonly zone: string;
  readonly dayStartMinutes: number;
  /** Of the program's rules. */
  readonly configVersion: number;
  /** The challenge whose ranking it is, where boards are read to count. */
  readonly challenge?: BoardChallenge | null;
};

export const boardColumns = `
  b.id, b.program_id as "programId", b.metric, b.activity_type as "activityType", b.cadence,
  b.rank_mode as "rankMode", b.settle_delay_minutes as "settleDelayMinutes",
  coalesce(b.tiers, '{}') as tiers, coalesce(b.tags, '{}') as tags, b.starts_at as "startsAt",
  b.ends_at as "endsAt", b.counts_from as "countsFrom", b.archived_at as "archivedAt", p.zone,
  p.day_start_minutes as "dayStartMinutes", p.config_version as "configVersion"`;

/** Finds seasons by board and start, making those that do not exist yet. */
export async function ensureSeasons(
  client: Pool | PoolClient,
  wanted: readonly { leaderboardId: number; startsAt: Date; endsAt: Date | null }[],
  now: Date,
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
    // An operator may move the board's end meanwhile: it is read behind the lock of that change.
    `insert into season (leaderboard_id, starts_at, ends_at, created_at)
     select board, starts, least(ends, case when b.ends_at > starts then b.ends_at end,
       case when b.archived_at > starts then b.archived_at end), $4
     from unnest($1::int[], $2::timestamptz[], $3::timestamptz[]) as w (board, starts, ends)
     join leaderboard b on b.id = board order by board, starts
     for share of b on conflict do nothing`,
    [...values, now.toISOString()],
  );
  return find();
}

/** A change of one standing; one for each season and member. */
export type StandingChange = {
  readonly seasonId: number;
  readonly memberId: number;
  readonly amount: number;
  readonly reachedAt: Date;
  /** Whether a standing that this makes is hidden. */
  readonly hidden: boolean;
};

export type PutRow = { seasonId: number; created: boolean; hidden: boolean } & StandingPlace & {
    oldScore: number | null;
    oldReachedAt: Date | null;
  };

/** Adds to standings; a lower score is reached when it falls, a higher one at its newest fact (S65). */
export const addScores = (client: PoolClient, rows: readonly StandingChange[]) =>
  putScores(
    client,
    'leaderboards.addScores',
    `score = greatest(-${limits.pointsMax}, least(${limits.pointsMax}, standing.score + excluded.score)),
     reached_at = greatest(standing.reached_at, excluded.reached_at)`,
    rows,
  );

/** Raises standings to at least these scores; who reached one twice reached it the first time. */
export const raiseScores = (client: PoolClient, rows: readonly StandingChange[]) =>
  putScores(
    client,
    'leaderboards.raiseScores',
    `score = excluded.score, reached_at = excluded.reached_at
     where excluded.score > standing.score
       or (excluded.score = standing.score and excluded.reached_at < standing.reached_at)`,
    rows,
  );

/** Replaces standings by what was achieved later; of the same instant by the higher score. */
export const replaceScores = (client: PoolClient, rows: readonly StandingChange[]) =>
  putScores(
    client,
    'leaderboards.replaceScores',
    `score = excluded.score, reached_at = excluded.reached_at
     where (excluded.reached_at, excluded.score) > (standing.reached_at, standing.score)`,
    rows,
  );

/** Gives the rows that changed. The season is locked: what a row was before, the statement sees. */
function putScores(
  client: PoolClient,
  name: string,
  update: string,
  rows: readonly StandingChange[],
): Promise<PutRow[]> {
  const put = () =>
    named<PutRow>(
      client,
      name,
      `with v as (
         select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::bool[])
           as v (season_id, member_id, amount, reached_at, hidden)),
       old as (select t.* from v join standing t using (season_id, member_id)),
       put as (
         insert into standing (season_id, member_id, score, reached_at, hidden)
         select * from v order by season_id, member_id
         on conflict (season_id, member_id) do update set ${update}
         returning *)
       select put.season_id as "seasonId", put.member_id as "memberId", put.score, put.hidden,
              put.reached_at as "reachedAt", old.score as "oldScore",
              old.reached_at as "oldReachedAt", old.season_id is null as created
       from put left join old using (season_id, member_id)`,
      [
        rows.map((row) => row.seasonId),
        rows.map((row) => row.memberId),
        rows.map((row) => row.amount),
        rows.map((row) => row.reachedAt.toISOString()),
        rows.map((row) => row.hidden),
      ],
    );
  return writeStandings(client, [...new Set(rows.map((row) => row.seasonId))], put, moveOf);
}

/** Who is hidden stands nowhere in the order. */
function moveOf(row: PutRow): Move {
  const { seasonId, memberId, score, reachedAt, hidden, oldScore, oldReachedAt } = row;
  if (hidden) return { seasonId, from: null, to: null };
  const isNew = oldScore === null || oldReachedAt === null;
  const from = isNew ? null : { score: oldScore, reachedAt: oldReachedAt, memberId };
  return { seasonId, from, to: { score, reachedAt, memberId } };
}

/** How often old changes are looked for, in versions. */
const TRIM_EVERY = 100;

/** What changed in a season: how many more of its members are shown, and whose standings. */
export type SeasonChanges = { shown: number; readonly memberIds: number[] };

/**
 * Gives each season its next version, and notes whose standings changed with it: by that a copy of
 * the standings is brought up to date.
 */
export async function bumpVersions(
  client: PoolClient,
  changes: ReadonlyMap<number, Readonly<SeasonChanges>>,
) {
  const changed = [...changes].flatMap(([seasonId, { memberIds }]) =>
    memberIds.map((memberId) => ({ seasonId, memberId })),
  );
  const bumped = await named<{ id: number; leaderboardId: number; version: number }>(
    client,
    'leaderboards.bumpVersions',
    `with bumped as (
       update season s set version = version + 1, participants = participants + v.more
       from unnest($1::bigint[], $2::bigint[]) as v (id, more) where s.id = v.id
       returning s.id, s.leaderboard_id, s.version),
     noted as (
       insert into season_change (season_id, version, member_ids)
       select b.id, b.version, array_agg(c.member_id)
       from bumped b join unnest($3::bigint[], $4::bigint[]) as c (season_id, member_id)
         on c.season_id = b.id
       group by b.id, b.version)
     select id, leaderboard_id as "leaderboardId", version from bumped`,
    [
      [...changes.keys()],
      [...changes.values()].map(({ shown }) => shown),
      changed.map(({ seasonId }) => seasonId),
      changed.map(({ memberId }) => memberId),
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
